import { ATR } from 'trading-signals';
import { invariant } from '../errors/invariant.js';
import { ATR_WARM_UP_FACTOR, BARS_FETCH_MAX } from '../limits.js';
import type { PriceBar } from '../model/price-bar.js';
import { checkBar } from './check-bar.js';

/** A bar from a feed, or one that was built; a partial one does not count. */
export type RangeBar = PriceBar & { readonly partial?: boolean };

/**
 * Wilder's average true range of one symbol, for one length and number of bars.
 *
 * The first value is the plain average of the first `period` true ranges; each further bar moves it by one part in
 * `period`. Bars that a feed gave and bars that were built overlap: each stretch of time counts once, the first time that
 * it comes. The same bars in the same order give the same value, bit for bit.
 */
export class AverageRange {
  readonly barMs: number;
  readonly period: number;
  readonly #average: ATR;
  #lastBarTime: number | null = null;

  /**
   * @param barMs length of a bar, a whole number of ms above zero
   * @param period bars of the average, a whole number above zero
   */
  constructor(barMs: number, period: number) {
    invariant(Number.isSafeInteger(barMs) && barMs > 0, 'bars are whole ms above zero long');
    invariant(Number.isSafeInteger(period) && period > 0, 'an average is of some bars');
    this.barMs = barMs;
    this.period = period;
    this.#average = new ATR(period);
  }

  /** Quote units, at least 0, which a market that did not move gives; `null` until there were `period` bars. */
  get value(): number | null {
    return this.#average.getResult();
  }

  /** Begin of the newest bar that counted, ms since 1970 UTC; `null` before the first. */
  get lastBarTime(): number | null {
    return this.#lastBarTime;
  }

  /**
   * Takes a finished bar. Partial ones, and those not newer than the newest that counted, are ignored.
   *
   * @returns whether it counted
   * @throws ValidationError `BAR_INVALID` for one that cannot be; the average stays as it was
   */
  add(bar: RangeBar): boolean {
    checkBar(bar, this.barMs);
    const { startTime, high, low, close } = bar;
    if (bar.partial === true) return false;
    if (this.#lastBarTime !== null && startTime <= this.#lastBarTime) return false;
    this.#average.add({ high, low, close });
    this.#lastBarTime = startTime;
    return true;
  }
}

/**
 * How many finished bars to ask a feed for, so that where the average began hardly shows in it.
 *
 * @param period bars of the average
 */
export function warmUpBars(period: number): number {
  return Math.min(period * ATR_WARM_UP_FACTOR, BARS_FETCH_MAX);
}
