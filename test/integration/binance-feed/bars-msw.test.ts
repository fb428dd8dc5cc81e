import { delay, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAsterFeed } from '../../../src/aster.js';
import { createBinanceFeed } from '../../../src/binance.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { PriceFeed } from '../../../src/ports/price-feed.js';

const MINUTE_MS = 60_000;

type Answer = (url: URL) => Response | Promise<Response>;
let asked: string[] = [];
let answer: Answer = () => HttpResponse.json([]);

const server = setupServer(
  http.get('*', ({ request }) => {
    asked.push(request.url);
    return answer(new URL(request.url));
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  asked = [];
});
afterAll(() => server.close());

function row(startTime: number, price: number): unknown[] {
  const prices = [price, price + 2, price - 1, price + 1].map((one) => one.toFixed(2));
  return [startTime, ...prices, '5.123', startTime + MINUTE_MS - 1, '512', 9, '2', '200', '0'];
}

/** At the address that the feed takes by itself, on a clock of its own: a ban outlives no test. */
function open(create: typeof createBinanceFeed): { feed: PriceFeed; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { feed: create({ clock }), clock };
}

function fetchBars(feed: PriceFeed, symbol = 'BTCUSDT') {
  return feed.fetchBars?.(symbol, MINUTE_MS, 2) ?? Promise.reject(new Error('absent'));
}

describe.each([
  { name: 'Binance', create: createBinanceFeed, host: 'https://fapi.binance.com' },
  { name: 'Aster', create: createAsterFeed, host: 'https://fapi.asterdex.com' },
])('bars of $name', ({ create, host }) => {
  it('ok', async () => {
    const { feed, clock } = open(create);
    const running = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
    answer = () =>
      HttpResponse.json([2, 1, 0].map((ago) => row(running - ago * MINUTE_MS, 100 - ago)));
    expect(await fetchBars(feed)).toEqual([
      { startTime: running - 2 * MINUTE_MS, open: 98, high: 100, low: 97, close: 99 },
      { startTime: running - MINUTE_MS, open: 99, high: 101, low: 98, close: 100 },
    ]);
    expect(asked).toEqual([`${host}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=3`]);
  });

  it('asks for a symbol whose name is not of ASCII', async () => {
    answer = () => HttpResponse.json([]);
    expect(await fetchBars(open(create).feed, '币安人生USDT')).toEqual([]);
    expect(new URL(asked[0] ?? '').searchParams.get('symbol')).toBe('币安人生USDT');
  });

  it.each([429, 418])('%i: refused, and nothing is sent meanwhile', async (status) => {
    const { feed, clock } = open(create);
    answer = () => HttpResponse.json({ code: -1003 }, { status, headers: { 'retry-after': '30' } });
    await expect(fetchBars(feed)).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      outcome: 'unknown',
      retryable: true,
    });
    answer = () => HttpResponse.json([]);
    clock.advanceBy(29_999);
    await expect(fetchBars(feed)).rejects.toMatchObject({ outcome: 'not-sent', retryable: true });
    expect(asked).toHaveLength(1);
    clock.advanceBy(1);
    expect(await fetchBars(feed)).toEqual([]);
  });

  it('a symbol that the exchange does not know: for good, and no other waits for it', async () => {
    const { feed } = open(create);
    answer = ({ searchParams }) =>
      searchParams.get('symbol') === 'NOSUCH'
        ? HttpResponse.json({ code: -1121, msg: 'Invalid symbol.' }, { status: 400 })
        : HttpResponse.json([]);
    await expect(fetchBars(feed, 'NOSUCH')).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      outcome: 'rejected',
      retryable: false,
      message: expect.stringContaining('status 400'),
    });
    expect(await fetchBars(feed)).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['500', () => HttpResponse.json({ code: -1000 }, { status: 500 })],
    ['503', () => HttpResponse.text('Service Unavailable', { status: 503 })],
    ['a firewall', () => HttpResponse.html('<html>', { status: 403 })],
    ['a broken connection', () => HttpResponse.error()],
    ['a page', () => HttpResponse.html('<html>Bad gateway</html>')],
    ['half a JSON', () => HttpResponse.text('[[1700000040000,"1')],
    ['a redirect', () => HttpResponse.redirect('https://elsewhere.example/', 302)],
  ])('%s is never empty', async (_what, fault) => {
    answer = fault;
    await expect(fetchBars(open(create).feed)).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      outcome: 'unknown',
      retryable: true,
    });
  });

  it.each<[string, unknown]>([
    ['another shape', { bars: [] }],
    ['a refusal with status 200', { code: -1121, msg: 'Invalid symbol.' }],
    ['a broken row', [row(1_700_000_040_000, 5), null]],
    ['rows out of order', [row(1_700_000_100_000, 5), row(1_700_000_040_000, 5)]],
  ])('%s is never half a list', async (_what, body) => {
    answer = () => HttpResponse.json(body as never);
    await expect(fetchBars(open(create).feed)).rejects.toMatchObject({ code: 'FEED_PROTOCOL' });
  });

  it('no answer in time', async () => {
    const { feed, clock } = open(create);
    answer = async () => {
      await delay('infinite');
      return HttpResponse.json([]);
    };
    const rejected = expect(fetchBars(feed)).rejects.toMatchObject({ outcome: 'unknown' });
    clock.advanceBy(60_000);
    await rejected;
  });
});
