import type { Decimal } from './decimal.js';
import type { TrancheId } from './ids.js';

/** One trade as booked. */
export interface BookedTrade {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
}

/**
 * What is known of one order's execution, from whichever source.
 *
 * Cumulative reports and single trades are kept apart; the larger of the two is what has been executed. So any order
 * and any repetition of the reports ends in the same figures.
 */
export interface ExecutionLedger {
  readonly symbol: string;
  readonly orderId: string;
  clientOrderId: string | null;
  cumulative: { quantity: Decimal; cost: Decimal };
  tradesTotal: { quantity: Decimal; cost: Decimal };
  trades: Map<string, BookedTrade>;
  /** What has been booked so far: never shrinks. */
  bookedQty: Decimal;
  bookedCost: Decimal;
  /** Tranches that got quantity of this order, the latest last. */
  trancheIds: TrancheId[];
  updatedAt: number;
}

/** A plan given before its entry order was sent. */
export interface Registration {
  /** Client order id, else `orderId:` and the exchange's id. */
  readonly key: string;
  readonly clientOrderId: string | null;
  readonly orderId: string | null;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly positionSide: 'LONG' | 'SHORT' | 'BOTH';
  readonly plan: import('./exit-plan.js').ExitPlan | null;
  /** `auto`, `new` or a tranche id. */
  readonly tranche: string;
  readonly createdAt: number;
}
