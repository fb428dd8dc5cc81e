import type { DecimatedSeries, StepLineData } from '../report-data.js';

/** A value for the time it held, ms. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** Points of a line in columns. */
export interface Points {
  readonly times: number[];
  readonly values: readonly number[];
}

export function pointsOf({ waits, values }: DecimatedSeries): Points {
  let time = 0;
  return {
    times: waits.map((wait) => {
      time += wait;
      return time;
    }),
    values,
  };
}

/** What held when; a value that was still there at the end holds until `end`. */
export function segmentsOf({ times, values }: StepLineData, end: number): readonly Segment[] {
  return values.flatMap((value, index) => {
    const from = times[index] ?? end;
    const to = times[index + 1] ?? end;
    return value === null || to < from ? [] : [{ from, to, value }];
  });
}

/** The parts of the first line where the second one is elsewhere, or not at all. Both in the order of time. */
export function withoutEqual(
  line: readonly Segment[],
  other: readonly Segment[],
): readonly Segment[] {
  const left: Segment[] = [];
  let first = 0;
  for (const { from, to, value } of line) {
    while (first < other.length && (other[first]?.to ?? 0) <= from) first += 1;
    let at = from;
    for (let index = first; index < other.length; index += 1) {
      const covering = other[index];
      if (covering === undefined || covering.from >= to) break;
      if (covering.value !== value) continue;
      if (covering.from > at) left.push({ from: at, to: covering.from, value });
      at = Math.max(at, covering.to);
    }
    if (at < to) left.push({ from: at, to, value });
  }
  return left;
}

/** The value at a time; where one ends as the next begins, the next. `null` = none. */
export function valueAt(line: readonly Segment[], time: number): number | null {
  const found = line.findLast(({ from, to }) => from <= time && time <= to);
  return found === undefined ? null : found.value;
}

/** Place of the first time that is not before this one. Times rise. */
export function placeOf(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
