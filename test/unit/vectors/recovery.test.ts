import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import { planExits } from '../../../src/monitor/plan-exits.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { BTC, CoreBench, type CoreBenchOptions } from '../../support/core-bench.js';

const LIVE: CoreBenchOptions = { live: true };

/** A second life on the store and the account of a first one. */
async function restarted(first: CoreBench, options: CoreBenchOptions = {}): Promise<CoreBench> {
  await first.monitor.stop();
  const second = new CoreBench({ ...LIVE, store: first.store, after: first, ...options });
  await second.until(second.monitor.start());
  await second.settle();
  return second;
}

describe('vectors: recovery', () => {
  it('vector 39: planning, deciding and closing take well below a millisecond each', async () => {
    const instrument = { symbol: BTC, tickSize: '0.1', stepSize: '0.001' };
    const fill = { symbol: BTC, side: 'BUY', executedQty: '0.1', avgPrice: '45000' } as const;
    const started = process.hrtime.bigint();
    for (let round = 0; round < 1_000; round += 1) {
      planExits(fill, { takeProfitPct: 1, stopLossPct: 5 }, instrument);
    }
    const plannedMs = Number(process.hrtime.bigint() - started) / 1e6;
    /** The targets of the origin: 1 ms a plan. Generous, because test machines are shared. */
    expect(plannedMs / 1_000).toBeLessThan(1);
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    const before = process.hrtime.bigint();
    for (let tick = 0; tick < 10_000; tick += 1) {
      bench.feed.tick(BTC, 45_000 + (tick % 100), { time: bench.clock.now() });
    }
    expect(Number(process.hrtime.bigint() - before) / 1e6 / 10_000).toBeLessThan(0.1);
  });

  /** The origin's test demands it and its code does not do it. */
  it('vector 40: a tranche comes back with its order ids, and nothing is placed again', async () => {
    const first = await CoreBench.started(LIVE);
    await first.market(45_000);
    await first.trade('0.1');
    const before = first
      .tranche()
      .orders.map(({ clientOrderId, orderId }) => [clientOrderId, orderId]);
    expect(before).toHaveLength(2);
    const second = await restarted(first);
    const after = second
      .tranche()
      .orders.map(({ clientOrderId, orderId }) => [clientOrderId, orderId]);
    expect(after).toEqual(before);
    expect(second.exchange.placed).toEqual([]);
    expect(second.exchange.cancelled).toEqual([]);
  });

  /** The origin starts with nothing when it cannot read; we refuse, because a failed read is never "none". */
  it('vector 41: a store that cannot be read rejects the start and touches nothing', async () => {
    const store = new MemoryStore();
    store.load = () => Promise.reject(new Error('disk on fire'));
    const bench = new CoreBench({ store });
    await expect(bench.monitor.start()).rejects.toThrow('disk on fire');
    expect(bench.exchange.writes).toEqual([]);
    expect(bench.monitor.getHealth().state).toBe('stopped');
  });

  /** The origin judges by kind and age; we judge by whose order it is. */
  it('vector 42: an orphan stop of ours is cancelled when the side is flat; a foreign one never', async () => {
    const first = await CoreBench.started(LIVE);
    await first.market(45_000);
    await first.trade('0.1');
    await first.trade('0.001', {
      side: 'SELL',
      kind: 'stop-market',
      triggerPrice: '40000',
      triggerSource: 'LAST',
    });
    expect(await first.resting()).toHaveLength(3);
    /** The store of another day: it knows nothing of the tranche, and the position is gone. */
    await first.monitor.stop();
    await first.paper.placeOrder({
      clientOrderId: 'flat',
      symbol: BTC,
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.1',
      reduceOnly: true,
      expiresAt: first.clock.now() + 1_000,
    });
    const second = await restarted(first, { store: new MemoryStore() });
    await second.run(1_000);
    expect(await second.resting()).toEqual(['SELL LONG stop-market 0.001 @ 40000']);
  });

  it('vector 42: an own stop that nobody knows stays while there is a position, whatever its age', async () => {
    const first = await CoreBench.started(LIVE);
    await first.market(45_000);
    await first.trade('0.1');
    await first.monitor.stop();
    const second = await restarted(first, { store: new MemoryStore() });
    await second.run(120_000);
    expect(await second.resting()).toContain('SELL LONG stop-market 0.1 @ 42750');
  });

  /** The origin cancels limits that it does not know after minutes. They are somebody's entries. */
  it('vector 43: a stale foreign limit is never touched, and our own take-profit is never stale', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.trade('0.1');
    await bench.trade('0.5', { kind: 'limit', price: '40000' });
    bench.exchange.forget();
    await bench.run(600_000);
    expect(bench.exchange.writes).toEqual([]);
    expect(await bench.resting()).toEqual([
      'BUY LONG limit 0.5 @ 40000',
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
  });

  it('vector 44: when the position is closed by hand our two orders go, a plain limit stays', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.trade('0.1');
    await bench.trade('0.5', { kind: 'limit', price: '40000' });
    await bench.trade('0.1', { side: 'SELL' });
    await bench.run(1_000);
    expect(await bench.resting()).toEqual(['BUY LONG limit 0.5 @ 40000']);
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'external', quantity: '0.1' });
  });

  /** The origin counts what it deleted; a comparison counts what differed, and corrects it by itself. */
  it('vector 45: a comparison reports how many orders and positions differed', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.trade('0.1');
    const calm = await bench.until(bench.monitor.reconcile());
    expect(calm).toMatchObject({ differences: 0, openOrders: 2, positions: 1 });
    bench.exchange.positionsAnswer = () => [];
    const odd = await bench.until(bench.monitor.reconcile());
    expect(odd).toMatchObject({ differences: 1, openOrders: 2, positions: 0 });
  });
});

