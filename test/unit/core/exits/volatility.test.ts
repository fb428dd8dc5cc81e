import { describe, expect, it } from 'vitest';
import { BAR_LENGTHS_MAX } from '../../../../src/limits.js';
import type { PriceBar } from '../../../../src/model/price-bar.js';
import { BTC, ETH } from '../../../support/core-bench.js';
import { ENTRY, ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const MINUTE = 60_000;
const RULE = { atrPeriod: 2, barMs: MINUTE, slMultiple: 2 };

/** A finished minute around the entry, `range` quote units from low to high. */
function bar(minute: number, range: number): PriceBar {
  return {
    startTime: minute * MINUTE,
    open: ENTRY,
    high: ENTRY + range / 2,
    low: ENTRY - range / 2,
    close: ENTRY,
  };
}

async function give(bench: ExitBench, ...bars: readonly PriceBar[]): Promise<void> {
  await bench.core.until(bench.core.monitor.addBars(BTC, MINUTE, bars));
  await bench.core.settle();
}

describe.each(SIDES)('volatility levels of a %s', (side) => {
  const away = (distance: number): string =>
    `${side === 'LONG' ? ENTRY + distance : ENTRY - distance}`;

  it('begin when there are enough bars, and never before', async () => {
    const bench = await ExitBench.holding(side, { volatility: RULE });
    await give(bench, bar(1, 100));
    expect(bench.stop).toBeNull();
    await give(bench, bar(2, 100));
    expect(bench.stop).toBe(away(-200));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${away(-200)}`]);
  });

  it('keep the plan’s own stop in force until then, and where it is nearer', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 0.2, volatility: RULE });
    await give(bench, bar(1, 100), bar(2, 100));
    expect(bench.stop).toBe(away(-90));
    expect(bench.tranche.levels.stopRule).toBe('stop-loss');
  });

  it('tighten with a calmer market and never loosen with a wilder one', async () => {
    const bench = await ExitBench.holding(side, { volatility: RULE });
    await give(bench, bar(1, 100), bar(2, 100));
    await give(bench, bar(3, 50));
    /** Wilder: (100 + 50) / 2. */
    expect(bench.stop).toBe(away(-150));
    await give(bench, bar(4, 5_000), bar(5, 5_000));
    expect(bench.stop).toBe(away(-150));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${away(-150)}`]);
  });

  it('bring the take-profit nearer and never further away', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      volatility: { atrPeriod: 2, barMs: MINUTE, tpMultiple: 3 },
    });
    expect(bench.tranche.levels.takeProfits).toEqual([]);
    await give(bench, bar(1, 100), bar(2, 100));
    expect(bench.tranche.levels.takeProfits).toEqual([{ price: away(300), portion: '1' }]);
    await bench.rest();
    expect(await bench.profits()).toEqual([`0.1 @ ${away(300)}`]);
    await give(bench, bar(3, 50));
    await bench.rest();
    expect(await bench.profits()).toEqual([`0.1 @ ${away(225)}`]);
    await give(bench, bar(4, 5_000));
    await bench.rest();
    expect(await bench.profits()).toEqual([`0.1 @ ${away(225)}`]);
    await bench.core.tick(Number(away(225)));
    await bench.rest();
    expect(bench.closed).toEqual(['take-profit']);
  });

  it('say nothing in a market that does not move', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5, volatility: RULE });
    await give(bench, bar(1, 0), bar(2, 0), bar(3, 0));
    expect(bench.stop).toBe(bench.text(-5));
    expect(bench.isOpen).toBe(true);
  });

  it('ignore bars that are known, and those of another length', async () => {
    const bench = await ExitBench.holding(side, { volatility: RULE });
    await give(bench, bar(1, 100), bar(2, 100));
    await give(bench, bar(1, 2), bar(2, 2), bar(2, 2));
    expect(bench.stop).toBe(away(-200));
    await bench.core.until(
      bench.core.monitor.addBars(BTC, 2 * MINUTE, [bar(2, 2), bar(4, 2), bar(6, 2)]),
    );
    expect(bench.stop).toBe(away(-200));
  });

  it('are built of ticks: whole minutes count, one that was joined in the middle does not', async () => {
    const bench = await ExitBench.holding(side, { volatility: RULE });
    const minute = async (low: number, high: number): Promise<void> => {
      await bench.core.tick(ENTRY + low);
      await bench.rest(5_000);
      await bench.core.tick(ENTRY + high);
      await bench.rest(5_000);
      for (let count = 0; count < 5; count += 1) {
        await bench.core.tick(ENTRY);
        await bench.rest(10_000);
      }
    };
    /** To the begin of a minute: what was heard of the running one is only its end. */
    const intoMinute = bench.core.clock.now() % MINUTE;
    for (let left = MINUTE - intoMinute; left > 0; left -= 10_000) {
      await bench.rest(Math.min(left, 10_000));
      await bench.core.tick(ENTRY);
    }
    await minute(-50, 50);
    expect(bench.stop).toBeNull();
    await minute(-50, 50);
    expect(bench.stop).toBeNull();
    /** The first tick of the next one finishes the second. */
    await bench.core.tick(ENTRY);
    expect(bench.stop).toBe(away(-200));
  });

  it('do not count a minute with a gap', async () => {
    const bench = await ExitBench.holding(side, { volatility: RULE });
    await give(bench, bar(1, 100), bar(2, 100));
    const before = bench.stop;
    const intoMinute = bench.core.clock.now() % MINUTE;
    await bench.rest(MINUTE - intoMinute);
    await bench.core.tick(ENTRY);
    await bench.rest(10_000);
    bench.core.feed.gap(BTC, 'lost some');
    await bench.core.tick(ENTRY);
    await bench.rest(55_000);
    await bench.core.tick(ENTRY);
    /** A whole minute without any range would have pulled the stop to half of its distance. */
    expect(bench.stop).toBe(before);
  });

  it('are taken away by hand and do not come back with the next bar', async () => {
    const bench = await ExitBench.holding(side, {
      volatility: { ...RULE, tpMultiple: 3 },
    });
    const { monitor } = bench.core;
    await give(bench, bar(1, 100), bar(2, 100));
    await bench.core.until(monitor.updateTpSl(bench.tranche.id, { tpPrice: null }));
    expect(bench.tranche.levels.takeProfits).toEqual([]);
    expect(bench.stop).toBe(away(-200));
    await give(bench, bar(3, 50));
    expect(bench.tranche.levels.takeProfits).toEqual([]);
    await bench.core.until(monitor.updateTpSl(bench.tranche.id, { slPrice: null }));
    expect(bench.stop).toBeNull();
    await give(bench, bar(4, 50));
    expect(bench.stop).toBeNull();
    await bench.rest();
    expect(await bench.core.resting()).toEqual([]);
  });

  it('stay where they are over a restart, until bars move them nearer', async () => {
    const bench = await ExitBench.holding(side, { volatility: RULE });
    await give(bench, bar(1, 100), bar(2, 100));
    await bench.rest();
    const next = await bench.reborn({ volatility: RULE });
    await next.core.tick(ENTRY);
    await next.rest();
    expect(next.stop).toBe(away(-200));
    expect(await next.stops()).toEqual([`0.1 @ ${away(-200)}`]);
    await give(next, bar(5, 20), bar(6, 20));
    expect(next.stop).toBe(away(-40));
  });
});

