import { describe, test } from 'vitest';
import { createAsterFeed } from '../../src/aster.js';
import { createBinanceFeed } from '../../src/binance.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PriceBar } from '../../src/model/price-bar.js';
import type { PriceFeed } from '../../src/ports/price-feed.js';
import { type FeedHarness, feedContract } from '../../src/testing/contracts/feed-contract.js';
import { PriceVenue } from '../support/price-venue.js';

const STALE_AFTER_MS = 150;

/** A feed on real sockets whose venue sends what the card says. */
class DialectFeedHarness implements FeedHarness {
  readonly symbols = ['BTCUSDT', 'ETHUSDT'] as const;
  readonly feed: PriceFeed;
  readonly #venue: PriceVenue;
  readonly #bars = new Map<string, readonly PriceBar[]>();

  constructor(venue: PriceVenue, create: typeof createBinanceFeed) {
    this.#venue = venue;
    this.feed = create({
      streamUrl: venue.url,
      fetchJson: async (address) => this.#answer(new URL(address)),
      reconnectMinMs: 5,
      reconnectMaxMs: 20,
      staleAfterMs: STALE_AFTER_MS,
      quietAfterMs: STALE_AFTER_MS,
    });
    const subscribe = this.feed.subscribe.bind(this.feed);
    this.feed.subscribe = async (requests) => {
      const subscriptions = await subscribe(requests);
      await venue.subscribedTo(requests.flatMap(streamsOf));
      return subscriptions;
    };
  }

  push(symbol: string, source: PriceSource, price: number): void {
    this.#venue.push(symbol, source, price);
  }

  drain(): Promise<void> {
    return this.#venue.drain();
  }

  async interrupt(): Promise<void> {
    const before = this.#venue.subscribed;
    this.#venue.cut();
    await this.#venue.subscribedTo(before);
  }

  /** Longer than a symbol may be silent. */
  silence(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 4 * STALE_AFTER_MS));
  }

  giveBars(symbol: string, _barMs: number, bars: readonly PriceBar[]): void {
    this.#bars.set(symbol, bars);
  }

  /** Bars as the exchange has them: the last row still runs. Prices are asked for in vain. */
  #answer({ pathname, searchParams: asked }: URL): unknown {
    if (pathname !== '/fapi/v1/klines' || asked.get('interval') !== '1m') throw new Error('no');
    const last = 42;
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    const running = { startTime: now, open: last, high: last, low: last, close: last };
    const bars = [...(this.#bars.get(asked.get('symbol') ?? '') ?? []), running];
    return bars.slice(-Number(asked.get('limit'))).map(({ startTime, open, high, low, close }) => {
      const prices = [open, high, low, close].map(String);
      return [startTime, ...prices, '1', startTime + 59_999, '1', 1, '1', '1', '0'];
    });
  }

  async cleanup(): Promise<void> {
    await this.feed.close();
    await this.#venue.close();
  }
}

function streamsOf({ symbol, sources }: { symbol: string; sources: readonly PriceSource[] }) {
  const name = symbol.toLowerCase();
  return sources.map((source) => {
    if (source === 'MARK') return `${name}@markPrice@1s`;
    return source === 'LAST' ? `${name}@aggTrade` : `${name}@bookTicker`;
  });
}

describe.each([
  { name: 'Binance', create: createBinanceFeed },
  { name: 'Aster', create: createAsterFeed },
])('price feed of $name, over real sockets', ({ create }) => {
  feedContract({
    test,
    factory: async () => new DialectFeedHarness(await PriceVenue.open(), create),
  });
});
