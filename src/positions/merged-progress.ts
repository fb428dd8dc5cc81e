import { type Decimal, sumDecimals } from '../model/decimal.js';
import type { ExitProgress } from '../model/exit-progress.js';
import type { PositionSide } from '../model/side.js';
import { ratcheted } from './stop-in-force.js';
import { betterPeak } from './trailing.js';

/**
 * What the survivor of a merge has lived through: of everything that any of them reached, the part that protects most.
 *
 * A time limit is done only once it is done for all of them. The take-profits of the survivor start anew, and with them
 * the levels that its stop follows.
 */
export function mergedProgress(
  survivor: ExitProgress,
  absorbed: readonly ExitProgress[],
  side: PositionSide,
): ExitProgress {
  const all = [survivor, ...absorbed];
  const merged: ExitProgress = {
    ...survivor,
    peak: bestPeak(all, side),
    breakevenReached: all.some(({ breakevenReached }) => breakevenReached),
    levelsTaken: 0,
    timeLimitDone: all.every(({ timeLimitDone }) => timeLimitDone),
    /** It was a distance from another entry: planned anew. */
    volatilityTakeProfit: null,
    fundingPaid: sumDecimals(all.map(({ fundingPaid }) => fundingPaid)),
  };
  return absorbed.reduce(
    (progress, { ratchet }) => (ratchet === null ? progress : ratcheted(progress, ratchet, side)),
    merged,
  );
}

function bestPeak(all: readonly ExitProgress[], side: PositionSide): Decimal | null {
  const known = all.flatMap(({ peak }) => peak ?? []);
  return known.length === 0 ? null : known.reduce((a, b) => betterPeak(a, b, side));
}
