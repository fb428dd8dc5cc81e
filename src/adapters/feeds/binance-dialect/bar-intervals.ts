const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Names of the exchange for the lengths of bars that it has, ms.
 *
 * Without those above a day: its weeks and months begin at no multiple of their length.
 */
export const BAR_INTERVALS: ReadonlyMap<number, string> = new Map([
  [MINUTE_MS, '1m'],
  [3 * MINUTE_MS, '3m'],
  [5 * MINUTE_MS, '5m'],
  [15 * MINUTE_MS, '15m'],
  [30 * MINUTE_MS, '30m'],
  [HOUR_MS, '1h'],
  [2 * HOUR_MS, '2h'],
  [4 * HOUR_MS, '4h'],
  [6 * HOUR_MS, '6h'],
  [8 * HOUR_MS, '8h'],
  [12 * HOUR_MS, '12h'],
  [24 * HOUR_MS, '1d'],
]);

/** What a request for so many bars weighs. */
export function weightOfBars(rows: number): number {
  if (rows < 100) return 1;
  if (rows < 500) return 2;
  return rows <= 1_000 ? 5 : 10;
}
