import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One price that a position of some side is judged on, as a replay counts and times it. */
export interface NaiveTick {
  /** As the legs of a replay count: four steps a bar that is walked. */
  readonly row: number;
  /** Ms; never earlier than the tick before. */
  readonly time: number;
  /** Ticks of the instrument: whole numbers, so that nothing is lost. */
  readonly price: number;
}

/** A recording, read by hand: what a LONG and a SHORT see of it, and what they enter at in a data row. */
export interface NaiveRecording {
  readonly LONG: readonly NaiveTick[];
  readonly SHORT: readonly NaiveTick[];
  readonly stepsPerRow: number;
  /** Price of an entry in a data row, ticks. */
  entryAt(side: 'LONG' | 'SHORT', row: number): number;
}

const OPEN = 0;
const HIGH = 1;
const LOW = 2;
const CLOSE = 3;

/** `ts_us,recv_us,id,side,price,qty`: every row is one price for both sides. */
export function tradesOf(file: string, tickSize: number): NaiveRecording {
  let clock = 0;
  const ticks = rowsOf(file).map(([time = '', , , , price = ''], row) => {
    clock = Math.max(clock, Math.floor(Number(time) / 1_000));
    return { row, time: clock, price: inTicks(price, tickSize) };
  });
  return {
    LONG: ticks,
    SHORT: ticks,
    stepsPerRow: 1,
    entryAt: (_side, row) => ticks[row]?.price ?? Number.NaN,
  };
}

/**
 * `ts_ms,open,high,low,close,…`, or the bid's four and then the ask's four, which a SHORT is judged on.
 *
 * Walked open, low, high, close when the (bid) bar closes at or above its open, else open, high, low, close.
 */
export function barsOf(
  file: string,
  tickSize: number,
  mode: 'path' | 'close',
  barMs: number,
): NaiveRecording {
  const rows = rowsOf(file);
  const askFrom = (rows[0]?.length ?? 0) > 8 ? 6 : 1;
  const delays = [0, Math.floor(barMs / 4), Math.floor(barMs / 2), barMs - 1];
  const barAt = (cells: readonly string[], from: number): readonly number[] =>
    cells.slice(from, from + 4).map((price) => inTicks(price, tickSize));
  const walked = (from: number): NaiveTick[] =>
    rows.flatMap((cells, row) => {
      const start = Number(cells[0]);
      const bar = barAt(cells, from) as [number, number, number, number];
      if (mode === 'close') return [{ row, time: start, price: bar[CLOSE] }];
      const [open = 0, , , close = 0] = barAt(cells, 1);
      const path = close >= open ? [OPEN, LOW, HIGH, CLOSE] : [OPEN, HIGH, LOW, CLOSE];
      return path.map((place, step) => ({
        row: 4 * row + step,
        time: start + (delays[step] ?? 0),
        price: bar[place as 0 | 1 | 2 | 3],
      }));
    });
  return {
    LONG: walked(1),
    SHORT: walked(askFrom),
    stepsPerRow: mode === 'path' ? 4 : 1,
    entryAt: (side, row) =>
      barAt(rows[row] ?? [], side === 'LONG' ? askFrom : 1)[CLOSE] ?? Number.NaN,
  };
}

function rowsOf(file: string): readonly (readonly string[])[] {
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

function inTicks(price: string, tickSize: number): number {
  return Math.round(Number(price) / tickSize);
}
