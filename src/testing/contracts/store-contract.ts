import { type ContractRunner, declareCards } from './contract-runner.js';
import { STORE_DATA_CARDS } from './store-data-cards.js';
import type { StoreCardId, StoreHarness } from './store-harness.js';
import { STORE_HISTORY_CARDS } from './store-history-cards.js';
import { STORE_LIFE_CARDS } from './store-life-cards.js';

export type { StoreCardId, StoreHarness } from './store-harness.js';

/** What the suite needs: a framework's `test`, and empty places to keep data in. */
export interface StoreContractOptions extends ContractRunner<StoreCardId> {
  /** Makes an empty place for the card. */
  readonly factory: () => Promise<StoreHarness> | StoreHarness;
}

/**
 * What every store must do. Run it against one of your own.
 *
 * @example
 * storeContract({ test, skip: (name, why) => test.skip(`${name} (${why})`), factory: () => new MyStoreHarness() });
 */
export function storeContract({ factory, ...runner }: StoreContractOptions): void {
  const cards = [...STORE_DATA_CARDS, ...STORE_LIFE_CARDS, ...STORE_HISTORY_CARDS];
  declareCards(
    runner,
    factory,
    cards.sort((a, b) => a.id.localeCompare(b.id)),
  );
}
