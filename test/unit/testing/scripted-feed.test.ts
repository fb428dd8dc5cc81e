import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { RecordingPriceSink } from '../../../src/testing/contracts/recording-price-sink.js';
import type { FeedStep } from '../../../src/testing/feeds/feed-script.js';
import { ScriptedFeed } from '../../../src/testing/feeds/scripted-feed.js';
import { runFor, runUntil } from '../../../src/testing/run-time.js';

const SYMBOL = 'BTCUSDT';

/** A connected feed, what it told with the times, and what its market did. */
async function setUp() {
  const clock = new VirtualClock();
  const log: string[] = [];
  const market = {
    setPrice: (_symbol: string, price: unknown, source: string) => {
      log.push(`${clock.monotonic()} market ${source} ${price}`);
    },
  };
  const feed = new ScriptedFeed({ clock, market, sources: ['LAST', 'MARK'] });
  const sink = new RecordingPriceSink();
  sink.onTick = ({ source, price }) => log.push(`${clock.monotonic()} feed ${source} ${price}`);
  await feed.connect(sink);
  const play = (steps: readonly FeedStep[]) => runUntil(clock, feed.play(SYMBOL, steps));
  return { clock, feed, sink, log, play };
}

describe('a scripted feed', () => {
  it('moves the market first, then tells it, at the pace of the script', async () => {
    const { clock, feed, log } = await setUp();
    const steps = [100, '101.5', { wait: 250 }, 102] as const;
    await runUntil(clock, feed.play(SYMBOL, steps, { source: 'MARK', everyMs: 10 }));
    expect(log).toEqual([
      '0 market MARK 100',
      '0 feed MARK 100',
      '10 market MARK 101.5',
      '10 feed MARK 101.5',
      '270 market MARK 102',
      '270 feed MARK 102',
    ]);
  });

  it('stamps ticks with the time of the exchange, which is its clock', async () => {
    const { clock, feed, sink } = await setUp();
    clock.advanceBy(70);
    feed.tick(SYMBOL, 100);
    expect(sink.ticks[0]).toMatchObject({
      exchangeTimeMs: clock.now(),
      receivedAtMonotonicMs: 70,
    });
  });

  it('goes on in the time of the exchange when the wall clock is set back', async () => {
    const { clock, feed, sink } = await setUp();
    feed.tick(SYMBOL, 100);
    clock.jumpWallBy(-600_000);
    clock.advanceBy(1_000);
    feed.tick(SYMBOL, 101);
    feed.badTick(SYMBOL, Number.NaN);
    const [first, ...later] = sink.ticks.map(({ exchangeTimeMs }) => exchangeTimeMs);
    expect(later).toEqual([(first ?? 0) + 1_000, (first ?? 0) + 1_000]);
  });

  it('touches a level within the same ms', async () => {
    const { log, play } = await setUp();
    await play([100, { wick: 90 }, 101]);
    expect(log.filter((line) => line.includes('feed'))).toEqual([
      '0 feed LAST 100',
      '0 feed LAST 90',
      '0 feed LAST 100',
      '1000 feed LAST 101',
    ]);
  });

  it('cannot wick from nowhere', async () => {
    const { play } = await setUp();
    await expect(play([{ wick: 90 }])).rejects.toThrow('no LAST price to go back to');
  });

  it('falls silent without a word while the market goes on', async () => {
    const { sink, log, play } = await setUp();
    await play([100, { silence: 1_500 }, 99, 98]);
    expect(log).toEqual([
      '0 market LAST 100',
      '0 feed LAST 100',
      '1000 market LAST 99',
      '2000 market LAST 98',
      '2000 feed LAST 98',
    ]);
    expect(sink.staleSymbols.size).toBe(0);
  });

  it('says that it is stale, and that it is back', async () => {
    const { clock, sink, play } = await setUp();
    await play([100, { stale: 1_500 }, 99]);
    expect(sink.staleSymbols.get(SYMBOL)).toBe(true);
    expect(sink.pricesOf(SYMBOL, 'LAST')).toEqual([100]);
    await runFor(clock, 500);
    expect(sink.staleSymbols.get(SYMBOL)).toBe(false);
  });

  it('goes down and comes back, beside the steps that follow', async () => {
    const { clock, sink, log, play } = await setUp();
    await play([100, { disconnect: 1_500 }, 99]);
    expect(sink.connections).toEqual(['connected', 'disconnected']);
    await runFor(clock, 1_000);
    expect(sink.connections).toEqual(['connected', 'disconnected', 'reconnected']);
    expect(log).toContain('1000 market LAST 99');
    expect(sink.pricesOf(SYMBOL, 'LAST')).toEqual([100]);
  });

  it('tells a gap', async () => {
    const { sink, play } = await setUp();
    await play([{ gap: 'a frame was lost' }]);
    expect(sink.gaps).toEqual([SYMBOL]);
  });

  it('lies without moving the market', async () => {
    const { feed, sink, log, play } = await setUp();
    await play([100, { bad: Number.NaN }, { bad: 0 }, { bad: 1_000 }]);
    expect(sink.pricesOf(SYMBOL, 'LAST')).toEqual([100, Number.NaN, 0, 1_000]);
    expect(log.filter((line) => line.includes('market'))).toEqual(['0 market LAST 100']);
    feed.disconnect();
    expect(feed.badTick(SYMBOL, 1)).toBe(false);
    await feed.close();
    expect(feed.badTick(SYMBOL, 1)).toBe(false);
  });

  it('refuses a step that is none', async () => {
    const { play } = await setUp();
    await expect(play([{ jump: 5 } as never])).rejects.toThrow('not a step of a price script');
  });

  describe('asked for bars', () => {
    const bar = { startTime: 60_000, open: 10, high: 12, low: 9, close: 11 };

    it('gives those that were added, and remembers who asked', async () => {
      const { feed } = await setUp();
      feed.addBars(SYMBOL, 60_000, [bar]);
      expect(await feed.fetchBars(SYMBOL, 60_000, 5)).toEqual([bar]);
      expect(feed.barRequests).toEqual([{ symbol: SYMBOL, barMs: 60_000, limit: 5 }]);
    });

    it('answers as it is told, as often as it is told, for the symbol that was named', async () => {
      const { feed } = await setUp();
      const lie = [{ ...bar, startTime: 7, high: 1 }];
      feed.addBars(SYMBOL, 60_000, [bar]);
      feed.nextBars(SYMBOL, { fails: true }, { times: 2 });
      feed.nextBars(SYMBOL, { fails: new RangeError('another reason') });
      feed.nextBars(SYMBOL, { bars: lie });
      expect(await feed.fetchBars('ETHUSDT', 60_000, 5)).toEqual([]);
      for (let count = 0; count < 2; count += 1) {
        await expect(feed.fetchBars(SYMBOL, 60_000, 5)).rejects.toMatchObject({
          code: 'FEED_UNREACHABLE',
          retryable: true,
        });
      }
      await expect(feed.fetchBars(SYMBOL, 60_000, 5)).rejects.toThrow('another reason');
      expect(await feed.fetchBars(SYMBOL, 60_000, 5)).toEqual(lie);
      expect(await feed.fetchBars(SYMBOL, 60_000, 5)).toEqual([bar]);
    });

    it('takes its time', async () => {
      const { clock, feed } = await setUp();
      feed.addBars(SYMBOL, 60_000, [bar]);
      feed.nextBars(SYMBOL, { afterMs: 3_000 });
      let bars: unknown = null;
      void feed.fetchBars(SYMBOL, 60_000, 5).then((answer) => {
        bars = answer;
      });
      await runFor(clock, 2_999);
      expect(bars).toBeNull();
      await runFor(clock, 1);
      expect(bars).toEqual([bar]);
    });

    it('refuses a rule that would never be met', async () => {
      const { feed } = await setUp();
      expect(() => feed.nextBars(SYMBOL, { bars: [] }, { times: 0 })).toThrow(RangeError);
    });
  });

  it('needs no market', async () => {
    const clock = new VirtualClock();
    const feed = new ScriptedFeed({ clock });
    const sink = new RecordingPriceSink();
    await feed.connect(sink);
    expect(feed.tick(SYMBOL, 100)).toBe(true);
    expect(() => feed.tick(SYMBOL, -1)).toThrow('Not a price');
    expect(sink.pricesOf(SYMBOL, 'LAST')).toEqual([100]);
  });
});
