import { assert } from './contract-assert.js';

/**
 * How a contract suite meets a test framework: the `test` or `it` of node:test, vitest and most others fits.
 *
 * @example
 * import { test } from 'node:test';
 * feedContract({ test, factory: () => new MyFeedHarness() });
 */
export interface ContractRunner<CardId extends string> {
  /**
   * Declares one test. What it hands to `run` may have a `skip(reason)`, as node:test and vitest have: a card that the
   * adapter's capabilities rule out is skipped with it. Without it such a card fails, and belongs into `skips`.
   */
  readonly test: (name: string, run: (context?: unknown) => Promise<void>) => unknown;
  /** Declares a test that does not run. Absent: it is left out. */
  readonly skip?: (name: string, reason: string) => unknown;
  /** Cards that cannot apply to this adapter, each with its reason. */
  readonly skips?: Partial<Readonly<Record<CardId, string>>>;
}

/** One duty of an adapter. The id stays what it is for ever; what is no duty any more leaves a gap. */
export interface ContractCard<CardId extends string, Harness> {
  readonly id: CardId;
  readonly duty: string;
  /** Why an adapter with these capabilities does not owe it; `null`: it does. Default: every adapter does. */
  readonly unless?: (harness: Harness) => string | null;
  readonly run: (harness: Harness) => Promise<void>;
}

/** Declares the cards as tests, each on a harness of its own that is cleaned up afterwards. */
export function declareCards<
  CardId extends string,
  Harness extends { cleanup?(): Promise<void> | void },
>(
  runner: ContractRunner<CardId>,
  factory: (id: CardId) => Promise<Harness> | Harness,
  cards: readonly ContractCard<CardId, Harness>[],
): void {
  for (const { id, duty, unless, run } of cards) {
    const reason = runner.skips?.[id];
    if (reason !== undefined) {
      assert(reason.trim() !== '', `${id} is skipped with a reason`);
      runner.skip?.(`${id} ${duty}`, reason);
      continue;
    }
    // Not a named parameter: some frameworks take a function with one for a test that ends by a callback.
    runner.test(`${id} ${duty}`, async (...[context]) => {
      const harness = await factory(id);
      try {
        const ruledOut = unless?.(harness) ?? null;
        if (ruledOut === null) await run(harness);
        else skipNow(context, id, ruledOut);
      } finally {
        await harness.cleanup?.();
      }
    });
  }
}

/** The hook of a harness that a card needs. */
export function hookOf<Hook>(hook: Hook | undefined, name: string): Hook {
  assert(
    hook !== undefined,
    `the harness has the hook ${name}, or its cards a reason to be skipped`,
  );
  return hook;
}

/** Never passes silently: a framework that cannot skip a running test must have been told before. */
function skipNow(context: unknown, id: string, reason: string): void {
  const skip = (context as { skip?: unknown } | null | undefined)?.skip;
  assert(typeof skip === 'function', `${id} is listed in skips: ${reason}`);
  skip.call(context, reason);
}
