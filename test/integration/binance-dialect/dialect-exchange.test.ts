import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createAsterExchange } from '../../../src/aster.js';
import { createBinanceExchange } from '../../../src/binance.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { ExchangeAdapter, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import { FakeDialectVenue, type Params } from '../../support/fake-dialect-venue.js';

const API_KEY = 'canary-key-0123456789';
const API_SECRET = 'canary-secret-0123456789';
const SYMBOL = 'BTCUSDT';

const opened: ExchangeAdapter[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
});

function bench(dialect: 'binance' | 'aster' = 'binance') {
  const clock = new VirtualClock();
  const venue = new FakeDialectVenue(clock);
  const sink = new RecordingExchangeSink();
  const create = dialect === 'binance' ? createBinanceExchange : createAsterExchange;
  const exchange = create({
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    clock,
    transport: venue,
    createWebSocket: venue.createWebSocket,
  });
  opened.push(exchange);
  return { clock, venue, sink, exchange };
}

async function connected(dialect: 'binance' | 'aster' = 'binance') {
  const parts = bench(dialect);
  await parts.exchange.connect(parts.sink);
  const request = (more: Partial<PlaceOrderRequest>): PlaceOrderRequest => ({
    clientOrderId: 'id-1',
    symbol: SYMBOL,
    side: 'SELL',
    positionSide: 'BOTH',
    kind: 'market',
    quantity: '0.12',
    reduceOnly: true,
    expiresAt: parts.clock.now() + 2_000,
    ...more,
  });
  const stop = (clientOrderId: string, more: Partial<PlaceOrderRequest> = {}) =>
    request({
      clientOrderId,
      kind: 'stop-market',
      triggerPrice: '44000',
      triggerSource: 'MARK',
      priceProtect: true,
      ...more,
    });
  return { ...parts, request, stop };
}

