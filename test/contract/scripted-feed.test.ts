import { describe, test } from 'vitest';
import type { PriceSource } from '../../src/model/price.js';
import type { PriceBar } from '../../src/model/price-bar.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import { type FeedHarness, feedContract } from '../../src/testing/contracts/feed-contract.js';
import { ScriptedFeed } from '../../src/testing/feeds/scripted-feed.js';
import { runFor, runUntil } from '../../src/testing/run-time.js';

/** Prices come from scripts, so that what plays them keeps the contract as well. */
class ScriptedHarness implements FeedHarness {
  readonly symbols = ['BTCUSDT', 'ETHUSDT'] as const;
  readonly feed: ScriptedFeed;
  readonly #clock = new VirtualClock();

  constructor(sources: readonly PriceSource[]) {
    this.feed = new ScriptedFeed({ sources, clock: this.#clock });
  }

  push(symbol: string, source: PriceSource, price: number): Promise<void> {
    return runUntil(this.#clock, this.feed.play(symbol, [price], { source }));
  }

  async interrupt(): Promise<void> {
    await this.feed.play('BTCUSDT', [{ disconnect: 1_000 }]);
    await runFor(this.#clock, 1_000);
  }

  silence(symbol: string): Promise<void> {
    return this.feed.play(symbol, [{ stale: 1_000 }]);
  }

  giveBars(symbol: string, barMs: number, bars: readonly PriceBar[]): void {
    this.feed.addBars(symbol, barMs, bars);
  }
}

describe.each([
  { name: 'two sources', sources: ['LAST', 'MARK'] as const },
  { name: 'one source', sources: ['LAST'] as const },
])('scripted feed, $name', ({ sources }) => {
  feedContract({ test, factory: () => new ScriptedHarness(sources) });
});
