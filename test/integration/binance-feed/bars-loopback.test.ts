import { afterEach, describe, expect, it } from 'vitest';
import { createAsterFeed } from '../../../src/aster.js';
import { createBinanceFeed } from '../../../src/binance.js';
import type { PriceBar } from '../../../src/model/price-bar.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import type { ServerDialectName } from '../../../src/testing/exchange-server/server-dialect.js';
import { AverageRange } from '../../../src/volatility/average-range.js';
import { startServer } from '../exchange-server/signed-client.js';

const MINUTE_MS = 60_000;
const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** An exchange and a feed on one clock, which stands 20 s behind the begin of a minute. */
async function opened(dialect: ServerDialectName) {
  const clock = new VirtualClock();
  clock.advanceBy(80_000 - (clock.now() % MINUTE_MS));
  const server = await startServer({ dialect, clock });
  const create = dialect === 'binance' ? createBinanceFeed : createAsterFeed;
  const feed = create({ restUrl: server.restUrl, streamUrl: server.streamUrl, clock });
  closings.push(
    () => feed.close(),
    () => server.close(),
  );
  const running = clock.now() - (clock.now() % MINUTE_MS);
  const fetchBars = (limit: number, barMs = MINUTE_MS) =>
    feed.fetchBars?.('BTCUSDT', barMs, limit) ?? Promise.reject(new Error('absent'));
  return { clock, server, running, fetchBars };
}

function history(until: number, count: number, barMs = MINUTE_MS): PriceBar[] {
  return Array.from({ length: count }, (_, index) => {
    const startTime = until - (count - index) * barMs;
    return { startTime, open: 100, high: 100 + index, low: 99, close: 100 };
  });
}

function klines(server: ExchangeServer): readonly string[] {
  return server.sent('klines').map(({ params }) => JSON.stringify(params));
}

describe.each(['binance', 'aster'] as const)('bars over the wire, %s', (dialect) => {
  it('are the history of the market, without the running bar', async () => {
    const { server, running, fetchBars } = await opened(dialect);
    const bars = history(running, 20);
    server.market.setBars('BTCUSDT', MINUTE_MS, bars);
    expect(await fetchBars(20)).toEqual(bars);
    expect(await fetchBars(5)).toEqual(bars.slice(-5));
    expect(await fetchBars(500)).toEqual(bars);
    expect(klines(server)[1]).toBe('{"symbol":"BTCUSDT","interval":"1m","limit":"6"}');
  });

  it('are of the length that was asked for', async () => {
    const { server, clock, fetchBars } = await opened(dialect);
    const hour = clock.now() - (clock.now() % 3_600_000);
    const bars = history(hour, 4, 3_600_000);
    server.market.setBars('BTCUSDT', 3_600_000, bars);
    expect(await fetchBars(10, 3_600_000)).toEqual(bars);
  });

  it('grow with what is traded', async () => {
    const { server, clock, running, fetchBars } = await opened(dialect);
    server.market.setBars('BTCUSDT', MINUTE_MS, history(running, 2));
    expect(await fetchBars(9)).toHaveLength(2);
    for (const price of [60_100, '59900.5', 60_050]) server.market.setPrice('BTCUSDT', price);
    clock.advanceBy(2 * MINUTE_MS);
    server.market.setPrice('BTCUSDT', 61_000);
    expect((await fetchBars(9)).slice(2)).toEqual([
      { startTime: running, open: 60_000, high: 60_100, low: 59_900.5, close: 60_050 },
      // Nobody traded in this one.
      { startTime: running + MINUTE_MS, open: 60_050, high: 60_050, low: 60_050, close: 60_050 },
    ]);
  });

  it('are none of a symbol that began to trade just now', async () => {
    expect(await (await opened(dialect)).fetchBars(9)).toEqual([]);
  });

  it('make an average at once', async () => {
    const { server, running, fetchBars } = await opened(dialect);
    const bars = history(running, 14).map((bar) => ({ ...bar, high: 103, low: 98 }));
    server.market.setBars('BTCUSDT', MINUTE_MS, bars);
    const average = new AverageRange(MINUTE_MS, 14);
    for (const bar of await fetchBars(140)) average.add(bar);
    expect(average.value).toBe(5);
  });

  it('are not asked for in a ban, and asked for again when it is over', async () => {
    const { server, clock, running, fetchBars } = await opened(dialect);
    server.market.setBars('BTCUSDT', MINUTE_MS, history(running, 3));
    server.ban(10_000);
    await expect(fetchBars(3)).rejects.toMatchObject({ outcome: 'unknown', retryable: true });
    await expect(fetchBars(3)).rejects.toMatchObject({ outcome: 'not-sent', retryable: true });
    expect(server.sent('klines')).toHaveLength(1);
    clock.advanceBy(10_000);
    expect(await fetchBars(3)).toHaveLength(3);
  });

  it.each([{ do: 'garble' }, { do: 'lose-reply' }, { do: 'unavailable' }] as const)(
    'are an error after $do',
    async (fault) => {
      const { server, fetchBars } = await opened(dialect);
      server.faults.next({ path: 'klines' }, fault);
      await expect(fetchBars(3)).rejects.toMatchObject({
        code: 'FEED_UNREACHABLE',
        retryable: true,
      });
    },
  );
});

