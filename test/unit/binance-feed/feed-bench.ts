import { createAsterFeed } from '../../../src/adapters/feeds/binance-dialect/aster-feed.js';
import { createBinanceFeed } from '../../../src/adapters/feeds/binance-dialect/binance-feed.js';
import type { DialectFeedOptions } from '../../../src/adapters/feeds/binance-dialect/feed-options.js';
import type { PriceSource } from '../../../src/model/price.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { PriceFeed } from '../../../src/ports/price-feed.js';
import { RecordingPriceSink } from '../../../src/testing/contracts/recording-price-sink.js';
import { runFor } from '../../../src/testing/run-time.js';
import { FakeStreamVenue } from './fake-stream-venue.js';

/** A feed, its exchange, and everything that it told. */
export class FeedBench {
  readonly clock = new VirtualClock();
  readonly venue = new FakeStreamVenue(this.clock);
  readonly sink = new RecordingPriceSink();
  readonly feed: PriceFeed;
  /** Addresses that were asked, and what they answer. */
  readonly asked: string[] = [];
  answer: (url: URL) => unknown = () => {
    throw new Error('no answer');
  };

  constructor(options: DialectFeedOptions & { readonly exchange?: 'binance' | 'aster' } = {}) {
    const { exchange = 'binance', ...rest } = options;
    const createFeed = exchange === 'binance' ? createBinanceFeed : createAsterFeed;
    this.feed = createFeed({
      clock: this.clock,
      createWebSocket: this.venue.sockets.create,
      random: () => 0.5,
      fetchJson: async (url) => {
        this.asked.push(url);
        return this.answer(new URL(url));
      },
      ...rest,
    });
  }

  async start(symbols: readonly string[], sources: readonly PriceSource[]): Promise<this> {
    await this.feed.connect(this.sink);
    await this.feed.subscribe(symbols.map((symbol) => ({ symbol, sources })));
    await this.run(1_000);
    return this;
  }

  run(ms: number): Promise<void> {
    return runFor(this.clock, ms);
  }

  /** Lets the exchange publish prices of the symbols every second. */
  async live(
    seconds: number,
    symbols: readonly string[],
    source: PriceSource = 'MARK',
    price: (second: number) => number = () => 100,
  ): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (const symbol of symbols) this.venue.push(symbol, source, price(second));
      await this.run(1_000);
    }
  }

  prices(source: PriceSource, symbol = 'BTCUSDT'): readonly number[] {
    return this.sink.pricesOf(symbol, source);
  }
}
