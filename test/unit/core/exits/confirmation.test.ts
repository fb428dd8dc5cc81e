import { describe, expect, it } from 'vitest';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const BASE = { stopLossPct: 1, stopLossOrder: 'local' as const };

describe.each(SIDES)('confirmation of a stop of a %s', (side) => {
  it('waits for so many ticks in a row, the first one included', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ticks: 3 } });
    await bench.ticks(-1, -1.2);
    expect(bench.isOpen).toBe(true);
    await bench.tick(-1);
    expect(bench.closed).toEqual(['stop-loss']);
    expect(bench.core.named('trigger:hit').map(({ decision }) => decision)).toEqual([
      'confirm',
      'close',
    ]);
  });

  it('acts on the very first tick when one is enough', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ticks: 1 } });
    await bench.tick(-1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('begins anew when the price comes back in between', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ticks: 3 } });
    await bench.ticks(-1, -1.2, -0.9, -1, -1.2);
    expect(bench.isOpen).toBe(true);
    await bench.tick(-1.1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('waits until every tick was beyond for so long', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ms: 1_000 } });
    await bench.tick(-1);
    await bench.rest(900);
    await bench.tick(-0.9);
    await bench.tick(-1.1);
    await bench.rest(999);
    expect(bench.isOpen).toBe(true);
    /** No further tick is needed: time alone confirms what is still fresh. */
    await bench.rest(2);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('waits for another price to be there as well', async () => {
    const bench = await ExitBench.holding(
      side,
      { ...BASE, confirm: { source: 'MARK' } },
      { sources: ['LAST', 'MARK'] },
    );
    const mark = (percent: number) => bench.core.tick(bench.price(percent), { source: 'MARK' });
    await mark(0);
    await bench.ticks(-1, -2);
    await mark(-0.9);
    expect(bench.isOpen).toBe(true);
    await mark(-1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('does not believe another price that grew old', async () => {
    const bench = await ExitBench.holding(
      side,
      { ...BASE, confirm: { source: 'MARK' } },
      { sources: ['LAST', 'MARK'] },
    );
    await bench.core.tick(bench.price(-2), { source: 'MARK' });
    for (let seconds = 0; seconds < 60; seconds += 5) {
      await bench.tick(0);
      await bench.rest(5_000);
    }
    await bench.tick(-1);
    expect(bench.isOpen).toBe(true);
    await bench.core.tick(bench.price(-1), { source: 'MARK' });
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('wants everything at once that the plan names', async () => {
    const bench = await ExitBench.holding(
      side,
      { ...BASE, confirm: { ticks: 2, ms: 500, source: 'MARK' } },
      { sources: ['LAST', 'MARK'] },
    );
    await bench.core.tick(bench.price(-2), { source: 'MARK' });
    await bench.tick(-1);
    await bench.rest(600);
    expect(bench.isOpen).toBe(true);
    await bench.core.tick(bench.price(-0.5), { source: 'MARK' });
    await bench.tick(-1.1);
    expect(bench.isOpen).toBe(true);
    await bench.core.tick(bench.price(-1), { source: 'MARK' });
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('waits for nothing beyond the hard floor', async () => {
    const confirm = { ticks: 100, hardFloorPct: 1 };
    const bench = await ExitBench.holding(side, { ...BASE, confirm });
    await bench.ticks(-1, -1.5);
    expect(bench.isOpen).toBe(true);
    await bench.tick(-2.1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('rests its order at the hard floor, and covers while it waits', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 1,
      confirm: { ticks: 2, hardFloorPct: 1 },
    });
    const floor = bench.behind(-1, 1);
    expect(await bench.stops()).toEqual([`0.1 @ ${floor}`]);
    expect(bench.tranche.levels).toMatchObject({ stopLoss: bench.text(-1), restingStop: floor });
    await bench.tick(-1);
    expect(bench.tranche.coverage).toBe('resting');
    expect(await bench.stops()).toEqual([`0.1 @ ${floor}`]);
    await bench.tick(-1);
    expect(bench.closed).toEqual(['stop-loss']);
    expect(await bench.core.resting()).toEqual([]);
  });

  it('counts as guarded while it waits, and as nothing when the prices grow old', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ticks: 3 } });
    await bench.tick(-1);
    expect(bench.tranche.coverage).toBe('local');
    await bench.rest(60_000);
    expect(bench.tranche.coverage).toBe('none');
    expect(bench.core.named('protection:missing')).toHaveLength(1);
    expect(bench.isOpen).toBe(true);
    /** Two more are two more, however late. */
    await bench.tick(-1);
    expect(bench.tranche.coverage).toBe('local');
    await bench.tick(-1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('does not act on time alone while the prices are old', async () => {
    const bench = await ExitBench.holding(
      side,
      { ...BASE, confirm: { ms: 60_000 } },
      { globals: { staleAfterMs: 20_000 } },
    );
    await bench.tick(-1);
    await bench.rest(90_000);
    expect(bench.isOpen).toBe(true);
    await bench.tick(-1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('begins anew after a restart', async () => {
    const settings = { ...BASE, confirm: { ticks: 3 } };
    const bench = await ExitBench.holding(side, settings);
    await bench.ticks(-1, -1);
    const next = await bench.reborn(settings);
    await next.ticks(-1, -1);
    expect(next.isOpen).toBe(true);
    await next.tick(-1);
    expect(next.closed).toEqual(['stop-loss']);
  });

  it('is forgotten when a plan moves the stop away from the price', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ticks: 2 } });
    await bench.tick(-1);
    await bench.core.until(bench.core.monitor.updatePlan(bench.tranche.id, { stopLossPct: 3 }));
    await bench.ticks(-1, -2);
    expect(bench.isOpen).toBe(true);
    await bench.ticks(-3, -3);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('acts at once when the plan stops asking for it, as the caller wished', async () => {
    const bench = await ExitBench.holding(side, { ...BASE, confirm: { ticks: 5 } });
    await bench.tick(-1);
    await bench.core.until(
      bench.core.monitor.updatePlan(bench.tranche.id, { confirm: null }, { allowImmediate: true }),
    );
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('lets the trail begin again at the very tick that ended the doubt, a new best price', async () => {
    const bench = await ExitBench.holding(side, {
      ...BASE,
      trailingStop: { callbackPct: 1, stepPct: 50 },
      confirm: { ticks: 3 },
    });
    await bench.ticks(5, 3.9, 5.5);
    expect(bench.tranche.trail?.peak).toBe(bench.text(5.5));
    await bench.ticks(4.4, 4.4, 4.4);
    expect(bench.closed).toEqual(['trailing-stop']);
  });

  it('holds for a trailing stop as well, which follows on when the price comes back', async () => {
    const bench = await ExitBench.holding(side, {
      trailingStop: { callbackPct: 1 },
      stopLossOrder: 'local',
      confirm: { ticks: 2 },
    });
    await bench.tick(3);
    await bench.core.tick(Number(bench.behind(3, 1)));
    expect(bench.isOpen).toBe(true);
    await bench.tick(5);
    expect(bench.core.named('monitor:halted')).toEqual([]);
    expect(bench.tranche.trail).toEqual({ peak: bench.text(5), level: bench.behind(5, 1) });
    const level = Number(bench.behind(5, 1));
    await bench.core.tick(level);
    await bench.core.tick(level);
    expect(bench.closed).toEqual(['trailing-stop']);
  });

  it('does not make a take-profit wait', async () => {
    const bench = await ExitBench.holding(side, {
      ...BASE,
      takeProfitPct: 1,
      takeProfitOrder: 'local',
      confirm: { ticks: 10 },
    });
    await bench.tick(1);
    expect(bench.closed).toEqual(['take-profit']);
  });
});
