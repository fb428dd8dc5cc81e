import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import { Listener, SignedClient, startServer } from './signed-client.js';

const STOP = {
  algoType: 'CONDITIONAL',
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'LONG',
  type: 'STOP_MARKET',
  quantity: '0.01',
  triggerPrice: '59000',
  clientAlgoId: 'stop-1',
};

let server: ExchangeServer;
let client: SignedClient;

beforeEach(async () => {
  server = await startServer();
  client = new SignedClient(server);
});
afterEach(() => server.close());

describe('a conditional order of Binance', () => {
  it('lives from NEW to FINISHED, and its child tells the fill', async () => {
    server.person.buy('BTCUSDT', '0.01');
    const stream = await Listener.ofAccount(server, client);
    const placed = await client.send('POST v1/algoOrder', STOP, 'body');
    expect(placed.body).toMatchObject({
      clientAlgoId: 'stop-1',
      algoStatus: 'NEW',
      orderType: 'STOP_MARKET',
      quantity: '0.01',
      triggerPrice: '59000',
    });
    expect((await client.send('GET v1/openAlgoOrders')).body).toHaveLength(1);
    expect((await client.send('GET v1/openOrders')).body).toEqual([]);

    server.market.setPrice('BTCUSDT', 59_000);
    await stream.until(() => stream.events.at(-1)?.o?.X === 'FINISHED');
    expect(stream.events.map(({ e, o }) => (o ? `${e} ${o.x ?? ''}${o.X}` : e))).toEqual([
      'ALGO_UPDATE NEW',
      'ALGO_UPDATE TRIGGERING',
      'ALGO_UPDATE TRIGGERED',
      'ORDER_TRADE_UPDATE NEWNEW',
      'TRADE_LITE',
      'ORDER_TRADE_UPDATE TRADEFILLED',
      'ACCOUNT_UPDATE',
      'ALGO_UPDATE FINISHED',
    ]);
    const [, , triggered, born, , traded, account, finished] = stream.events;
    expect(triggered.o.ai).toBe(String(born.o.i));
    expect(born.o.c).not.toBe('stop-1');
    expect(born.o).toMatchObject({ o: 'MARKET', ot: 'STOP_MARKET', ps: 'LONG', S: 'SELL' });
    expect(traded.o).toMatchObject({ l: '0.01', L: '59000', z: '0.01', rp: '-10' });
    expect(account.a).toMatchObject({ m: 'ORDER', P: [{ s: 'BTCUSDT', pa: '0', ps: 'LONG' }] });
    expect(finished.o).toMatchObject({ aq: '0.01', ap: '59000' });

    const query = await client.send('GET v1/algoOrder', { clientAlgoId: 'stop-1' });
    expect(query.body).toMatchObject({
      algoStatus: 'FINISHED',
      actualOrderId: String(born.o.i),
      actualQty: '0.01',
      actualPrice: '59000',
    });
    const child = await client.send('GET v1/order', { symbol: 'BTCUSDT', orderId: born.o.i });
    expect(child.body).toMatchObject({ status: 'FILLED', avgPrice: '59000', executedQty: '0.01' });
    const trades = await client.send('GET v1/userTrades', {
      symbol: 'BTCUSDT',
      fromId: traded.o.t,
    });
    expect(trades.body).toMatchObject([{ id: traded.o.t, orderId: born.o.i, realizedPnl: '-10' }]);
    expect((await client.send('GET v3/positionRisk')).body).toEqual([]);
  });

  it('is cancelled with a code that is a string, and is unknown afterwards', async () => {
    const { algoId } = (await client.send('POST v1/algoOrder', STOP)).body;
    const cancelled = await client.send('DELETE v1/algoOrder', { clientAlgoId: 'stop-1' });
    expect(cancelled.body).toEqual({ algoId, clientAlgoId: 'stop-1', code: '200', msg: 'success' });
    expect((await client.send('DELETE v1/algoOrder', { algoId })).body.code).toBe(-2011);
    expect(
      (await client.send('GET v1/order', { symbol: 'BTCUSDT', orderId: algoId })).body.code,
    ).toBe(-2013);
  });

  it('is rejected at its trigger when there is nothing to reduce', async () => {
    await client.send('POST v1/algoOrder', STOP);
    const stream = await Listener.ofAccount(server, client);
    server.market.setPrice('BTCUSDT', 58_999.9);
    await stream.count(2);
    expect(stream.events[1].o).toMatchObject({ X: 'REJECTED', rm: 'Reduce Only reject', ai: '' });
  });

  it('cannot be cancelled while it is triggering', async () => {
    server.person.buy('BTCUSDT', '0.01');
    await client.send('POST v1/algoOrder', STOP);
    server.market.nextTrigger({ do: 'hesitate', ms: 60_000 });
    server.market.setPrice('BTCUSDT', 58_000);
    const cancelled = await client.send('DELETE v1/algoOrder', { clientAlgoId: 'stop-1' });
    expect(cancelled.body.code).toBe(-4117);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0.01');
  });

  it('can send an order that expires', async () => {
    server.person.buy('BTCUSDT', '0.01');
    await client.send('POST v1/algoOrder', STOP);
    server.market.nextTrigger({ do: 'expire' });
    server.market.setPrice('BTCUSDT', 58_000);
    const query = await client.send('GET v1/algoOrder', { clientAlgoId: 'stop-1' });
    expect(query.body).toMatchObject({ algoStatus: 'FINISHED', actualQty: '0' });
  });

  it('looks at the source that it names', async () => {
    server.person.buy('BTCUSDT', '0.01');
    await client.send('POST v1/algoOrder', { ...STOP, workingType: 'MARK_PRICE' });
    server.market.setSource('BTCUSDT', 'LAST', 58_000);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0.01');
    server.market.setSource('BTCUSDT', 'MARK', 59_000);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0');
  });

  it('of the whole position needs one, is alone of its kind, and ends with it', async () => {
    const { quantity: _, ...rest } = STOP;
    const whole = { ...rest, closePosition: 'true' };
    expect((await client.send('POST v1/algoOrder', whole)).body.code).toBe(-4509);
    server.person.buy('BTCUSDT', '0.5');
    expect((await client.send('POST v1/algoOrder', whole)).body).toMatchObject({
      closePosition: true,
      timeInForce: 'GTE_GTC',
      quantity: '0',
    });
    const second = { ...whole, clientAlgoId: 'stop-2', triggerPrice: '58000' };
    expect((await client.send('POST v1/algoOrder', second)).body.code).toBe(-4130);
    const stream = await Listener.ofAccount(server, client);
    server.person.forceClose('BTCUSDT', 'LONG');
    await stream.until(() => stream.events.at(-1)?.e === 'ALGO_UPDATE');
    expect(stream.events.at(-1).o.X).toBe('EXPIRED');
    const forced = stream.events.find(({ o }) => o?.x === 'CALCULATED');
    expect(forced.o.c).toMatch(/^autoclose-/);
    expect(stream.events.some(({ a }) => a?.P[0].pa === '0')).toBe(true);
  });

  it('trails', async () => {
    server.person.buy('BTCUSDT', '0.01');
    const { triggerPrice: _, ...rest } = STOP;
    const trailing = { ...rest, type: 'TRAILING_STOP_MARKET', callbackRate: '1' };
    await client.send('POST v1/algoOrder', { ...trailing, activatePrice: '61000' });
    server.market.setPrice('BTCUSDT', 59_000);
    server.market.setPrice('BTCUSDT', 62_000);
    server.market.setPrice('BTCUSDT', 61_380.1);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0.01');
    server.market.setPrice('BTCUSDT', 61_380);
    expect(server.person.held('BTCUSDT', 'LONG')).toBe('0');
  });

  it.each([
    ['passed already', { triggerPrice: '60000' }, -2021],
    ['off the tick', { triggerPrice: '59000.05' }, -1111],
    ['off the step', { quantity: '0.0105' }, -1111],
    ['too small', { quantity: '0.0001' }, -4004],
    ['too large', { quantity: '121' }, -4005],
    ['of a bad id', { clientAlgoId: 'x'.repeat(37) }, -4015],
    ['of an unknown symbol', { symbol: 'XUSDT' }, -1121],
    ['of a wrong position side', { positionSide: 'BOTH' }, -4061],
    ['with reduceOnly in hedge mode', { reduceOnly: 'true' }, -1106],
    ['of a plain type', { type: 'LIMIT' }, -1116],
    ['without a level', { triggerPrice: '' }, -1102],
  ])('is refused when %s', async (_, change, code) => {
    const { status, body } = await client.send('POST v1/algoOrder', { ...STOP, ...change });
    expect({ status, code: body.code }).toEqual({ status: 400, code });
  });

  it('is refused as a duplicate of an open one, and beyond the cap', async () => {
    await client.send('POST v1/algoOrder', STOP);
    expect((await client.send('POST v1/algoOrder', STOP)).body.code).toBe(-4116);
    await client.send('DELETE v1/algoOrder', { clientAlgoId: 'stop-1' });
    expect((await client.send('POST v1/algoOrder', STOP)).body.algoStatus).toBe('NEW');
    await server.close();
    server = await startServer({ conditionalCap: 1 });
    client = new SignedClient(server);
    await client.send('POST v1/algoOrder', STOP);
    const further = await client.send('POST v1/algoOrder', { ...STOP, clientAlgoId: 'stop-2' });
    expect(further.body.code).toBe(-4045);
  });

  it('is not taken by the endpoints of plain orders', async () => {
    const { triggerPrice, algoType: _, clientAlgoId: __, ...rest } = STOP;
    const plain = { ...rest, stopPrice: triggerPrice };
    expect((await client.send('POST v1/order', plain)).body.code).toBe(-4120);
    const batchOrders = JSON.stringify([plain]);
    const batch = await client.send('POST v1/batchOrders', { batchOrders });
    expect(batch.status).toBe(200);
    expect(batch.body).toMatchObject([{ code: -4120 }]);
  });
});
