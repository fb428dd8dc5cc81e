import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import { Listener, SignedClient, startServer } from './signed-client.js';

const ORDER = { symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', quantity: '0.01' };
const LIMIT = { ...ORDER, type: 'LIMIT', timeInForce: 'GTC', price: '59000' };

let server: ExchangeServer;
let client: SignedClient;

beforeEach(async () => {
  server = await startServer();
  client = new SignedClient(server);
});
afterEach(() => server.close());

const place = (change: object = {}): ReturnType<SignedClient['send']> =>
  client.send('POST v1/order', { ...LIMIT, ...change });

describe('plain orders of Binance', () => {
  it('answers a market order as it was accepted, or with its result', async () => {
    const market = { ...ORDER, type: 'MARKET' };
    const ack = await client.send('POST v1/order', market, 'body');
    expect(ack.body).toMatchObject({ status: 'NEW', executedQty: '0', type: 'MARKET' });
    expect(ack.body).not.toHaveProperty('avgPrice');
    const result = await client.send('POST v1/order', { ...market, newOrderRespType: 'RESULT' });
    expect(result.body).toMatchObject({ status: 'FILLED', executedQty: '0.01' });
    expect((await client.send('GET v3/positionRisk')).body).toMatchObject([
      { symbol: 'BTCUSDT', positionSide: 'LONG', positionAmt: '0.02', entryPrice: '60000' },
    ]);
  });

  it('fills a resting limit in parts', async () => {
    const stream = await Listener.ofAccount(server, client);
    const { orderId } = (await place()).body;
    server.market.fillInParts(2);
    server.market.setPrice('BTCUSDT', 59_000);
    const asked = { symbol: 'BTCUSDT', orderId };
    expect((await client.send('GET v1/order', asked)).body).toMatchObject({
      status: 'PARTIALLY_FILLED',
      executedQty: '0.005',
      avgPrice: '59000',
    });
    server.market.setPrice('BTCUSDT', 58_999);
    await stream.until(() => stream.events.some(({ o }) => o?.X === 'FILLED'));
    const updates = stream.events.filter(({ e }) => e === 'ORDER_TRADE_UPDATE').map(({ o }) => o);
    expect(updates.map(({ X, z, m }) => [X, z, m])).toEqual([
      ['NEW', '0', false],
      ['PARTIALLY_FILLED', '0.005', true],
      ['FILLED', '0.01', true],
    ]);
    const trades = (await client.send('GET v1/userTrades', { symbol: 'BTCUSDT' })).body;
    expect(trades.map(({ id }: { id: number }) => id)).toEqual(updates.slice(1).map(({ t }) => t));
    const page = { symbol: 'BTCUSDT', fromId: trades[0].id + 1, limit: 1 };
    expect((await client.send('GET v1/userTrades', page)).body).toEqual([trades[1]]);
  });

  it('fills an order that ends at once at the price of now, and answers with its end', async () => {
    const now = { timeInForce: 'IOC', newOrderRespType: 'RESULT' };
    expect((await place({ ...now, price: '60100' })).body).toMatchObject({
      status: 'FILLED',
      executedQty: '0.01',
      type: 'LIMIT',
      timeInForce: 'IOC',
    });
    const [trade] = (await client.send('GET v1/userTrades', { symbol: 'BTCUSDT' })).body;
    expect(trade).toMatchObject({ price: '60000', maker: false });
    server.market.fillInParts(2);
    expect((await place({ ...now, price: '60100' })).body).toMatchObject({
      status: 'EXPIRED',
      executedQty: '0.005',
    });
    const open = await client.send('GET v1/openOrders', { symbol: 'BTCUSDT' });
    expect(open.body).toEqual([]);
  });

  it('fills a market order in exactly so many parts', async () => {
    server.market.fillInParts(3, 0);
    server.person.buy('BTCUSDT', '0.01');
    const trades = await client.send('GET v1/userTrades', { symbol: 'BTCUSDT' });
    expect(trades.body.map(({ qty }: { qty: string }) => qty)).toEqual(['0.003', '0.003', '0.004']);
  });

  it('knows the times in force', async () => {
    expect((await place({ timeInForce: 'GTX', price: '61000' })).body.code).toBe(-5022);
    expect((await place({ timeInForce: 'FOK' })).body.code).toBe(-5021);
    const { orderId } = (await place({ timeInForce: 'IOC' })).body;
    const query = await client.send('GET v1/order', { symbol: 'BTCUSDT', orderId });
    expect(query.body.status).toBe('EXPIRED');
  });

  it('cancels, and does not know what is gone', async () => {
    await place({ newClientOrderId: 'mine' });
    const asked = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
    expect((await client.send('GET v1/openOrder', asked)).body.status).toBe('NEW');
    expect((await client.send('DELETE v1/order', asked)).body.status).toBe('CANCELED');
    expect((await client.send('DELETE v1/order', asked)).body.code).toBe(-2011);
    expect((await client.send('GET v1/openOrder', asked)).body.code).toBe(-2013);
    expect((await client.send('GET v1/order', asked)).body.status).toBe('CANCELED');
    const other = { symbol: 'BTCUSDT', origClientOrderId: 'never' };
    expect((await client.send('GET v1/order', other)).body.code).toBe(-2013);
    expect((await client.send('GET v1/allOrders', { symbol: 'BTCUSDT' })).body).toHaveLength(1);
  });

  it('takes a client id again when its order is finished', async () => {
    await place({ newClientOrderId: 'mine' });
    expect((await place({ newClientOrderId: 'mine' })).body.code).toBe(-4116);
    await client.send('DELETE v1/allOpenOrders', { symbol: 'BTCUSDT' });
    const again = await place({ newClientOrderId: 'mine', price: '58500' });
    expect(again.body.status).toBe('NEW');
    const asked = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
    expect((await client.send('GET v1/order', asked)).body.price).toBe('58500');
  });

  it('amends a limit and keeps what it executed', async () => {
    const stream = await Listener.ofAccount(server, client);
    const { orderId } = (await place()).body;
    server.market.fillInParts(2);
    server.market.setPrice('BTCUSDT', 59_000);
    server.market.setPrice('BTCUSDT', 60_000);
    const change = { symbol: 'BTCUSDT', orderId, side: 'BUY', quantity: '0.02', price: '59500' };
    const amended = await client.send('PUT v1/order', change);
    expect(amended.body).toMatchObject({ orderId, executedQty: '0.005', origQty: '0.02' });
    server.market.fillInParts(1);
    server.market.setPrice('BTCUSDT', 59_500);
    await stream.until(() => stream.events.some(({ o }) => o?.X === 'FILLED'));
    const updates = stream.events.filter(({ e }) => e === 'ORDER_TRADE_UPDATE').map(({ o }) => o);
    expect(updates.map(({ x, z, i }) => [x, z, i])).toEqual([
      ['NEW', '0', orderId],
      ['TRADE', '0.005', orderId],
      ['AMENDMENT', '0.005', orderId],
      ['TRADE', '0.02', orderId],
    ]);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0.02');
  });

  it('answers a batch item by item', async () => {
    const batchOrders = JSON.stringify([LIMIT, { ...LIMIT, price: '1' }, { ...LIMIT, side: 'X' }]);
    const batch = await client.send('POST v1/batchOrders', { batchOrders }, 'body');
    expect(
      batch.body.map((item: { status?: string; code?: number }) => item.status ?? item.code),
    ).toEqual(['NEW', -4164, -1117]);
    const orderIdList = JSON.stringify([batch.body[0].orderId, 5]);
    const gone = await client.send('DELETE v1/batchOrders', { symbol: 'BTCUSDT', orderIdList });
    expect(gone.body).toMatchObject([{ status: 'CANCELED' }, { code: -2011 }]);
    const tooMany = JSON.stringify(Array.from({ length: 6 }, () => LIMIT));
    const refused = await client.send('POST v1/batchOrders', { batchOrders: tooMany });
    expect(refused.body.code).toBe(-4082);
  });

  it.each([
    ['a sale of nothing', { side: 'SELL', price: '61000' }, -2022],
    ['a price above the band', { price: '63000.1' }, -4016],
    ['too small a value', { quantity: '0.001', price: '4000' }, -4164],
    ['a limit without a price', { price: '' }, -1102],
    ['an unknown type', { type: 'ICEBERG' }, -1116],
  ])('refuses %s', async (_, change, code) => {
    const small = await startServer({
      instruments: [{ ...LIMIT_INSTRUMENT, minNotional: '100' }],
    });
    try {
      const own = new SignedClient(small);
      expect((await own.send('POST v1/order', { ...LIMIT, ...change })).body.code).toBe(code);
    } finally {
      await small.close();
    }
  });
});

const LIMIT_INSTRUMENT = {
  symbol: 'BTCUSDT',
  tickSize: '0.1',
  stepSize: '0.001',
  priceBand: { up: '1.05', down: '0.95' },
  price: 60_000,
};

describe('the account', () => {
  it('changes its position mode only while it is empty', async () => {
    const to = (dualSidePosition: boolean): ReturnType<SignedClient['send']> =>
      client.send('POST v1/positionSide/dual', { dualSidePosition });
    expect((await to(true)).body.code).toBe(-4059);
    server.person.buy('BTCUSDT', '0.01');
    expect((await to(false)).body.code).toBe(-4068);
    server.person.sell('BTCUSDT', '0.01', { positionSide: 'LONG' });
    await place();
    expect((await to(false)).body.code).toBe(-4067);
    await client.send('DELETE v1/allOpenOrders', { symbol: 'BTCUSDT' });
    expect((await to(false)).body.code).toBe(200);
    expect((await client.send('GET v1/positionSide/dual')).body).toEqual({
      dualSidePosition: false,
    });
    expect((await place()).body.code).toBe(-4061);
    server.person.sell('BTCUSDT', '0.02');
    expect((await client.send('GET v3/positionRisk')).body).toMatchObject([
      { positionSide: 'BOTH', positionAmt: '-0.02' },
    ]);
    const more = { ...ORDER, positionSide: 'BOTH', type: 'MARKET', reduceOnly: 'true' };
    await client.send('POST v1/order', { ...more, quantity: '5' });
    expect(server.person.held('BTCUSDT', 'SHORT')).toBe('0');
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0');
    expect((await client.send('POST v1/order', more)).body.code).toBe(-2022);
  });

  it('owns what its trades left', async () => {
    server.person.buy('BTCUSDT', '1');
    server.market.setPrice('BTCUSDT', 61_000);
    server.person.sell('BTCUSDT', '1', { positionSide: 'LONG' });
    const { body } = await client.send('GET v3/account');
    expect(body.totalWalletBalance).toBe(String(1_000_000 + 1_000 - 30 - 30.5));
    expect((await client.send('GET v3/balance')).body[0].balance).toBe(body.totalWalletBalance);
  });

  it('keeps its settings', async () => {
    await client.send('POST v1/leverage', { symbol: 'BTCUSDT', leverage: 7 });
    const isolated = { symbol: 'BTCUSDT', marginType: 'ISOLATED' };
    expect((await client.send('POST v1/marginType', isolated)).body.code).toBe(200);
    expect((await client.send('POST v1/marginType', isolated)).body.code).toBe(-4046);
    expect((await client.send('GET v2/positionRisk', { symbol: 'BTCUSDT' })).body[0]).toMatchObject(
      {
        leverage: '7',
        marginType: 'isolated',
      },
    );
  });
});
