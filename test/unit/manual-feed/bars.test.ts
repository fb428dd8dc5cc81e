import { describe, expect, it } from 'vitest';
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import { BARS_FETCH_MAX } from '../../../src/limits.js';
import type { PriceBar } from '../../../src/model/price-bar.js';

const MINUTE_MS = 60_000;
const SYMBOL = 'BTCUSDT';

function bar(index: number, prices: Partial<PriceBar> = {}): PriceBar {
  return { startTime: index * MINUTE_MS, open: 10, high: 12, low: 9, close: 11, ...prices };
}

describe('bars of a manual feed', () => {
  it('are those that were given, the newest of them, the oldest first', async () => {
    const feed = new ManualFeed();
    feed.addBars(SYMBOL, MINUTE_MS, [bar(3), bar(1), bar(2)]);
    expect(await feed.fetchBars(SYMBOL, MINUTE_MS, 2)).toEqual([bar(2), bar(3)]);
    expect(await feed.fetchBars(SYMBOL, MINUTE_MS, 9)).toEqual([bar(1), bar(2), bar(3)]);
  });

  it('come together from several calls; a later word on a bar counts', async () => {
    const feed = new ManualFeed();
    feed.addBars(SYMBOL, MINUTE_MS, [bar(1), bar(2)]);
    feed.addBars(SYMBOL, MINUTE_MS, [bar(2, { high: 15 }), bar(3)]);
    expect(await feed.fetchBars(SYMBOL, MINUTE_MS, 9)).toEqual([
      bar(1),
      bar(2, { high: 15 }),
      bar(3),
    ]);
  });

  it('stay apart by symbol and length, and are none where none were given', async () => {
    const feed = new ManualFeed();
    feed.addBars(SYMBOL, MINUTE_MS, [bar(5)]);
    expect(await feed.fetchBars('ETHUSDT', MINUTE_MS, 9)).toEqual([]);
    expect(await feed.fetchBars(SYMBOL, 5 * MINUTE_MS, 9)).toEqual([]);
  });

  it('are copies: what the host does to its own changes nothing', async () => {
    const feed = new ManualFeed();
    const own = { ...bar(1), volume: 7 };
    feed.addBars(SYMBOL, MINUTE_MS, [own]);
    own.high = 99;
    expect(await feed.fetchBars(SYMBOL, MINUTE_MS, 9)).toEqual([bar(1)]);
  });

  it('are kept up to a number, the newest', async () => {
    const feed = new ManualFeed();
    const all = Array.from({ length: BARS_FETCH_MAX + 5 }, (_, index) => bar(index));
    feed.addBars(SYMBOL, MINUTE_MS, all);
    expect(await feed.fetchBars(SYMBOL, MINUTE_MS, BARS_FETCH_MAX)).toEqual(all.slice(5));
  });

  it.each<[string, unknown]>([
    ['that cannot be', [bar(2), bar(3, { high: 1 })]],
    ['that begins between', [bar(2), { ...bar(3), startTime: 1 }]],
    ['with prices as text', [bar(2), { ...bar(3), close: '11' }]],
    ['that is none', [bar(2), null]],
    ['instead of a list', bar(2)],
  ])('refuse one %s, and take nothing', async (_what, bars) => {
    const feed = new ManualFeed();
    feed.addBars(SYMBOL, MINUTE_MS, [bar(1)]);
    expect(() => feed.addBars(SYMBOL, MINUTE_MS, bars as PriceBar[])).toThrow(
      expect.objectContaining({ name: 'ValidationError', code: 'BAR_INVALID' }),
    );
    expect(await feed.fetchBars(SYMBOL, MINUTE_MS, 9)).toEqual([bar(1)]);
  });

  it('name the one that is wrong', () => {
    const bars = [bar(2), bar(3, { low: 0 })];
    expect(() => new ManualFeed().addBars(SYMBOL, MINUTE_MS, bars)).toThrow(
      'Bar 1 cannot be: low 0 is no price above zero',
    );
  });

  it.each([
    ['', MINUTE_MS, 1],
    [7, MINUTE_MS, 1],
    [SYMBOL, 0, 1],
    [SYMBOL, MINUTE_MS, 0],
    [SYMBOL, MINUTE_MS, Number.NaN],
    [SYMBOL, MINUTE_MS, BARS_FETCH_MAX + 1],
  ])('refuse to be asked for by %s, %d ms, %d', async (symbol, barMs, limit) => {
    const asked = new ManualFeed().fetchBars(symbol as string, barMs, limit);
    await expect(asked).rejects.toMatchObject({ code: 'BAR_INVALID' });
  });
});
