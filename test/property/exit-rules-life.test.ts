import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../src/model/decimal.js';
import type { ExitPlanInput } from '../../src/model/exit-plan.js';
import { BTC } from '../support/core-bench.js';
import { ENTRY, ExitBench } from '../support/exit-bench.js';

/** Steps of a tenth of a percent: levels, prices and entries meet often. */
const tenths = (min: number, max: number) => fc.integer({ min, max }).map((count) => count / 10);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const plans: fc.Arbitrary<ExitPlanInput> = fc
  .record({
    stopLossPct: tenths(5, 60),
    levels: fc.integer({ min: 0, max: 4 }),
    profits: fc.constantFrom('limit' as const, 'local' as const, 'market-on-trigger' as const),
    stops: fc.constantFrom('market-on-trigger' as const, 'local' as const),
    trailingStop: optional(
      fc.record({
        activationPct: fc.option(tenths(1, 20), { nil: undefined }),
        callbackPct: fc.constantFrom(0.0001, 0.1, 0.5, 1, 3),
      }),
    ),
    breakeven: fc.constantFrom('none', 'percent', 'level', 'follow'),
    timeLimit: optional(
      fc.record({
        ms: fc.integer({ min: 1, max: 20_000 }),
        onlyIn: fc.constantFrom(undefined, 'profit' as const, 'loss' as const),
        tightens: fc.boolean(),
      }),
    ),
    volatile: fc.boolean(),
    confirm: optional(
      fc.record({ ticks: fc.integer({ min: 1, max: 3 }), hardFloorPct: tenths(1, 10) }),
    ),
  })
  .map(({ levels, profits, stops, breakeven, timeLimit, volatile, ...more }) => {
    const afterLevel = { afterLevel: 1, followLevels: breakeven === 'follow' };
    return {
      stopLossPct: more.stopLossPct,
      trailingStop: more.trailingStop === null ? null : clean(more.trailingStop),
      confirm: more.confirm,
      takeProfitOrder: profits,
      stopLossOrder: stops,
      ...(levels === 0
        ? { takeProfitEnabled: false }
        : {
            takeProfitEnabled: true,
            takeProfitLevels: Array.from({ length: levels }, (_, at) => ({
              pct: at + 1,
              portion: decimal(1)
                .div(levels + 1)
                .toFixed(3),
            })),
          }),
      breakeven:
        breakeven === 'none' || (breakeven !== 'percent' && levels === 0)
          ? null
          : breakeven === 'percent'
            ? { activationPct: 0.8, offsetPct: 0.3, includeFees: true }
            : afterLevel,
      timeLimit:
        timeLimit === null
          ? null
          : clean({
              ms: timeLimit.ms,
              onlyIn: timeLimit.onlyIn,
              ...(timeLimit.tightens && { action: 'tighten' as const, stopLossPct: 0.4 }),
            }),
      volatility: volatile ? { atrPeriod: 2, barMs: 60_000, slMultiple: 2, tpMultiple: 4 } : null,
    } as ExitPlanInput;
  });

function clean<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

