import { afterEach, describe, expect, it } from 'vitest';
import { createAsterExchange } from '../../../src/aster.js';
import { createBinanceExchange } from '../../../src/binance.js';
import { INCOME_KEPT_MS, INCOME_WINDOW_MS, MARGIN_NEWS_PAUSE_MS } from '../../../src/limits.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { ExchangeAdapter } from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import { FakeDialectVenue } from '../../support/fake-dialect-venue.js';

const SYMBOL = 'BTCUSDT';
const DAY = 86_400_000;
const PATH = 'GET /fapi/v1/income';
/** Rows that one answer of the exchange holds at most. */
const PAGE = 1_000;

const opened: ExchangeAdapter[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
});

async function connected(dialect: 'binance' | 'aster' = 'binance') {
  const clock = new VirtualClock();
  const venue = new FakeDialectVenue(clock);
  const sink = new RecordingExchangeSink();
  const create = dialect === 'binance' ? createBinanceExchange : createAsterExchange;
  const exchange = create({
    apiKey: 'margin-key',
    apiSecret: 'margin-secret',
    clock,
    transport: venue,
    createWebSocket: venue.createWebSocket,
  });
  opened.push(exchange);
  await exchange.connect(sink);
  const fetchFunding = (sinceMs: number) =>
    exchange.fetchFunding?.(SYMBOL, sinceMs) ?? Promise.reject(new Error('missing'));
  return { clock, venue, sink, fetchFunding };
}

function payment(tranId: number, time: number) {
  const income = `-${tranId}`;
  return { symbol: SYMBOL, incomeType: 'FUNDING_FEE', income, asset: 'USDT', time, tranId };
}

/** Answers as the exchange does: a page of what lies between two times, the oldest first. */
function serve(venue: FakeDialectVenue, rows: readonly ReturnType<typeof payment>[]): void {
  venue.on(PATH, (params) => {
    const [from, until] = [Number(params.startTime), Number(params.endTime)];
    const found = rows.filter(({ time }) => time >= from && time <= until);
    return { body: found.slice(0, Number(params.limit)) };
  });
}

describe.each(['binance', 'aster'] as const)('funding at %s', (dialect) => {
  it('is asked for by symbol, kind and time, and told oldest first', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    const now = venue.now();
    serve(venue, [payment(2, now - 1_000), payment(1, now - 5_000), payment(3, now - 9_000)]);
    const rows = await fetchFunding(now - 5_000);
    expect(rows).toEqual([
      { symbol: SYMBOL, id: '1', amount: '1', time: now - 5_000 },
      { symbol: SYMBOL, id: '2', amount: '2', time: now - 1_000 },
    ]);
    const [asked, ...others] = venue.asked(PATH);
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ symbol: SYMBOL, incomeType: 'FUNDING_FEE', limit: `${PAGE}` });
    expect(asked?.startTime).toBe(`${now - 5_000}`);
    // What is paid at this very moment must not fall off the end.
    expect(Number(asked?.endTime)).toBeGreaterThan(now);
  });

  it('of a long time is asked for in weeks, without a gap and without an overlap', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    const since = venue.now() - 20 * DAY;
    const rows = Array.from({ length: 20 * 24 }, (_, index) =>
      payment(index + 1, since + index * 3_600_000),
    );
    serve(venue, rows);
    expect((await fetchFunding(since)).map(({ id }) => id)).toEqual(
      rows.map(({ tranId }) => `${tranId}`),
    );
    const windows = venue.asked(PATH).map((params) => ({
      from: Number(params.startTime),
      until: Number(params.endTime),
    }));
    expect(windows).toHaveLength(3);
    for (const [index, { from, until }] of windows.entries()) {
      expect(until - from).toBeLessThanOrEqual(INCOME_WINDOW_MS);
      if (index > 0) expect(from).toBe((windows[index - 1]?.until ?? 0) + 1);
    }
  });

  it('of more than a page is read whole', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    const since = venue.now() - DAY;
    const rows = Array.from({ length: 3 * PAGE + 1 }, (_, index) =>
      payment(index + 1, since + Math.floor(index / 3)),
    );
    serve(venue, rows);
    const ids = (await fetchFunding(since)).map(({ id }) => Number(id));
    expect([...ids].sort((a, b) => a - b)).toEqual(rows.map(({ tranId }) => tranId));
  });

  it('of more than a page in one millisecond is refused: it cannot be known to be whole', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    const time = venue.now() - 1_000;
    serve(
      venue,
      Array.from({ length: PAGE }, (_, index) => payment(index + 1, time)),
    );
    await expect(fetchFunding(time)).rejects.toMatchObject({
      code: 'EXCHANGE_PROTOCOL',
      outcome: 'unknown',
    });
  });

  it('is asked for as far back as it is kept', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    serve(venue, []);
    expect(await fetchFunding(0)).toEqual([]);
    const [first] = venue.asked(PATH);
    expect(Number(first?.startTime)).toBeGreaterThan(venue.now() - INCOME_KEPT_MS - 1);
  });

  it.each([
    ['a refusal', { status: 400, code: -1121 }, 'EXCHANGE_REJECTED'],
    ['an answer that cannot be read', { body: { rows: [] } }, 'EXCHANGE_PROTOCOL'],
    ['a row without an amount', { body: [{ ...payment(1, 1), income: '' }] }, 'EXCHANGE_PROTOCOL'],
    ['no answer', { lost: true as const }, 'EXCHANGE_UNREACHABLE'],
  ])('rejects after %s, also of a later page', async (_what, reply, code) => {
    const { venue, fetchFunding } = await connected(dialect);
    let pages = 0;
    venue.on(PATH, () => {
      pages += 1;
      return pages > 1 ? reply : { body: [payment(1, venue.now() - 9 * DAY)] };
    });
    await expect(fetchFunding(venue.now() - 10 * DAY)).rejects.toMatchObject({ code });
  });

  it('is not asked for while the exchange bans the address, and counts with its weight', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    venue.on(PATH, () => ({ status: 418, code: -1003, msg: 'banned' }));
    await expect(fetchFunding(venue.now())).rejects.toMatchObject({ retryable: true });
    await expect(fetchFunding(venue.now())).rejects.toMatchObject({ outcome: 'not-sent' });
    expect(venue.asked(PATH)).toHaveLength(1);
  });

  it('leaves the budget of stops alone', async () => {
    const { venue, fetchFunding } = await connected(dialect);
    serve(venue, []);
    const asks = Array.from({ length: 80 }, () => fetchFunding(venue.now()).then(() => true));
    const ends = await Promise.allSettled(asks);
    const sent = ends.filter(({ status }) => status === 'fulfilled').length;
    // 30 each, of 2400 a minute; a fifth belongs to others.
    expect(sent).toBeGreaterThan(50);
    expect(sent * 30).toBeLessThanOrEqual(0.8 * 2_400);
  });
});

