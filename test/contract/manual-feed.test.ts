import { describe, test } from 'vitest';
import { ManualFeed } from '../../src/adapters/feeds/manual/manual-feed.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PriceBar } from '../../src/model/price-bar.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import { type FeedHarness, feedContract } from '../../src/testing/contracts/feed-contract.js';

class ManualHarness implements FeedHarness {
  readonly feed = new ManualFeed({ sources: ['LAST', 'MARK'], clock: new VirtualClock() });
  readonly symbols = ['BTCUSDT', 'ETHUSDT'] as const;

  push(symbol: string, source: PriceSource, price: number): void {
    this.feed.tick(symbol, price, { source });
  }

  interrupt(): void {
    this.feed.disconnect();
    this.feed.reconnect();
  }

  silence(symbol: string): void {
    this.feed.stale(symbol);
  }

  giveBars(symbol: string, barMs: number, bars: readonly PriceBar[]): void {
    this.feed.addBars(symbol, barMs, bars);
  }
}

describe('manual feed', () => {
  feedContract({ test, factory: () => new ManualHarness() });
});
