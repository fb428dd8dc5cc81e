import { describe, expect, it } from 'vitest';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const PLAIN = { stopLossPct: 5, breakeven: { activationPct: 1 } };
const FEES = { paper: { fees: { makerPct: '0.05', takerPct: '0.05' } } };
const LEVELS = [
  { pct: 1, portion: 0.25 },
  { pct: 2, portion: 0.25 },
  { pct: 3, portion: 0.25 },
  { pct: 4, portion: 0.25 },
];
const LADDER = { takeProfitLevels: LEVELS, takeProfitOrder: 'local' as const, stopLossPct: 5 };

describe.each(SIDES)('breakeven of a %s', (side) => {
  const gain = side === 'LONG' ? 1 : -1;

  it('puts the stop to the entry once its activation is reached, inclusive', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    await bench.tick(0.99);
    expect(bench.stop).toBe(bench.text(-5));
    await bench.tick(1);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.stop).toBe('45000');
    expect(bench.tranche.levels.stopRule).toBe('breakeven');
    await bench.rest();
    expect(await bench.stops()).toEqual(['0.1 @ 45000']);
    await bench.tick(0);
    await bench.rest();
    expect(bench.closed).toEqual(['breakeven']);
  });

  it('acts from the next tick on: the one that reaches it closes nothing', async () => {
    const bench = await ExitBench.holding(side, { ...PLAIN, stopLossOrder: 'local' });
    await bench.tick(1);
    expect(bench.isOpen).toBe(true);
    await bench.tick(0);
    expect(bench.closed).toEqual(['breakeven']);
  });

  it('never goes back when the price does', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    await bench.ticks(1, 0.1);
    await bench.rest();
    expect(await bench.stops()).toEqual(['0.1 @ 45000']);
  });

  it('goes a little beyond the entry when asked', async () => {
    const bench = await ExitBench.holding(side, {
      ...PLAIN,
      breakeven: { activationPct: 1, offsetPct: 0.2 },
    });
    await bench.tick(1);
    expect(bench.stop).toBe(bench.text(0.2));
  });

  it('leaves a stop alone that is nearer already', async () => {
    const bench = await ExitBench.holding(side, {
      breakeven: { activationPct: 2 },
      trailingStop: { callbackPct: 1 },
    });
    await bench.tick(2);
    expect(bench.stop).toBe(bench.behind(2, 1));
    expect(bench.tranche.levels.stopRule).toBe('trailing-stop');
  });

  it('earns what the entry cost and the exit will cost', async () => {
    const settings = { ...PLAIN, breakeven: { activationPct: 1, includeFees: true } };
    const bench = await ExitBench.holding(side, settings, { live: true, ...FEES });
    await bench.core.market(bench.price(1));
    await bench.tick(1);
    /** 0.05 % of 45000 in, 0.05 % of the exit price out: 45045.02 or 44955.02, on the tick that earns both. */
    expect(bench.stop).toBe(side === 'LONG' ? '45045.1' : '44955');
    await bench.rest();
    await bench.core.market(Number(bench.stop));
    await bench.tick(0.1);
    await bench.rest();
    const [closed] = bench.core.named('tranche:closed');
    expect(closed?.reason).toBe('breakeven');
    expect(Number(closed?.realizedPnl) - Number(closed?.fees)).toBeGreaterThanOrEqual(0);
    expect(Number(closed?.realizedPnl) - Number(closed?.fees)).toBeLessThan(0.02);
  });

  it('waits until the price is beyond the stop that fees ask for, instead of closing at once', async () => {
    const settings = { ...PLAIN, breakeven: { activationPct: 0.05, includeFees: true } };
    const bench = await ExitBench.holding(side, settings, { live: true, ...FEES });
    await bench.tick(0.05);
    await bench.core.tick(45_000 + gain * 45);
    expect(bench.isOpen).toBe(true);
    expect(bench.tranche.breakevenReached).toBe(false);
    await bench.core.tick(45_000 + gain * 45.2);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.isOpen).toBe(true);
  });

  it('is reached by a take-profit level that was taken', async () => {
    const bench = await ExitBench.holding(side, {
      ...LADDER,
      breakeven: { afterLevel: 2 },
    });
    await bench.tick(1);
    await bench.rest();
    expect(bench.stop).toBe(bench.text(-5));
    await bench.tick(2);
    await bench.rest();
    expect(bench.stop).toBe('45000');
    expect(await bench.stops()).toEqual(['0.05 @ 45000']);
    await bench.tick(3);
    expect(bench.stop).toBe('45000');
  });

  it('follows the levels, one behind', async () => {
    const bench = await ExitBench.holding(side, {
      ...LADDER,
      breakeven: { afterLevel: 1, followLevels: true },
    });
    await bench.tick(1);
    expect(bench.stop).toBe('45000');
    await bench.tick(2);
    expect(bench.stop).toBe(bench.text(1));
    await bench.tick(3);
    expect(bench.stop).toBe(bench.text(2));
    await bench.tick(2);
    await bench.rest();
    expect(bench.closed).toEqual(['breakeven']);
  });

  it('follows two levels that one tick takes to the last of them', async () => {
    const bench = await ExitBench.holding(side, {
      ...LADDER,
      breakeven: { afterLevel: 1, followLevels: true },
    });
    await bench.tick(3.5);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.025');
    expect(bench.stop).toBe(bench.text(2));
  });

  it('does not put a stop that followed levels beyond the price when a join moves the levels', async () => {
    const bench = await ExitBench.holding(side, {
      ...LADDER,
      breakeven: { afterLevel: 1, followLevels: true },
    });
    await bench.ticks(2, 2.2);
    expect(bench.stop).toBe(bench.text(1));
    await bench.rest();
    /** The entry goes to about 2.1 %, and the first level with it to more than 3 %. */
    await bench.enter('1', 2.2);
    await bench.rest();
    expect(bench.isOpen).toBe(true);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(Number(bench.stop)).toBeCloseTo(Number(bench.tranche.entryPrice), 0);
  });

  it('keeps what it has reached over a join', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    await bench.tick(2);
    await bench.enter('0.1', 2);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.stop).toBe(bench.text(1));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.2 @ ${bench.text(1)}`]);
  });

  it('is judged anew when a join puts its stop beyond the price, and keeps the stop that it had', async () => {
    const bench = await ExitBench.holding(side, {
      ...PLAIN,
      breakeven: { activationPct: 1, offsetPct: 0.5 },
    });
    await bench.ticks(1, 0.6);
    expect(bench.stop).toBe(bench.text(0.5));
    /** The entry goes to 0.54 %: half a percent beyond it nothing has been traded now. */
    await bench.enter('0.9', 0.6);
    await bench.rest();
    expect(bench.isOpen).toBe(true);
    expect(bench.tranche.breakevenReached).toBe(false);
    expect(bench.stop).toBe(bench.text(0.5));
    await bench.tick(2);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(Number(bench.stop) * gain).toBeGreaterThan(bench.price(1) * gain);
  });

  it('is judged anew after a merge whose entry lies beyond the price', async () => {
    const bench = await ExitBench.holding(side, PLAIN, {
      globals: { mergeProfitableTranches: false },
    });
    await bench.tick(1.5);
    await bench.enter('0.1', 4, true);
    await bench.tick(1.5);
    const [first, second] = bench.core.tranches();
    expect([first, second].map((view) => view?.breakevenReached)).toEqual([true, false]);
    await bench.core.until(bench.core.monitor.mergeTranches(first?.positionId ?? ''));
    await bench.rest();
    expect(bench.isOpen).toBe(true);
    expect(bench.tranche.breakevenReached).toBe(false);
    /** The tightest stop of the two stays in force; nothing is loosened. */
    expect(bench.stop).toBe('45000');
    await bench.tick(4);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.stop).toBe(bench.text(2));
  });

  it('stays reached after a merge whose entry the price is beyond', async () => {
    const bench = await ExitBench.holding(side, PLAIN, {
      globals: { mergeProfitableTranches: false },
    });
    await bench.tick(2);
    await bench.enter('0.1', 1, true);
    await bench.tick(1.5);
    const [first] = bench.core.tranches();
    await bench.core.until(bench.core.monitor.mergeTranches(first?.positionId ?? ''));
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.stop).toBe(bench.text(0.5));
  });

  it('is remembered over a restart', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    await bench.tick(1);
    await bench.rest();
    const next = await bench.reborn(PLAIN);
    await next.tick(0.5);
    await next.rest();
    expect(next.stop).toBe('45000');
    await next.tick(0);
    await next.rest();
    expect(next.closed).toEqual(['breakeven']);
  });

  it('is lost with the rule, and kept under a plan that changes something else', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    const { monitor } = bench.core;
    await bench.ticks(1, 0.5);
    await bench.core.until(monitor.updatePlan(bench.tranche.id, { takeProfitPct: 8 }));
    expect(bench.stop).toBe('45000');
    await bench.core.until(monitor.updatePlan(bench.tranche.id, { breakeven: null }));
    expect(bench.stop).toBe(bench.text(-5));
  });

  it('keeps an offset that the price has not reached any more until it is beyond it', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    await bench.ticks(1, 0.2);
    await bench.core.until(
      bench.core.monitor.updatePlan(bench.tranche.id, {
        breakeven: { activationPct: 1, offsetPct: 0.5 },
      }),
    );
    expect(bench.isOpen).toBe(true);
    await bench.tick(0.5);
    expect(bench.stop).not.toBe(bench.text(0.5));
    await bench.tick(0.51);
    expect(bench.stop).toBe(bench.text(0.5));
    expect(bench.isOpen).toBe(true);
  });
});
