import {
  ManualFeed,
  type ManualFeedOptions,
  type TickOptions,
} from '../../adapters/feeds/manual/manual-feed.js';
import { describe } from '../../errors/describe.js';
import { FeedError } from '../../errors/feed-error.js';
import type { DecimalInput } from '../../model/decimal.js';
import type { PriceSource } from '../../model/price.js';
import type { PriceBar } from '../../model/price-bar.js';
import { SystemClock } from '../../platform/system-clock.js';
import type { Clock } from '../../ports/clock.js';
import type { PriceSink } from '../../ports/price-feed.js';
import { type RuleTimes, ScriptRules } from '../script-rules.js';
import type { FeedStep } from './feed-script.js';

/** What a {@link ScriptedFeed} is made of. Nothing is needed. */
export interface ScriptedFeedOptions extends ManualFeedOptions {
  /**
   * Where the prices are made: each tick moves this market before the feed tells it, as at an exchange. A `SimExchange`
   * fits. Default: prices are told and nothing trades.
   */
  readonly market?: MarketOfFeed;
}

/** The part of an exchange that a feed moves. */
export interface MarketOfFeed {
  setPrice(symbol: string, price: DecimalInput, source: PriceSource): void;
}

/** What a request for bars is answered with instead of what `addBars` gave. */
export type BarsAnswer =
  /** These, and nothing of them is checked: too few, out of order, of another symbol. */
  | { readonly bars: readonly PriceBar[] }
  /** It fails. `true`: as an exchange that cannot be reached. */
  | { readonly fails: true | Error }
  /** What was given, after so long, ms. */
  | { readonly afterMs: number };

/** One request for bars, as it came. */
export interface BarRequestRecord {
  readonly symbol: string;
  readonly barMs: number;
  readonly limit: number;
}

/** How the steps of a script are played. */
export interface PlayOptions {
  /** Which price the steps are of. Default `LAST`. */
  readonly source?: PriceSource;
  /** Time between two prices, ms. Default 1,000. */
  readonly everyMs?: number;
}

/**
 * A {@link ManualFeed} for tests: it moves the market, plays whole scripts, and fails in the ways in which feeds fail.
 *
 * What a manual feed can do by hand it can do as well (`tick`, `disconnect`, `reconnect`, `stale`, `gap`). Beside that
 * it can lie (`badTick`), fall silent without a word (`silence`), touch a level for an instant (`wickTo`) and answer requests
 * for bars as it is told (`nextBars`).
 *
 * @example
 * const feed = new ScriptedFeed({ clock, market: exchange });
 * const played = feed.play('BTCUSDT', [45_000, { silence: 5_000 }, 44_000, { bad: Number.NaN }, 44_100]);
 * await runUntil(clock, played);
 */
export class ScriptedFeed extends ManualFeed {
  readonly #clock: Clock;
  readonly #market: MarketOfFeed | null;
  /** Exchange time at monotonic zero, ms: a jump of our wall clock is none of the exchange's. */
  readonly #epoch: number;
  #sink: PriceSink | null = null;
  #isUp = false;
  /** Monotonic ms until which a symbol is silent. */
  readonly #silentUntil = new Map<string, number>();
  /** Last price that was traded, by symbol and source. */
  readonly #last = new Map<string, DecimalInput>();
  readonly #barAnswers = new ScriptRules<BarRequestRecord, BarsAnswer>();
  readonly #barRequests: BarRequestRecord[] = [];

  /** @throws ValidationError `TICK_INVALID` when a source is none, or the list is empty */
  constructor(options: ScriptedFeedOptions = {}) {
    const clock = options.clock ?? new SystemClock();
    super({ ...options, clock });
    this.#clock = clock;
    this.#market = options.market ?? null;
    this.#epoch = clock.now() - clock.monotonic();
  }

  override connect(sink: PriceSink): Promise<void> {
    this.#sink = sink;
    return super.connect({
      tick: (...tick) => sink.tick(...tick),
      connection: (state, reason) => {
        this.#isUp = state !== 'disconnected';
        sink.connection(state, reason);
      },
      staleness: (symbol, stale) => sink.staleness(symbol, stale),
      gap: (symbol, reason) => sink.gap(symbol, reason),
    });
  }

  override close(): Promise<void> {
    this.#sink = null;
    this.#isUp = false;
    return super.close();
  }

  /** Every request for bars, the oldest first. */
  get barRequests(): readonly BarRequestRecord[] {
    return this.#barRequests;
  }

  /**
   * What the next request for bars of the symbol is answered with, and the ones after it as often as is said.
   *
   * @throws RangeError when `times` is no whole number above zero
   */
  nextBars(symbol: string, answer: BarsAnswer, { times = 1 }: RuleTimes = {}): void {
    const fits = (request: BarRequestRecord): boolean => request.symbol === symbol;
    this.#barAnswers.add({ name: `nextBars ${symbol}`, fits, fault: answer, times });
  }

