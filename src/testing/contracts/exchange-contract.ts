import { type ContractRunner, declareCards } from './contract-runner.js';
import { EXCHANGE_CARDS } from './exchange-cards.js';
import type { ExchangeCardId, ExchangeHarness } from './exchange-harness.js';

export type { ExchangeCardId } from './exchange-harness.js';

/** What the suite needs: a framework's `test`, and an adapter with a venue that can be steered. */
export interface ExchangeContractOptions extends ContractRunner<ExchangeCardId> {
  /** Makes a fresh venue and adapter for the card. */
  readonly factory: (id: ExchangeCardId) => Promise<ExchangeHarness> | ExchangeHarness;
}

/**
 * What every exchange adapter owes the monitor, as tests of whichever framework is handed in.
 *
 * Duties that the adapter's `capabilities` rule out are skipped with the reason: nobody clamps, no batches, no
 * amendments.
 *
 * @example
 * exchangeContract({ test, factory: () => new MyVenueHarness() });
 */
export function exchangeContract(options: ExchangeContractOptions): void {
  declareCards(options, options.factory, EXCHANGE_CARDS);
}
