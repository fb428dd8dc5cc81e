import type { DecimalString } from './decimal.js';
import type { PositionSide } from './side.js';

/** What the exchange itself says about cover. Quantities in contracts. */
export interface ProtectionReport {
  /** Everything that is held and wants a stop is covered by resting orders or by a guard on a fresh price. */
  readonly protected: boolean;
  /** Wall ms at which the exchange was asked. */
  readonly checkedAt: number;
  readonly positions: readonly ProtectionRow[];
}

export interface ProtectionRow {
  readonly symbol: string;
  readonly side: PositionSide;
  /** What the exchange says is held. */
  readonly held: DecimalString;
  /** What our tranches hold. */
  readonly ours: DecimalString;
  /** Covered by stops of ours that really rest: right side, kind, level and quantity. */
  readonly resting: DecimalString;
  /** Of the rest, guarded by us on a fresh price. */
  readonly local: DecimalString;
  /** Held, wants a stop, and covered by nothing. What is not ours counts here too. */
  readonly uncovered: DecimalString;
  /** Held by tranches whose plan has no stop, or had it removed: covered by nothing, as asked. */
  readonly withoutStop: DecimalString;
  /** Covered by take-profits that really rest. */
  readonly takeProfit: DecimalString;
  readonly problems: readonly string[];
}

/** What a full comparison with the exchange found. */
export interface ReconcileReport {
  /** Orders and positions that differed from what was believed; they are being corrected. */
  readonly differences: number;
  readonly comparedAt: number;
  readonly openOrders: number;
  readonly positions: number;
}
