import { assert } from './contract-assert.js';

/** How a contract suite meets a test framework: vitest, node:test and most others fit. */
export interface ContractRunner<CardId extends string> {
  /** Declares one test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** Declares a test that does not run. Absent: it is left out. */
  readonly skip?: (name: string, reason: string) => unknown;
  /** Cards that cannot apply to this adapter, each with its reason. */
  readonly skips?: Partial<Readonly<Record<CardId, string>>>;
}

/** One duty of an adapter. */
export interface ContractCard<CardId extends string, Harness> {
  readonly id: CardId;
  readonly duty: string;
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
  for (const { id, duty, run } of cards) {
    const reason = runner.skips?.[id];
    if (reason !== undefined) {
      assert(reason.trim() !== '', `${id} is skipped with a reason`);
      runner.skip?.(`${id} ${duty}`, reason);
      continue;
    }
    runner.test(`${id} ${duty}`, async () => {
      const harness = await factory(id);
      try {
        await run(harness);
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
