import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import type { ExchangeServerOptions } from '../../../src/testing/exchange-server/exchange-server-options.js';
import { Listener, SignedClient, startServer } from './signed-client.js';

const SYMBOL = 'BTCUSDT';
const WEEK = 7 * 86_400_000;
let server: ExchangeServer;
let client: SignedClient;

async function started(options: Partial<ExchangeServerOptions> = {}): Promise<Listener> {
  server = await startServer(options);
  client = new SignedClient(server);
  const path = options.dialect === 'aster' ? '/ws/' : '/private/ws/';
  return Listener.ofAccount(server, client, path);
}
afterEach(() => server.close());

async function liquidations(): Promise<readonly string[]> {
  const { body } = await client.send('GET v2/positionRisk', { symbol: SYMBOL });
  return body.map(
    (row: { readonly positionSide: string; readonly liquidationPrice: string }) =>
      `${row.positionSide} ${row.liquidationPrice}`,
  );
}

const income = async (params: Readonly<Record<string, string | number>> = {}) =>
  (await client.send('GET v1/income', { incomeType: 'FUNDING_FEE', ...params })).body;

describe('liquidation prices', () => {
  it('are those that were set, of what is held', async () => {
    await started();
    server.account.setLiquidationPrice(SYMBOL, 'LONG', '50000.5');
    expect(await liquidations()).toEqual(['LONG 0', 'SHORT 0']);
    server.person.buy(SYMBOL, '0.01');
    expect(await liquidations()).toEqual(['LONG 50000.5', 'SHORT 0']);
    server.account.setLiquidationPrice(SYMBOL, 'LONG', null);
    expect(await liquidations()).toEqual(['LONG 0', 'SHORT 0']);
    expect(() => server.account.setLiquidationPrice('NOUSDT', 'LONG', 1)).toThrow(/symbol/);
  });

  it('follow the sign in one-way mode', async () => {
    await started({ positionMode: 'one-way' });
    server.account.setLiquidationPrice(SYMBOL, 'LONG', 50_000);
    server.account.setLiquidationPrice(SYMBOL, 'SHORT', 70_000);
    server.person.sell(SYMBOL, '0.01');
    expect(await liquidations()).toEqual(['BOTH 70000']);
    server.person.buy(SYMBOL, '0.02');
    expect(await liquidations()).toEqual(['BOTH 50000']);
  });
});

describe.each(['binance', 'aster'] as const)('the account stream of %s', (dialect) => {
  it('tells leverage, margin, margin calls and funding', async () => {
    const stream = await started({ dialect });
    server.person.buy(SYMBOL, '0.01');
    await stream.until(() => stream.events.at(-1)?.e === 'ACCOUNT_UPDATE');
    const before = stream.events.length;
    server.account.setLeverage(SYMBOL, 25);
    server.account.moveMargin(SYMBOL, 'LONG');
    server.account.callMargin(SYMBOL, 'LONG');
    server.account.payFunding(SYMBOL, '1.5');
    await client.send('POST v1/marginType', { symbol: SYMBOL, marginType: 'ISOLATED' });
    await stream.count(before + 5);
    expect(stream.events.slice(before)).toMatchObject([
      { e: 'ACCOUNT_CONFIG_UPDATE', ac: { s: SYMBOL, l: 25 } },
      { e: 'ACCOUNT_UPDATE', a: { m: 'MARGIN_TRANSFER', P: [{ s: SYMBOL, ps: 'LONG' }] } },
      { e: 'MARGIN_CALL', p: [{ s: SYMBOL, ps: 'LONG', pa: '0.01', mt: 'CROSSED' }] },
      { e: 'ACCOUNT_UPDATE', a: { m: 'FUNDING_FEE', B: [{ bc: '-1.5' }], P: [] } },
      { e: 'ACCOUNT_UPDATE', a: { m: 'MARGIN_TYPE_CHANGE', P: [{ mt: 'isolated' }] } },
    ]);
  });
});

describe('funding', () => {
  it('leaves the wallet, and is among the income with its sign', async () => {
    await started();
    const balance = async () => Number((await client.send('GET v2/balance')).body[0].balance);
    const before = await balance();
    const time = server.now() - 5;
    server.account.payFunding(SYMBOL, '1.5', { time });
    server.account.payFunding(SYMBOL, '-0.25', { asset: 'BNB' });
    expect(await balance()).toBe(before - 1.25);
    const [paid, received, ...others] = await income({ symbol: SYMBOL });
    expect(others).toEqual([]);
    expect(paid).toMatchObject({ incomeType: 'FUNDING_FEE', income: '-1.5', asset: 'USDT', time });
    expect(received).toMatchObject({ income: '0.25', asset: 'BNB' });
    expect(paid.tranId).not.toBe(received.tranId);
    expect(() => server.account.payFunding('NOUSDT', 1)).toThrow(/symbol/);
  });

  it('is told oldest first, a page of what lies between two times, both included', async () => {
    await started();
    const now = server.now();
    for (const ago of [1_000, 3_000, 2_000]) {
      server.account.payFunding(SYMBOL, ago, { time: now - ago });
    }
    const amounts = async (params: Readonly<Record<string, number>>) =>
      (await income(params)).map(({ income: amount }: { readonly income: string }) => amount);
    expect(await amounts({})).toEqual(['-3000', '-2000', '-1000']);
    expect(await amounts({ limit: 2 })).toEqual(['-3000', '-2000']);
    expect(await amounts({ startTime: now - 2_000, endTime: now - 1_000 })).toEqual([
      '-2000',
      '-1000',
    ]);
    expect(await amounts({ startTime: now - 999 })).toEqual([]);
    expect(await income({ symbol: 'ETHUSDT' })).toEqual([]);
    expect((await client.send('GET v1/income', { incomeType: 'COMMISSION' })).body).toEqual([]);
  });

  it('of the last week is told to who names no time', async () => {
    await started();
    server.account.payFunding(SYMBOL, 1, { time: server.now() - WEEK - 1_000 });
    server.account.payFunding(SYMBOL, 2, { time: server.now() - WEEK + 60_000 });
    expect(await income()).toHaveLength(1);
    expect(await income({ startTime: 0 })).toHaveLength(2);
  });

  it('costs its weight', async () => {
    await started();
    const weight = async (): Promise<number> =>
      Number((await client.send('GET v1/income')).headers.get('x-mbx-used-weight-1m'));
    const before = await weight();
    expect((await weight()) - before).toBe(30);
  });
});