/** Lets promises settle that no virtual time is needed for. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

const order = (params: Params, more: object = {}) => ({
  orderId: 11,
  symbol: SYMBOL,
  status: 'NEW',
  clientOrderId: params.newClientOrderId ?? params.origClientOrderId,
  price: params.price ?? '0',
  origQty: params.quantity ?? '0.12',
  executedQty: '0',
  type: params.type ?? 'MARKET',
  origType: params.type ?? 'MARKET',
  side: params.side ?? 'SELL',
  positionSide: params.positionSide ?? 'BOTH',
  stopPrice: params.stopPrice ?? '0',
  workingType: 'CONTRACT_PRICE',
  updateTime: 1,
  ...more,
});

const algo = (params: Params, more: object = {}) => ({
  algoId: 900,
  clientAlgoId: params.clientAlgoId ?? 'sl-1',
  algoType: 'CONDITIONAL',
  orderType: params.type ?? 'STOP_MARKET',
  symbol: SYMBOL,
  side: 'SELL',
  positionSide: 'BOTH',
  quantity: params.quantity ?? '0.12',
  algoStatus: 'NEW',
  actualOrderId: '',
  triggerPrice: params.triggerPrice ?? '44000',
  workingType: 'MARK_PRICE',
  reduceOnly: true,
  createTime: 1,
  updateTime: 1,
  ...more,
});

const algoEvent = (time: number, more: object) => ({
  e: 'ALGO_UPDATE',
  E: time,
  T: time,
  o: {
    caid: 'sl-1',
    aid: 900,
    at: 'CONDITIONAL',
    o: 'STOP_MARKET',
    s: SYMBOL,
    S: 'SELL',
    ps: 'BOTH',
    q: '0.12',
    X: 'NEW',
    ai: '',
    ap: '0',
    aq: '0',
    tp: '44000',
    wt: 'MARK_PRICE',
    R: true,
    rm: 'Reduce Only reject',
    ...more,
  },
});

const orderEvent = (time: number, more: object) => ({
  e: 'ORDER_TRADE_UPDATE',
  E: time,
  T: time,
  o: {
    s: SYMBOL,
    c: 'child-of-its-own',
    S: 'SELL',
    o: 'MARKET',
    ot: 'MARKET',
    q: '0.12',
    p: '0',
    ap: '44001',
    x: 'TRADE',
    X: 'FILLED',
    i: 77,
    l: '0.12',
    z: '0.12',
    L: '44001',
    N: 'USDT',
    n: '2.1',
    T: time,
    t: 5001,
    R: true,
    ps: 'BOTH',
    ...more,
  },
});

describe('placements', () => {
  it('of stops go to the endpoints for conditional orders, without leaving a parameter out', async () => {
    const { venue, exchange, stop } = await connected();
    venue.on('POST /fapi/v1/algoOrder', (params) => ({ body: algo(params) }));
    const outcome = await exchange.placeOrder(stop('sl-1'));
    expect(outcome).toMatchObject({
      kind: 'accepted',
      report: {
        orderId: 'algo:900',
        clientOrderId: 'sl-1',
        kind: 'stop-market',
        status: 'accepted',
        triggerPrice: '44000',
        triggerSource: 'MARK',
      },
    });
    expect(venue.asked('POST /fapi/v1/algoOrder')).toEqual([
      {
        algoType: 'CONDITIONAL',
        symbol: SYMBOL,
        side: 'SELL',
        positionSide: 'BOTH',
        type: 'STOP_MARKET',
        quantity: '0.12',
        triggerPrice: '44000',
        workingType: 'MARK_PRICE',
        priceProtect: 'TRUE',
        reduceOnly: 'true',
        clientAlgoId: 'sl-1',
        newOrderRespType: 'ACK',
      },
    ]);
  });

  it('of stops are plain orders with a stop price where the exchange has it so', async () => {
    const { venue, exchange, stop } = await connected('aster');
    venue.on('POST /fapi/v1/order', (params) => ({ body: order(params) }));
    const outcome = await exchange.placeOrder(stop('sl-1', { positionSide: 'LONG' }));
    expect(outcome).toMatchObject({ kind: 'accepted', report: { orderId: '11' } });
    const [params] = venue.asked('POST /fapi/v1/order');
    expect(params).toMatchObject({ stopPrice: '44000', positionSide: 'LONG', type: 'STOP_MARKET' });
    // In hedge mode the position side implies it, and the flag is refused.
    expect(params).not.toHaveProperty('reduceOnly');
  });

  it('of limits that end at once say so, and are answered with how they ended', async () => {
    const { venue, exchange, request } = await connected();
    venue.on('POST /fapi/v1/order', (params) => ({
      body: order(params, { status: 'EXPIRED', executedQty: '0.05', avgPrice: '44950.5' }),
    }));
    const outcome = await exchange.placeOrder(request({ kind: 'ioc-limit', price: '44900' }));
    expect(outcome).toMatchObject({
      kind: 'accepted',
      report: { status: 'expired', executedQty: '0.05', avgPrice: '44950.5', price: '44900' },
    });
    expect(venue.asked('POST /fapi/v1/order')).toEqual([
      {
        symbol: SYMBOL,
        side: 'SELL',
        positionSide: 'BOTH',
        type: 'LIMIT',
        quantity: '0.12',
        price: '44900',
        timeInForce: 'IOC',
        reduceOnly: 'true',
        newClientOrderId: 'id-1',
        newOrderRespType: 'RESULT',
      },
    ]);
  });

  it('of stops that become limits carry both prices, wherever conditional orders go', async () => {
    const terms = { kind: 'stop-limit', price: '43780', triggerSource: 'LAST' } as const;
    const shared = { type: 'STOP', timeInForce: 'GTC', price: '43780', quantity: '0.12' };
    const binance = await connected();
    binance.venue.on('POST /fapi/v1/algoOrder', (params) => ({
      body: algo(params, { price: params.price, workingType: params.workingType }),
    }));
    expect(await binance.exchange.placeOrder(binance.stop('sl-1', terms))).toMatchObject({
      kind: 'accepted',
      report: {
        kind: 'stop-limit',
        status: 'accepted',
        triggerPrice: '44000',
        triggerSource: 'LAST',
        price: '43780',
      },
    });
    const [asked] = binance.venue.asked('POST /fapi/v1/algoOrder');
    expect(asked).toMatchObject({
      ...shared,
      triggerPrice: '44000',
      workingType: 'CONTRACT_PRICE',
      newOrderRespType: 'ACK',
    });
    const aster = await connected('aster');
    aster.venue.on('POST /fapi/v1/order', (params) => ({ body: order(params) }));
    expect(await aster.exchange.placeOrder(aster.stop('sl-1', terms))).toMatchObject({
      kind: 'accepted',
      report: { kind: 'stop-limit', status: 'accepted', triggerPrice: '44000', price: '43780' },
    });
    const [plain] = aster.venue.asked('POST /fapi/v1/order');
    expect(plain).toMatchObject({ ...shared, stopPrice: '44000' });
  });

  it('go in one batch, stops singly and first where batches cannot hold them', async () => {
    const { venue, exchange, request, stop } = await connected();
    venue.on('POST /fapi/v1/algoOrder', (params) => ({ body: algo(params) }));
    venue.on('POST /fapi/v1/batchOrders', ({ batchOrders = '[]' }) => {
      const [first] = JSON.parse(batchOrders) as Params[];
      return { body: [order(first ?? {}), { code: -2022, msg: 'ReduceOnly Order is rejected.' }] };
    });
    const outcomes = await exchange.placeOrders?.([
      request({ clientOrderId: 'tp-1', kind: 'limit', price: '46000' }),
      stop('sl-1'),
      request({ clientOrderId: 'tp-2', kind: 'limit', price: '47000' }),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted', report: { clientOrderId: 'tp-1' } },
      { kind: 'accepted', report: { clientOrderId: 'sl-1' } },
      { kind: 'rejected', rejection: { code: 'reduce-only' } },
    ]);
    const posts = venue.calls.filter(({ call }) => /^POST .*(algoOrder|batchOrders)$/.test(call));
    expect(posts.map(({ call }) => call)).toEqual([
      'POST /fapi/v1/algoOrder',
      'POST /fapi/v1/batchOrders',
    ]);
  });

  it('that nobody answered, or whose answer makes no sense, are unknown', async () => {
    const { venue, exchange, request } = await connected();
    venue.on('POST /fapi/v1/order', () => ({ lost: true }));
    expect(await exchange.placeOrder(request({}))).toMatchObject({ kind: 'unknown' });
    venue.on('POST /fapi/v1/order', () => ({ body: { orderId: 1 } }));
    expect(await exchange.placeOrder(request({}))).toMatchObject({ kind: 'unknown' });
    venue.on('POST /fapi/v1/order', () => ({ body: order({ newClientOrderId: 'other' }) }));
    expect(await exchange.placeOrder(request({}))).toMatchObject({ kind: 'unknown' });
    venue.on('POST /fapi/v1/batchOrders', () => ({ body: [order({})] }));
    const batch = [request({ clientOrderId: 'a' }), request({ clientOrderId: 'b' })];
    expect(await exchange.placeOrders?.(batch)).toMatchObject([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
  });

  it('are not sent after close()', async () => {
    const { venue, exchange, request } = await connected();
    await exchange.close();
    await exchange.close();
    expect(await exchange.placeOrder(request({}))).toMatchObject({ kind: 'not-sent' });
    expect(venue.asked('POST /fapi/v1/order')).toEqual([]);
  });
});

describe('cancellations and amendments', () => {
  it('of a stop that triggered meanwhile cancel the order that its trigger made', async () => {
    const { venue, sink, exchange } = await connected();
    venue.socket.push(algoEvent(venue.now(), { X: 'TRIGGERED', ai: '77' }));
    venue.on('DELETE /fapi/v1/algoOrder', () => ({ status: 400, code: -2011 }));
    venue.on('DELETE /fapi/v1/order', (params) => ({
      body: order(params, { orderId: 77, clientOrderId: 'child', status: 'CANCELED' }),
    }));
    const cancel = { symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-market' } as const;
    expect(await exchange.cancelOrder(cancel)).toMatchObject({ kind: 'accepted' });
    expect(venue.asked('DELETE /fapi/v1/order')).toEqual([{ symbol: SYMBOL, orderId: '77' }]);
    expect(sink.gaps).toEqual([]);
  });

  it('of a stop that rests as a limit tell what it executed, under the name of the stop', async () => {
    const { venue, exchange } = await connected();
    venue.socket.push(algoEvent(venue.now(), { o: 'STOP', p: '43780', X: 'TRIGGERED', ai: '77' }));
    venue.on('DELETE /fapi/v1/algoOrder', () => ({ status: 400, code: -2011 }));
    venue.on('DELETE /fapi/v1/order', (params) => ({
      body: order(params, {
        orderId: 77,
        clientOrderId: 'child-of-its-own',
        type: 'LIMIT',
        origType: 'LIMIT',
        price: '43780',
        status: 'CANCELED',
        executedQty: '0.05',
        avgPrice: '43790',
      }),
    }));
    const cancel = { symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-limit' } as const;
    expect(await exchange.cancelOrder(cancel)).toMatchObject({
      kind: 'accepted',
      report: {
        clientOrderId: 'sl-1',
        kind: 'stop-limit',
        status: 'canceled',
        executedQty: '0.05',
        triggerPrice: '44000',
      },
    });
  });

  it('of an unknown order say so', async () => {
    const { venue, exchange } = await connected();
    venue.on('DELETE /fapi/v1/algoOrder', () => ({ status: 400, code: -2011 }));
    venue.on('DELETE /fapi/v1/order', () => ({ status: 400, code: -2011 }));
    const cancel = { symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-market' } as const;
    expect(await exchange.cancelOrder(cancel)).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'unknown-order' },
    });
  });

  it('change price and quantity in place', async () => {
    const { venue, exchange } = await connected();
    venue.on('PUT /fapi/v1/order', (params) => ({ body: order(params, { type: 'LIMIT' }) }));
    const outcome = await exchange.amendOrder?.({
      symbol: SYMBOL,
      clientOrderId: 'tp-1',
      kind: 'limit',
      side: 'SELL',
      price: '46000',
      quantity: '0.06',
    });
    expect(outcome).toMatchObject({ kind: 'accepted', report: { quantity: '0.06' } });
  });
});

describe('queries', () => {
  const unknown = () => ({ status: 400, code: -2013 });

  it('find an order in every place where it can be', async () => {
    const { venue, exchange } = await connected();
    venue.on('GET /fapi/v1/order', unknown);
    venue.on('GET /fapi/v1/algoOrder', (params) => ({ body: algo(params) }));
    const query = { symbol: SYMBOL, clientOrderId: 'sl-1' };
    expect(await exchange.fetchOrder(query)).toMatchObject({ orderId: 'algo:900' });
    venue.on('GET /fapi/v1/algoOrder', unknown);
    expect(await exchange.fetchOrder(query)).toBeNull();
    venue.on('GET /fapi/v1/algoOrder', () => ({ status: 503, code: -1000 }));
    await expect(exchange.fetchOrder(query)).rejects.toMatchObject({
      code: 'EXCHANGE_UNREACHABLE',
    });
  });

  it('of a triggered stop tell what its child executed, under its own client id', async () => {
    const { venue, exchange } = await connected();
    venue.on('GET /fapi/v1/algoOrder', (params) => ({
      body: algo(params, { algoStatus: 'TRIGGERED', actualOrderId: '77' }),
    }));
    const child = { orderId: 77, clientOrderId: 'x', status: 'PARTIALLY_FILLED' };
    venue.on('GET /fapi/v1/order', () => ({
      body: order({}, { ...child, executedQty: '0.05', avgPrice: '43999' }),
    }));
    const query = { symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-market' } as const;
    expect(await exchange.fetchOrder(query)).toMatchObject({
      orderId: '77',
      clientOrderId: 'sl-1',
      kind: 'stop-market',
      status: 'triggered',
      quantity: '0.12',
      executedQty: '0.05',
      avgPrice: '43999',
      triggerPrice: '44000',
    });
    // By the id that its trades carry as well.
    expect(await exchange.fetchOrder({ symbol: SYMBOL, orderId: '77' })).toMatchObject({
      clientOrderId: 'sl-1',
    });
  });

  it('of an order that a stop made before we listened find the stop', async () => {
    const { venue, exchange } = await connected();
    venue.on('GET /fapi/v1/order', () => ({
      body: order({}, { orderId: 77, clientOrderId: 'x', status: 'FILLED', executedQty: '0.12' }),
    }));
    venue.on('GET /fapi/v1/allAlgoOrders', () => ({
      body: [algo({}, { algoStatus: 'FINISHED', actualOrderId: '77', actualQty: '0.12' })],
    }));
    expect(await exchange.fetchOrder({ symbol: SYMBOL, orderId: '77' })).toMatchObject({
      orderId: '77',
      clientOrderId: 'sl-1',
      status: 'filled',
    });
  });

  it('of open orders are complete or rejected', async () => {
    const { venue, exchange } = await connected();
    venue.on('GET /fapi/v1/openOrders', (params) => ({
      body: [order(params, { clientOrderId: 'tp-1', type: 'LIMIT', price: '46000' })],
    }));
    venue.on('GET /fapi/v1/openAlgoOrders', (params) => ({ body: [algo(params)] }));
    const ids = (await exchange.fetchOpenOrders()).map(({ clientOrderId }) => clientOrderId);
    expect(ids).toEqual(['tp-1', 'sl-1']);
    venue.on('GET /fapi/v1/openAlgoOrders', () => ({ status: 502, code: 0 }));
    await expect(exchange.fetchOpenOrders()).rejects.toMatchObject({ outcome: 'unknown' });
    venue.on('GET /fapi/v1/openAlgoOrders', () => ({ body: [algo({}, { algoStatus: 'ODD' })] }));
    await expect(exchange.fetchOpenOrders()).rejects.toMatchObject({ code: 'EXCHANGE_PROTOCOL' });
  });

  it('of positions leave flat sides out', async () => {
    const { venue, exchange } = await connected();
    venue.on('GET /fapi/v3/positionRisk', () => ({
      body: [
        { symbol: SYMBOL, positionSide: 'BOTH', positionAmt: '-0.500', entryPrice: '45000' },
        { symbol: 'ETHUSDT', positionSide: 'LONG', positionAmt: '0.000', entryPrice: '0' },
      ],
    }));
    expect(await exchange.fetchPositions()).toEqual([
      { symbol: SYMBOL, side: 'SHORT', quantity: '0.5', entryPrice: '45000' },
    ]);
  });

  it.each([
    ['oldest', 3_400],
    ['latest', 2_200],
  ] as const)(
    'of trades are whole where a full page has the %s of its time',
    async (which, count) => {
      const { venue, exchange } = await connected();
      const begin = venue.now() - 10_000;
      // Two trades each ms; the last moment alone has more than a page.
      const trades = Array.from({ length: count }, (_, index) => ({
        id: index + 1,
        orderId: 5,
        symbol: SYMBOL,
        side: 'BUY',
        positionSide: 'BOTH',
        price: '45000',
        qty: '0.001',
        commission: '0.1',
        commissionAsset: index === 0 ? 'BNB' : 'USDT',
        time: begin + (index < 2_200 ? Math.floor(index / 2) : 4_000),
      }));
      venue.on('GET /fapi/v1/userTrades', (params) => {
        const from = Number(params.startTime ?? 0);
        const until = Number(params.endTime ?? Number.POSITIVE_INFINITY);
        const after = Number(params.fromId ?? 0);
        const found = trades.filter(({ id, time }) => time >= from && time <= until && id >= after);
        return { body: which === 'latest' ? found.slice(-1_000) : found.slice(0, 1_000) };
      });
      venue.on('GET /fapi/v1/allAlgoOrders', () => ({ body: [] }));
      const fills = await exchange.fetchFills(SYMBOL, begin);
      expect(fills.map(({ trade }) => trade.tradeId)).toEqual(trades.map(({ id }) => `${id}`));
      // A fee in another asset than the quote is left out.
      expect(fills[0]?.trade).toEqual({ tradeId: '1', quantity: '0.001', price: '45000' });
      expect(fills[1]?.trade.fee).toBe('0.1');
    },
  );

  it('of trades name the stop that they came from', async () => {
    const { venue, exchange } = await connected();
    const trade = { symbol: SYMBOL, side: 'SELL', positionSide: 'BOTH', price: '44001' };
    venue.on('GET /fapi/v1/userTrades', () => ({
      body: [
        { ...trade, id: 1, orderId: 77, qty: '0.12', time: venue.now() - 20_000 },
        { ...trade, id: 2, orderId: 78, qty: '0.01', time: venue.now() - 20_000 },
      ],
    }));
    venue.on('GET /fapi/v1/allAlgoOrders', () => ({
      body: [algo({}, { algoStatus: 'FINISHED', actualOrderId: '77', actualQty: '0.12' })],
    }));
    const since = venue.now() - 60_000;
    const fills = await exchange.fetchFills(SYMBOL, since);
    expect(fills.map(({ clientOrderId }) => clientOrderId)).toEqual(['sl-1', undefined]);
    expect(fills.map(({ orderId }) => orderId)).toEqual(['77', '78']);
    const searches = venue.asked('GET /fapi/v1/allAlgoOrders').length;
    await exchange.fetchFills(SYMBOL, since);
    expect(venue.asked('GET /fapi/v1/allAlgoOrders')).toHaveLength(searches);
  });

  it('of trades from before the exchange keeps any are refused', async () => {
    const { exchange } = await connected();
    await expect(exchange.fetchFills(SYMBOL, 0)).rejects.toMatchObject({
      code: 'EXCHANGE_REJECTED',
    });
  });

  it('of account, time, prices and instruments are answered', async () => {
    const { venue, exchange } = await connected();
    const account = await exchange.fetchAccount();
    expect(account).toEqual({
      accountId: expect.stringMatching(/^binance:[0-9a-f]{16}$/),
      positionMode: 'one-way',
    });
    expect(await exchange.fetchServerTime?.()).toBe(venue.now());
    venue.on('GET /fapi/v1/ticker/price', () => ({
      body: { symbol: SYMBOL, price: '45000.1', time: 5 },
    }));
    venue.on('GET /fapi/v1/premiumIndex', () => ({
      body: { symbol: SYMBOL, markPrice: '45001', indexPrice: '45002', time: 6 },
    }));
    expect(await exchange.fetchPrices?.(SYMBOL)).toEqual([
      { source: 'LAST', price: '45000.1', time: 5 },
      { source: 'MARK', price: '45001', time: 6 },
      { source: 'INDEX', price: '45002', time: 6 },
    ]);
    expect(await exchange.fetchInstrument(SYMBOL)).toMatchObject({
      tickSize: '0.10',
      stepSize: '0.001',
      maxMarketQty: '120',
      minNotional: '5',
      priceBand: { up: '1.05', down: '0.95' },
    });
    for (const symbol of ['OLDUSDT', 'BTCUSD_PERP', 'NOUSDT']) {
      await expect(exchange.fetchInstrument(symbol)).rejects.toMatchObject({
        code: 'INSTRUMENT_UNSUPPORTED',
      });
    }
    expect(venue.asked('GET /fapi/v1/exchangeInfo')).toHaveLength(1);
  });
});

describe('the account stream', () => {
  it('has an address of its own where the exchange splits them', async () => {
    const binance = await connected();
    expect(binance.venue.socket.url).toMatch(/\/private\/ws\/k{64}$/);
    const aster = await connected('aster');
    expect(aster.venue.socket.url).toMatch(/asterdex\.com\/ws\/k{64}$/);
  });

  it('tells a stop until its end, whose trigger alone is no fill', async () => {
    const { venue, sink } = await connected();
    const now = venue.now();
    venue.socket.push(algoEvent(now, {}));
    venue.socket.push(algoEvent(now + 1, { X: 'TRIGGERING' }));
    venue.socket.push({ stream: 'x', data: algoEvent(now + 2, { X: 'TRIGGERED', ai: '77' }) });
    venue.socket.push(orderEvent(now + 3, { x: 'NEW', X: 'NEW', l: '0', z: '0', t: 0, ap: '0' }));
    venue.socket.push(orderEvent(now + 4, {}));
    venue.socket.push(algoEvent(now + 5, { X: 'FINISHED', ai: '77', aq: '0.12', ap: '44001' }));
    expect(sink.ordersOf('sl-1').map(({ status }) => status)).toEqual([
      'accepted',
      'triggered',
      'triggered',
      'triggered',
      'filled',
      'filled',
    ]);
    expect(sink.ordersOf('sl-1').every(({ reason }) => reason === undefined)).toBe(true);
    expect(sink.fills).toMatchObject([
      { orderId: '77', clientOrderId: 'sl-1', trade: { tradeId: '5001', fee: '2.1' } },
    ]);
    expect(sink.orders).toHaveLength(6);
  });

  it('joins a child with its stop when the trade comes before the trigger', async () => {
    const { venue, sink } = await connected();
    const now = venue.now();
    venue.socket.push(algoEvent(now, {}));
    venue.socket.push(orderEvent(now + 3, {}));
    expect(sink.fills).toEqual([]);
    venue.socket.push(algoEvent(now + 4, { X: 'TRIGGERED', ai: '77' }));
    expect(sink.fills).toMatchObject([{ clientOrderId: 'sl-1' }]);
  });

  it('asks the exchange when the trigger is not told at all', async () => {
    const { clock, venue, sink } = await connected();
    venue.on('GET /fapi/v1/allAlgoOrders', () => ({
      body: [algo({}, { algoStatus: 'TRIGGERED', actualOrderId: '77' })],
    }));
    venue.socket.push(algoEvent(venue.now(), {}));
    venue.socket.push(orderEvent(venue.now() + 3, {}));
    clock.advanceBy(300);
    await settle();
    expect(sink.fills).toMatchObject([{ clientOrderId: 'sl-1' }]);
  });

  it('joins a child that carries the client id of its stop', async () => {
    const { venue, sink } = await connected();
    venue.socket.push(algoEvent(venue.now(), {}));
    venue.socket.push(orderEvent(venue.now() + 3, { c: 'sl-1' }));
    expect(sink.ordersOf('sl-1').at(-1)).toMatchObject({
      kind: 'stop-market',
      status: 'filled',
      triggerPrice: '44000',
    });
  });

  it('tells ends without execution apart', async () => {
    const { venue, sink } = await connected();
    const now = venue.now();
    venue.socket.push(algoEvent(now, { X: 'REJECTED', rm: 'Reduce Only reject' }));
    venue.socket.push(algoEvent(now, { X: 'FINISHED', ai: '77', aq: '0' }));
    venue.socket.push(algoEvent(now, { X: 'FINISHED', ai: '77', aq: '0.05' }));
    venue.socket.push(algoEvent(now, { X: 'EXPIRED', rm: '' }));
    expect(sink.orders.map(({ status }) => status)).toEqual([
      'rejected',
      'expired',
      'canceled',
      'expired',
    ]);
    expect(sink.orders[0]?.reason).toBe('Reduce Only reject');
  });

  it('believes no stop to have expired that may have triggered', async () => {
    const { clock, venue, sink } = await connected('aster');
    const stop = { c: 'sl-1', o: 'STOP_MARKET', ot: 'STOP_MARKET', l: '0', z: '0', t: 0 };
    venue.socket.push(orderEvent(1, { ...stop, x: 'EXPIRED', X: 'EXPIRED' }));
    venue.socket.push(orderEvent(2, { ...stop, o: 'MARKET', x: 'NEW', X: 'NEW' }));
    clock.advanceBy(300);
    await settle();
    expect(sink.orders.map(({ status }) => status)).toEqual(['triggered']);
    venue.on('GET /fapi/v1/order', () => ({
      body: order({ type: 'STOP_MARKET' }, { orderId: 77, status: 'EXPIRED' }),
    }));
    venue.socket.push(orderEvent(3, { ...stop, x: 'EXPIRED', X: 'EXPIRED' }));
    clock.advanceBy(300);
    await settle();
    expect(sink.orders.map(({ status }) => status)).toEqual(['triggered', 'expired']);
    venue.on('GET /fapi/v1/order', () => ({ lost: true }));
    venue.socket.push(orderEvent(4, { ...stop, x: 'EXPIRED', X: 'EXPIRED' }));
    clock.advanceBy(300);
    await settle();
    expect(sink.gaps).toEqual(['a stop was said to have expired']);
  });

  it('names the cause of what the exchange itself does', async () => {
    const { venue, sink } = await connected();
    const now = venue.now();
    const causes = ['autoclose-1', 'adl_autoclose', 'settlement_autoclose-1'];
    causes.forEach((c, index) => {
      venue.socket.push(orderEvent(now, { c, i: 80 + index, t: 1 + index, x: 'CALCULATED' }));
    });
    expect(sink.fills.map(({ cause }) => cause)).toEqual(['liquidation', 'adl', 'settlement']);
  });

  it('tells positions, flat sides included', async () => {
    const { venue, sink } = await connected();
    const P = [
      { s: SYMBOL, pa: '0', ep: '0', ps: 'LONG' },
      { s: 'ETHUSDT', pa: '-2', ep: '2500', ps: 'BOTH' },
    ];
    venue.socket.push({ e: 'ACCOUNT_UPDATE', E: 5, T: 5, a: { m: 'ORDER', B: [], P } });
    expect(sink.positions).toEqual([
      { symbol: SYMBOL, side: 'LONG', quantity: '0', time: 5 },
      { symbol: 'ETHUSDT', side: 'SHORT', quantity: '2', entryPrice: '2500', time: 5 },
      { symbol: 'ETHUSDT', side: 'LONG', quantity: '0', time: 5 },
    ]);
  });

  it('takes what it cannot read as a gap', async () => {
    const { venue, sink } = await connected();
    venue.socket.push('{');
    venue.socket.push(orderEvent(1, { X: 'ODD' }));
    venue.socket.push(orderEvent(1, { z: 'much' }));
    expect(sink.gaps).toHaveLength(3);
    venue.socket.push({ result: null, id: 1 });
    venue.socket.push({ e: 'STRATEGY_UPDATE', E: 1, su: {} });
    expect(sink.gaps).toHaveLength(3);
  });

  it('comes back after an interruption, with a gap', async () => {
    const { clock, venue, sink } = await connected();
    venue.socket.breakOff();
    expect(sink.connections).toEqual(['connected', 'disconnected']);
    clock.advanceBy(2_000);
    await settle();
    expect(sink.connections).toEqual(['connected', 'disconnected', 'connected']);
    expect(sink.gaps).toHaveLength(1);
    expect(venue.asked('POST /fapi/v1/listenKey')).toHaveLength(2);
  });

  it.each([
    ['expires', { e: 'listenKeyExpired', E: 1, listenKey: 'x' }],
    ['is announced to end', { event: { e: 'serverShutdown' } }],
  ])('is made anew when it %s', async (_what, frame) => {
    const { clock, venue, sink } = await connected();
    venue.socket.push(frame);
    expect(sink.gaps.length).toBeGreaterThan(0);
    clock.advanceBy(2_000);
    await settle();
    expect(venue.sockets).toHaveLength(2);
    expect(sink.connections.at(-1)).toBe('connected');
  });

  it('keeps its key alive, and gets another when that is gone', async () => {
    const { clock, venue, sink } = await connected();
    clock.advanceBy(30 * 60_000);
    await settle();
    expect(venue.asked('PUT /fapi/v1/listenKey')).toHaveLength(1);
    venue.on('PUT /fapi/v1/listenKey', () => ({ status: 400, code: -1125 }));
    clock.advanceBy(30 * 60_000);
    await settle();
    expect(sink.connections.at(-1)).toBe('disconnected');
    clock.advanceBy(2_000);
    await settle();
    expect(sink.connections.at(-1)).toBe('connected');
    expect(venue.asked('POST /fapi/v1/listenKey')).toHaveLength(2);
  });

  it('that is connected but silent is noticed by an order of ours', async () => {
    const { clock, venue, sink, exchange, stop } = await connected();
    venue.on('POST /fapi/v1/algoOrder', (params) => ({ body: algo(params) }));
    await exchange.placeOrder(stop('sl-1'));
    venue.socket.push(algoEvent(venue.now(), {}));
    clock.advanceBy(10_000);
    expect(sink.gaps).toEqual([]);
    await exchange.placeOrder(stop('sl-2'));
    clock.advanceBy(5_000);
    expect(sink.gaps.join()).toMatch(/silent/);
    clock.advanceBy(2_000);
    await settle();
    expect(venue.sockets).toHaveLength(2);
  });

  it('that cannot be opened fails with the reason, and can be tried again', async () => {
    const { venue, sink, exchange } = bench();
    venue.on('POST /fapi/v1/listenKey', () => ({ status: 401, code: -2015 }));
    await expect(exchange.connect(sink)).rejects.toMatchObject({
      code: 'EXCHANGE_REJECTED',
      retryable: false,
    });
    venue.on('POST /fapi/v1/listenKey', () => ({ body: { listenKey: 'abc' } }));
    await exchange.connect(sink);
    expect(sink.connections).toEqual(['connected']);
  });
});

describe('a wallet', () => {
  it('signs every private call of the newer tree', async () => {
    const clock = new VirtualClock();
    const venue = new FakeDialectVenue(clock);
    const exchange = createAsterExchange({
      user: `0x${'a'.repeat(40)}`,
      signer: `0x${'b'.repeat(40)}`,
      signTypedData: () => `0x${'1'.repeat(130)}`,
      clock,
      transport: venue,
      createWebSocket: venue.createWebSocket,
      live: false,
      id: 'aster-testnet',
    });
    opened.push(exchange);
    await exchange.connect(new RecordingExchangeSink());
    expect(exchange.id).toBe('aster-testnet');
    expect(exchange.capabilities).toMatchObject({ live: false, batchSize: 5, severalStops: true });
    expect(exchange.capabilities.maxProtectiveOrders).toEqual({ perSymbol: 10, perAccount: null });
    expect(await exchange.fetchAccount()).toMatchObject({ positionMode: 'one-way' });
    venue.on('GET /fapi/v3/positionRisk', () => ({ body: [] }));
    expect(await exchange.fetchPositions(SYMBOL)).toEqual([]);
    expect(venue.asked('GET /fapi/v3/positionRisk')[0]).toHaveProperty('signer');
    expect(venue.asked('POST /fapi/v3/listenKey')[0]).toHaveProperty('signer');
    expect(venue.calls.every(({ call }) => call.includes('/fapi/v3/'))).toBe(true);
  });
});

describe('options', () => {
  it.each([
    ['http://fapi.example.com', /https:\/\//],
    ['https://user:secret@example.com', /begins with https/],
    ['nonsense', /nonsense/],
  ])('with the address %s are refused', (restUrl, message) => {
    const keys = { apiKey: API_KEY, apiSecret: API_SECRET };
    expect(() => createBinanceExchange({ ...keys, restUrl })).toThrow(message);
    expect(() => createBinanceExchange({ ...keys, restUrl })).not.toThrow(/secret/);
  });

  it('leave no trace of the keys', async () => {
    const { exchange, sink } = await connected();
    const shown = `${inspect(exchange, { depth: 9, showHidden: true })} ${JSON.stringify(exchange)}`;
    expect(shown).not.toMatch(/canary/);
    expect(JSON.stringify([sink, await exchange.fetchAccount()])).not.toMatch(/canary|kkkk/);
  });
});
