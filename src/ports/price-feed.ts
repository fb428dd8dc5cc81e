import type { PriceSource } from '../model/price.js';

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
