import { describe, expect, it } from 'vitest';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const HOUR = 3_600_000;

describe.each(SIDES)('a time limit of a %s', (side) => {
  it('closes when the time is over, and not before', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5, timeLimitMs: 60_000 });
    await bench.rest(59_990);
    expect(bench.isOpen).toBe(true);
    await bench.rest(20);
    expect(bench.closed).toEqual(['time-limit']);
    expect(bench.core.named('tranche:closed')[0]?.chain).toMatchObject({ tick: null, level: null });
    expect(await bench.core.resting()).toEqual([]);
  });

  it.each(['profit', 'loss'] as const)('closes only in %s where that is asked', async (onlyIn) => {
    const wanted = onlyIn === 'profit' ? 1 : -1;
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      timeLimit: { ms: 60_000, onlyIn },
    });
    await bench.tick(-wanted);
    await bench.rest(59_000);
    await bench.ticks(wanted, -wanted);
    await bench.rest(5_000);
    await bench.tick(-wanted / 2);
    expect(bench.isOpen).toBe(true);
    await bench.tick(wanted / 10);
    await bench.rest();
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('looks at the price that it has when the time is over', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      timeLimit: { ms: 1_000, onlyIn: 'profit' },
    });
    await bench.tick(1);
    await bench.rest(999);
    expect(bench.isOpen).toBe(true);
    await bench.rest(10);
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('waits for a fresh price instead of believing an old one', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      timeLimit: { ms: 60_000, onlyIn: 'profit' },
    });
    await bench.tick(1);
    await bench.rest(120_000);
    expect(bench.core.named('price:stale')).toHaveLength(1);
    expect(bench.isOpen).toBe(true);
    await bench.tick(-1);
    expect(bench.isOpen).toBe(true);
    await bench.tick(1);
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('turns with the condition that another plan gives it', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      timeLimit: { ms: 1_000, onlyIn: 'profit' },
    });
    await bench.tick(-1);
    await bench.rest(2_000);
    expect(bench.isOpen).toBe(true);
    /** The time is over already: in loss, it is closed by the plan itself. */
    await bench.core.until(
      bench.core.monitor.updatePlan(bench.tranche.id, {
        timeLimit: { ms: 1_000, onlyIn: 'loss' },
      }),
    );
    await bench.rest();
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('tightens once, and to the nearer stop only', async () => {
    const tighten = { ms: 1_000, action: 'tighten' as const, stopLossPct: 2 };
    const bench = await ExitBench.holding(side, { stopLossPct: 5, timeLimit: tighten });
    await bench.rest(1_100);
    expect(bench.stop).toBe(bench.text(-2));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-2)}`]);
    const near = await ExitBench.holding(side, { stopLossPct: 1, timeLimit: tighten });
    await near.rest(5_000);
    expect(near.stop).toBe(near.text(-1));
    expect(near.isOpen).toBe(true);
  });

  it('locks profit in where it is asked beyond the entry', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      timeLimit: { ms: 1_000, action: 'tighten', onlyIn: 'profit', stopLossPct: -1 },
    });
    await bench.tick(3);
    await bench.rest(1_100);
    expect(bench.stop).toBe(bench.text(1));
    await bench.rest();
    await bench.tick(1);
    await bench.rest();
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('gives a stop to a plan that had none', async () => {
    const bench = await ExitBench.holding(side, {
      takeProfitPct: 5,
      timeLimit: { ms: 1_000, action: 'tighten', stopLossPct: 2 },
    });
    expect(bench.stop).toBeNull();
    await bench.rest(1_100);
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-2)}`]);
  });

  it.each([-HOUR, HOUR])('does not care for a wall clock that jumps by %i ms', async (jump) => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5, timeLimitMs: 60_000 });
    await bench.rest(30_000);
    bench.core.clock.jumpWallBy(jump);
    await bench.tick(0.1);
    await bench.rest(29_000);
    expect(bench.isOpen).toBe(true);
    await bench.rest(1_100);
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('goes on with its age after a restart, and closes what grew too old meanwhile', async () => {
    const settings = { stopLossPct: 5, timeLimitMs: 60_000 };
    const bench = await ExitBench.holding(side, settings);
    await bench.rest(40_000);
    const next = await bench.reborn(settings);
    await next.rest(15_000);
    expect(next.isOpen).toBe(true);
    await next.rest(6_000);
    expect(next.closed).toEqual(['time-limit']);

    const older = await ExitBench.holding(side, settings);
    await older.rest(10_000);
    await older.core.until(older.core.monitor.stop());
    older.core.clock.advanceBy(HOUR);
    const late = await older.reborn(settings);
    await late.rest();
    expect(late.closed).toEqual(['time-limit']);
  });

  it('counts from the first fill: a join makes nothing younger', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5, timeLimitMs: 60_000 });
    await bench.rest(50_000);
    await bench.enter('0.1', 0);
    await bench.rest(10_100);
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('begins anew with a plan that changes it', async () => {
    const tighten = { ms: 1_000, action: 'tighten' as const, stopLossPct: 2 };
    const bench = await ExitBench.holding(side, { stopLossPct: 5, timeLimit: tighten });
    await bench.rest(2_000);
    const { monitor } = bench.core;
    await bench.core.until(
      monitor.updatePlan(bench.tranche.id, { timeLimit: { ...tighten, ms: 10_000 } }),
    );
    expect(bench.stop).toBe(bench.text(-5));
    await bench.rest(9_000);
    expect(bench.stop).toBe(bench.text(-2));
    await bench.core.until(monitor.updatePlan(bench.tranche.id, { timeLimit: null }));
    expect(bench.stop).toBe(bench.text(-5));
  });
});
