import type { Decimal } from '../model/decimal.js';
import type { TrancheId } from '../model/ids.js';
import type { PositionSide } from '../model/side.js';

/** A stop that follows the best price of a stream at a distance. */
export interface ArmedTrail {
  readonly trancheId: TrancheId;
  readonly side: PositionSide;
  /** Percent of the best price. */
  readonly callbackPct: Decimal;
  /**
   * Exact level for a best price, rounded to the instrument like a stop: never looser than asked, and at most one tick
   * tighter. Of two trails with one tick size the one with the smaller callback never has the looser level.
   */
  readonly levelAt: (peak: Decimal) => Decimal;
  /** One tick, as a number: the preselection allows for the rounding. */
  readonly tickSize: number;
}
