import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import type { WalletSignature } from '../../../src/testing/exchange-server/exchange-server-options.js';
import { Listener, SignedClient, startServer } from './signed-client.js';

const STOP = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'LONG',
  type: 'STOP_MARKET',
  quantity: '0.01',
  stopPrice: '59000',
  newClientOrderId: 'stop-1',
};

let server: ExchangeServer;
let client: SignedClient;
const seen: WalletSignature[] = [];

beforeEach(async () => {
  seen.length = 0;
  server = await startServer({
    dialect: 'aster',
    verifyWallet: (wallet) => {
      seen.push(wallet);
      return wallet.signature === '0xgood';
    },
  });
  client = new SignedClient(server);
});
afterEach(() => server.close());

describe('conditional orders of Aster', () => {
  it('are orders, and keep their id when they trigger', async () => {
    server.person.buy('BTCUSDT', '0.01');
    const stream = await Listener.ofAccount(server, client, '/ws/');
    const placed = (await client.send('POST v1/order', STOP, 'body')).body;
    expect(placed).toMatchObject({ status: 'NEW', type: 'STOP_MARKET', stopPrice: '59000' });
    expect(placed).toHaveProperty('avgPrice');
    expect((await client.send('GET v1/openOrders')).body).toMatchObject([{ type: 'STOP_MARKET' }]);
    expect((await client.send('POST v1/algoOrder', STOP)).status).toBe(404);
    server.market.setPrice('BTCUSDT', 58_900);
    await stream.until(() => stream.events.at(-1)?.e === 'ACCOUNT_UPDATE');
    expect(
      stream.events.map(({ e, o }) => (o ? `${o.x} ${o.o} ${o.i === placed.orderId}` : e)),
    ).toEqual([
      'NEW STOP_MARKET true',
      'NEW MARKET true',
      'TRADE_LITE',
      'TRADE MARKET true',
      'ACCOUNT_UPDATE',
    ]);
    const asked = { symbol: 'BTCUSDT', origClientOrderId: 'stop-1' };
    expect((await client.send('GET v1/order', asked)).body).toMatchObject({
      status: 'FILLED',
      origType: 'STOP_MARKET',
      avgPrice: '58900',
    });
  });

  it('may be told as expired first', async () => {
    await server.close();
    server = await startServer({ dialect: 'aster', triggerShowsExpired: true });
    client = new SignedClient(server);
    server.person.buy('BTCUSDT', '0.01');
    await client.send('POST v1/order', STOP);
    const stream = await Listener.ofAccount(server, client, '/ws/');
    server.market.setPrice('BTCUSDT', 58_900);
    await stream.count(2);
    expect(stream.events.slice(0, 2).map(({ o }) => `${o.x} ${o.o}`)).toEqual([
      'EXPIRED STOP_MARKET',
      'NEW MARKET',
    ]);
  });

  it('come in batches, up to ten of a symbol', async () => {
    const batch = (from: number): Promise<{ body: { status?: string; code?: number }[] }> => {
      const items = Array.from({ length: 5 }, (_, i) => ({
        ...STOP,
        newClientOrderId: `stop-${from + i}`,
      }));
      return client.send('POST v1/batchOrders', { batchOrders: JSON.stringify(items) });
    };
    expect((await batch(0)).body.map(({ status }) => status)).toEqual(Array(5).fill('NEW'));
    await batch(5);
    expect((await batch(10)).body.map(({ code }) => code)).toEqual(Array(5).fill(-4045));
    const filters = (await client.plain('v1/exchangeInfo')).body.symbols[0].filters;
    expect(filters).toContainEqual({ filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 });
    const gone = await client.send('DELETE v1/order', {
      symbol: 'BTCUSDT',
      origClientOrderId: 'stop-3',
    });
    expect(gone.body).toMatchObject({ status: 'CANCELED', type: 'STOP_MARKET' });
    await client.send('DELETE v1/allOpenOrders', { symbol: 'BTCUSDT' });
    expect(server.person.openOrders()).toEqual([]);
  });

  it('refuse what is passed, in older codes only', async () => {
    const passed = await client.send('POST v1/order', { ...STOP, stopPrice: '60000' });
    expect(passed.body.code).toBe(-2021);
    await client.send('POST v1/order', STOP);
    expect((await client.send('POST v1/order', STOP)).body.code).toBe(-2010);
  });
});

describe('wallets of Aster', () => {
  const post = async (path: string, params: Record<string, string>): Promise<unknown> => {
    const body = new URLSearchParams(params).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const url = `${server.restUrl}/fapi/v3/${path}`;
    const response = await fetch(url, { method: 'POST', headers, body });
    const answer = (await response.json()) as { code?: number; status?: string };
    return answer.code ?? answer.status;
  };
  const wallet = { user: '0xuser', signer: '0xsigner' };

  it('sign for themselves, each nonce once and near', async () => {
    const nonce = String(server.now() * 1_000);
    const sent = { ...STOP, nonce, ...wallet };
    expect(await post('order', { ...sent, signature: '0xbad' })).toBe(-1022);
    expect(await post('order', { ...sent, signature: '0xgood' })).toBe(-4225);
    const next = { ...sent, nonce: String(server.now() * 1_000 + 1), signature: '0xgood' };
    expect(await post('order', next)).toBe('NEW');
    expect(seen.at(-1)).toMatchObject({ ...wallet, signature: '0xgood', nonce: next.nonce });
    expect(seen.at(-1)?.message).toMatch(/^symbol=BTCUSDT&side=SELL.*&signer=0xsigner$/);
    const old = { ...next, nonce: String((server.now() - 11_000) * 1_000) };
    expect(await post('order', old)).toBe(-4225);
  });

  it('open the account stream as well', async () => {
    const nonce = String(server.now() * 1_000);
    const url = `${server.restUrl}/fapi/v3/listenKey`;
    const body = new URLSearchParams({ nonce, ...wallet, signature: '0xgood' });
    const { listenKey } = (await (await fetch(url, { method: 'POST', body })).json()) as {
      listenKey: string;
    };
    const stream = await Listener.open(`${server.streamUrl}/stream?streams=${listenKey}`);
    server.person.buy('BTCUSDT', '0.01');
    await stream.count(1);
    expect(stream.events[0]).toMatchObject({
      stream: listenKey,
      data: { e: 'ORDER_TRADE_UPDATE' },
    });
    expect(stream.events[0].data.o).not.toHaveProperty('V');
  });

  it('has no split of streams', async () => {
    const right = await Listener.open(`${server.streamUrl}/ws/btcusdt@bookTicker`);
    const wrong = await Listener.open(`${server.streamUrl}/public/ws/btcusdt@bookTicker`);
    server.market.setPrice('BTCUSDT', 60_100);
    await right.count(1);
    expect(right.events[0]).not.toHaveProperty('st');
    expect(wrong.events).toEqual([]);
  });
});
