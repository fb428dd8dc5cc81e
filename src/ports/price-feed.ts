import type { PriceSource } from '../model/price.js';
import type { PriceBar } from '../model/price-bar.js';

/**
 * Where prices come from.
 *
 * A feed never drops, coalesces or reorders a tick: a level can be touched and left within one millisecond. What it
 * cannot deliver it says (`stale`, `gap`, `disconnected`) instead of hiding it.
 */
export interface PriceFeed {
  /** Sources this feed can deliver. The monitor judges each rule on the best one that exists. */
  readonly sources: readonly PriceSource[];
  /** Opens the connection. Called once, before `subscribe`. Rejects with a `FeedError`. */
  connect(sink: PriceSink): Promise<void>;
  /**
   * Starts ticks of the symbols. Called whenever a symbol gets its first tranche, and again for all of them after a
   * restart; a symbol may be subscribed twice. Returns when the request was made, not when the first tick came.
   */
  subscribe(requests: readonly SubscriptionRequest[]): Promise<readonly Subscription[]>;
  /** Stops ticks of the symbols. A tick may still follow. */
  unsubscribe(symbols: readonly string[]): Promise<void>;
  /**
   * The newest finished bars of a symbol's last trades, the oldest first. Absent: an average range is made of ticks alone,
   * and levels that depend on it come into being after as many bars as it has.
   *
   * Called when a symbol gets its first plan with volatility levels, after a restart, and when ticks may have been
   * missed; for several symbols at a time, connected or not. It changes nothing and may be repeated.
   *
   * All or nothing: fewer than `limit` only where the exchange itself has fewer. Each bar begins at a multiple of `barMs`
   * since 1970 UTC, exchange time; none comes twice; the one that is still running is left out. A stretch in which
   * nobody traded may be a flat bar or none.
   *
   * @param barMs length of a bar, ms
   * @param limit most bars, 1 to `BARS_FETCH_MAX` (1,000)
   * @throws FeedError `FEED_UNREACHABLE`: no answer, `not-sent` when the exchange asked for silence or the budget for
   *   bars is used, ask again later; `FEED_BARS_UNSUPPORTED`: none of this length, for good; `FEED_PROTOCOL`: an answer
   *   that cannot be understood
   * @throws ValidationError `BAR_INVALID` for a symbol, length or limit that is none
   */
  fetchBars?(symbol: string, barMs: number, limit: number): Promise<readonly PriceBar[]>;
  /** Closes the connection. May be called twice. */
  close(): Promise<void>;
}

export interface SubscriptionRequest {
  readonly symbol: string;
  readonly sources: readonly PriceSource[];
}

export interface Subscription {
  readonly symbol: string;
  readonly sources: readonly PriceSource[];
}

/** What a feed pushes. Members never throw. */
export interface PriceSink {
  /**
   * One price. Positional and without objects, because there are millions.
   *
   * @param price above zero; anything else is refused and reported, never acted on
   * @param exchangeTimeMs when the exchange made it, ms since 1970 UTC; 0 when unknown
   * @param receivedAtMonotonicMs `Clock.monotonic()` at reception
   */
  tick(
    symbol: string,
    source: PriceSource,
    price: number,
    exchangeTimeMs: number,
    receivedAtMonotonicMs: number,
  ): void;
  /** The connection is up, down, or up again after it was down. */
  connection(state: 'connected' | 'disconnected' | 'reconnected', reason?: string): void;
  /** No business traffic for the symbol although the connection stands, or traffic again. */
  staleness(symbol: string, stale: boolean): void;
  /** Ticks of the symbol may have been missed. */
  gap(symbol: string, reason: string): void;
}
