import type { CoverView } from './cover.js';
import type { DecimalString } from './decimal.js';
import type { PositionSide } from './side.js';

/** What the exchange itself says about cover. Quantities in contracts. */
export interface ProtectionReport {
  /** Everything that is held and wants a stop is covered by resting orders or by a guard on a fresh price. */
  readonly protected: boolean;
  /** Wall ms at which the exchange was asked. */
  readonly checkedAt: number;
  /** The same by resting orders alone: what would hold if this process ended now. */
  readonly protectedIfCrashed: boolean;
  readonly positions: readonly ProtectionRow[];
}

/** One side of one symbol. `uncovered` counts what is held and not ours as well; a stop rests if it is as we know it. */
export interface ProtectionRow extends CoverView {
  readonly symbol: string;
  readonly side: PositionSide;
  /** What the exchange says is held. */
  readonly held: DecimalString;
  /** What our tranches hold. */
  readonly ours: DecimalString;
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
