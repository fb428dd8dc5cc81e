import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExitPlanInput, NO_EXITS } from '../../../src/model/exit-plan.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';

/** A decimal between two whole numbers, both excluded unless said otherwise. */
const between = (min: number, max: number) =>
  fc.integer({ min: min * 1_000 + 1, max: max * 1_000 - 1 }).map((value) => value / 1_000);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Keys that are `undefined` are left out, as in a file. */
const given = <T extends object>(record: fc.Arbitrary<T>) =>
  record.map((value) => JSON.parse(JSON.stringify(value)) as T);

const LEVELS = fc
  .uniqueArray(fc.integer({ min: 5, max: 99 }), { minLength: 1, maxLength: 5 })
  .chain((pcts) =>
    fc.tuple(...pcts.map((pct) => between(0, 1).map((part) => [pct, part / 5] as const))),
  )
  .map((levels) => levels.map(([pct, portion]) => ({ pct, portion: portion.toFixed(6) })));

const floor = optional(between(0, 100));
const EXECUTION = given(
  fc.oneof(
    fc.record({ kind: fc.constant('market') }),
    fc.record({
      kind: fc.constant('ioc-limit'),
      slippagePct: optional(between(0, 100)),
      deadlineMs: optional(fc.integer({ min: 100, max: 60_000 })),
      hardFloorPct: floor,
    }),
    fc.record({
      kind: fc.constant('iceberg'),
      visiblePortion: between(0, 1),
      deadlineMs: optional(fc.integer({ min: 100, max: 3_600_000 })),
      hardFloorPct: floor,
    }),
    fc.record({
      kind: fc.constant('twap'),
      slices: fc.integer({ min: 2, max: 100 }),
      intervalMs: fc.integer({ min: 100, max: 3_600_000 }),
      hardFloorPct: floor,
    }),
  ),
);
const CONFIRM = given(
  fc.record({
    ticks: fc.integer({ min: 1, max: 1_000 }),
    ms: optional(fc.integer({ min: 1, max: 60_000 })),
    source: optional(fc.constantFrom('MARK', 'INDEX', 'BID')),
    hardFloorPct: floor,
  }),
);
const TIME_LIMIT = given(
  fc.oneof(
    fc.record({
      ms: fc.integer({ min: 1, max: 1e9 }),
      action: optional(fc.constant('close')),
      onlyIn: optional(fc.constantFrom('profit', 'loss')),
    }),
    fc.record({
      ms: fc.integer({ min: 1, max: 1e9 }),
      action: fc.constant('tighten'),
      stopLossPct: between(-100, 100),
    }),
  ),
);
const breakevenOf = (levels: number) =>
  given(
    fc.oneof(
      fc.record({
        activationPct: between(5, 100),
        offsetPct: optional(between(0, 5)),
        includeFees: optional(fc.boolean()),
      }),
      fc.record({
        afterLevel: fc.integer({ min: 1, max: levels }),
        offsetPct: optional(between(0, 5)),
        followLevels: optional(fc.boolean()),
      }),
    ),
  );

const VALID = LEVELS.chain((takeProfitLevels) =>
  given(
    fc.record({
      takeProfitLevels: fc.constant(takeProfitLevels),
      stopLossPct: optional(between(0, 100)),
      stopLossOrder: optional(fc.constantFrom('market-on-trigger', 'limit-on-trigger', 'local')),
      exitExecution: optional(EXECUTION),
      trailingStop: optional(
        given(
          fc.record({
            activationPct: optional(between(0, 100)),
            callbackPct: between(0, 100),
            stepPct: optional(between(0, 100)),
          }),
        ),
      ),
      breakeven: optional(fc.option(breakevenOf(takeProfitLevels.length))),
      timeLimit: optional(fc.option(TIME_LIMIT)),
      volatility: optional(
        fc.record({
          atrPeriod: fc.integer({ min: 2, max: 200 }),
          barMs: fc.integer({ min: 1_000, max: 86_400_000 }),
          slMultiple: between(0, 100),
        }),
      ),
      confirm: optional(CONFIRM),
      liquidationGuard: optional(fc.oneof(fc.boolean(), fc.record({ bufferPct: between(0, 50) }))),
    }),
  ),
);

/** The same wish in other words: keys the other way round, decimals as text with a zero too many. */
function reworded(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => reworded(item)).reverse();
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [name, reworded(item, name)]);
    return Object.fromEntries(entries.reverse());
  }
  return /pct$|multiple$|portion$/i.test(key)
    ? `${value}${`${value}`.includes('.') ? '0' : '.0'}`
    : value;
}

const plan = (input: unknown, base = null as Parameters<typeof exitPlanFrom>[1]) =>
  exitPlanFrom(input as ExitPlanInput, base, 'plan');

describe('plans of valid input', () => {
  it('come back from storage as they were, and are their own base', () => {
    fc.assert(
      fc.property(VALID, (input) => {
        const resolved = plan(input);
        const stored = JSON.stringify(resolved);
        expect(JSON.parse(stored)).toEqual(resolved);
        expect(JSON.stringify(plan({}, JSON.parse(stored)))).toBe(stored);
        expect(Object.keys(resolved)).toEqual(Object.keys(NO_EXITS));
      }),
      { numRuns: 500 },
    );
  });

  it('are the same text for the same wish', () => {
    fc.assert(
      fc.property(VALID, (input) => {
        const text = JSON.stringify(plan(input));
        expect(JSON.stringify(plan(reworded(input)))).toBe(text);
        expect(JSON.stringify(plan(input, plan(input)))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
