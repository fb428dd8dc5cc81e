import { type Points, placeOf, type Segment } from './segments.js';

const MARGIN = 0.07;
/** Of the value: a market that stands still is drawn in the middle of this span. */
const SPAN_SHARE_MIN = 0.0004;

/** Lowest and highest value between two times, with what the line comes from and goes to; `null` without any. */
export function extremesOf(
  { times, values }: Points,
  from: number,
  to: number,
): readonly [number, number] | null {
  const first = Math.max(placeOf(times, from) - 1, 0);
  const last = Math.min(placeOf(times, to), values.length - 1);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = first; index <= last; index += 1) {
    const value = values[index] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? null : [low, high];
}

/**
 * What a price axis shows: all prices in view, and the levels that do not flatten them.
 *
 * @param factor how many times the span of the prices may become the span of the axis
 */
export function priceRange(
  lines: readonly Points[],
  levels: readonly Segment[],
  from: number,
  to: number,
  factor: number,
): [number, number] {
  const spans = lines.flatMap((line) => {
    const extremes = extremesOf(line, from, to);
    return extremes === null ? [] : [extremes];
  });
  if (spans.length === 0) return [0, 1];
  const low = Math.min(...spans.map(([least]) => least));
  const high = Math.max(...spans.map(([, most]) => most));
  const middle = (low + high) / 2;
  const span = Math.max(high - low, Math.abs(middle) * SPAN_SHARE_MIN);
  let bottom = Math.min(low, middle - span / 2);
  let top = Math.max(high, middle + span / 2);
  for (const level of levels) {
    if (level.from > to || level.to < from) continue;
    const { value } = level;
    if (value >= bottom && value <= top) continue;
    // Those too far away are named at the edge.
    if (Math.max(high, value) - Math.min(low, value) > span * factor) continue;
    bottom = Math.min(bottom, value);
    top = Math.max(top, value);
  }
  return padded(bottom, top);
}

/** A range with some room, that has zero in it. */
export function moneyRange(values: readonly number[]): [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return low === high ? [-1, 1] : padded(low, high);
}

function padded(low: number, high: number): [number, number] {
  const margin = (high - low) * MARGIN;
  return [low - margin, high + margin];
}