describe('addBars', () => {
  const good = bar(1, 100);
  const arguments_: readonly (readonly [string, string, number, unknown])[] = [
    ['no symbol', '', MINUTE, [good]],
    ['a symbol that is no text', 7 as never, MINUTE, [good]],
    ['a length of zero', BTC, 0, [good]],
    ['a length below the shortest', BTC, 999, [good]],
    ['a length above the longest', BTC, 86_400_001, [good]],
    ['a length that is no whole number', BTC, 60_000.5, [good]],
    ['a length that is no number', BTC, '60000' as never, [good]],
    ['no list', BTC, MINUTE, good],
    ['too many', BTC, MINUTE, Array.from({ length: 1_001 }, () => good)],
    ['no bar', BTC, MINUTE, [null]],
    ['text for a bar', BTC, MINUTE, ['bar']],
    ['a begin off the grid', BTC, MINUTE, [{ ...good, startTime: MINUTE + 1 }]],
    ['a begin before 1970', BTC, MINUTE, [{ ...good, startTime: -MINUTE }]],
    ['a price that is no number', BTC, MINUTE, [{ ...good, high: Number.NaN }]],
    ['a price of zero', BTC, MINUTE, [{ ...good, low: 0 }]],
    ['prices as text', BTC, MINUTE, [{ ...good, high: '45050' }]],
    ['high below low', BTC, MINUTE, [{ ...good, high: 44_000 }]],
    ['an open outside', BTC, MINUTE, [{ ...good, open: 46_000 }]],
    ['a close outside', BTC, MINUTE, [{ ...good, close: 44_000 }]],
  ];

  it.each(arguments_)('refuses %s', async (_, symbol, barMs, bars) => {
    for (const settings of [{ stopLossPct: 5 }, { stopLossPct: 5, volatility: RULE }]) {
      const bench = await ExitBench.holding('LONG', settings);
      const refusal = await bench.core
        .until(bench.core.monitor.addBars(symbol, barMs, bars as never))
        .catch((error) => error);
      expect(refusal).toMatchObject({ code: 'BAR_INVALID' });
      /** Nothing of it is kept for a rule that comes later. */
      await bench.core.until(
        bench.core.monitor.updatePlan(bench.tranche.id, { volatility: { ...RULE, atrPeriod: 3 } }),
      );
      expect(bench.core.named('monitor:halted')).toEqual([]);
      expect(bench.stop).toBe('42750');
    }
  });

  it('counts those before the one that cannot be', async () => {
    const bench = await ExitBench.holding('LONG', { volatility: RULE });
    const refusal = await bench.core
      .until(
        bench.core.monitor.addBars(BTC, MINUTE, [bar(1, 100), bar(2, 100), { ...good, low: 0 }]),
      )
      .catch((error) => error);
    expect(refusal).toMatchObject({ code: 'BAR_INVALID' });
    await bench.core.settle();
    expect(bench.stop).toBe('44800');
  });

  /** A bar of this length, in seconds. */
  const barOf = (seconds: number): PriceBar => ({ ...good, startTime: seconds * 1_000 });
  const refusalOf = (bench: ExitBench, symbol: string, seconds: number): Promise<unknown> =>
    bench.core
      .until(bench.core.monitor.addBars(symbol, seconds * 1_000, [barOf(seconds)]))
      .catch((error: unknown) => error);

  /** As many lengths as are kept, of which no plan goes by one. */
  async function full(): Promise<ExitBench> {
    const bench = await ExitBench.holding('LONG', { stopLossPct: 5 });
    for (let seconds = 1; seconds <= BAR_LENGTHS_MAX; seconds += 1) {
      expect(await refusalOf(bench, BTC, seconds)).toBeUndefined();
    }
    return bench;
  }

  it('refuses more lengths of a symbol than are kept, and takes those that it has', async () => {
    const bench = await full();
    const refusal = await refusalOf(bench, BTC, 120);
    expect(refusal).toMatchObject({ code: 'BAR_INVALID' });
    expect(String(refusal)).toContain(
      `at most ${BAR_LENGTHS_MAX} lengths, received one more length, 120000 ms`,
    );
    expect(await refusalOf(bench, BTC, BAR_LENGTHS_MAX)).toBeUndefined();
    expect(await refusalOf(bench, ETH, 120)).toBeUndefined();
    expect(bench.core.named('monitor:halted')).toEqual([]);
  });

  it('keeps nothing of a length that it refused', async () => {
    const bench = await full();
    const { monitor } = bench.core;
    const asked = bench.core.until(monitor.addBars(BTC, MINUTE, [bar(1, 100), bar(2, 100)]));
    await expect(asked).rejects.toMatchObject({ code: 'BAR_INVALID' });
    await bench.core.until(monitor.updatePlan(bench.tranche.id, { volatility: RULE }));
    expect(bench.stop).toBe(bench.text(-5));
  });

  it('takes bars of any length that a plan goes by', async () => {
    const bench = await full();
    const { monitor } = bench.core;
    await bench.core.until(monitor.updatePlan(bench.tranche.id, { volatility: RULE }));
    await give(bench, bar(1, 100), bar(2, 100));
    expect(bench.stop).toBe('44800');
    /** And still no other one. */
    expect(await refusalOf(bench, BTC, 120)).toMatchObject({ code: 'BAR_INVALID' });
  });
});
