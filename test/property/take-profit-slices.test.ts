import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decimal,
  decimal,
  maxDecimal,
  ONE,
  roundDecimal,
  sumDecimals,
  ZERO,
} from '../../src/model/decimal.js';
import type { ExitPlan } from '../../src/model/exit-plan.js';
import type { Instrument } from '../../src/model/instrument.js';
import { remaining, type Tranche } from '../../src/model/tranche.js';
import { splitMarketQuantity } from '../../src/positions/desired-exits.js';
import { takeProfitQuantities } from '../../src/positions/take-profit-quantities.js';
import { applyExit, joinTranche, mergeTranches } from '../../src/positions/tranche-arithmetic.js';
import { instrumentOf, intakeOf, planOf, trancheOf } from '../support/core-values.js';

const RUNS = { numRuns: 1_000 };

/** Portions in percent, so that they sum up exactly. */
const portions: fc.Arbitrary<readonly number[]> = fc
  .array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 })
  .map((wishes) => {
    let left = 100;
    return wishes.flatMap((wish) => {
      const portion = Math.min(wish, left);
      left -= portion;
      return portion > 0 ? [portion] : [];
    });
  });

/** The same, made whole by the last one. */
const completePortions = portions.map((shares) => {
  const rest = 100 - shares.reduce((sum, share) => sum + share, 0);
  return rest === 0 ? shares : [...shares, rest];
});

const instruments: fc.Arbitrary<Instrument> = fc
  .record({
    step: fc.constantFrom('1', '0.1', '0.001', '0.003', '10'),
    minSteps: fc.integer({ min: 0, max: 30 }),
    marketFactor: fc.constantFrom(1, 1, 2, 10),
    minNotional: fc.constantFrom('0', '5', '100'),
  })
  .map(({ step, minSteps, marketFactor, minNotional }) =>
    instrumentOf({
      stepSize: step,
      minQty: decimal(step).times(minSteps).toFixed(),
      marketStepSize: decimal(step).times(marketFactor).toFixed(),
      minNotional,
    }),
  );

interface Life {
  readonly side: 'LONG' | 'SHORT';
  readonly steps: number;
  readonly takeProfitOrder: ExitPlan['takeProfitOrder'];
  readonly minNotionalOnExits: boolean;
  /** Fills of levels in parts, and entries that join, in any order. Each is a share of what is possible, percent. */
  readonly acts: readonly (
    | { readonly kind: 'fill'; readonly slot: number; readonly percent: number }
    | { readonly kind: 'join'; readonly steps: number }
  )[];
}

const lives: fc.Arbitrary<Life> = fc.record({
  side: fc.constantFrom('LONG', 'SHORT'),
  steps: fc.integer({ min: 1, max: 400 }),
  takeProfitOrder: fc.constantFrom('limit', 'local', 'market-on-trigger'),
  minNotionalOnExits: fc.boolean(),
  acts: fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('fill' as const),
        slot: fc.nat(8),
        percent: fc.integer({ min: 1, max: 100 }),
      }),
      fc.record({ kind: fc.constant('join' as const), steps: fc.integer({ min: 1, max: 200 }) }),
    ),
    { maxLength: 8 },
  ),
});

function trancheWith(shares: readonly number[], life: Life, instrument: Instrument): Tranche {
  return trancheOf(instrument.stepSize.times(life.steps).toFixed(), '100', {
    side: life.side,
    instrument,
    plan: {
      ...planOf(null, '5'),
      takeProfitOrder: life.takeProfitOrder,
      takeProfits: shares.map((share, slot) => ({
        level: { kind: 'percent', percent: `${slot + 1}` },
        portion: decimal(share).div(100).toFixed(),
      })),
    },
  });
}

function slicesOf(tranche: Tranche, life: Life, instrument: Instrument): readonly Decimal[] {
  return takeProfitQuantities(tranche, instrument, life.minNotionalOnExits);
}

/** Lives through fills of what was planned at the time, and through joins. */
function live(tranche: Tranche, life: Life, instrument: Instrument): void {
  for (const [at, act] of life.acts.entries()) {
    if (act.kind === 'join') {
      const quantity = instrument.stepSize.times(act.steps).toFixed();
      joinTranche(tranche, intakeOf(`join-${at}`, quantity, '100'), instrument, 1);
      continue;
    }
    const slot = act.slot % tranche.plan.takeProfits.length;
    const planned = slicesOf(tranche, life, instrument)[slot] ?? ZERO;
    const quantity = roundDecimal(
      planned.times(act.percent).div(100),
      instrument.stepSize,
      'floor',
    );
    if (quantity.lte(0) || quantity.gte(remaining(tranche))) continue;
    const price = tranche.levels.takeProfits[slot]?.price ?? decimal(100);
    applyExit(
      tranche,
      {
        reason: 'take-profit',
        level: price,
        orderId: `tp-${at}`,
        role: 'take-profit',
        slot,
        quantity,
        price,
        fee: ZERO,
        time: 1,
      },
      1,
    );
  }
}