type Act =
  | { readonly kind: 'tick'; readonly percent: number }
  | { readonly kind: 'enter'; readonly lots: number; readonly apart: boolean }
  | { readonly kind: 'plan'; readonly index: number; readonly plan: ExitPlanInput }
  | { readonly kind: 'split'; readonly index: number; readonly lots: number }
  | { readonly kind: 'merge' }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'bars'; readonly range: number }
  | { readonly kind: 'liquidation'; readonly percent: number }
  | { readonly kind: 'restart' };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ kind: fc.constant('tick' as const), percent: tenths(-25, 45) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('enter' as const),
        lots: fc.integer({ min: 1, max: 300 }),
        apart: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('plan' as const),
        index: fc.nat(3),
        plan: plans,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('split' as const),
        index: fc.nat(3),
        lots: fc.integer({ min: 1, max: 60 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('time' as const),
        ms: fc.integer({ min: 1, max: 8_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('bars' as const),
        range: fc.integer({ min: 0, max: 600 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('liquidation' as const),
        percent: tenths(-80, 60),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { minLength: 4, maxLength: 30 },
);

/** One tranche rule after the other, in any order, with everything that a caller may do in between. */
class Life {
  bench: ExitBench;
  price = 0;
  #bars = 0;

  constructor(bench: ExitBench) {
    this.bench = bench;
  }

  async perform(act: Act): Promise<void> {
    const { bench } = this;
    const { monitor } = bench.core;
    switch (act.kind) {
      case 'tick':
        this.price = act.percent;
        return bench.tick(act.percent);
      case 'enter':
        return bench.enter(lots(act.lots), this.price, act.apart);
      case 'plan':
        return this.#ask(act.index, (id) => monitor.updatePlan(id, act.plan));
      case 'split':
        return this.#ask(act.index, (id) => monitor.splitTranche(id, lots(act.lots)));
      case 'merge': {
        const [position] = monitor.positions();
        if (position) await this.#refusable(monitor.mergeTranches(position.positionId));
        return;
      }
      case 'time':
        return bench.rest(act.ms);
      case 'bars': {
        this.#bars += 1;
        const [high, low] = [ENTRY + act.range / 2, ENTRY - act.range / 2];
        const startTime = this.#bars * 60_000;
        const bar = { startTime, open: ENTRY, close: ENTRY, high, low };
        await bench.core.until(monitor.addBars(BTC, 60_000, [bar]));
        return bench.core.settle();
      }
      case 'liquidation':
        bench.core.exchange.positionsAnswer = (truth) =>
          truth.map((row) => ({ ...row, liquidationPrice: bench.text(act.percent) }));
        await bench.core.until(monitor.reconcile());
        return bench.core.settle();
      case 'restart':
        this.bench = await bench.reborn({ stopLossPct: 3 });
        return this.bench.tick(this.price);
    }
  }

  /** What is refused changes nothing, and is no fault. */
  async #refusable(call: Promise<unknown>): Promise<void> {
    const code = await this.bench.core.until(call).then(
      () => '',
      (error: { code: string }) => error.code,
    );
    expect([
      '',
      'LEVEL_PASSED',
      'LEVEL_BEYOND_LIQUIDATION',
      'NOT_FOUND',
      'QUANTITY_INVALID',
      'PLAN_INVALID',
    ]).toContain(code);
  }

  async #ask(index: number, call: (id: string) => Promise<unknown>): Promise<void> {
    const id = this.bench.core.tranches()[index]?.id;
    if (id !== undefined) await this.#refusable(call(id));
  }

  stops(): ReadonlyMap<string, number> {
    const open = this.bench.core.tranches().filter(({ state }) => state === 'OPEN');
    return new Map(open.map(({ id, levels }) => [id, Number(levels.stopLoss)]));
  }
}

function lots(count: number): string {
  return decimal(count).times('0.001').toFixed();
}

describe.each(['LONG', 'SHORT'] as const)('a life under exit rules: %s', (side) => {
  const sign = side === 'LONG' ? 1 : -1;

  it('never breaks, never loosens a stop by itself, and never sells more than is held', async () => {
    await fc.assert(
      fc.asyncProperty(plans, acts, async (plan, story) => {
        const bench = await ExitBench.flat(
          side,
          { stopLossPct: 3 },
          { globals: { tranchePnlIncrementPct: 1 } },
        );
        const life = new Life(bench);
        await life.perform({ kind: 'enter', lots: 100, apart: false });
        await life.perform({ kind: 'plan', index: 0, plan });
        for (const act of story) {
          const before = life.stops();
          const merges = life.bench.core.named('tranche:merged').length;
          await life.perform(act);
          const { core } = life.bench;
          expect(core.named('monitor:halted')).toEqual([]);
          /** A comparison with the account may merge what is in profit: its levels follow the new entry. */
          const isMerged = core.named('tranche:merged').length > merges;
          if (!isMerged && (act.kind === 'tick' || act.kind === 'time' || act.kind === 'bars')) {
            for (const [id, stop] of life.stops()) {
              const was = before.get(id);
              if (was !== undefined)
                expect(stop * sign, `${act.kind}: ${was} to ${stop}`).toBeGreaterThanOrEqual(
                  was * sign,
                );
            }
          }
        }
        await life.bench.rest(5_000);
        const { core } = life.bench;
        const held = await core.paper.fetchPositions(BTC);
        const ours = sumDecimals(core.tranches().map(({ quantity }) => decimal(quantity)));
        expect(ours.toFixed()).toBe(decimal(held[0]?.quantity ?? '0').toFixed());
        for (const { tranche, chain } of core.named('tranche:closed')) {
          const sold = sumDecimals(chain.fills.map(({ quantity }) => decimal(quantity)));
          expect(sold.lte(tranche.openedQty)).toBe(true);
        }
        await life.bench.tick(life.price);
        await life.bench.rest(1_000);
        const report = await core.monitor.verifyProtection();
        expect(report.positions.flatMap(({ problems }) => problems)).toEqual([]);
        await core.until(core.monitor.stop());
      }),
      { numRuns: 120 },
    );
  }, 120_000);
});
