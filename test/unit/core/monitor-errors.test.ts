import { describe, expect, it } from 'vitest';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import { planExits } from '../../../src/monitor/plan-exits.js';
import {
  BTC,
  BTC_INSTRUMENT,
  CoreBench,
  type CoreBenchOptions,
  ETH,
} from '../../support/core-bench.js';

function code(name: string) {
  return expect.objectContaining({ code: name });
}

async function holding(options: CoreBenchOptions = {}): Promise<CoreBench> {
  const bench = await CoreBench.started(options);
  await bench.tick(45_000);
  await bench.fill('0.1', '45000');
  bench.exchange.forget();
  return bench;
}

describe('errors of the monitor', () => {
  it('FILL_INVALID: nothing is booked from a fill that cannot be read', async () => {
    const bench = await CoreBench.started();
    for (const more of [
      { executedQty: '-1' },
      { executedQty: 'x' },
      { symbol: '' },
      { side: 'LONG' as never },
      { orderId: '' },
    ]) {
      await expect(bench.fill('0.1', '45000', more)).rejects.toEqual(code('FILL_INVALID'));
    }
    expect(bench.events.filter(({ name }) => name === 'fill:applied')).toEqual([]);
    expect(() =>
      planExits({ symbol: BTC, side: 'BUY', executedQty: '0', avgPrice: '1' }, {}, BTC_INSTRUMENT),
    ).toThrow(code('FILL_INVALID'));
  });

  it('LEVEL_INVALID: a level of zero or less is refused and the old one stays', async () => {
    const bench = await holding();
    const { id } = bench.tranche();
    for (const tpPrice of ['0', '-1', 'x', Number.NaN]) {
      await expect(bench.monitor.updateTpSl(id, { tpPrice })).rejects.toEqual(
        code('LEVEL_INVALID'),
      );
    }
    /** Rounded to the grid it would be zero. */
    await expect(bench.until(bench.monitor.updateTpSl(id, { tpPrice: '0.01' }))).rejects.toEqual(
      code('LEVEL_INVALID'),
    );
    expect(bench.exchange.writes).toEqual([]);
    expect(bench.tranche().levels.stopLoss).toBe('42750');
  });

  it('LEVEL_PASSED: a level that the price has passed is refused, unless it may close at once', async () => {
    const bench = await holding();
    const { id, positionId } = bench.tranche();
    await expect(bench.monitor.updateTpSl(id, { slPrice: '45000' })).rejects.toEqual(
      code('LEVEL_PASSED'),
    );
    await expect(bench.monitor.updateTpSl(positionId, { tpPrice: '44000' })).rejects.toEqual(
      code('LEVEL_PASSED'),
    );
    await expect(
      bench.monitor.updatePlan(id, { takeProfitLevels: [{ price: '44000', portion: 1 }] }),
    ).rejects.toEqual(code('LEVEL_PASSED'));
    expect(bench.exchange.writes).toEqual([]);
    expect(
      await bench.until(
        bench.monitor.updateTpSl(id, { slPrice: '45000' }, { allowImmediate: true }),
      ),
    ).toBe(true);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
  });

  it('LEVEL_PASSED: all or nothing: no tranche of a position is changed when one refuses', async () => {
    const bench = await holding({ globals: { tranchePnlIncrementPct: 1 } });
    await bench.tick(44_000);
    await bench.fill('0.1', '44000');
    const before = bench.tranches().map(({ levels }) => levels);
    await expect(
      bench.monitor.updateTpSl(bench.tranche().positionId, { slPrice: '44500' }),
    ).rejects.toEqual(code('LEVEL_PASSED'));
    expect(bench.tranches().map(({ levels }) => levels)).toEqual(before);
  });

  it('PLAN_INVALID: a registered order that is malformed', async () => {
    const bench = await CoreBench.started({ symbols: { [BTC]: { stopLossPct: 5 } } });
    const order = { clientOrderId: 'c', symbol: BTC, side: 'BUY' as const };
    for (const bad of [
      { ...order, clientOrderId: undefined as never },
      { ...order, symbol: 'no symbol' },
      { ...order, side: 'LONG' as never },
      { ...order, positionSide: 'UP' as never },
      { ...order, tranche: '' },
      { ...order, symbol: ETH },
      { ...order, plan: { stopLossPct: -3 } },
    ]) {
      await expect(bench.monitor.registerOrder(bad)).rejects.toSatisfy(
        (error) => isMonitorError(error) && error.code === 'PLAN_INVALID',
      );
    }
  });

  it('TRANCHE_LIMIT: with `reject` a registration is refused; not for a tranche of its own, nor for one that is named', async () => {
    const bench = await holding({
      globals: { maxTranchesPerSymbolSide: 1, onTrancheLimit: 'reject' },
    });
    const order = { clientOrderId: 'c', symbol: BTC, side: 'BUY' as const };
    await expect(bench.monitor.registerOrder(order)).rejects.toEqual(code('TRANCHE_LIMIT'));
    await bench.monitor.registerOrder({ ...order, tranche: 'new' });
    await bench.monitor.registerOrder({ ...order, tranche: bench.tranche().id });
    await bench.monitor.registerOrder({ ...order, side: 'SELL' });
  });

  it('NOT_FOUND: an id that nothing has', async () => {
    const bench = await holding();
    await expect(bench.monitor.updateTpSl('x', { tpPrice: '1' })).rejects.toEqual(
      code('NOT_FOUND'),
    );
    await expect(bench.monitor.updatePlan('x', { stopLossPct: 1 })).rejects.toEqual(
      code('NOT_FOUND'),
    );
    await expect(bench.monitor.closeTranche('x')).rejects.toEqual(code('NOT_FOUND'));
    await expect(bench.monitor.mergeTranches('x')).rejects.toEqual(code('NOT_FOUND'));
    await expect(bench.monitor.mergeTranches(bench.tranche().positionId, ['x'])).rejects.toEqual(
      code('NOT_FOUND'),
    );
    expect(await bench.monitor.cancelRelatedOrders('x')).toBe(false);
  });

  it('CONFIRMATION_MISSING: closing everything needs a word', async () => {
    const bench = await holding();
    await expect(bench.monitor.closeAll({} as never)).rejects.toEqual(code('CONFIRMATION_MISSING'));
    await expect(bench.monitor.closeAll(undefined as never)).rejects.toEqual(
      code('CONFIRMATION_MISSING'),
    );
    expect(bench.exchange.writes).toEqual([]);
    await expect(bench.until(bench.monitor.closeAll({ confirm: true }))).resolves.toMatchObject({
      closed: true,
      remaining: '0',
    });
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'panic' });
  });

  it('STATE_INVALID: before the start, after the stop, and for a close while only observing', async () => {
    const idle = new CoreBench();
    await expect(idle.monitor.handleOrderFill(idle.fillOf('0.1', '45000'))).rejects.toEqual(
      code('STATE_INVALID'),
    );
    await expect(idle.monitor.reconcile()).rejects.toEqual(code('STATE_INVALID'));
    await expect(idle.monitor.closePosition(BTC)).rejects.toEqual(code('STATE_INVALID'));
    const stopped = await holding();
    await stopped.monitor.stop();
    await expect(stopped.monitor.verifyProtection()).rejects.toEqual(code('STATE_INVALID'));
    const observing = await CoreBench.started({ globals: { usePositionMonitor: false } });
    await observing.fill('0.1', '45000');
    await expect(observing.monitor.closePosition(BTC)).rejects.toEqual(code('STATE_INVALID'));
  });

  it('SYMBOL_NOT_CONFIGURED: refused aloud, with the exposure', async () => {
    const bench = await CoreBench.started({ symbols: { [BTC]: { stopLossPct: 5 } } });
    await expect(bench.fill('1', '3000', { symbol: ETH })).rejects.toEqual(
      code('SYMBOL_NOT_CONFIGURED'),
    );
    expect(bench.named('protection:failed')[0]).toMatchObject({
      symbol: ETH,
      exposure: '1',
      coverage: 'none',
    });
    await bench.monitor.registerOrder({
      clientOrderId: 'c',
      symbol: ETH,
      side: 'BUY',
      plan: { stopLossPct: 2 },
    });
    expect(await bench.fill('1', '3000', { symbol: ETH, clientOrderId: 'c' })).toBe(true);
    expect(await bench.resting(ETH)).toEqual(['SELL LONG stop-market 1 @ 2940']);
  });

  it('MODE_MISMATCH: the account holds positions in another way than configured', async () => {
    const bench = new CoreBench({ positionMode: 'hedge', globals: { positionMode: 'one-way' } });
    await expect(bench.monitor.start()).rejects.toEqual(code('MODE_MISMATCH'));
    expect(bench.monitor.getHealth().state).toBe('stopped');
  });

  it('ACCOUNT_REFUSED: a key that may withdraw', async () => {
    const account = { permissions: { trade: true, withdraw: true } };
    await expect(new CoreBench({ account }).monitor.start()).rejects.toEqual(
      code('ACCOUNT_REFUSED'),
    );
    const knowingly = new CoreBench({ account, monitor: { allowWithdrawalKey: true } });
    await knowingly.monitor.start();
    await knowingly.monitor.stop();
  });

  it('FEED_SOURCE_MISSING: a stop that no price can be judged on, at the start and in a later plan', async () => {
    const bench = new CoreBench({
      symbols: { '*': { stopLossPct: 5, workingType: 'MARK_PRICE' } },
      sources: ['LAST'],
    });
    await expect(bench.monitor.start()).rejects.toEqual(code('FEED_SOURCE_MISSING'));
    const running = await holding();
    const plan = { stopLossPct: 5, workingType: 'MARK_PRICE' as const };
    await expect(running.monitor.updatePlan(running.tranche().id, plan)).rejects.toEqual(
      code('FEED_SOURCE_MISSING'),
    );
    await expect(
      running.monitor.registerOrder({ clientOrderId: 'c', symbol: BTC, side: 'BUY', plan }),
    ).rejects.toEqual(code('FEED_SOURCE_MISSING'));
  });

  it('INSTRUMENT_UNSUPPORTED: filters that nothing can be planned with', async () => {
    const bench = await CoreBench.started({ live: true, instruments: [BTC_INSTRUMENT] });
    const zeroTick = { symbol: 'WIFUSDT', tickSize: '0', stepSize: '1' };
    bench.exchange.fetchInstrument = () => Promise.resolve(zeroTick);
    await expect(bench.fill('1', '1', { symbol: 'WIFUSDT' })).rejects.toEqual(
      code('INSTRUMENT_UNSUPPORTED'),
    );
    const inverse = { symbol: 'WIFUSDT', kind: 'inverse' as const, tickSize: '1', stepSize: '1' };
    bench.exchange.fetchInstrument = () => Promise.resolve(inverse);
    await expect(bench.fill('1', '1', { symbol: 'WIFUSDT', orderId: 'again' })).rejects.toEqual(
      code('INSTRUMENT_UNSUPPORTED'),
    );
    expect(bench.exchange.writes).toEqual([]);
  });

  it('INVARIANT_BROKEN: halts, answers the caller, keeps the stops and protects the next fill with a stop', async () => {
    const bench = await holding();
    const before = await bench.resting();
    /** A broken piece of the core: the second tranche cannot be looked at once. */
    const original = Map.prototype.set;
    let broken = false;
    Map.prototype.set = function set(this: Map<unknown, unknown>, key: unknown, value: unknown) {
      if (!broken && String(key).includes(':LONG:poison')) {
        broken = true;
        throw new Error('cosmic ray');
      }
      return original.call(this, key, value);
    } as never;
    try {
      await expect(bench.fill('0.1', '40000', { orderId: 'poison' })).rejects.toEqual(
        code('INVARIANT_BROKEN'),
      );
    } finally {
      Map.prototype.set = original;
    }
    await bench.settle();
    expect(bench.named('monitor:halted')).toHaveLength(1);
    expect(bench.monitor.getHealth().state).toBe('halted');
    expect(await bench.resting()).toEqual(before);
    void bench.monitor.handleOrderFill(bench.fillOf('1', '3000', { symbol: ETH })).catch(() => {});
    await bench.run(1_000);
    expect(await bench.resting(ETH)).toEqual(['SELL LONG stop-market 1 @ 2850']);
    /** Local stop guards go on. */
    bench.feed.tick(BTC, 42_000, { time: bench.clock.now() });
    await bench.run(2_000);
    expect(bench.tranches()).toEqual([]);
    await bench.monitor.stop();
  });

  it('INVARIANT_BROKEN: what a broken step had marked as sent is sent all the same', async () => {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    const original = Map.prototype.set;
    let broken = false;
    Map.prototype.set = function set(this: Map<unknown, unknown>, key: unknown, value: unknown) {
      /** The timer of the tranche is set when everything about it is decided. */
      if (!broken && String(key).startsWith('tranche:BTCUSDT')) {
        broken = true;
        throw new Error('cosmic ray');
      }
      return original.call(this, key, value);
    } as never;
    try {
      await expect(bench.fill('0.1', '45000')).rejects.toEqual(code('INVARIANT_BROKEN'));
    } finally {
      Map.prototype.set = original;
    }
    await bench.run(1_000);
    expect((await bench.resting()).filter((line) => line.includes('stop'))).toEqual([
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
    expect(bench.tranche().coverage).toBe('resting');
  });
});
