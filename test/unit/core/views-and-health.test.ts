import { describe, expect, it } from 'vitest';
import { BTC, CoreBench, ETH } from '../../support/core-bench.js';

describe('views', () => {
  it('show a tranche as it is: sources, plan, levels, orders, cover and its age', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000', {
      orderId: 'a',
      fee: '1',
      tradeId: 't',
      lastFilledQty: '0.1',
    });
    await bench.run(1_000);
    expect(bench.tranche()).toMatchObject({
      symbol: BTC,
      side: 'LONG',
      number: 0,
      state: 'OPEN',
      quantity: '0.1',
      openedQty: '0.1',
      entryPrice: '45000',
      sources: [{ orderId: 'a', quantity: '0.1', cost: '4500', fees: '1' }],
      levels: { takeProfits: [{ price: '45450', portion: '1' }], stopLoss: '42750' },
      coverage: 'resting',
      realizedPnl: '0',
      fees: '1',
      closeReason: null,
      mergedInto: null,
    });
    expect(
      bench.tranche().orders.map(({ role, status, quantity }) => `${role} ${status} ${quantity}`),
    ).toEqual(['stop-loss accepted 0.1', 'take-profit accepted 0.1']);
    expect(bench.tranche().coverageAgeMs).toBeGreaterThanOrEqual(0);
  });

  it('are frozen pictures: later fills do not change them', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    const before = bench.tranche();
    const copy = structuredClone(before);
    await bench.fill('0.1', '45000');
    expect(before).toEqual(copy);
    expect(Object.isFrozen(before)).toBe(true);
  });

  it('sum a position over its tranches and value it at the last price', async () => {
    const bench = await CoreBench.started({ globals: { tranchePnlIncrementPct: 1 } });
    await bench.fill('0.1', '45000');
    await bench.fill('0.3', '44000');
    await bench.tick(44_200);
    expect(bench.monitor.positions()).toEqual([
      expect.objectContaining({
        quantity: '0.4',
        entryPrice: '44250',
        lastPrice: '44200',
        unrealizedPnl: '-20',
      }),
    ]);
    expect(bench.monitor.getPositionStatus(BTC).tranches).toHaveLength(2);
    expect(bench.monitor.getPositionStatus(ETH).tranches).toEqual([]);
  });

  it('count contracts of another size than one', async () => {
    const bench = await CoreBench.started({
      instruments: [{ symbol: BTC, tickSize: '0.1', stepSize: '1', contract: { size: '0.001' } }],
    });
    await bench.fill('100', '45000');
    await bench.tick(45_100);
    expect(bench.monitor.positions()[0]?.unrealizedPnl).toBe('10');
    await bench.until(bench.monitor.closePosition(BTC));
    expect(bench.named('tranche:closed')[0]?.realizedPnl).toBe('10');
  });

  it('follow an order to its tranche, through a merge as well', async () => {
    const bench = await CoreBench.started({
      globals: { tranchePnlIncrementPct: 1 },
      symbols: { '*': { takeProfitPct: 10, stopLossPct: 5 } },
    });
    await bench.fill('0.1', '45000', { orderId: 'a', clientOrderId: 'mine' });
    await bench.fill('0.1', '44000', { orderId: 'b' });
    expect(bench.monitor.trancheForOrder('mine')?.id).toBe(bench.tranche(0).id);
    await bench.monitor.mergeTranches(bench.tranche().positionId);
    expect(bench.monitor.trancheForOrder('b')).toMatchObject({
      id: bench.tranche(0).id,
      quantity: '0.2',
    });
    expect(bench.monitor.trancheForOrder('nobody')).toBeUndefined();
    expect(bench.monitor.tranche('nobody')).toBeUndefined();
  });
});

describe('health', () => {
  it('is told before, while and after running', async () => {
    const bench = new CoreBench();
    expect(bench.monitor.getHealth()).toMatchObject({
      state: 'idle',
      exchangeConnected: false,
      uptimeMs: 0,
    });
    await bench.monitor.start();
    await bench.fill('0.1', '45000');
    await bench.fill('1', '3000', { symbol: ETH });
    await bench.run(2_000);
    expect(bench.monitor.getHealth()).toMatchObject({
      state: 'running',
      durability: 'none',
      websocketConnected: true,
      exchangeConnected: true,
      storeWritable: true,
      activePositions: 2,
      activeTranches: 2,
      pendingOrders: 4,
      unresolvedOrders: 0,
      unprotected: 0,
      staleSymbols: [],
      errors: 0,
      uptimeMs: 2_000,
    });
    await bench.monitor.pause();
    expect(bench.monitor.getHealth().state).toBe('paused');
    expect(await bench.fill('0.1', '45000', { side: 'SELL' })).toBe(true);
    await bench.monitor.resume();
    expect(bench.monitor.getHealth().state).toBe('running');
    await bench.monitor.stop();
    expect(bench.monitor.getHealth()).toMatchObject({ state: 'stopped', activeTranches: 0 });
  });

  it('counts time without any cover, while it lasts and after it', async () => {
    const bench = await CoreBench.started({ live: true, globals: { emergencyClose: false } });
    bench.exchange.refuse = ({ kind }) => (kind === 'stop-market' ? 'other' : null);
    await bench.market(45_000);
    await bench.trade('0.1');
    await bench.run(20_000);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 1 });
    const during = bench.monitor.getHealth().nakedMs;
    expect(during).toBeGreaterThan(0);
    bench.exchange.refuse = null;
    await bench.run(20_000);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0 });
    const after = bench.monitor.getHealth().nakedMs;
    await bench.run(20_000);
    expect(bench.monitor.getHealth().nakedMs).toBe(after);
  });

  it('an observing monitor books everything and places nothing', async () => {
    const bench = await CoreBench.started({ globals: { usePositionMonitor: false } });
    expect(await bench.fill('0.1', '45000')).toBe(false);
    await bench.tick(40_000);
    await bench.run(60_000);
    expect(bench.exchange.writes).toEqual([]);
    expect(bench.tranche()).toMatchObject({ quantity: '0.1', state: 'OPEN' });
    await bench.trade('0.1', { side: 'SELL' });
    expect(bench.tranches()).toEqual([]);
  });
});
