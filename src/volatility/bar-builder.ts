import { invariant } from '../errors/invariant.js';
import { BAR_LATE_TICKS_MAX } from '../limits.js';
import type { PriceBar, RunningBar } from '../model/price-bar.js';

/** A bar that was built from ticks. */
export interface BuiltBar extends PriceBar {
  /** Ticks of it are missing: the feed was joined in the middle, or lost some. No range can be read off it. */
  readonly partial: boolean;
}

/**
 * Builds time bars from the ticks of one price source of one symbol.
 *
 * Bars begin at multiples of their length, in exchange time. A bar is finished by the first tick at or after its end, so
 * that a market which rests finishes it late. Bars without a tick are not invented: the true range compares with the
 * close before, so that what the price did meanwhile is not lost. The same ticks give the same bars.
 *
 * On every tick, without an allocation: `if (!bar.covers(time)) return theLongWay(); …; bar.add(price);`, and on the long
 * way `bar.take(price, time)`.
 *
 * @example
 * const builder = new BarBuilder(60_000);
 * const finished = builder.take(45_000, exchangeTimeMs);
 * if (finished !== null) average.add(finished);
 */
export class BarBuilder implements RunningBar {
  readonly barMs: number;
  /** First moment of the running bar and first one after it: plain fields, because they are read on every tick. */
  #start = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #open = Number.NaN;
  #high = Number.NaN;
  #low = Number.NaN;
  #close = Number.NaN;
  /** Begin of the running bar; `NaN` before the first. Unlike `#start`, an interruption leaves it as it is. */
  #startTime = Number.NaN;
  #isPartial = false;
  /** Ticks were missed and none has come since. */
  #isInterrupted = true;
  /** Ticks in a row that were too old. */
  #lateTicks = 0;

  /** @param barMs length of a bar, a whole number of ms above zero */
  constructor(barMs: number) {
    invariant(Number.isSafeInteger(barMs) && barMs > 0, 'bars are whole ms above zero long');
    this.barMs = barMs;
  }

  covers(exchangeTimeMs: number): boolean {
    return exchangeTimeMs >= this.#start && exchangeTimeMs < this.#end;
  }

  add(price: number): void {
    if (price > this.#high) this.#high = price;
    if (price < this.#low) this.#low = price;
    this.#close = price;
    this.#lateTicks = 0;
  }

  /**
   * Takes a tick of any time. One that is older than the running bar is ignored, unless so many in a row are that the
   * running bar itself must be of a wrong time: then that one is dropped and a new one begins.
   *
   * @param price above zero; checked by the caller
   * @param exchangeTimeMs ms since 1970 UTC, above zero: where the exchange tells none, the caller's estimate of it
   * @returns the bar that the tick finished, `null` when it finished none
   */
  take(price: number, exchangeTimeMs: number): BuiltBar | null {
    invariant(exchangeTimeMs > 0, 'a tick of a bar has a time');
    if (exchangeTimeMs < this.#startTime) return this.#takeLate(price, exchangeTimeMs);
    if (exchangeTimeMs < this.#startTime + this.barMs) {
      this.#resume();
      this.add(price);
      return null;
    }
    const finished = this.#finished();
    this.#begin(price, exchangeTimeMs);
    return finished;
  }

  /**
   * Ticks may have been missed: the running bar is partial, and so is the one that the next tick falls into. Call it when
   * the feed tells a gap, staleness or a lost connection, and again when it is back.
   */
  interrupt(): void {
    this.#isPartial = true;
    this.#isInterrupted = true;
    // The next tick takes the long way.
    this.#start = Number.POSITIVE_INFINITY;
    this.#end = Number.NEGATIVE_INFINITY;
  }

  #takeLate(price: number, exchangeTimeMs: number): null {
    this.#lateTicks += 1;
    if (this.#lateTicks > BAR_LATE_TICKS_MAX) {
      this.#isInterrupted = true;
      this.#begin(price, exchangeTimeMs);
    }
    return null;
  }

  #begin(price: number, exchangeTimeMs: number): void {
    this.#startTime = exchangeTimeMs - (exchangeTimeMs % this.barMs);
    this.#isPartial = this.#isInterrupted;
    this.#lateTicks = 0;
    this.#resume();
    this.#open = price;
    this.#high = price;
    this.#low = price;
    this.#close = price;
  }

  #resume(): void {
    this.#isInterrupted = false;
    this.#start = this.#startTime;
    this.#end = this.#startTime + this.barMs;
  }

  #finished(): BuiltBar | null {
    if (Number.isNaN(this.#startTime)) return null;
    return {
      startTime: this.#startTime,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      partial: this.#isPartial,
    };
  }
}
