import { describe } from '../../../errors/describe.js';
import { ValidationError } from '../../../errors/validation-error.js';
import { BARS_FETCH_MAX } from '../../../limits.js';
import { type DecimalInput, tryDecimal } from '../../../model/decimal.js';
import { PRICE_SOURCES, type PriceSource } from '../../../model/price.js';
import { barProblem, type PriceBar } from '../../../model/price-bar.js';
import { isSymbol, SYMBOL_EXPECTED } from '../../../model/symbol.js';
import { SystemClock } from '../../../platform/system-clock.js';
import type { Clock } from '../../../ports/clock.js';
import { harmless } from '../../../ports/harmless-logger.js';
import { type Logger, SILENT_LOGGER } from '../../../ports/logger.js';
import type {
  PriceFeed,
  PriceSink,
  Subscription,
  SubscriptionRequest,
} from '../../../ports/price-feed.js';
import { checkBarLength, checkBarRequest } from '../bar-request.js';

export interface ManualFeedOptions {
  /**
   * The prices that will be pushed. Default `['LAST']`.
   *
   * The monitor judges each rule on the best source of this list. A source that is listed and never pushed would
   * leave its rules without a price, so list what you push and nothing else; a tick of another source is refused.
   */
  readonly sources?: readonly PriceSource[];
  /** Stamps the reception of ticks. Give the monitor and its feed the same clock. Default: the system's. */
  readonly clock?: Clock;
  /** Told of listeners that throw. Default silent. */
  readonly logger?: Logger;
}

export interface TickOptions {
  /** Which price it is. Default `LAST`. */
  readonly source?: PriceSource;
  /** When the exchange made it, ms since 1970 UTC. Default 0 = unknown. */
  readonly time?: number;
}

/**
 * A price feed that the host pushes: for bots that have prices already, for demos and for tests.
 *
 * A tick goes to the listener inside the call, in the order of the calls. Ticks of symbols that nobody subscribed
 * are passed on as well (the monitor ignores them), so there is no race between a first fill and its prices.
 *
 * @example
 * const feed = new ManualFeed();
 * feed.tick('BTCUSDT', 45_000);
 * feed.tick('BTCUSDT', '45000.1', { time: 1_700_000_000_000 });
 */