  override async fetchBars(
    symbol: string,
    barMs: number,
    limit: number,
  ): Promise<readonly PriceBar[]> {
    const request = { symbol, barMs, limit };
    this.#barRequests.push(request);
    const answer = this.#barAnswers.take(request);
    if (answer !== null) {
      if ('bars' in answer) return answer.bars;
      if ('fails' in answer) throw answer.fails === true ? unreachable() : answer.fails;
      await this.#wait(answer.afterMs);
    }
    return super.fetchBars(symbol, barMs, limit);
  }

  /**
   * The market trades at a price, and the feed tells it unless it is down or silent.
   *
   * @param options `time` is the exchange's, ms since 1970 UTC; default: as the clock showed when the feed was made, and on
   *   from there. A jump of the wall clock does not change it
   * @returns whether a listener was told
   * @throws ValidationError `TICK_INVALID`; what the market throws, e.g. for a price off its grid
   */
  override tick(symbol: string, price: DecimalInput, options: TickOptions = {}): boolean {
    const { source = 'LAST', time = this.#exchangeNow() } = options;
    this.#market?.setPrice(symbol, price, source);
    this.#last.set(keyOf(symbol, source), price);
    if (this.#isSilent(symbol)) return false;
    return super.tick(symbol, price, { source, time });
  }

  /**
   * The market touches a price and is back where it was, within the same millisecond.
   *
   * @throws RangeError when there was no price before
   */
  wickTo(symbol: string, price: DecimalInput, source: PriceSource = 'LAST'): void {
    const back = this.#last.get(keyOf(symbol, source));
    if (back === undefined) throw new RangeError(`${symbol} has no ${source} price to go back to`);
    this.tick(symbol, price, { source });
    this.tick(symbol, back, { source });
  }

  /**
   * Tells a price at which nobody traded. Nothing is checked, and the market does not move.
   *
   * @returns whether a listener was told
   */
  badTick(symbol: string, price: number, source: PriceSource = 'LAST'): boolean {
    if (!this.#isUp || this.#sink === null || this.#isSilent(symbol)) return false;
    this.#sink.tick(symbol, source, price, this.#exchangeNow(), this.#clock.monotonic());
    return true;
  }

  /** The feed tells nothing of the symbol for a while, ms, and does not notice it. The market goes on. */
  silence(symbol: string, ms: number): void {
    this.#silentUntil.set(symbol, this.#clock.monotonic() + ms);
  }

  /**
   * Plays steps on the clock. Resolves after the last one; outages may still be running then.
   *
   * The first price comes at once, each further one `everyMs` after the step before. With a `ManualClock` nothing moves
   * until time does: `await runUntil(clock, feed.play(…))`.
   *
   * @throws RangeError for a step that is none; whatever `tick` throws
   */
  async play(symbol: string, steps: readonly FeedStep[], options: PlayOptions = {}): Promise<void> {
    const { source = 'LAST', everyMs = 1_000 } = options;
    let isFirst = true;
    for (const step of steps) {
      if (typeof step === 'number' || typeof step === 'string') {
        if (!isFirst) await this.#wait(everyMs);
        isFirst = false;
        this.tick(symbol, step, { source });
      } else if ('wait' in step) await this.#wait(step.wait);
      else this.#fail(symbol, step, source);
    }
  }

  #fail(symbol: string, step: Exclude<FeedStep, DecimalInput>, source: PriceSource): void {
    if ('wick' in step) this.wickTo(symbol, step.wick, source);
    else if ('bad' in step) this.badTick(symbol, step.bad, source);
    else if ('silence' in step) this.silence(symbol, step.silence);
    else if ('gap' in step) this.gap(symbol, step.gap);
    else if ('stale' in step) {
      this.silence(symbol, step.stale);
      this.stale(symbol);
      this.#clock.setTimer(() => this.stale(symbol, false), step.stale);
    } else if ('disconnect' in step) {
      this.disconnect('scripted');
      this.#clock.setTimer(() => this.reconnect(), step.disconnect);
    } else throw new RangeError(`not a step of a price script: ${describe(step)}`);
  }

  #exchangeNow(): number {
    return Math.floor(this.#epoch + this.#clock.monotonic());
  }

  #isSilent(symbol: string): boolean {
    return this.#clock.monotonic() < (this.#silentUntil.get(symbol) ?? Number.NEGATIVE_INFINITY);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(resolve, ms);
    });
  }
}

function unreachable(): FeedError {
  return new FeedError('FEED_UNREACHABLE', 'The exchange gave no bars: scripted', {
    retryable: true,
    outcome: 'unknown',
  });
}

function keyOf(symbol: string, source: PriceSource): string {
  return `${symbol}|${source}`;
}
