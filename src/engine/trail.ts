import type { Decimal } from '../model/decimal.js';
import { betterPeak } from '../positions/trailing.js';
import type { TrancheNode } from './state.js';

/** Takes the trail out of the price book and keeps how far it came. Returns the best price, `null` = never armed. */
export function keepPeak(node: TrancheNode): Decimal | null {
  const { trail, tranche } = node;
  if (trail?.book.isTrailArmed(trail.handle)) {
    raisePeak(node, trail.book.peakOf(trail.handle));
    trail.book.disarmTrail(trail.handle);
  }
  node.trail = null;
  return tranche.progress.peak;
}

/** The best price so far, as the price book knows it. */
export function bestPrice({ trail, tranche }: TrancheNode): Decimal | null {
  const { peak } = tranche.progress;
  if (trail === null || peak === null || !trail.book.isTrailArmed(trail.handle)) return peak;
  return betterPeak(peak, trail.book.peakOf(trail.handle), tranche.side);
}

/** Notes a better best price; a worse one changes nothing. */
export function raisePeak({ tranche }: TrancheNode, price: Decimal): void {
  const { peak } = tranche.progress;
  const best = peak === null ? price : betterPeak(peak, price, tranche.side);
  if (peak === null || !best.eq(peak)) tranche.progress = { ...tranche.progress, peak: best };
}
