import type { ChartLevel } from './chart-data.js';

/** Levels may take this much of the height from the prices themselves; those farther away are named at the edge. */
const SPAN_FACTOR_MAX = 12;
const MARGIN = 0.08;
/** Of the price: a market that stands still is drawn in the middle of this span. */
const SPAN_SHARE_MIN = 0.0004;

/** What is in view of the prices and of the time. */
export interface ChartView {
  /** Lowest and highest price in view; `null` when none is. */
  readonly low: number | null;
  readonly high: number | null;
  /** First and last time in view, ms. */
  readonly from: number;
  readonly to: number;
}

/** What the price axis shows: all prices in view, and the levels that do not flatten them. */
export function visibleRange(
  { low, high, from, to }: ChartView,
  levels: readonly ChartLevel[],
): [number, number] {
  if (low === null || high === null) return levelRange(levels);
  const middle = (low + high) / 2;
  const span = Math.max(high - low, Math.abs(middle) * SPAN_SHARE_MIN);
  let bottom = Math.min(low, middle - span / 2);
  let top = Math.max(high, middle + span / 2);
  const near = levels
    .filter((level) => isInView(level, from, to))
    .map(({ price }) => price)
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  for (const price of near) {
    const wider = Math.max(top, price) - Math.min(bottom, price);
    if (wider > span * SPAN_FACTOR_MAX) continue;
    bottom = Math.min(bottom, price);
    top = Math.max(top, price);
  }
  // Prices of zero alone have no span of their own.
  const margin = (top - bottom) * MARGIN || 1;
  return [bottom - margin, top + margin];
}

export function isInView({ from, to }: ChartLevel, first: number, last: number): boolean {
  return (from ?? first) <= last && (to ?? last) >= first;
}

function levelRange(levels: readonly ChartLevel[]): [number, number] {
  const prices = levels.map(({ price }) => price);
  if (prices.length === 0) return [0, 1];
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  const margin = Math.max(high - low, Math.abs(high) * SPAN_SHARE_MIN) * MARGIN;
  return [low - margin, high + margin];
}

/**
 * Moves labels apart that would cover each other, each as little as it can be, and keeps them inside.
 *
 * @param wanted middle of each label, in pixels from the top
 * @returns the middles in the same order
 */
export function spreadLabels(
  wanted: readonly number[],
  height: number,
  top: number,
  bottom: number,
): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let free = top + height / 2;
  for (const index of order) {
    const at = Math.max(placed[index] ?? 0, free);
    placed[index] = at;
    free = at + height;
  }
  let limit = bottom - height / 2;
  for (const index of order.toReversed()) {
    const at = Math.min(placed[index] ?? 0, limit);
    placed[index] = at;
    limit = at - height;
  }
  return placed;
}
