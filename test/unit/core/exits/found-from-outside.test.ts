import { describe, expect, it } from 'vitest';
import { CoreBench } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const LADDER = {
  takeProfitLevels: [
    { pct: 1, portion: 0.5 },
    { pct: 2, portion: 0.5 },
  ],
  stopLossPct: 1,
};

describe.each(SIDES)('exits of a %s that an attack from outside found wanting', (side) => {
  it('close at market although the exchange never lets go of a take-profit', async () => {
    const bench = await ExitBench.holding(
      side,
      { takeProfitPct: 1, stopLossPct: 1 },
      { live: true },
    );
    bench.core.exchange.answerCancel = () => ({
      kind: 'rejected',
      rejection: { code: 'other', detail: 'not now' },
    });
    const closing = bench.core.monitor.closeAll({ confirm: true });
    await bench.core.run(4_000);
    expect(await bench.core.held()).toBe(`${side} 0.1`);
    await bench.core.run(4_000);
    expect(await bench.core.held()).toBe('');
    const told = bench.core.named('protection:failed').map(({ role, reason }) => [role, reason]);
    expect(told).toContainEqual([
      'close',
      'a take-profit does not end: the close goes on beside it',
    ]);
    await bench.core.until(closing);
  });

  it('may have another stop once the first level of a ladder was taken', async () => {
    const bench = await ExitBench.holding(side, LADDER, { live: true });
    await bench.core.market(bench.price(1));
    await bench.tick(1);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.05');
    await bench.core.until(bench.core.monitor.updatePlan(bench.tranche.id, { stopLossPct: 0.5 }));
    expect(bench.stop).toBe(bench.text(-0.5));
    expect(bench.tranche.quantity).toBe('0.05');
  });

  it('refuse each level that is passed already, not the first one only', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 1 });
    await bench.tick(0.5);
    const levels = [
      { price: bench.price(4), portion: 0.5 },
      { pct: 0.2, portion: 0.5 },
    ];
    const refusal = await bench.core
      .until(bench.core.monitor.updatePlan(bench.tranche.id, { takeProfitLevels: levels }))
      .catch((error) => error);
    expect(refusal).toMatchObject({ code: 'LEVEL_PASSED' });
    expect(bench.tranche.quantity).toBe('0.1');
  });

  it('refuse a time limit that is over and would tighten past the price', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    await bench.rest(2_000);
    await bench.tick(0.5);
    const refusal = await bench.core
      .until(
        bench.core.monitor.updatePlan(bench.tranche.id, {
          timeLimit: { ms: 1_000, action: 'tighten', stopLossPct: -1 },
        }),
      )
      .catch((error) => error);
    expect(refusal).toMatchObject({ code: 'LEVEL_PASSED' });
    expect(bench.isOpen).toBe(true);
  });

  it('keep the stop of a tranche that merges into one without', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 2 });
    await bench.enter('0.1', 0, true);
    const [oldest] = bench.core.tranches();
    const { monitor } = bench.core;
    await bench.core.until(monitor.updatePlan(oldest?.id ?? '', { stopLossEnabled: false }));
    await bench.rest();
    await bench.core.until(monitor.mergeTranches(bench.tranche.positionId));
    await bench.rest();
    expect(bench.stop).toBe(bench.text(-2));
    expect(await bench.stops()).toEqual([`0.2 @ ${bench.text(-2)}`]);
  });
});

describe('what no stop could ever close', () => {
  it('is taken along by the last level', async () => {
    const bench = await CoreBench.started({
      instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001', minQty: '0.002' }],
      symbols: { '*': { takeProfitLevels: [{ pct: 1, portion: 0.75 }], stopLossPct: 1 } },
    });
    await bench.tick(45_000);
    await bench.fill('0.004', '45000');
    expect(bench.tranche().orders.map(({ role, quantity }) => [role, quantity])).toEqual([
      ['stop-loss', '0.004'],
      ['take-profit', '0.004'],
    ]);
    await bench.fill('0.004', '45000');
    await bench.run(3_000);
    const open = bench.tranche().orders.filter(({ status }) => status === 'accepted');
    expect(open.find(({ role }) => role === 'take-profit')?.quantity).toBe('0.006');
  });
});
