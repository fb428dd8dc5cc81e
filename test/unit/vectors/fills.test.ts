import { describe, expect, it } from 'vitest';
import { orderFillFrom } from '../../../src/monitor/fills/order-fill-from.js';
import { CoreBench, trace } from '../../support/core-bench.js';

describe('vectors: fills', () => {
  it('vector 26: register ORDER123, fill 0.1@45000: one placement', async () => {
    const bench = await CoreBench.started();
    await bench.monitor.registerOrder({ orderId: 'ORDER123', symbol: 'BTCUSDT', side: 'BUY' });
    await bench.fill('0.1', '45000', { orderId: 'ORDER123' });
    expect(trace(bench)).toHaveLength(1);
    expect(bench.monitor.trancheForOrder('ORDER123')?.quantity).toBe('0.1');
  });

  it('vector 27: five concurrent fills are one tranche of 0.05 at 45200', async () => {
    const bench = await CoreBench.started();
    const fills = [45000, 45100, 45200, 45300, 45400].map((price) =>
      bench.monitor.handleOrderFill(bench.fillOf('0.01', `${price}`)),
    );
    expect(await bench.until(Promise.all(fills))).toEqual([true, true, true, true, true]);
    expect(bench.tranches().map(({ quantity, entryPrice }) => `${quantity}@${entryPrice}`)).toEqual(
      ['0.05@45200'],
    );
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.05 @ 45652',
      'SELL LONG stop-market 0.05 @ 42940',
    ]);
  });

  it('vector 28: of an order of 1.0 the 0.7 that filled are protected, the 0.3 that wait are nobody’s', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.7', '45000', { status: 'PARTIALLY_FILLED' });
    expect(bench.tranche().quantity).toBe('0.7');
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.7 @ 45450',
      'SELL LONG stop-market 0.7 @ 42750',
    ]);
  });

  it('vector 29: `z` is cumulative and `ap` its average, so the price of the addition follows from both', async () => {
    const bench = await CoreBench.started();
    const payload = (z: string, ap: string, X: string, l: string, L: string, t: number) => ({
      e: 'ORDER_TRADE_UPDATE',
      E: 1_700_000_000_000,
      T: 1_700_000_000_000,
      o: {
        s: 'BTCUSDT',
        c: 'bot',
        S: 'BUY',
        o: 'LIMIT',
        q: '0.3',
        p: '45100',
        ap,
        x: 'TRADE',
        X,
        i: 7,
        l,
        z,
        L,
        t,
        T: 1_700_000_000_000,
        ps: 'LONG',
        R: false,
      },
    });
    const fills = [
      payload('0.1', '45000', 'PARTIALLY_FILLED', '0.1', '45000', 1),
      payload('0.3', '45060', 'FILLED', '0.2', '45090', 2),
    ].map((each) => orderFillFrom.binance(each as never));
    for (const fill of fills)
      if (fill !== null) await bench.until(bench.monitor.handleOrderFill(fill));
    expect(bench.tranche()).toMatchObject({ quantity: '0.3', entryPrice: '45060' });
    expect(
      bench.named('fill:applied').map(({ quantity, price }) => `${quantity}@${price}`),
    ).toEqual(['0.1@45000', '0.2@45090']);
  });

  /** The origin falls back to the limit price `p`; we ask the exchange and plan nothing from a price that was never paid. */
  it('vector 29: without an average the price is asked from the exchange, not taken from `p`', async () => {
    const bench = await CoreBench.started({ live: true });
    await bench.market(45000);
    bench.exchange.sink = null;
    await bench.paper.placeOrder({
      clientOrderId: 'bot',
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.1',
      reduceOnly: false,
      expiresAt: bench.clock.now() + 1_000,
    });
    const order = await bench.paper.fetchOrder({ symbol: 'BTCUSDT', clientOrderId: 'bot' });
    await bench.fill('0.1', '0', { orderId: order?.orderId ?? '', clientOrderId: 'bot' });
    expect(bench.tranche()).toMatchObject({ quantity: '0.1', entryPrice: '45000' });
  });

  it('vector 29: a price that nobody knows refuses the fill with an alarm', async () => {
    const bench = await CoreBench.started({ live: true });
    await expect(bench.fill('0.1', '0')).rejects.toMatchObject({ code: 'FILL_INVALID' });
    expect(bench.named('protection:failed')).toHaveLength(1);
    expect(bench.tranches()).toEqual([]);
  });
});
