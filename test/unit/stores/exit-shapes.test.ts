import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitPlan } from '../../../src/adapters/stores/sqlite/plan-shape.js';
import { exitProgress } from '../../../src/adapters/stores/sqlite/progress-shape.js';
import type { Shape } from '../../../src/adapters/stores/sqlite/shape.js';
import { type ExitPlan, NO_EXITS } from '../../../src/model/exit-plan.js';
import type { ProgressRow } from '../../../src/ports/store.js';
import { sampleProgress } from '../../../src/testing/contracts/sample-rows.js';
import { exitPlans } from '../../support/exit-arbitraries.js';

/** Plans that between them have every rule in every variant. */
const PLANS: readonly ExitPlan[] = [
  {
    ...NO_EXITS,
    takeProfits: [
      { level: { kind: 'percent', percent: '1' }, portion: '0.5' },
      { level: { kind: 'price', price: '46000' }, portion: '0.5' },
    ],
    stopLoss: { kind: 'percent', percent: '5' },
    stopLossOrder: 'limit-on-trigger',
    exitExecution: { kind: 'ioc-limit', slippagePct: '0.1', deadlineMs: 500, hardFloorPct: '1' },
    trailingStop: { activationPct: '1', callbackPct: '0.5', stepPct: '0.1' },
    breakeven: {
      trigger: { kind: 'percent', percent: '1' },
      offsetPct: '0.1',
      includeFees: true,
      followLevels: false,
    },
    volatility: { atrPeriod: 14, barMs: 60_000, tpMultiple: '2', slMultiple: '1.5' },
    confirm: { ticks: 2, ms: 100, source: 'MARK', hardFloorPct: '1' },
    timeLimit: { ms: 1_000, action: 'tighten', onlyIn: 'loss', stopLossPct: '-0.5' },
    liquidationBufferPct: '0.5',
  },
  {
    ...NO_EXITS,
    stopLoss: { kind: 'price', price: '40000' },
    exitExecution: { kind: 'iceberg', visiblePortion: '0.1', deadlineMs: 500, hardFloorPct: '1' },
    breakeven: {
      trigger: { kind: 'level', level: 1 },
      offsetPct: '0',
      includeFees: false,
      followLevels: true,
    },
  },
  { ...NO_EXITS, exitExecution: { kind: 'twap', slices: 4, intervalMs: 250, hardFloorPct: '1' } },
];

type Json = Record<string, unknown>;

/** Every place in a value, as the keys that lead there: members of objects and items of lists. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    [...path, key],
    ...placesIn(member, [...path, key]),
  ]);
}

/** A copy with one object inside changed. */
function changed(value: unknown, path: readonly string[], change: (at: Json) => void): unknown {
  const copy = structuredClone(value);
  change(path.reduce((at, key) => at[key] as Json, copy as Json));
  return copy;
}

/** Judges a value without, with another, and beside each of its members. */
function expectStrict(shape: Shape, value: ExitPlan | ProgressRow): void {
  expect(shape(value)).toBeNull();
  for (const path of placesIn(value)) {
    const [key, owner] = [path.at(-1) ?? '', path.slice(0, -1)];
    const place = path.join('.');
    const isItem = /^\d+$/.test(key);
    if (!isItem) {
      const without = changed(value, owner, (at) => delete at[key]);
      expect(shape(without), `without ${place}`).toMatch(key);
    }
    for (const foreign of ['no such word', {}, [], Number.NaN, undefined]) {
      if (key === 'takeProfits' && Array.isArray(foreign)) continue;
      const other = changed(value, owner, (at) => {
        at[key] = foreign;
      });
      expect(shape(other), `${place} = ${String(foreign)}`).not.toBeNull();
    }
    const beside = changed(value, owner, (at) => {
      if (!Array.isArray(at)) at.tomorrow = { kind: 'unheard of' };
    });
    if (!isItem) expect(shape(beside), `beside ${place}`).toMatch(/\.tomorrow: expected no such/);
  }
}

describe('the shape of a stored plan', () => {
  it('holds for every plan there is', () => {
    fc.assert(fc.property(exitPlans, (plan) => exitPlan(plan) === null));
  });

  it.each(PLANS.map((plan) => [plan.exitExecution.kind, plan] as const))(
    'has no room for anything unknown: %s',
    (_, plan) => expectStrict(exitPlan, plan),
  );

  it.each<readonly [string, Partial<Record<keyof ExitPlan, unknown>>, RegExp]>([
    [
      'an execution',
      { exitExecution: { kind: 'auction' } },
      /exitExecution\.kind: expected one of/,
    ],
    ['a stop order', { stopLossOrder: 'oco' }, /stopLossOrder/],
    ['a level', { stopLoss: { kind: 'ticks', ticks: 5 } }, /stopLoss\.kind/],
    [
      'an action',
      { timeLimit: { ms: 1, action: 'halve', onlyIn: null, stopLossPct: null } },
      /timeLimit\.action/,
    ],
    [
      'a number of slices',
      { exitExecution: { kind: 'twap', slices: 0, intervalMs: 1, hardFloorPct: null } },
      /slices: expected an integer above 0/,
    ],
    [
      'a time',
      { timeLimit: { ms: -1, action: 'close', onlyIn: null, stopLossPct: null } },
      /timeLimit\.ms: expected a number from 0/,
    ],
    ['a rule of yesterday', { timeLimitMs: null } as never, /timeLimitMs: expected no such member/],
  ])('refuses %s that does not exist', (_, change, message) => {
    expect(exitPlan({ ...NO_EXITS, ...change })).toMatch(message);
  });

  it('takes a member that is undefined for one that is not there', () => {
    expect(exitPlan({ ...NO_EXITS, tomorrow: undefined })).toBeNull();
  });
});

describe('the shape of stored progress', () => {
  it('has no room for anything unknown', () => {
    expectStrict(exitProgress, sampleProgress());
  });

  it('counts from 0', () => {
    expect(exitProgress(sampleProgress({ levelsTaken: 0 }))).toBeNull();
    expect(exitProgress(sampleProgress({ levelsTaken: -1 }))).toMatch(/levelsTaken/);
    expect(exitProgress(sampleProgress({ levelsTaken: 0.5 }))).toMatch(/levelsTaken/);
  });

  it('knows the rules that move a stop', () => {
    const ratchet = { level: '1', rule: 'time-limit' as never };
    expect(exitProgress(sampleProgress({ ratchet }))).toMatch(/ratchet\.rule: expected one of/);
  });
});