/** What the exchange takes of such a plan at least. */
function gridOf(life: Life, instrument: Instrument): { step: Decimal; least: Decimal } {
  const { stepSize, marketStepSize, minQty, minMarketQty } = instrument;
  return life.takeProfitOrder === 'limit'
    ? { step: stepSize, least: minQty }
    : { step: maxDecimal(stepSize, marketStepSize), least: maxDecimal(minQty, minMarketQty) };
}

function expectTradable(tranche: Tranche, life: Life, instrument: Instrument): void {
  const slices = slicesOf(tranche, life, instrument);
  const { step, least } = gridOf(life, instrument);
  expect(slices).toHaveLength(tranche.plan.takeProfits.length);
  expect(sumDecimals(slices).lte(remaining(tranche)), 'never more than is held').toBe(true);
  const complete = sumDecimals(tranche.levels.takeProfits.map(({ portion }) => portion)).gte(ONE);
  const isDust = (quantity: Decimal, slot: number): boolean =>
    /** What is too small for any order goes to the last level of a whole plan: it is closed with it. */
    complete &&
    slot === slices.length - 1 &&
    slices.every((other, at) => at === slot || other.eq(0)) &&
    quantity.lte(remaining(tranche));
  for (const [slot, quantity] of slices.entries()) {
    expect(quantity.gte(0)).toBe(true);
    if (quantity.eq(0)) continue;
    expect(roundDecimal(quantity, step, 'floor').eq(quantity), 'on the step').toBe(true);
    const price = tranche.levels.takeProfits[slot]?.price ?? ZERO;
    const worth = life.minNotionalOnExits ? instrument.minNotional : ZERO;
    const tradable = quantity.gte(least) && quantity.times(price).gte(worth);
    expect(tradable || isDust(quantity, slot), `${quantity.toFixed()} at ${slot}`).toBe(true);
  }
}

describe('quantities of take-profit levels', () => {
  it('are zero or tradable, and never more than is held, whatever was filled and joined', () => {
    fc.assert(
      fc.property(portions, lives, instruments, (shares, life, instrument) => {
        const tranche = trancheWith(shares, life, instrument);
        expectTradable(tranche, life, instrument);
        live(tranche, life, instrument);
        expectTradable(tranche, life, instrument);
      }),
      RUNS,
    );
  });

  it('leave nothing but dust where they make up the whole', () => {
    fc.assert(
      fc.property(completePortions, lives, instruments, (shares, life, instrument) => {
        const tranche = trancheWith(shares, life, instrument);
        live(tranche, life, instrument);
        const { step } = gridOf(life, instrument);
        const left = remaining(tranche).minus(sumDecimals(slicesOf(tranche, life, instrument)));
        expect(left.lt(step), `${left.toFixed()} is left`).toBe(true);
      }),
      RUNS,
    );
  });

  it('leave at least their share on the stop where they do not, unless no stop could close that', () => {
    fc.assert(
      fc.property(portions, lives, instruments, (shares, life, instrument) => {
        const whole = shares.reduce((sum, share) => sum + share, 0);
        fc.pre(whole < 100);
        const tranche = trancheWith(shares, life, instrument);
        live(tranche, life, instrument);
        const rides = tranche.openedQty.times(100 - whole).div(100);
        const left = remaining(tranche).minus(sumDecimals(slicesOf(tranche, life, instrument)));
        if (left.gte(rides)) return;
        const last = tranche.levels.takeProfits.at(-1)?.price ?? ZERO;
        const [part = ZERO] = splitMarketQuantity(rides, instrument);
        const isDust =
          part.lte(0) || (life.minNotionalOnExits && part.times(last).lt(instrument.minNotional));
        expect(isDust, `${left.toFixed()} of ${rides.toFixed()}`).toBe(true);
      }),
      RUNS,
    );
  });

  it('are the shares themselves where every share is tradable', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('LONG' as const, 'SHORT' as const),
        (steps, side) => {
          const whole = steps.reduce((sum, count) => sum + count, 0);
          const instrument = instrumentOf({ stepSize: '0.001', minQty: '0.001' });
          const tranche = trancheOf(decimal(whole).times('0.001').toFixed(), '100', {
            side,
            instrument,
            plan: {
              ...planOf(null, '5'),
              takeProfits: steps.slice(0, -1).map((count, slot) => ({
                level: { kind: 'percent', percent: `${slot + 1}` },
                portion: decimal(count).div(whole).toFixed(),
              })),
            },
          });
          const slices = takeProfitQuantities(tranche, instrument);
          /** A portion is told with 20 decimals: what that lacks is below a step. */
          for (const [slot, slice] of slices.entries()) {
            const wanted = decimal(steps[slot] ?? 0).times('0.001');
            expect(wanted.minus(slice).abs().lte('0.001'), `${slice.toFixed()}`).toBe(true);
          }
        },
      ),
      RUNS,
    );
  });

  it('are sound after a merge as well', () => {
    fc.assert(
      fc.property(portions, lives, lives, instruments, (shares, first, second, instrument) => {
        const one = trancheWith(shares, first, instrument);
        const other = trancheWith(shares, { ...second, side: first.side }, instrument);
        live(one, first, instrument);
        live(other, second, instrument);
        const { survivor } = mergeTranches([one, other], instrument, 2);
        expectTradable(survivor, first, instrument);
      }),
      RUNS,
    );
  });
});
