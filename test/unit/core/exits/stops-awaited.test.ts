import { describe, expect, it } from 'vitest';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const LADDER = {
  takeProfitLevels: [
    { pct: 1, portion: 0.4 },
    { pct: 2, portion: 0.6 },
  ],
  stopLossPct: 5,
};

describe.each(SIDES)('breakeven of a %s where the price is not beyond the stop', (side) => {
  it('waits for the tick of a take-profit that is told before it', async () => {
    const bench = await ExitBench.holding(
      side,
      { ...LADDER, breakeven: { afterLevel: 1 } },
      { live: true },
    );
    /** The exchange fills at +1 %, and the feed still says the entry. */
    await bench.core.market(bench.price(1));
    await bench.rest(100);
    expect(bench.tranche.quantity).toBe('0.06');
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.stop).toBe(bench.text(-5));
    expect(bench.isOpen).toBe(true);
    await bench.tick(1);
    expect(bench.stop).toBe('45000');
    await bench.rest();
    expect(await bench.stops()).toEqual(['0.06 @ 45000']);
  });

  it('waits for the price where fees put it beyond the level that was taken', async () => {
    const bench = await ExitBench.holding(
      side,
      {
        takeProfitLevels: [
          { pct: 0.05, portion: 0.4 },
          { pct: 2, portion: 0.6 },
        ],
        stopLossPct: 5,
        breakeven: { afterLevel: 1, includeFees: true },
      },
      { live: true, paper: { fees: { makerPct: '0.1', takerPct: '0.1' } } },
    );
    await bench.core.market(bench.price(0.05));
    await bench.tick(0.05);
    await bench.rest(1_000);
    expect(bench.tranche.quantity).toBe('0.06');
    expect(bench.isOpen).toBe(true);
    expect(bench.stop).toBe(bench.text(-5));
    await bench.tick(0.18);
    expect(bench.stop).toBe(bench.text(-5));
    await bench.tick(0.25);
    const stop = bench.stop ?? '';
    expect(Math.abs(Number(stop) / 45_000 - 1)).toBeCloseTo(0.002, 4);
    await bench.core.tick(Number(stop));
    await bench.rest();
    expect(bench.closed).toEqual(['breakeven']);
  });

  it('loosens nothing when the plan changes while nobody knows the price', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      breakeven: { activationPct: 1 },
    });
    await bench.tick(1);
    expect(bench.stop).toBe('45000');
    await bench.rest(40_000);
    await bench.core.until(
      bench.core.monitor.updatePlan(bench.tranche.id, { takeProfitPct: 3 }),
      120_000,
    );
    expect(bench.stop).toBe('45000');
  });
});

describe('levels that count as taken', () => {
  const SMALL = {
    takeProfitLevels: [
      { pct: 1, portion: 0.004 },
      { pct: 2, portion: 0.5 },
      { pct: 3, portion: 0.496 },
    ],
    takeProfitOrder: 'local' as const,
    stopLossPct: 5,
    breakeven: { afterLevel: 1 },
  };

  it('one that is too small for an order does when the next one that took its share is', async () => {
    const bench = await ExitBench.holding('LONG', SMALL);
    await bench.tick(1.5);
    await bench.rest(5_000);
    await bench.tick(1.5);
    expect(bench.tranche.quantity).toBe('0.1');
    expect(bench.tranche.breakevenReached).toBe(false);
    await bench.tick(2);
    await bench.rest(500);
    expect(bench.tranche.breakevenReached).toBe(true);
    expect(bench.stop).toBe('45000');
  });

  it('none does because another plan shares out anew what is left', async () => {
    const bench = await ExitBench.holding('LONG', { ...SMALL, breakeven: { afterLevel: 3 } });
    await bench.tick(2);
    await bench.rest(500);
    await bench.core.until(
      bench.core.monitor.updatePlan(bench.tranche.id, {
        takeProfitLevels: [
          { pct: 3, portion: 0.004 },
          { pct: 4, portion: 0.996 },
        ],
        breakeven: { afterLevel: 1 },
      }),
    );
    await bench.tick(2.1);
    /** The levels of before were taken; of these none was. */
    await bench.core.until(bench.core.monitor.updatePlan(bench.tranche.id, { stopLossPct: 4 }));
    expect(bench.stop).toBe(bench.text(-4));
  });
});

describe('an account of a ladder', () => {
  it('names the price that ended it, and measures each piece against its own level', async () => {
    const bench = await ExitBench.holding('LONG', LADDER, { live: true });
    await bench.core.market(bench.price(1));
    await bench.tick(1);
    await bench.rest(1_000);
    await bench.core.market(bench.price(-5));
    await bench.rest();
    const [closed] = bench.core.named('tranche:closed');
    expect(closed?.reason).toBe('stop-loss');
    expect(closed?.chain.tick?.price).toBe(bench.text(-5));
    expect(closed?.slippage).toBe('0');
  });
});