describe('vectors: node suite', () => {
  it('a fill at 47500 opens a tranche beside 50000, one at 48000 joins', async () => {
    for (const [price, tranches] of [
      [47_500, 2],
      [48_000, 1],
    ] as const) {
      const bench = await CoreBench.started({ symbols: { '*': { stopLossPct: 20 } } });
      await bench.fill('0.001', '50000');
      await bench.fill('0.001', `${price}`);
      expect(bench.tranches()).toHaveLength(tranches);
    }
  });

  it('0.001 @ 50000 has gained 2.00 at 52000', async () => {
    const bench = await CoreBench.started({ symbols: { '*': { stopLossPct: 20 } } });
    await bench.fill('0.001', '50000');
    await bench.tick(52_000);
    expect(bench.monitor.positions()[0]?.unrealizedPnl).toBe('2');
  });

  it('a partial close of 0.001 of 0.003 leaves 0.002, and the stop follows', async () => {
    const bench = await CoreBench.started({ symbols: { '*': { stopLossPct: 20 } } });
    await bench.tick(50_000);
    await bench.fill('0.003', '50000');
    await bench.trade('0.001', { side: 'SELL' });
    await bench.run(1_000);
    expect(bench.tranche().quantity).toBe('0.002');
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.002 @ 40000']);
  });

  it('local 0.003 against 0.002 at the exchange is reported and booked after two looks', async () => {
    const bench = await CoreBench.started({
      symbols: { '*': { stopLossPct: 20 } },
      globals: { reconcileIntervalMs: 3_000 },
    });
    await bench.fill('0.003', '50000');
    bench.exchange.positionsAnswer = (rows) => rows.map((row) => ({ ...row, quantity: '0.002' }));
    await bench.until(bench.monitor.reconcile());
    expect(bench.named('position:external')).toEqual([]);
    await bench.run(7_000);
    expect(bench.named('position:external')[0]).toMatchObject({
      quantity: '0.001',
      reason: 'netted',
    });
    expect(bench.tranche().quantity).toBe('0.002');
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.002 @ 40000']);
  });

  it('0.001 @ 50000 closed at 52500 has made 2.5', async () => {
    const bench = await CoreBench.started({ symbols: { '*': { stopLossPct: 20 } } });
    await bench.fill('0.001', '50000');
    await bench.tick(52_500);
    await bench.until(bench.monitor.closePosition(BTC));
    expect(bench.named('tranche:closed')[0]).toMatchObject({
      realizedPnl: '2.5',
      reason: 'manual',
    });
  });

  it('a position keeps its order ids when another one opens', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    const before = bench.tranche().orders;
    await bench.fill('1', '3000', { symbol: 'ETHUSDT' });
    await bench.fill('0.1', '45000', { side: 'SELL' });
    await bench.run(30_000);
    expect(bench.tranche().orders).toEqual(before);
    expect(bench.exchange.cancelled).toEqual([]);
  });

  it('LONG and SHORT of one symbol have four orders with their own sides', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    await bench.fill('0.2', '45000', { side: 'SELL' });
    expect(await bench.resting()).toEqual([
      'BUY SHORT limit 0.2 @ 44550',
      'BUY SHORT stop-market 0.2 @ 47250',
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
  });

  it('virtual time fires a timer that is due at a fraction of a millisecond', () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.setTimer(() => {
      fired += 1;
    }, 9_082.474_123);
    clock.advanceTo(clock.nextTimerAt ?? 0);
    expect(fired).toBe(1);
  });
});