describe.each(['binance', 'aster'] as const)('news of margin at %s', (dialect) => {
  const update = (m: string) => ({ e: 'ACCOUNT_UPDATE', E: 1, T: 1, a: { m, B: [], P: [] } });
  const leverage = { e: 'ACCOUNT_CONFIG_UPDATE', E: 1, T: 1, ac: { s: SYMBOL, l: 25 } };
  const call = { e: 'MARGIN_CALL', E: 1, cw: '3.1', p: [{ s: SYMBOL, ps: 'LONG' }] };

  it.each([
    ['leverage', leverage],
    ['a transfer', update('MARGIN_TRANSFER')],
    ['another kind of margin', update('MARGIN_TYPE_CHANGE')],
    ['a margin call', call],
  ])('%s has the account compared', async (_what, frame) => {
    const { venue, sink } = await connected(dialect);
    venue.socket.push(frame);
    expect(sink.gaps).toHaveLength(1);
  });

  it('none comes with what an order did', async () => {
    const { venue, sink } = await connected(dialect);
    venue.socket.push(update('ORDER'));
    expect(sink.gaps).toEqual([]);
  });

  it('in a rush is told at once, and once more when it is over', async () => {
    const { clock, venue, sink } = await connected(dialect);
    for (let index = 0; index < 50; index += 1) {
      venue.socket.push(call);
      clock.advanceTo(clock.now() + 10);
    }
    expect(sink.gaps).toHaveLength(1);
    venue.socket.push(leverage);
    clock.advanceTo(clock.now() + MARGIN_NEWS_PAUSE_MS);
    expect(sink.gaps).toHaveLength(2);
    expect(sink.gaps[1]).toContain('leverage');
    clock.advanceTo(clock.now() + 10 * MARGIN_NEWS_PAUSE_MS);
    expect(sink.gaps).toHaveLength(2);
    venue.socket.push(call);
    expect(sink.gaps).toHaveLength(3);
  });

  it('leaves no timer behind when the exchange is closed', async () => {
    const { clock, venue, sink } = await connected(dialect);
    venue.socket.push(call);
    venue.socket.push(call);
    await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
    expect(clock.nextTimerAt).toBeNull();
    expect(sink.gaps).toHaveLength(1);
  });
});
