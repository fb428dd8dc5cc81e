import { describe, expect, it } from 'vitest';
import { trace } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const TRAIL = { trailingStop: { callbackPct: 1 } };
const LOCAL = { ...TRAIL, stopLossOrder: 'local' as const };

describe.each(SIDES)('a trailing stop of a %s', (side) => {
  it('is armed at once, with the entry as the best price', async () => {
    const bench = await ExitBench.holding(side, TRAIL);
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.behind(0, 1)}`]);
    expect(bench.tranche.levels.stopRule).toBe('trailing-stop');
    await bench.tick(-1);
    await bench.rest();
    expect(bench.closed).toEqual(['trailing-stop']);
  });

  it('waits for its activation, which is inclusive, and begins with the price that reached it', async () => {
    const settings = { trailingStop: { activationPct: 2, callbackPct: 1 } };
    const bench = await ExitBench.holding(side, settings);
    await bench.ticks(1.99, -5, 0);
    expect(bench.stop).toBeNull();
    expect(bench.tranche.trail).toBeNull();
    await bench.tick(2);
    expect(bench.stop).toBe(bench.behind(2, 1));
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.behind(2, 1)}`]);
  });

  it('takes a gap beyond its activation as the best price', async () => {
    const settings = { trailingStop: { activationPct: 2, callbackPct: 1 } };
    const bench = await ExitBench.holding(side, settings);
    await bench.tick(4);
    expect(bench.stop).toBe(bench.behind(4, 1));
  });

  it('moves the order in steps and never back', async () => {
    const settings = { trailingStop: { callbackPct: 1, stepPct: 0.5 } };
    const bench = await ExitBench.holding(side, settings);
    await bench.ticks(0.2, 0.49);
    expect(bench.stop).toBe(bench.behind(0, 1));
    await bench.tick(0.5);
    expect(bench.stop).toBe(bench.behind(0.5, 1));
    await bench.rest();
    const moved = [`0.1 @ ${bench.behind(0.5, 1)}`];
    expect(await bench.stops()).toEqual(moved);
    await bench.ticks(0.2, 0, -0.2, 0.5, 0.9);
    await bench.rest();
    expect(await bench.stops()).toEqual(moved);
    expect(bench.isOpen).toBe(true);
  });

  it('follows between the steps on its own guard', async () => {
    const settings = { ...LOCAL, trailingStop: { callbackPct: 1, stepPct: 5 } };
    const bench = await ExitBench.holding(side, settings);
    await bench.tick(4);
    expect(bench.stop).toBe(bench.behind(0, 1));
    expect(bench.tranche.trail?.level).toBe(bench.behind(4, 1));
    await bench.tick(2.9);
    expect(bench.closed).toEqual(['trailing-stop']);
    expect(bench.core.named('tranche:closed')[0]?.chain.level).toBe(bench.behind(4, 1));
  });

  it('moves the new order before the old one goes', async () => {
    const bench = await ExitBench.holding(side, TRAIL);
    bench.core.exchange.forget();
    await bench.tick(3);
    await bench.rest();
    const exit = side === 'LONG' ? 'SELL LONG' : 'BUY SHORT';
    expect(trace(bench.core)).toEqual([
      `place ${exit} stop-market 0.1 @ ${bench.behind(3, 1)}`,
      'cancel stop-market',
    ]);
  });

  it('keeps its best price over a join and never loosens', async () => {
    const bench = await ExitBench.holding(side, TRAIL);
    await bench.ticks(3, 2.5);
    await bench.enter('0.1', 2.5);
    expect(bench.core.tranches()).toHaveLength(1);
    expect(bench.stop).toBe(bench.behind(3, 1));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.2 @ ${bench.behind(3, 1)}`]);
    await bench.enter('0.1', 2.2);
    expect(bench.tranche.trail?.peak).toBe(bench.text(3));
    expect(bench.stop).toBe(bench.behind(3, 1));
  });

  it('goes on from the best of all when tranches merge', async () => {
    const bench = await ExitBench.holding(side, TRAIL, {
      globals: { mergeProfitableTranches: false },
    });
    await bench.ticks(3, 2.5);
    await bench.enter('0.1', 2.5, true);
    const [first, second] = bench.core.tranches();
    expect(second?.levels.stopLoss).toBe(bench.behind(2.5, 1));
    await bench.core.until(bench.core.monitor.mergeTranches(first?.positionId ?? ''));
    expect(bench.tranche.trail?.peak).toBe(bench.text(3));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.2 @ ${bench.behind(3, 1)}`]);
    await bench.tick(3.5);
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.2 @ ${bench.behind(3.5, 1)}`]);
  });

  it('is not its own end where the callback is smaller than a tick', async () => {
    const bench = await ExitBench.holding(side, { trailingStop: { callbackPct: '0.0001' } });
    expect(bench.isOpen).toBe(true);
    expect(bench.stop).toBe(side === 'LONG' ? '44999.9' : '45000.1');
    await bench.tick(1);
    expect(bench.isOpen).toBe(true);
    expect(bench.stop).toBe(side === 'LONG' ? '45449.9' : '44550.1');
    await bench.core.tick(Number(bench.stop));
    expect(bench.closed).toEqual(['trailing-stop']);
  });

  it('goes on following when the price comes back to a new best one while its order has its chance', async () => {
    const bench = await ExitBench.holding(side, TRAIL, { live: true });
    await bench.core.market(bench.price(2));
    await bench.tick(2);
    await bench.rest();
    /** The feed sees a price that the exchange does not. */
    await bench.core.tick(Number(bench.stop));
    expect(bench.core.named('trigger:hit').map(({ decision }) => decision)).toEqual(['grace']);
    await bench.tick(4);
    expect(bench.core.named('monitor:halted')).toEqual([]);
    expect(bench.stop).toBe(bench.behind(4, 1));
  });

  it('does not outlive a plan without it', async () => {
    const bench = await ExitBench.holding(side, { ...TRAIL, stopLossPct: 5 });
    await bench.tick(3);
    await bench.core.until(bench.core.monitor.updatePlan(bench.tranche.id, { trailingStop: null }));
    expect(bench.stop).toBe(bench.text(-5));
    expect(bench.tranche.trail).toBeNull();
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-5)}`]);
    await bench.tick(1.5);
    expect(bench.isOpen).toBe(true);
  });

  it('keeps its best price when its callback changes, to both directions', async () => {
    const bench = await ExitBench.holding(side, TRAIL);
    const { monitor } = bench.core;
    await bench.tick(3);
    await bench.core.until(
      monitor.updatePlan(bench.tranche.id, { trailingStop: { callbackPct: 2 } }),
    );
    expect(bench.stop).toBe(bench.behind(3, 2));
    await bench.core.until(
      monitor.updatePlan(bench.tranche.id, { trailingStop: { callbackPct: 0.5 } }),
    );
    expect(bench.stop).toBe(bench.behind(3, 0.5));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.behind(3, 0.5)}`]);
    /** The book follows with the new distance as well. */
    await bench.tick(5);
    expect(bench.tranche.trail?.level).toBe(bench.behind(5, 0.5));
  });

  it('refuses a callback that the price has passed, unless it is to act at once', async () => {
    const bench = await ExitBench.holding(side, TRAIL);
    const { monitor } = bench.core;
    await bench.ticks(3, 2.5);
    const tighter = { trailingStop: { callbackPct: 0.2 } };
    const refusal = await bench.core
      .until(monitor.updatePlan(bench.tranche.id, tighter))
      .catch((error) => error);
    expect(refusal).toMatchObject({ code: 'LEVEL_PASSED' });
    expect(bench.stop).toBe(bench.behind(3, 1));
    await bench.core.until(monitor.updatePlan(bench.tranche.id, tighter, { allowImmediate: true }));
    expect(bench.closed).toEqual(['trailing-stop']);
  });

  it('is armed by a plan that adds it, from the price of now: what was lost before it has not seen', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    const { monitor } = bench.core;
    await bench.tick(-2);
    await bench.core.until(monitor.updatePlan(bench.tranche.id, TRAIL));
    expect(bench.isOpen).toBe(true);
    expect(bench.stop).toBe(bench.behind(-2, 1));
    await bench.tick(1);
    expect(bench.stop).toBe(bench.behind(1, 1));
    await bench.tick(2);
    expect(bench.stop).toBe(bench.behind(2, 1));
  });

  it('says of two stops that one tick passes the tightest; of equal ones the plan’s own', async () => {
    const both = { ...LOCAL, stopLossPct: 5 };
    const tighter = await ExitBench.holding(side, both);
    await tighter.ticks(2, -6);
    expect(tighter.closed).toEqual(['trailing-stop']);
    const equal = await ExitBench.holding(side, { ...both, stopLossPct: 1 });
    await equal.tick(-6);
    expect(equal.closed).toEqual(['stop-loss']);
    const looser = await ExitBench.holding(side, { ...both, stopLossPct: 0.5 });
    await looser.tick(-6);
    expect(looser.closed).toEqual(['stop-loss']);
  });

  it('gives the order of equal levels the plan’s own name, and so the exit', async () => {
    const bench = await ExitBench.holding(side, { ...TRAIL, stopLossPct: 1 }, { live: true });
    expect(bench.tranche.levels.stopRule).toBe('stop-loss');
    await bench.tick(-1);
    await bench.rest(600);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('covers a silent feed with the order that rests', async () => {
    const bench = await ExitBench.holding(side, TRAIL, { live: true });
    await bench.core.market(bench.price(2));
    await bench.tick(2);
    await bench.rest(60_000);
    expect(bench.core.named('price:stale')).toHaveLength(1);
    expect(bench.tranche.coverage).toBe('resting');
    await bench.core.market(bench.price(0.9));
    await bench.rest();
    expect(bench.closed).toEqual(['trailing-stop']);
    expect(bench.core.named('tranche:closed')[0]?.tranche.unprotectedMs).toBe(0);
  });

  it('goes on from the recorded best price after a restart', async () => {
    const bench = await ExitBench.holding(side, TRAIL);
    await bench.ticks(3, 2.5);
    await bench.rest();
    const next = await bench.reborn(TRAIL);
    await next.tick(2.5);
    await next.rest();
    expect(next.tranche.trail?.peak).toBe(bench.text(3));
    expect(await next.stops()).toEqual([`0.1 @ ${bench.behind(3, 1)}`]);
    await next.tick(3.5);
    await next.rest();
    expect(await next.stops()).toEqual([`0.1 @ ${bench.behind(3.5, 1)}`]);
  });
});
