import { describe, expect, it, vi } from 'vitest';
import { ManualFeed } from '../../src/adapters/feeds/manual/manual-feed.js';
import type { PriceBar } from '../../src/model/price-bar.js';
import type { PriceSink } from '../../src/ports/price-feed.js';
import { type FeedHarness, feedContract } from '../../src/testing/contracts/feed-contract.js';

/** Declares the cards on a feed and runs one of them. */
function cardOf(id: string, feed: ManualFeed): () => Promise<void> {
  const cards = new Map<string, () => Promise<void>>();
  feedContract({
    test: (name, run) => cards.set(name.slice(0, 5), run),
    factory: (): FeedHarness => ({
      feed,
      symbols: ['A', 'B'],
      push: (symbol, source, price) => void feed.tick(symbol, price, { source }),
      giveBars: (symbol, barMs, bars) => feed.addBars(symbol, barMs, bars),
    }),
  });
  const card = cards.get(id);
  if (card === undefined) throw new Error(`no card ${id}`);
  return card;
}

describe('a contract suite', () => {
  it('fails an adapter that drops a tick', async () => {
    class Coalescing extends ManualFeed {
      override connect(sink: PriceSink): Promise<void> {
        let last = 0;
        return super.connect({
          ...sink,
          connection: () => {},
          tick: (symbol, source, price, time, at) => {
            if (price !== last) sink.tick(symbol, source, price, time, at);
            last = 101;
          },
        });
      }
    }
    await expect(cardOf('PF-01', new Coalescing())()).rejects.toThrow('Contract broken');
  });

  it('fails an adapter that lets a listener break it', async () => {
    class Fragile extends ManualFeed {
      #sink: PriceSink | null = null;
      override connect(sink: PriceSink): Promise<void> {
        this.#sink = sink;
        return Promise.resolve();
      }
      override tick(symbol: string, price: number): boolean {
        this.#sink?.tick(symbol, 'LAST', price, 0, 0);
        return true;
      }
    }
    await expect(cardOf('PF-06', new Fragile())()).rejects.toThrow();
  });

  it.each<[string, (bars: readonly PriceBar[]) => readonly PriceBar[]]>([
    ['out of order', (bars) => [...bars].reverse()],
    ['one short', (bars) => bars.slice(1)],
    ['the oldest ones', (bars) => [...bars, ...bars].slice(1, bars.length + 1)],
    ['twice', (bars) => [...bars, ...bars]],
    ['impossible', (bars) => bars.map((bar) => ({ ...bar, high: bar.low / 2 }))],
    ['of other times', (bars) => bars.map((bar) => ({ ...bar, startTime: bar.startTime + 1 }))],
  ])('fails an adapter whose bars are %s', async (_what, spoil) => {
    class Spoiling extends ManualFeed {
      override async fetchBars(symbol: string, barMs: number, limit: number) {
        return spoil(await super.fetchBars(symbol, barMs, limit));
      }
    }
    await expect(cardOf('PF-07', new ManualFeed())()).resolves.toBeUndefined();
    await expect(cardOf('PF-07', new Spoiling())()).rejects.toThrow('Contract broken');
  });

  it('wants a hook, or a reason to skip the card', async () => {
    await expect(cardOf('PF-04', new ManualFeed())()).rejects.toThrow('interrupt');
    const skip = vi.fn();
    feedContract({
      test: () => {},
      skip,
      factory: () => {
        throw new Error('not reached');
      },
      skips: { 'PF-04': 'recordings have no connection' },
    });
    expect(skip).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('PF-04'),
      'recordings have no connection',
    );
  });
});
