import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AskedBars,
  decodeBars,
} from '../../../src/adapters/feeds/binance-dialect/decode-bars.js';
import {
  BARS_FETCH_MAX,
  FEED_ASK_PAUSE_MS,
  FEED_BARS_CLOCK_MARGIN_MS,
  FEED_BARS_WEIGHT_PER_MINUTE,
} from '../../../src/limits.js';
import { silenceHost } from '../../../src/platform/host-silence.js';
import { FeedBench } from './feed-bench.js';

const MINUTE_MS = 60_000;
const FROM = 1_700_000_040_000;

/** Row number `index` as the exchange writes it. */
function row(index: number, barMs = MINUTE_MS): unknown[] {
  const start = FROM + index * barMs;
  const prices = [`${100 + index}.10`, `${102 + index}`, `${99 + index}`, `${101 + index}.5`];
  return [start, ...prices, '12.3', start + barMs - 1, '1230', 7, '6', '600', '0'];
}

function rows(count: number): unknown[][] {
  return Array.from({ length: count }, (_, index) => row(index));
}

const ASKED: AskedBars = {
  symbol: 'BTCUSDT',
  barMs: MINUTE_MS,
  rowsMax: 5,
  now: FROM + 100 * MINUTE_MS,
};

describe('an answer of bars', () => {
  it('is read', () => {
    expect(decodeBars(rows(2), ASKED)).toEqual([
      { startTime: FROM, open: 100.1, high: 102, low: 99, close: 101.5 },
      { startTime: FROM + MINUTE_MS, open: 101.1, high: 103, low: 100, close: 102.5 },
    ]);
  });

  it('may be empty: the symbol never traded', () => {
    expect(decodeBars([], ASKED)).toEqual([]);
  });

  it.each([
    ['still runs', -1, 2],
    ['has just ended, by our clock', FEED_BARS_CLOCK_MARGIN_MS - 1, 2],
    ['has ended', FEED_BARS_CLOCK_MARGIN_MS, 3],
  ])('without the newest where that %s', (_what, sinceEndMs, count) => {
    const now = FROM + 3 * MINUTE_MS + sinceEndMs;
    expect(decodeBars(rows(3), { ...ASKED, now })).toHaveLength(count);
  });

  it('with all before the newest, wherever our clock is', () => {
    expect(decodeBars(rows(3), { ...ASKED, now: 0 })).toHaveLength(2);
  });

  it('may have a gap: the exchange was down', () => {
    expect(decodeBars([row(0), row(3)], ASKED)).toHaveLength(2);
  });

  const spoilt = (column: number, value: unknown): unknown[] => {
    const spoiltRow = row(1);
    spoiltRow[column] = value;
    return [row(0), spoiltRow, row(2)];
  };

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an error', { code: -1121, msg: 'Invalid symbol.' }],
    ['text', '[]'],
    ['more rows than were asked for', rows(6)],
    ['a row that is none', [row(0), null]],
    ['a row that is an object', [row(0), { 0: FROM + MINUTE_MS }]],
    ['a row that is text', [row(0), 'row']],
    ['an empty row', [row(0), []]],
    ['a short row', [row(0), row(1).slice(0, 6)]],
    ['a time as text', spoilt(0, String(FROM + MINUTE_MS))],
    ['a time that is no begin', spoilt(0, FROM + MINUTE_MS + 1)],
    ['a time that is none', spoilt(0, Number.NaN)],
    ['a negative time', spoilt(0, -MINUTE_MS)],
    ['no open', spoilt(1, undefined)],
    ['an open of zero', spoilt(1, '0')],
    ['an open above the high', spoilt(1, '104')],
    ['an empty high', spoilt(2, '')],
    ['a high below the low', spoilt(2, '1')],
    ['an endless high', spoilt(2, '1e999')],
    ['a negative low', spoilt(3, '-1')],
    ['a low that is a list', spoilt(3, ['100'])],
    ['a close that is no number', spoilt(4, 'abc')],
    ['a close that is an object', spoilt(4, {})],
    ['another length', spoilt(6, FROM + 6 * MINUTE_MS - 1)],
    ['no end', spoilt(6, undefined)],
    ['rows twice', [row(0), row(0)]],
    ['rows backwards', [row(1), row(0)]],
  ])('is refused as a whole: %s', (_what, answer) => {
    expect(() => decodeBars(answer, ASKED)).toThrow(
      expect.objectContaining({ name: 'FeedError', code: 'FEED_PROTOCOL', retryable: true }),
    );
  });

  it('is whole or an error, whatever it is', () => {
    const cell = fc.oneof(fc.jsonValue(), fc.constantFrom(FROM, '100', FROM + MINUTE_MS - 1));
    const change = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 11 }), cell);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        const answer = rows(4);
        for (const [index, column, value] of changes) (answer[index] as unknown[])[column] = value;
        let bars: ReturnType<typeof decodeBars> = [];
        try {
          bars = decodeBars(answer, ASKED);
        } catch (error) {
          expect(error).toMatchObject({ code: 'FEED_PROTOCOL' });
          return;
        }
        expect(bars).toHaveLength(4);
        for (const { open, high, low, close } of bars) {
          expect(Math.min(open, close, high)).toBeGreaterThanOrEqual(low);
          expect(Math.max(open, close, low)).toBeLessThanOrEqual(high);
        }
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        if (Array.isArray(answer) && answer.length === 0) return;
        expect(() => decodeBars(answer, ASKED)).toThrow('cannot be understood');
      }),
    );
  });
});

