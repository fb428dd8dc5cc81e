/** Fails a contract card. The message is a sentence about what the adapter owes. */
export function assert(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new Error(`Contract broken: ${statement}`);
}

/** Fails unless both are the same value; the message shows them. */
export function assertSame(received: unknown, expected: unknown, what: string): void {
  assert(Object.is(received, expected), `${what}: expected ${expected}, received ${received}`);
}
