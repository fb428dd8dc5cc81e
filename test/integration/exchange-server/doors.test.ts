import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import { Listener, SignedClient, startServer } from './signed-client.js';

const MARKET_BUY = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
};

let server: ExchangeServer;
let client: SignedClient;

beforeEach(async () => {
  server = await startServer();
  client = new SignedClient(server);
});
afterEach(() => server.close());

const buy = (): ReturnType<SignedClient['send']> => client.send('POST v1/order', MARKET_BUY);
const held = (): string => server.person.held('BTCUSDT', 'LONG');

describe('the REST door', () => {
  it('lets in who has the key, the secret and the time', async () => {
    const coded = async (): Promise<unknown> => {
      const { status, body } = await client.send('GET v3/balance');
      return [status, body.code];
    };
    client.secret = 'another';
    expect(await coded()).toEqual([400, -1022]);
    client.key = 'another';
    expect(await coded()).toEqual([401, -2015]);
    client = new SignedClient(server);
    client.timestamp = server.now() - 5_100;
    expect(await coded()).toEqual([400, -1021]);
    client.timestamp = server.now() + 2_000;
    expect(await coded()).toEqual([400, -1021]);
    client.timestamp = null;
    server.market.skewClock(-20_000);
    expect(await coded()).toEqual([200, undefined]);
    client.timestamp = Date.now();
    expect(await coded()).toEqual([400, -1021]);
    expect((await client.plain('v1/nowhere')).body.code).toBe(-5000);
  });

  it('remembers requests without secrets', async () => {
    await buy();
    await client.send('POST v1/listenKey');
    const [order] = server.sent('POST order');
    expect(order).toMatchObject({ path: '/fapi/v1/order', status: 200, wasExecuted: true });
    expect(order?.params).toMatchObject({ symbol: 'BTCUSDT', quantity: '0.01' });
    const all = JSON.stringify(server.requests);
    expect(all).not.toMatch(/signature|loopback-key|loopback-secret/);
    expect(JSON.stringify(server)).not.toContain('loopback-secret');
  });

  it('counts weight and orders, refuses what is too much, bans who goes on', async () => {
    await server.close();
    server = await startServer({ limits: { weightPerMinute: 50, refusalsBeforeBan: 1 } });
    client = new SignedClient(server);
    const first = await buy();
    expect(first.headers.get('x-mbx-order-count-10s')).toBe('1');
    expect(first.headers.get('x-mbx-used-weight-1m')).toBe('0');
    const list = (): ReturnType<SignedClient['send']> => client.send('GET v1/openOrders');
    expect((await list()).headers.get('x-mbx-used-weight-1m')).toBe('40');
    const refused = await list();
    expect([refused.status, refused.body.code]).toEqual([429, -1003]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const banned = await list();
    expect([banned.status, banned.headers.get('retry-after')]).toEqual([418, '120']);
    expect(banned.body.msg).toMatch(/banned until \d+/);
  });
});

describe('faults of requests', () => {
  it.each([
    ['lose-reply', { do: 'lose-reply' }, '0.01'],
    ['reset', { do: 'reset' }, '0'],
  ] as const)('%s breaks the connection', async (_, fault, after) => {
    server.faults.next({ method: 'POST', path: 'order' }, fault);
    await expect(buy()).rejects.toThrow();
    expect(held()).toBe(after);
    expect((await buy()).status).toBe(200);
    expect(server.faults.pending).toEqual([]);
  });

  it.each([
    [{ do: 'unknown', executed: true }, 503, '0.01'],
    [{ do: 'unknown', executed: false }, 503, '0'],
    [{ do: 'unavailable' }, 503, '0'],
    [{ do: 'overloaded' }, 503, '0'],
    [{ do: 'throttle', retryAfterSeconds: 3 }, 429, '0'],
    [{ do: 'throttle', status: 418, retryAfterSeconds: 3 }, 418, '0'],
    [{ do: 'answer', status: 400, code: -2019, msg: 'Margin is insufficient.' }, 400, '0'],
    [{ do: 'garble' }, 200, '0.01'],
    [{ do: 'delay', beforeMs: 5, afterMs: 5 }, 200, '0.01'],
  ] as const)('%o', async (fault, status, after) => {
    server.faults.next({ path: 'order' }, fault);
    const reply = await buy();
    expect([reply.status, held()]).toEqual([status, after]);
    if (fault.do === 'throttle') expect(reply.headers.get('retry-after')).toBe('3');
    if (fault.do === 'garble') expect(reply.body).toBeTypeOf('string');
  });

  it('are for the requests that were named, as often as was said', async () => {
    const where = ({ params }: { params: Readonly<Record<string, string>> }): boolean =>
      params.side === 'SELL';
    server.faults.next({ path: /order$/, where }, { do: 'unavailable' }, 2);
    expect((await buy()).status).toBe(200);
    const sell = { ...MARKET_BUY, side: 'SELL' };
    expect((await client.send('POST v1/order', sell)).status).toBe(503);
    expect(server.faults.pending).toHaveLength(1);
    server.faults.clear();
    expect((await client.send('POST v1/order', sell)).status).toBe(200);
  });

  it('never answers what hangs', async () => {
    server.faults.next({ path: 'time' }, { do: 'hang', executed: false });
    const answered = client.plain('v1/time').then(
      () => 'answered',
      () => 'cut',
    );
    expect((await client.plain('v1/ping')).status).toBe(200);
    await server.close();
    expect(await answered).toBe('cut');
  });
});

describe('the stream door', () => {
  const open = (path: string): Promise<Listener> => Listener.open(`${server.streamUrl}${path}`);

  it('pushes market streams where they belong', async () => {
    const book = await open('/public/ws/btcusdt@bookTicker');
    const marks = await open('/market/stream?streams=btcusdt@markPrice@1s/!markPrice@arr@1s');
    const trades = await open('/market/ws');
    trades.send({ method: 'SUBSCRIBE', params: ['btcusdt@aggTrade'], id: 'one' });
    await trades.count(1);
    expect(trades.events[0]).toEqual({ result: null, id: 'one' });
    server.market.setPrice('BTCUSDT', 60_100, { BID: 60_099, MARK: 60_050 });
    await Promise.all([book.count(1), marks.count(2), trades.count(2)]);
    expect(book.events[0]).toMatchObject({
      e: 'bookTicker',
      s: 'BTCUSDT',
      b: '60099',
      a: '60100.1',
    });
    const single = marks.events.find(({ stream }) => stream === 'btcusdt@markPrice@1s');
    expect(single.data).toMatchObject({ e: 'markPriceUpdate', p: '60050', i: '60100' });
    const array = marks.events.find(({ stream }) => stream === '!markPrice@arr@1s');
    expect(array.data).toMatchObject([{ s: 'BTCUSDT' }]);
    expect(trades.events[1]).toMatchObject({ e: 'aggTrade', p: '60100' });
    trades.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 });
    await trades.until(() => trades.events.at(-1).id === 2);
    expect(trades.events.at(-1).result).toEqual(['btcusdt@aggTrade']);
  });

  it('acknowledges on a wrong route and pushes nothing', async () => {
    const wrong = await open('/public/ws');
    const legacy = await open('/ws/btcusdt@bookTicker');
    wrong.send({ method: 'SUBSCRIBE', params: ['btcusdt@markPrice@1s'], id: 1 });
    await wrong.count(1);
    server.market.setPrice('BTCUSDT', 60_100);
    for (const one of [wrong, legacy]) {
      one.send({ method: 'LIST_SUBSCRIPTIONS', id: 9 });
      await one.until(() => one.events.at(-1)?.id === 9);
      expect(one.events.filter(({ e }) => e !== undefined)).toEqual([]);
    }
  });

  it('takes every form of the account stream', async () => {
    const { listenKey } = (await client.send('POST v1/listenKey')).body;
    const forms = await Promise.all([
      open(`/private/ws/${listenKey}`),
      open(`/private/ws?listenKey=${listenKey}`),
      open(`/private/stream?streams=${listenKey}`),
      open(`/private/ws?listenKey=${listenKey}&events=ACCOUNT_UPDATE`),
    ]);
    server.person.buy('BTCUSDT', '0.01');
    for (const stream of forms) {
      await stream.until(() =>
        stream.events.some((event) => (event.data ?? event).e === 'ACCOUNT_UPDATE'),
      );
    }
    expect(forms[2]?.events[0].stream).toBe(listenKey);
    expect(forms[3]?.events).toHaveLength(1);
    expect(server.streams.count('account')).toBe(4);
  });

  it('tells the end of a listen key and then nothing', async () => {
    const stream = await Listener.ofAccount(server, client);
    server.streams.expireListenKey();
    await stream.count(1);
    expect(stream.events[0]).toMatchObject({ e: 'listenKeyExpired' });
    expect((await client.send('PUT v1/listenKey')).body.code).toBe(-1125);
    server.person.buy('BTCUSDT', '0.01');
    const next = await Listener.ofAccount(server, client);
    server.person.buy('BTCUSDT', '0.01');
    await next.count(1);
    expect(stream.events).toHaveLength(1);
  });

  it('drops, doubles, delays and reorders events', async () => {
    const stream = await Listener.ofAccount(server, client);
    server.streams.events.next('TRADE_LITE', { do: 'drop' });
    server.streams.events.next(({ o }) => (o as { x?: string })?.x === 'NEW', { do: 'swap' });
    server.streams.events.next('ACCOUNT_UPDATE', { do: 'duplicate' });
    server.person.buy('BTCUSDT', '0.01');
    await stream.count(4);
    expect(stream.events.map(({ e, o }) => o?.x ?? e)).toEqual([
      'TRADE',
      'NEW',
      'ACCOUNT_UPDATE',
      'ACCOUNT_UPDATE',
    ]);
    expect(server.streams.events.pending).toEqual([]);
  });

  it('is cut, goes silent, refuses', async () => {
    const stream = await Listener.ofAccount(server, client);
    server.streams.silence('account');
    server.person.buy('BTCUSDT', '0.01');
    server.streams.speak('account');
    server.streams.push({ e: 'AFTER' });
    await stream.count(1);
    expect(stream.events).toEqual([{ e: 'AFTER' }]);
    server.streams.cut();
    await stream.until(() => stream.isClosed);
    expect(stream.closeCode).toBe(1006);
    server.streams.refuseNext(1);
    await expect(open('/public/ws')).rejects.toThrow(/503/);
    await open('/public/ws');
  });

  it('ends a connection that talks too much', async () => {
    const stream = await open('/public/ws');
    for (let i = 0; i < 25; i += 1) stream.send({ method: 'LIST_SUBSCRIPTIONS', id: i });
    await stream.until(() => stream.isClosed);
    expect(stream.closeCode).toBe(1008);
  });
});