/** A feed whose exchange has so many finished minutes before now, and the running one. */
function benchWith(options: ConstructorParameters<typeof FeedBench>[0] = {}): FeedBench {
  const bench = new FeedBench(options);
  bench.answer = (url) => {
    const running = Math.floor(bench.clock.now() / MINUTE_MS);
    const limit = Number(url.searchParams.get('limit'));
    return Array.from({ length: limit }, (_, index) => {
      const start = (running - limit + 1 + index) * MINUTE_MS;
      return [start, '10', '12', '9', '11', '1', start + MINUTE_MS - 1, '1', 1, '1', '1', '0'];
    });
  };
  return bench;
}

function fetchBars(bench: FeedBench, limit = 3, barMs = MINUTE_MS, symbol = 'BTCUSDT') {
  return bench.feed.fetchBars?.(symbol, barMs, limit) ?? Promise.reject(new Error('absent'));
}

describe.each(['binance', 'aster'] as const)('bars of %s', (exchange) => {
  it('are asked for with the running one, and given without it', async () => {
    const bench = benchWith({ exchange });
    const bars = await fetchBars(bench, 3);
    const host = exchange === 'binance' ? 'fapi.binance.com' : 'fapi.asterdex.com';
    expect(bench.asked).toEqual([
      `https://${host}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=4`,
    ]);
    const running = Math.floor(bench.clock.now() / MINUTE_MS) * MINUTE_MS;
    expect(bars.map(({ startTime }) => running - startTime)).toEqual([180_000, 120_000, 60_000]);
  });

  it('are never more than were wanted, although the newest has ended', async () => {
    const bench = benchWith({ exchange });
    const { answer } = bench;
    bench.answer = (url) => {
      const all = answer(url) as unknown[][];
      const early = (cell: unknown): unknown =>
        typeof cell === 'number' && cell > 1e6 ? cell - 5 * MINUTE_MS : cell;
      return all.map((cells) => cells.map(early));
    };
    const running = Math.floor(bench.clock.now() / MINUTE_MS) * MINUTE_MS;
    const bars = await fetchBars(bench, 3);
    expect(bars.map(({ startTime }) => (running - startTime) / MINUTE_MS)).toEqual([7, 6, 5]);
  });
});

