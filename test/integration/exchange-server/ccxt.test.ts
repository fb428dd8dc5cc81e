import { pro } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import { KEYS, startServer } from './signed-client.js';

const SYMBOL = 'BTC/USDT:USDT';
const HEDGED_EXIT = { hedged: true, reduceOnly: true };

/** The client that most bots use, pointed at the server: whoever else wrote it knows what the wire is like. */
describe('a foreign client (ccxt)', () => {
  let server: ExchangeServer;
  let ccxt: InstanceType<typeof pro.binanceusdm>;

  beforeAll(async () => {
    server = await startServer();
    ccxt = new pro.binanceusdm({
      apiKey: KEYS.apiKey,
      secret: KEYS.apiSecret,
      enableRateLimit: false,
    });
    const { restUrl, streamUrl } = server;
    // Nothing but the server: a call to any other part of the exchange fails before it leaves.
    const api = {
      fapiPublic: `${restUrl}/fapi/v1`,
      fapiPublicV2: `${restUrl}/fapi/v2`,
      fapiPublicV3: `${restUrl}/fapi/v3`,
      fapiPrivate: `${restUrl}/fapi/v1`,
      fapiPrivateV2: `${restUrl}/fapi/v2`,
      fapiPrivateV3: `${restUrl}/fapi/v3`,
      ws: { future: `${streamUrl}/ws` },
    };
    Object.assign(ccxt, { urls: { ...ccxt.urls, api } });
    ccxt.has.fetchCurrencies = false;
    // Its own need for streams without encryption.
    await ccxt.loadHttpProxyAgent();
    await ccxt.loadMarkets();
  }, 60_000);

  afterAll(async () => {
    await ccxt.close();
    await server.close();
  });

  it('loads markets', () => {
    const market = ccxt.market(SYMBOL);
    expect(market).toMatchObject({ id: 'BTCUSDT', linear: true, active: true });
    expect(market.precision).toMatchObject({ price: 0.1, amount: 0.001 });
    expect(market.limits.cost?.min).toBe(5);
  });

  it('reads the account', async () => {
    expect((await ccxt.fetchBalance()).USDT).toMatchObject({ total: 1_000_000 });
    expect(await ccxt.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: true });
    expect(Math.abs(((await ccxt.fetchTime()) as number) - Date.now())).toBeLessThan(5_000);
    await ccxt.setLeverage(10, SYMBOL);
  });

  it('enters, protects, and is stopped out, and its streams tell it', async () => {
    const orders = ccxt.watchOrders(SYMBOL);
    const trades = ccxt.watchMyTrades(SYMBOL);
    await expect.poll(() => server.streams.count('account')).toBe(1);
    const entry = await ccxt.createOrder(SYMBOL, 'market', 'buy', 0.02, undefined, {
      hedged: true,
    });
    expect(entry).toMatchObject({ status: 'closed', filled: 0.02 });
    expect((await orders)[0]).toMatchObject({ id: entry.id });
    expect((await trades)[0]).toMatchObject({ order: entry.id, amount: 0.02, price: 60_000 });
    expect(await ccxt.fetchPositions([SYMBOL])).toMatchObject([{ side: 'long', contracts: 0.02 }]);

    const stop = await ccxt.createOrder(SYMBOL, 'market', 'sell', 0.02, undefined, {
      ...HEDGED_EXIT,
      stopLossPrice: 59_000,
      clientOrderId: 'stop-by-ccxt',
    });
    const profit = await ccxt.createOrder(SYMBOL, 'market', 'sell', 0.02, undefined, {
      ...HEDGED_EXIT,
      takeProfitPrice: 61_000,
    });
    expect(stop).toMatchObject({ clientOrderId: 'stop-by-ccxt', status: 'open' });
    const resting = await ccxt.fetchOpenOrders(SYMBOL, undefined, undefined, { trigger: true });
    expect(resting.map(({ id }) => id)).toEqual([stop.id, profit.id]);
    expect(await ccxt.fetchOpenOrders(SYMBOL)).toEqual([]);

    const stoppedOut = ccxt.watchMyTrades(SYMBOL);
    server.market.setPrice('BTCUSDT', 58_990);
    expect((await stoppedOut).at(-1)).toMatchObject({ side: 'sell', price: 58_990 });
    const done = await ccxt.fetchOrder(idOf(stop), SYMBOL, { trigger: true });
    expect(done.info).toMatchObject({ algoStatus: 'FINISHED', actualQty: '0.02' });
    // The other leg survives at Binance.
    await ccxt.cancelOrder(idOf(profit), SYMBOL, { trigger: true });
    expect(await ccxt.fetchOpenOrders(SYMBOL, undefined, undefined, { trigger: true })).toEqual([]);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0');
    expect(await ccxt.fetchMyTrades(SYMBOL)).toHaveLength(2);
  });

  it('rests a limit, amends it and cancels it', async () => {
    server.market.setPrice('BTCUSDT', 60_000);
    const limit = await ccxt.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000, { hedged: true });
    expect(limit).toMatchObject({ status: 'open', remaining: 0.01 });
    const amended = await ccxt.editOrder(idOf(limit), SYMBOL, 'limit', 'buy', 0.02, 59_500);
    expect(amended).toMatchObject({ id: limit.id, amount: 0.02, price: 59_500 });
    await ccxt.cancelOrder(idOf(limit), SYMBOL);
    expect(await ccxt.fetchOrder(idOf(limit), SYMBOL)).toMatchObject({ status: 'canceled' });
  });

  it('places and cancels several at once', async () => {
    const order = { symbol: SYMBOL, type: 'limit', side: 'buy', amount: 0.01 } as const;
    const placed = await ccxt.createOrders([
      { ...order, price: 59_000, params: { positionSide: 'LONG' } },
      { ...order, price: 58_000, params: { positionSide: 'LONG' } },
    ]);
    expect(placed.map(({ status }) => status)).toEqual(['open', 'open']);
    await ccxt.cancelOrders(placed.map(idOf), SYMBOL);
    expect(server.person.openOrders()).toEqual([]);
  });

  it('sees the refusals as its own errors', async () => {
    const below = ccxt.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, {
      ...HEDGED_EXIT,
      stopLossPrice: 60_500,
    });
    await expect(below).rejects.toThrow(/-2021/);
    const unknown = ccxt.cancelOrder('1', SYMBOL);
    await expect(unknown).rejects.toMatchObject({ name: 'OrderNotFound' });
    server.faults.next({ path: 'order' }, { do: 'throttle', retryAfterSeconds: 1 });
    const throttled = ccxt.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, { hedged: true });
    await expect(throttled).rejects.toMatchObject({ name: 'DDoSProtection' });
  });

  it('watches the market', async () => {
    const trades = ccxt.watchTrades(SYMBOL, undefined, undefined, { name: 'aggTrade' });
    const marks = ccxt.watchMarkPrice(SYMBOL);
    await expect.poll(() => server.streams.count('market')).toBeGreaterThan(0);
    const timer = setInterval(() => server.market.setPrice('BTCUSDT', 60_100), 50);
    try {
      expect((await trades).at(-1)).toMatchObject({ price: 60_100 });
      expect(await marks).toMatchObject({ markPrice: 60_100 });
    } finally {
      clearInterval(timer);
    }
  });
});

/** Its types allow orders without an id. */
function idOf({ id }: { readonly id?: string | undefined }): string {
  return id ?? '';
}
