import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, minDecimal, roundDecimal, ZERO } from '../../src/model/decimal.js';
import type { ExitExecution } from '../../src/model/exit-plan.js';
import { type ExitSituation, nextExit } from '../../src/positions/exit-slices.js';
import { instrumentOf } from '../support/core-values.js';

const STEP = decimal('0.001');

const execution: fc.Arbitrary<ExitExecution> = fc.oneof(
  fc.record({
    kind: fc.constant('ioc-limit' as const),
    slippagePct: fc.constantFrom('0', '0.1', '2'),
    deadlineMs: fc.integer({ min: 0, max: 5_000 }),
    hardFloorPct: fc.constantFrom(null, '1'),
  }),
  fc.record({
    kind: fc.constant('iceberg' as const),
    visiblePortion: fc.constantFrom('0.01', '0.1', '0.33', '1'),
    deadlineMs: fc.integer({ min: 0, max: 20_000 }),
    hardFloorPct: fc.constantFrom(null, '1'),
  }),
  fc.record({
    kind: fc.constant('twap' as const),
    slices: fc.integer({ min: 2, max: 20 }),
    intervalMs: fc.integer({ min: 100, max: 2_000 }),
    hardFloorPct: fc.constantFrom(null, '1'),
  }),
);

const life = fc.record({
  execution,
  side: fc.constantFrom('LONG' as const, 'SHORT' as const),
  steps: fc.integer({ min: 1, max: 3_000 }),
  smallest: fc.integer({ min: 1, max: 40 }),
  /** How much of each order is executed, percent, and how long it takes, ms: so long that a close ends within the looks below. */
  fates: fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 20, max: 900 })), {
    minLength: 1,
    maxLength: 60,
  }),
  /** After how many looks the process dies; it comes back with what is stored. */
  restartAt: fc.integer({ min: 0, max: 40 }),
});

const endOf = (plan: ExitExecution): number => {
  if (plan.kind === 'market') return 0;
  return plan.kind === 'twap' ? (plan.slices - 1) * plan.intervalMs : plan.deadlineMs;
};

describe('a close in several orders', () => {
  it('never asks for more than is held, never leaves dust, and is over soon after its time', () => {
    fc.assert(
      fc.property(life, ({ execution: plan, side, steps, smallest, fates, restartAt }) => {
        const instrument = instrumentOf({ minQty: STEP.times(smallest).toFixed() });
        const smallestQty = STEP.times(smallest);
        const started = STEP.times(steps);
        let held = started;
        let sold: Decimal = ZERO;
        let now = 0;
        let sentAt: number | null = null;
        for (let look = 0; held.gt(0) && look < 3_000; look += 1) {
          if (look === restartAt) sentAt = null;
          const situation: ExitSituation = {
            execution: plan,
            side,
            instrument,
            smallestQty,
            heldQty: held,
            soldQty: sold,
            leftQty: held,
            elapsedMs: now,
            sinceLastMs: sentAt === null ? null : now - sentAt,
            price: decimal('45000'),
            level: null,
            stopPassed: false,
            takesLimits: true,
          };
          const next = nextExit(situation);
          /** What is stored decides: asked twice it says the same. */
          expect(nextExit(situation)).toEqual(next);
          if (next.kind === 'wait') {
            expect(next.untilMs).toBeGreaterThan(now);
            expect(next.untilMs).toBeLessThanOrEqual(endOf(plan));
            now = next.untilMs;
            continue;
          }
          const { quantity, kind } = next.slice;
          expect(quantity.gt(0) && quantity.lte(held)).toBe(true);
          const isWhole = quantity.eq(held);
          if (!isWhole) {
            expect(quantity.gte(smallestQty)).toBe(true);
            expect(held.minus(quantity).gte(smallestQty)).toBe(true);
          }
          if (now >= endOf(plan)) expect([kind, isWhole]).toEqual(['market', true]);
          if (plan.kind === 'twap' && now < endOf(plan) && !isWhole) {
            const due = Math.floor(now / plan.intervalMs) + 1;
            /** Never ahead of its time by more than the smallest order. */
            const most = started.times(due).div(plan.slices).plus(smallestQty);
            expect(sold.plus(quantity).lte(most)).toBe(true);
          }
          const [percent, tookMs] = fates[look % fates.length] as [number, number];
          const part = now >= endOf(plan) ? 100 : percent;
          const filled = roundDecimal(quantity.times(part).div(100), STEP, 'floor');
          sentAt = now;
          now += tookMs;
          /** A rest that is too small for an order goes with the part before it. */
          const taken = held.minus(filled).lt(smallestQty) ? held : minDecimal(filled, held);
          held = held.minus(taken);
          sold = sold.plus(taken);
        }
        expect(held.toFixed()).toBe('0');
        expect(sold.eq(started)).toBe(true);
        expect(now).toBeLessThanOrEqual(endOf(plan) + 2 * 900);
      }),
    );
  });
});
