import type { PriceSource } from '../../model/price.js';
import type { RowShape } from './row-batch.js';

export type BarMode = 'path' | 'close';

/** One price that a row tells. */
export interface PriceMove {
  readonly source: PriceSource;
  /** Place of the price among those of its row. */
  readonly price: number;
  /** Ms after the time of the row. */
  readonly delayMs: number;
  /** Which of the steps of the row it belongs to; from 0. */
  readonly step: number;
}

/** In which order the prices of a row are told. */
export interface RowWalk {
  readonly sources: readonly PriceSource[];
  /** What `row` of a leg counts by: 4 in bars that are walked, else 1. */
  readonly stepsPerRow: number;
  readonly rising: readonly PriceMove[];
  /** Of a bar that closes below its open. */
  readonly falling: readonly PriceMove[];
  /** Places of open and close where they decide between the two; equal when nothing is decided. */
  readonly openAt: number;
  readonly closeAt: number;
  /** Place of the price that a LONG enters at, and a SHORT. */
  readonly longEntryAt: number;
  readonly shortEntryAt: number;
}

const OPEN = 0;
const HIGH = 1;
const LOW = 2;
const CLOSE = 3;
/** Where the prices of the ask begin in a quote bar. */
const ASK_BAR = 4;

/**
 * @param barMs length of a bar, ms; only bars that are walked need it
 */
export function rowWalkOf(shape: RowShape, mode: BarMode, barMs: number): RowWalk {
  if (shape === 'last') return flat(['LAST'], [0], 0, 0);
  if (shape === 'quote') return flat(['BID', 'ASK'], [0, 1], 1, 0);
  const sources: readonly PriceSource[] = shape === 'bar' ? ['LAST'] : ['BID', 'ASK'];
  const offsets = shape === 'bar' ? [0] : [0, ASK_BAR];
  const longEntryAt = CLOSE + (offsets.at(-1) as number);
  if (mode === 'close') {
    return flat(
      sources,
      offsets.map((offset) => offset + CLOSE),
      longEntryAt,
      CLOSE,
    );
  }
  const delays = [0, Math.floor(barMs / 4), Math.floor(barMs / 2), barMs - 1];
  const moves = (path: readonly number[]): PriceMove[] =>
    path.flatMap((price, step) =>
      sources.map((source, index) => ({
        source,
        price: price + (offsets[index] as number),
        delayMs: delays[step] as number,
        step,
      })),
    );
  return {
    sources,
    stepsPerRow: 4,
    rising: moves([OPEN, LOW, HIGH, CLOSE]),
    falling: moves([OPEN, HIGH, LOW, CLOSE]),
    openAt: OPEN,
    closeAt: CLOSE,
    longEntryAt,
    shortEntryAt: CLOSE,
  };
}

function flat(
  sources: readonly PriceSource[],
  prices: readonly number[],
  longEntryAt: number,
  shortEntryAt: number,
): RowWalk {
  const moves = sources.map((source, index) => ({
    source,
    price: prices[index] as number,
    delayMs: 0,
    step: 0,
  }));
  return {
    sources,
    stepsPerRow: 1,
    rising: moves,
    falling: moves,
    openAt: 0,
    closeAt: 0,
    longEntryAt,
    shortEntryAt,
  };
}