describe('klines of the server', () => {
  it('refuse what the exchange refuses', async () => {
    const { server } = await opened('binance');
    const ask = async (query: string): Promise<unknown> => {
      const response = await fetch(`${server.restUrl}/fapi/v1/klines?${query}`);
      return [response.status, ((await response.json()) as { code: number }).code];
    };
    expect(await ask('symbol=BTCUSDT')).toEqual([400, -1102]);
    expect(await ask('interval=1m')).toEqual([400, -1102]);
    expect(await ask('symbol=NOSUCH&interval=1m')).toEqual([400, -1121]);
    expect(await ask('symbol=BTCUSDT&interval=2m')).toEqual([400, -1120]);
    expect(await ask('symbol=BTCUSDT&interval=1m&limit=1501')).toEqual([400, -1130]);
    expect(await ask('symbol=BTCUSDT&interval=1m&limit=0')).toEqual([400, -1130]);
  });

  it('weigh what the exchange says, and count from the beginning that is named', async () => {
    const { server, running } = await opened('binance');
    server.market.setBars('BTCUSDT', MINUTE_MS, history(running, 10));
    let before = 0;
    const ask = async (query: string): Promise<readonly [number, readonly number[]]> => {
      const address = `${server.restUrl}/fapi/v1/klines?symbol=BTCUSDT&interval=1m${query}`;
      const response = await fetch(address);
      const used = Number(response.headers.get('x-mbx-used-weight-1m'));
      const weight = used - before;
      before = used;
      const rows = (await response.json()) as [number][];
      return [weight, rows.map(([start]) => (start - running) / MINUTE_MS)];
    };
    expect(await ask('&limit=3')).toEqual([1, [-2, -1, 0]]);
    expect(await ask(`&limit=100&startTime=${running - 120_000}`)).toEqual([2, [-2, -1, 0]]);
    const from = running - 300_000;
    expect(await ask(`&limit=2&startTime=${from}`)).toEqual([1, [-5, -4]]);
    expect(await ask(`&startTime=${from}&endTime=${from + 60_000}`)).toEqual([5, [-5, -4]]);
    expect((await ask('&limit=1500'))[0]).toBe(10);
  });

  it.each([
    ['between', [{ startTime: 1, open: 1, high: 1, low: 1, close: 1 }]],
    ['out of order', [...history(1_700_000_040_000, 2)].reverse()],
  ])('take no history %s', async (_what, bars) => {
    const { server } = await opened('binance');
    expect(() => server.market.setBars('BTCUSDT', MINUTE_MS, bars)).toThrow(RangeError);
    expect(() => server.market.setBars('NOSUCH', MINUTE_MS, [])).toThrow(RangeError);
  });
});
