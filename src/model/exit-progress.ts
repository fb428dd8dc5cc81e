import { type Decimal, ZERO } from './decimal.js';
import type { StopRule } from './exit-plan.js';

/**
 * What a tranche has lived through so far, as far as its exit rules go by it.
 *
 * Stored with the tranche: after a restart the rules go on from here.
 */
export interface ExitProgress {
  /**
   * Best price since the trail was armed: highest for a LONG, lowest for a SHORT; `null` = not armed yet.
   * Recorded in steps of the trail; between them the price book knows better.
   */
  readonly peak: Decimal | null;
  readonly breakevenReached: boolean;
  /**
   * How many take-profit levels were taken, the nearest first, since the entry price last moved. One that was too small for
   * an order was taken by the one that took its share.
   */
  readonly levelsTaken: number;
  /** The time limit has done what it does. */
  readonly timeLimitDone: boolean;
  /** Average true range by which levels were last planned, price units. */
  readonly averageRange: Decimal | null;
  /** Nearest take-profit that volatility has asked for; it never moves away again. */
  readonly volatilityTakeProfit: Decimal | null;
  /** The tightest level that any rule has asked for: the stop in force is never looser. */
  readonly ratchet: { readonly level: Decimal; readonly rule: StopRule } | null;
  /** Fees for holding, in the quote asset: paid = positive. */
  readonly fundingPaid: Decimal;
}

/** Where every tranche begins. */
export const NO_PROGRESS: ExitProgress = {
  peak: null,
  breakevenReached: false,
  levelsTaken: 0,
  timeLimitDone: false,
  averageRange: null,
  volatilityTakeProfit: null,
  ratchet: null,
  fundingPaid: ZERO,
};
