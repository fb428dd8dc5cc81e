/** Fails a contract card. The message is a sentence about what the adapter owes. */
export function assert(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new Error(`Contract broken: ${statement}`);
}

/** Fails unless both are the same value; the message shows them. */
export function assertSame(received: unknown, expected: unknown, what: string): void {
  assert(Object.is(received, expected), `${what}: expected ${expected}, received ${received}`);
}

/** Fails unless the call rejects. Resolves with the reason. */
export async function assertRejects(call: () => Promise<unknown>, what: string): Promise<unknown> {
  let reason: unknown;
  let hasFailed = false;
  try {
    await call();
  } catch (error) {
    reason = error;
    hasFailed = true;
  }
  assert(hasFailed, `${what} rejects`);
  return reason;
}
