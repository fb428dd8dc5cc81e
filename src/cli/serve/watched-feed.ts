import { PAGE_SYMBOLS_MAX } from '../../limits.js';
import type { PriceSource } from '../../model/price.js';
import type { Clock } from '../../ports/clock.js';
import type { PriceFeed, PriceSink } from '../../ports/price-feed.js';
import { PriceHistory, type PricePoint } from './price-history.js';

/** What is drawn where a feed has several prices: the first of these that it has. */
const DRAWN: readonly PriceSource[] = ['LAST', 'MARK', 'BID', 'INDEX', 'ASK'];

/** Age of the latest price of one source, ms. */
export interface PriceAge {
  readonly symbol: string;
  readonly source: PriceSource;
  readonly ageMs: number;
}

/** Looks at the prices on their way to the monitor. Nothing of them is changed, held up or dropped. */
export class WatchedFeed {
  readonly #clock: Clock;
  readonly #drawn: PriceSource;
  /** By symbol, the one that was subscribed last at the end. */
  readonly #symbols = new Map<string, Map<PriceSource, PriceHistory>>();
  readonly feed: PriceFeed;

  constructor(feed: PriceFeed, clock: Clock) {
    this.#clock = clock;
    this.#drawn = DRAWN.find((source) => feed.sources.includes(source)) ?? 'LAST';
    this.feed = {
      sources: feed.sources,
      connect: (sink) => feed.connect(this.#watched(sink)),
      subscribe: (requests) => {
        for (const { symbol } of requests) this.#remember(symbol);
        return feed.subscribe(requests);
      },
      unsubscribe: (symbols) => {
        for (const symbol of symbols) this.#symbols.delete(symbol);
        return feed.unsubscribe(symbols);
      },
      ...(feed.fetchBars !== undefined && { fetchBars: feed.fetchBars.bind(feed) }),
      close: () => feed.close(),
    };
  }

  /** Points of a symbol from a time on, oldest first. */
  points(symbol: string, sinceMs: number): readonly PricePoint[] {
    return this.#symbols.get(symbol)?.get(this.#drawn)?.since(sinceMs) ?? [];
  }

  /** The source that is drawn. */
  get drawn(): PriceSource {
    return this.#drawn;
  }

  ages(): readonly PriceAge[] {
    const now = this.#clock.monotonic();
    return [...this.#symbols].flatMap(([symbol, sources]) =>
      [...sources].flatMap(([source, history]) => {
        const at = history.lastReceivedAt;
        return at === null ? [] : [{ symbol, source, ageMs: Math.max(0, now - at) }];
      }),
    );
  }

  /** When a price came, monotonic ms; `null` when it is not known any more. */
  receivedAt(symbol: string, source: PriceSource, price: number): number | null {
    return this.#symbols.get(symbol)?.get(source)?.receivedAt(price) ?? null;
  }

  #watched(sink: PriceSink): PriceSink {
    return {
      tick: (symbol, source, price, exchangeTimeMs, receivedAt) => {
        // What is no price is the monitor's to refuse.
        if (price > 0 && price < Number.POSITIVE_INFINITY) {
          this.#history(symbol, source).add(price, this.#clock.now(), receivedAt);
        }
        sink.tick(symbol, source, price, exchangeTimeMs, receivedAt);
      },
      connection: (state, reason) => sink.connection(state, reason),
      staleness: (symbol, stale) => sink.staleness(symbol, stale),
      gap: (symbol, reason) => sink.gap(symbol, reason),
    };
  }

  #history(symbol: string, source: PriceSource): PriceHistory {
    const sources = this.#symbols.get(symbol) ?? this.#remember(symbol);
    let history = sources.get(source);
    if (history === undefined) {
      history = new PriceHistory();
      sources.set(source, history);
    }
    return history;
  }

  #remember(symbol: string): Map<PriceSource, PriceHistory> {
    const sources = this.#symbols.get(symbol) ?? new Map<PriceSource, PriceHistory>();
    this.#symbols.delete(symbol);
    this.#symbols.set(symbol, sources);
    const [oldest] = this.#symbols.keys();
    if (this.#symbols.size > PAGE_SYMBOLS_MAX && oldest !== undefined) this.#symbols.delete(oldest);
    return sources;
  }
}