export class ManualFeed implements PriceFeed {
  readonly sources: readonly PriceSource[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  #sink: PriceSink | null = null;
  #isUp = false;
  /** By symbol and length, the oldest first. */
  readonly #bars = new Map<string, readonly PriceBar[]>();

  /** @throws ValidationError `TICK_INVALID` when a source is none, or the list is empty */
  constructor(options: ManualFeedOptions = {}) {
    const sources = options.sources ?? ['LAST'];
    for (const source of sources) if (!PRICE_SOURCES.includes(source)) throw unknownSource(source);
    if (sources.length === 0) throw unknownSource(undefined);
    this.sources = Object.freeze([...new Set(sources)]);
    this.#clock = options.clock ?? new SystemClock();
    this.#logger = harmless(options.logger ?? SILENT_LOGGER);
  }

  /** Tells `connected` before it returns. The latest caller is the one that is told; may follow a `close()`. */
  connect(sink: PriceSink): Promise<void> {
    this.#sink = sink;
    this.#isUp = true;
    this.#tell((listener) => listener.connection('connected'));
    return Promise.resolve();
  }

  /** Answers with the sources that were asked for and are pushed here. */
  subscribe(requests: readonly SubscriptionRequest[]): Promise<readonly Subscription[]> {
    return Promise.resolve(
      requests.map(({ symbol, sources }) => ({
        symbol,
        sources: sources.filter((source) => this.sources.includes(source)),
      })),
    );
  }

  /** Nothing to do: which symbols are pushed is the host's choice. */
  unsubscribe(_symbols: readonly string[]): Promise<void> {
    return Promise.resolve();
  }

  /** The newest of the bars that were given with `addBars`; none where none were given. */
  async fetchBars(symbol: string, barMs: number, limit: number): Promise<readonly PriceBar[]> {
    checkBarRequest(symbol, barMs, limit);
    return (this.#bars.get(keyOfBars(symbol, barMs)) ?? []).slice(-limit);
  }

  close(): Promise<void> {
    this.#sink = null;
    this.#isUp = false;
    return Promise.resolve();
  }

  /**
   * Gives finished bars of a symbol's last trades, so that an average range needs no time to come into being. Call it
   * before the first fill that wants one. A bar that was there before is replaced; the newest 1,000 are kept.
   *
   * @param barMs length of the bars, ms: `volatility.barMs` of the plan
   * @throws ValidationError `BAR_INVALID`; nothing is taken then
   * @example
   * feed.addBars('BTCUSDT', 60_000, [
   *   { startTime: 1_700_000_040_000, open: 45_000, high: 45_100, low: 44_900, close: 45_050 },
   * ]);
   */
  addBars(symbol: string, barMs: number, bars: readonly PriceBar[]): void {
    checkBarLength(symbol, barMs);
    if (!Array.isArray(bars)) throw noBars(bars);
    const key = keyOfBars(symbol, barMs);
    const byTime = new Map((this.#bars.get(key) ?? []).map((bar) => [bar.startTime, bar]));
    for (const [index, bar] of bars.entries()) {
      const problem = barProblem(bar, barMs);
      if (problem !== null) throw invalidBar(index, problem);
      const { startTime, open, high, low, close } = bar;
      byTime.set(startTime, Object.freeze({ startTime, open, high, low, close }));
    }
    const sorted = [...byTime.values()].sort((a, b) => a.startTime - b.startTime);
    this.#bars.set(key, sorted.slice(-BARS_FETCH_MAX));
  }

  /**
   * Passes one price on. Allocates nothing when the price is a number and `options` is left out.
   *
   * @param price quote units, above zero; a number or a plain decimal string
   * @returns whether a listener was told: false before `connect`, while disconnected and after `close`
   * @throws ValidationError `TICK_INVALID`; nothing is passed on then
   */
  tick(symbol: string, price: DecimalInput, options?: TickOptions): boolean {
    const source = options?.source ?? 'LAST';
    const time = options?.time ?? 0;
    const value = typeof price === 'number' ? price : Number(tryDecimal(price) ?? Number.NaN);
    // Written so that a price that is not a number fails as well.
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw invalidPrice(price);
    if (typeof symbol !== 'string' || symbol === '') throw invalidSymbol(symbol);
    if (!this.sources.includes(source)) throw this.#undeclared(source);
    if (!(time >= 0 && time < Number.POSITIVE_INFINITY)) throw invalidTime(time);
    if (!this.#isUp || this.#sink === null) return false;
    try {
      this.#sink.tick(symbol, source, value, time, this.#clock.monotonic());
    } catch (error) {
      this.#report(error);
    }
    return true;
  }

  /** Takes the connection down: ticks are lost until `reconnect`. */
  disconnect(reason = 'disconnected by the host'): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#tell((sink) => sink.connection('disconnected', reason));
  }

  reconnect(): void {
    if (this.#isUp || this.#sink === null) return;
    this.#isUp = true;
    this.#tell((sink) => sink.connection('reconnected'));
  }

  /** Says that the symbol's prices stopped although the connection stands, or that they are back. */
  stale(symbol: string, isStale = true): void {
    if (!isSymbol(symbol)) throw invalidSymbol(symbol);
    this.#tell((sink) => sink.staleness(symbol, isStale));
  }

  /** Says that ticks of the symbol may have been missed. */
  gap(symbol: string, reason = 'reported by the host'): void {
    if (!isSymbol(symbol)) throw invalidSymbol(symbol);
    this.#tell((sink) => sink.gap(symbol, reason));
  }

  /** A listener that throws breaks its own contract; the host is not to pay for it. */
  #tell(event: (sink: PriceSink) => void): void {
    if (this.#sink === null) return;
    try {
      event(this.#sink);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#logger.error({ error: String(error) }, 'A listener of the manual feed threw');
  }

  #undeclared(source: PriceSource): ValidationError {
    return new ValidationError('TICK_INVALID', 'Tick of a source that the feed does not declare', {
      expected: this.sources.join(', '),
      received: describe(source),
      remedy: 'List it in the option `sources`, so that rules are judged on it',
    });
  }
}

function keyOfBars(symbol: string, barMs: number): string {
  return `${symbol}|${barMs}`;
}

function noBars(bars: unknown): ValidationError {
  return new ValidationError('BAR_INVALID', 'Not a list of bars', {
    expected: 'an array of { startTime, open, high, low, close }',
    received: describe(bars),
  });
}

function invalidBar(index: number, problem: string): ValidationError {
  return new ValidationError('BAR_INVALID', `Bar ${index} cannot be: ${problem}`, {
    remedy: 'Give finished bars with prices above zero; none of these was taken',
  });
}

function invalidPrice(price: unknown): ValidationError {
  return new ValidationError('TICK_INVALID', 'Not a price', {
    expected: 'a finite number or plain decimal string above zero',
    received: describe(price),
  });
}

function invalidSymbol(symbol: unknown): ValidationError {
  return new ValidationError('TICK_INVALID', 'Not a symbol', {
    expected: SYMBOL_EXPECTED,
    received: describe(symbol),
  });
}

function invalidTime(time: unknown): ValidationError {
  return new ValidationError('TICK_INVALID', 'Not the time of a tick', {
    expected: 'ms since 1970 UTC, or 0 when unknown',
    received: describe(time),
  });
}

function unknownSource(source: unknown): ValidationError {
  return new ValidationError('TICK_INVALID', 'Not a price source', {
    expected: PRICE_SOURCES.join(', '),
    received: describe(source),
  });
}