describe('requests for bars', () => {
  it.each([
    [60_000, '1m'],
    [180_000, '3m'],
    [300_000, '5m'],
    [900_000, '15m'],
    [1_800_000, '30m'],
    [3_600_000, '1h'],
    [7_200_000, '2h'],
    [14_400_000, '4h'],
    [21_600_000, '6h'],
    [28_800_000, '8h'],
    [43_200_000, '12h'],
    [86_400_000, '1d'],
  ])('of %d ms are for %s', async (barMs, interval) => {
    const bench = benchWith();
    bench.answer = () => [];
    expect(await fetchBars(bench, 1, barMs)).toEqual([]);
    expect(new URL(bench.asked[0] ?? '').searchParams.get('interval')).toBe(interval);
  });

  it.each([1_000, 59_999, 120_000, 7 * 86_400_000])(
    'of %d ms are refused, because the exchange has none',
    async (barMs) => {
      const bench = benchWith();
      await expect(fetchBars(bench, 1, barMs)).rejects.toMatchObject({
        code: 'FEED_BARS_UNSUPPORTED',
        retryable: false,
        message: expect.stringContaining('60000, 180000'),
      });
      expect(bench.asked).toEqual([]);
    },
  );

  it.each([
    ['no symbol', '', MINUTE_MS, 1],
    ['a symbol with a query', 'BTC&limit=1500', MINUTE_MS, 1],
    ['no length', 'BTCUSDT', 0, 1],
    ['half a length', 'BTCUSDT', 0.5, 1],
    ['no bars', 'BTCUSDT', MINUTE_MS, 0],
    ['half a bar', 'BTCUSDT', MINUTE_MS, 1.5],
    ['too many', 'BTCUSDT', MINUTE_MS, BARS_FETCH_MAX + 1],
  ])('are refused for %s', async (_what, symbol, barMs, limit) => {
    const bench = benchWith();
    await expect(fetchBars(bench, limit, barMs, symbol)).rejects.toMatchObject({
      code: 'BAR_INVALID',
    });
    expect(bench.asked).toEqual([]);
  });

  it('do not exist where the feed must not ask', () => {
    expect(new FeedBench({ fetchJson: null }).feed.fetchBars).toBeUndefined();
  });

  it('need no stream, and end with the feed', async () => {
    const bench = benchWith();
    expect(await fetchBars(bench)).toHaveLength(3);
    await bench.feed.close();
    await expect(fetchBars(bench)).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      outcome: 'not-sent',
      retryable: false,
    });
    expect(bench.asked).toHaveLength(1);
  });

  it('are not sent while the host asked for silence', async () => {
    const bench = benchWith();
    silenceHost(bench.clock, 'https://fapi.binance.com/x', 5_000);
    const silent = { code: 'FEED_UNREACHABLE', outcome: 'not-sent', retryable: true };
    await expect(fetchBars(bench)).rejects.toMatchObject(silent);
    await bench.run(4_999);
    await expect(fetchBars(bench)).rejects.toMatchObject(silent);
    expect(bench.asked).toEqual([]);
    await bench.run(1);
    expect(await fetchBars(bench)).toHaveLength(3);
  });

  it('wait longer after each failure, and not at all after a success', async () => {
    const bench = benchWith();
    const { answer } = bench;
    const fails = async (): Promise<string> => {
      const error = await fetchBars(bench).catch((caught: unknown) => caught);
      return (error as { outcome: string }).outcome;
    };
    bench.answer = () => {
      throw new Error('no network');
    };
    for (const pauseMs of [2 * FEED_ASK_PAUSE_MS, 4 * FEED_ASK_PAUSE_MS]) {
      expect(await fails()).toBe('unknown');
      await bench.run(pauseMs - 1);
      expect(await fails()).toBe('not-sent');
      await bench.run(1);
    }
    bench.answer = answer;
    expect(await fetchBars(bench)).toHaveLength(3);
    expect(await fetchBars(bench)).toHaveLength(3);
    expect(bench.asked).toHaveLength(4);
    bench.answer = () => {
      throw new Error('no network');
    };
    expect(await fails()).toBe('unknown');
    await bench.run(2 * FEED_ASK_PAUSE_MS);
    expect(await fails()).toBe('unknown');
  });

  it('are written in ASCII', async () => {
    const bench = benchWith();
    await fetchBars(bench, 1, MINUTE_MS, '币USDT');
    expect(bench.asked[0]).toContain('symbol=%E5%B8%81USDT&');
  });

  it('that fail together count as one failure', async () => {
    const bench = benchWith();
    bench.answer = () => {
      throw new Error('no network');
    };
    await Promise.allSettled(Array.from({ length: 30 }, () => fetchBars(bench)));
    expect(bench.asked).toHaveLength(30);
    await bench.run(2 * FEED_ASK_PAUSE_MS);
    await expect(fetchBars(bench)).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it('leave the budget to stops: what is above a small share is not sent', async () => {
    const bench = benchWith();
    bench.answer = () => [];
    const weights = new Map([
      [98, 1],
      [99, 2],
      [498, 2],
      [499, 5],
      [999, 5],
      [1_000, 10],
    ]);
    for (const [limit, weight] of weights) {
      bench.asked.length = 0;
      for (let used = 0; used + weight <= FEED_BARS_WEIGHT_PER_MINUTE; used += weight) {
        await fetchBars(bench, limit);
      }
      await expect(fetchBars(bench, limit)).rejects.toMatchObject({
        outcome: 'not-sent',
        retryable: true,
        message: expect.stringContaining('budget'),
      });
      expect(bench.asked).toHaveLength(FEED_BARS_WEIGHT_PER_MINUTE / weight);
      await bench.run((weight * 60_000) / FEED_BARS_WEIGHT_PER_MINUTE);
      await fetchBars(bench, limit);
      await bench.run(60_000);
    }
  });

  it('do not hold each other up when the answer cannot be understood', async () => {
    const bench = benchWith();
    const { answer } = bench;
    bench.answer = () => ({ code: 0 });
    await expect(fetchBars(bench)).rejects.toMatchObject({ code: 'FEED_PROTOCOL' });
    bench.answer = answer;
    expect(await fetchBars(bench)).toHaveLength(3);
  });
});
