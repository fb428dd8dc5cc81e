import { describe, expect, it } from 'vitest';
import {
  BTC,
  CoreBench,
  type CoreBenchOptions,
  drained,
  ETH,
  trace,
} from '../../support/core-bench.js';

const LIVE: CoreBenchOptions = { live: true };

async function holding(
  options: CoreBenchOptions = {},
  side: 'BUY' | 'SELL' = 'BUY',
): Promise<CoreBench> {
  const bench = await CoreBench.started({ ...LIVE, ...options });
  await bench.market(45_000);
  await bench.tick(45_000);
  await bench.trade('0.1', { side, positionSide: side === 'BUY' ? 'LONG' : 'SHORT' });
  bench.exchange.forget();
  return bench;
}

describe('faults of the origin: concurrency, feed, shutdown', () => {
  it('item 24: a request under way holds up neither prices nor fills of others', async () => {
    const bench = await CoreBench.started();
    bench.exchange.garble = ({ symbol }) => (symbol === BTC ? new Promise(() => {}) : undefined);
    const stuck = bench.monitor.handleOrderFill(bench.fillOf('0.1', '45000'));
    for (let turn = 0; turn < 5; turn += 1) await drained();
    const eth = bench.monitor.handleOrderFill(bench.fillOf('1', '3000', { symbol: ETH }));
    await expect(eth).resolves.toBe(true);
    bench.feed.tick(ETH, 3_030, { time: bench.clock.now() });
    for (let turn = 0; turn < 5; turn += 1) await drained();
    expect(bench.named('tranche:closed')[0]).toMatchObject({ symbol: ETH, reason: 'take-profit' });
    bench.exchange.garble = null;
    expect(await bench.until(stuck)).toBe(true);
  });

  it('item 24: fifty concurrent fills of two orders lose nothing and double nothing', async () => {
    const bench = await CoreBench.started();
    const fills = Array.from({ length: 50 }, (_, index) =>
      bench.monitor.handleOrderFill(
        bench.fillOf(`${(Math.floor(index / 2) + 1) / 100}`, '45000', {
          orderId: index % 2 === 0 ? 'a' : 'b',
          status: 'PARTIALLY_FILLED',
        }),
      ),
    );
    expect(new Set(await bench.until(Promise.all(fills)))).toEqual(new Set([true]));
    expect(bench.tranche().quantity).toBe('0.5');
    await bench.run(3_000);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.5 @ 45450',
      'SELL LONG stop-market 0.5 @ 42750',
    ]);
  });

  it('item 25: an unknown outcome of a close sends no second close', async () => {
    const bench = await holding();
    let arrived = 0;
    bench.exchange.garble = (order) => {
      if (order.kind !== 'market') return undefined;
      arrived += 1;
      /** It is executed, and the answer is lost. */
      return bench.paper.placeOrder(order).then(() => ({ kind: 'unknown', detail: '503' }));
    };
    bench.exchange.muted = true;
    await bench.tick(45_600);
    await bench.tick(45_700);
    await bench.run(10_000);
    expect(arrived).toBe(1);
    expect(bench.tranches()).toEqual([]);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });

  it('item 26: with instantTpEnabled off the feed still guards the stop', async () => {
    const bench = await holding({
      globals: { instantTpEnabled: false },
      symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, stopLossOrder: 'local' } },
    });
    await bench.tick(45_600);
    expect(trace(bench)).toEqual([]);
    await bench.tick(42_750);
    await bench.run(400);
    expect(trace(bench)).toContain('place SELL LONG market 0.1');
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'stop-loss' });
  });

  it('item 26: one odd price closes no SHORT: the exchange is asked, and contradicts', async () => {
    const bench = await holding({}, 'SELL');
    await bench.tick(0.01);
    await bench.run(5_000);
    expect(bench.tranche()).toMatchObject({ state: 'OPEN', quantity: '0.1' });
    expect(bench.named('price:rejected')).toHaveLength(1);
    expect(trace(bench)).toEqual([]);
  });

  it('item 26: the very first price is doubted as well', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.trade('0.1', { side: 'SELL', positionSide: 'SHORT' });
    bench.exchange.forget();
    await bench.tick(0.01);
    await bench.run(1_000);
    expect(bench.tranche().state).toBe('OPEN');
  });

  it('item 26: a jump that the exchange confirms closes within one round trip', async () => {
    const bench = await holding({ symbols: { '*': { stopLossPct: 5, stopLossOrder: 'local' } } });
    await bench.market(38_000);
    await bench.tick(38_000);
    await bench.run(400);
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'stop-loss' });
  });

  it('item 26: a late tick is not the price', async () => {
    const bench = await holding();
    await bench.run(1_000);
    await bench.tick(45_100);
    bench.feed.tick(BTC, 45_449, { time: bench.clock.now() - 500 });
    await bench.settle();
    expect(bench.monitor.positions()[0]?.lastPrice).toBe('45100');
  });

  it('item 26: a tick with a time far ahead does not silence the stream for ever', async () => {
    const bench = await holding({ symbols: { '*': { stopLossPct: 5, stopLossOrder: 'local' } } });
    bench.feed.tick(BTC, 45_000, { time: bench.clock.now() + 365 * 86_400_000 });
    await bench.settle();
    for (let second = 0; second < 8; second += 1) {
      await bench.run(1_000);
      await bench.tick(44_000);
    }
    expect(bench.monitor.positions()[0]?.lastPrice).toBe('44000');
    await bench.tick(42_750);
    await bench.run(400);
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'stop-loss' });
  });

  it('item 26: silence is told, and counts as no guard', async () => {
    const bench = await holding({ symbols: { '*': { stopLossPct: 5, stopLossOrder: 'local' } } });
    expect(bench.tranche().coverage).toBe('local');
    await bench.run(25_000);
    expect(bench.named('price:stale')).toHaveLength(1);
    expect(bench.tranche().coverage).toBe('none');
    expect(bench.monitor.getHealth()).toMatchObject({ staleSymbols: [BTC], unprotected: 1 });
    await bench.tick(45_001);
    expect(bench.named('price:recovered')).toHaveLength(1);
    expect(bench.tranche().coverage).toBe('local');
  });

  it('item 27: fills that the stream lost are found when it is back', async () => {
    const bench = await holding();
    bench.paper.interruptStream();
    await bench.paper.placeOrder({
      clientOrderId: 'bot-2',
      symbol: BTC,
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.2',
      reduceOnly: false,
      expiresAt: bench.clock.now() + 1,
    });
    await bench.run(1_000);
    expect(bench.tranche().quantity).toBe('0.1');
    expect(bench.monitor.getHealth().exchangeConnected).toBe(false);
    bench.paper.resumeStream();
    await bench.run(3_000);
    expect(bench.tranche().quantity).toBe('0.3');
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.3 @ 45450',
      'SELL LONG stop-market 0.3 @ 42750',
    ]);
  });

  it('item 27: a fill that the stream loses without a word is found by the periodic comparison', async () => {
    const bench = await holding();
    bench.exchange.muted = true;
    await bench.paper.placeOrder({
      clientOrderId: 'bot-2',
      symbol: BTC,
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.2',
      reduceOnly: false,
      expiresAt: bench.clock.now() + 1,
    });
    await bench.run(15_000);
    expect(bench.tranche().quantity).toBe('0.3');
  });

  it('item 28: a take-profit is judged on what fills it, a stop on its working type', async () => {
    const bench = await holding({
      sources: ['LAST', 'MARK'],
      symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, workingType: 'MARK_PRICE' } },
    });
    await bench.tick(45_000, { source: 'MARK' });
    await bench.tick(45_600, { source: 'MARK' });
    await bench.tick(42_700);
    await bench.run(1_000);
    expect(trace(bench)).toEqual([]);
    expect(bench.tranche().orders[0]).toMatchObject({ triggerSource: 'MARK' });
    await bench.tick(45_600);
    expect(trace(bench)[0]).toBe('cancel limit');
  });

  it('item 28: with bid and ask a LONG take-profit is judged on the bid', async () => {
    const bench = await holding({ sources: ['LAST', 'BID', 'ASK'] });
    await bench.tick(45_000, { source: 'BID' });
    await bench.tick(45_600);
    await bench.run(1_000);
    expect(trace(bench)).toEqual([]);
    await bench.tick(45_600, { source: 'BID' });
    expect(trace(bench)[0]).toBe('cancel limit');
  });

  it('item 28: a take-profit that fills by itself within its grace is not sold twice', async () => {
    const bench = await holding();
    await bench.tick(45_460);
    await bench.run(100);
    await bench.market(45_460);
    await bench.run(1_000);
    expect(bench.exchange.placed).toEqual([]);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]).toMatchObject({
      reason: 'take-profit',
      realizedPnl: '45',
    });
  });

  it('item 29: stopping cancels nothing, closes everything, may be repeated, and can be followed by a start', async () => {
    const bench = await holding();
    await Promise.all([bench.monitor.stop(), bench.monitor.stop()]);
    expect(bench.exchange.writes).toEqual([]);
    expect(await bench.resting()).toHaveLength(2);
    expect(bench.named('monitor:stopped')[0]).toMatchObject({ guardedLocallyOnly: [] });
    expect(bench.clock.pendingTimers).toBe(0);
    await expect(bench.fill('0.1', '45000')).rejects.toMatchObject({ code: 'STATE_INVALID' });
    await bench.until(bench.monitor.start());
    expect(bench.tranche().quantity).toBe('0.1');
    expect(bench.exchange.writes).toEqual([]);
    await bench.monitor.stop();
  });

  it('item 29: tranches that only we guarded are named when we go', async () => {
    const bench = await holding({ symbols: { '*': { stopLossPct: 5, stopLossOrder: 'local' } } });
    const { id } = bench.tranche();
    await bench.monitor.stop();
    expect(bench.named('monitor:stopped')[0]).toMatchObject({ guardedLocallyOnly: [id] });
  });

  it('item 29: a close under way is settled before the monitor stops', async () => {
    const bench = await holding();
    const close = bench.monitor.closePosition(BTC);
    const stopped = bench.monitor.stop();
    await expect(bench.until(close)).resolves.toMatchObject({ closed: true });
    await bench.until(stopped);
    expect(await bench.held()).toBe('');
  });
});
