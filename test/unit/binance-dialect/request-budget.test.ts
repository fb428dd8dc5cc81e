import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../../src/adapters/exchanges/binance-dialect/budget/rate-limits.js';
import {
  createRequestBudget,
  type RequestBudget,
  type RequestCost,
} from '../../../src/adapters/exchanges/binance-dialect/budget/request-budget.js';
import type { BudgetClass } from '../../../src/adapters/exchanges/binance-dialect/rest-call.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const LIMITS: readonly RateLimit[] = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 100 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 20 },
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 50 },
];

const read = (weight: number, by: BudgetClass = 'routine'): RequestCost => ({
  weight,
  orders: 0,
  class: by,
});
const order = (by: BudgetClass = 'guard'): RequestCost => ({ weight: 0, orders: 1, class: by });

function setup(limits: readonly RateLimit[] = LIMITS): {
  clock: VirtualClock;
  budget: RequestBudget;
} {
  const clock = new VirtualClock();
  return { clock, budget: createRequestBudget({ clock, limits }) };
}

/** Admits and answers at once. */
function pass(budget: RequestBudget, cost: RequestCost): boolean {
  const admission = budget.admit(cost);
  if (admission.kind === 'refused') return false;
  admission.settle();
  return true;
}

function passed(budget: RequestBudget, cost: RequestCost, tries: number): number {
  return Array.from({ length: tries }, () => pass(budget, cost)).filter(Boolean).length;
}

describe('shares', () => {
  it('profit yields first, then routine, and a fifth belongs to guards', () => {
    const { budget } = setup();
    expect(passed(budget, read(1, 'profit'), 200)).toBe(70);
    expect(passed(budget, read(1, 'routine'), 200)).toBe(10);
    expect(passed(budget, read(1, 'guard'), 200)).toBe(20);
    expect(pass(budget, order())).toBe(true);
  });

  it('hold for orders too', () => {
    const { budget } = setup();
    expect(passed(budget, order('profit'), 100)).toBe(14);
    expect(passed(budget, order('routine'), 100)).toBe(2);
    expect(passed(budget, order('guard'), 100)).toBe(4);
    expect(pass(budget, read(1))).toBe(true);
  });

  it('tell when to come back, and it is true', () => {
    const { clock, budget } = setup();
    passed(budget, order(), 10);
    clock.advanceBy(4_000);
    passed(budget, order(), 10);
    const no = budget.admit(order());
    expect(no).toMatchObject({ kind: 'refused', retryAfterMs: 7_000 });
    clock.advanceBy(6_999);
    expect(pass(budget, order())).toBe(false);
    clock.advanceBy(1);
    expect(passed(budget, order(), 20)).toBe(10);
  });

  it('counts each request for the whole window, also one close to another', () => {
    const { clock, budget } = setup();
    pass(budget, read(1, 'guard'));
    clock.advanceBy(400);
    pass(budget, read(99, 'guard'));
    expect(budget.admit(read(2, 'guard'))).toMatchObject({ retryAfterMs: 61_000 });
  });

  it('a request that never fits is refused', () => {
    const { budget } = setup();
    expect(budget.admit(read(101, 'guard'))).toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe('what the exchange counts', () => {
  const told = (used: number): ReadonlyMap<string, string> =>
    new Map([['x-mbx-used-weight-1m', String(used)]]);

  it('counts where it is higher', () => {
    const { budget } = setup();
    budget.observe(told(75));
    expect(pass(budget, read(1, 'profit'))).toBe(false);
    expect(passed(budget, read(1), 100)).toBe(5);
    expect(passed(budget, read(1, 'guard'), 100)).toBe(20);
  });

  it('does not count where it is lower', () => {
    const { budget } = setup();
    passed(budget, read(1), 80);
    budget.observe(told(3));
    expect(pass(budget, read(1))).toBe(false);
  });

  it('is forgotten after a window, or when it says less', () => {
    const { clock, budget } = setup();
    budget.observe(told(100));
    expect(budget.admit(read(1, 'guard'))).toMatchObject({ retryAfterMs: 60_000 });
    clock.advanceBy(60_000);
    expect(pass(budget, read(1, 'guard'))).toBe(true);
    budget.observe(told(100));
    budget.observe(told(1));
    expect(pass(budget, read(1))).toBe(true);
  });

  it('is taken together with what is under way', () => {
    const { budget } = setup();
    for (let i = 0; i < 10; i += 1) budget.admit(read(2));
    budget.observe(told(60));
    expect(pass(budget, read(1))).toBe(false);
  });

  it.each(['', 'many', '-5', '1e9', '9'.repeat(30)])('%j is no count', (text) => {
    const { budget } = setup();
    budget.observe(new Map([['x-mbx-used-weight-1m', text]]));
    expect(pass(budget, read(80))).toBe(true);
  });

  it('reads every window', () => {
    const { budget } = setup();
    budget.observe(new Map([['x-mbx-order-count-10s', '20']]));
    expect(pass(budget, order())).toBe(false);
    budget.observe(
      new Map([
        ['x-mbx-order-count-10s', '1'],
        ['x-mbx-order-count-1m', '50'],
      ]),
    );
    expect(pass(budget, order())).toBe(false);
  });
});

describe('a ban', () => {
  it('lets nothing through, of any class, until it is over', () => {
    const { clock, budget } = setup();
    budget.ban(30_000);
    budget.ban(1_000);
    clock.advanceBy(29_999);
    for (const by of ['guard', 'profit', 'routine'] as const) {
      expect(budget.admit(read(0, by))).toMatchObject({ kind: 'refused', retryAfterMs: 1 });
      expect(budget.refusal(order(by))).toMatchObject({ retryAfterMs: 1 });
    }
    clock.advanceBy(1);
    expect(pass(budget, read(1))).toBe(true);
  });

  it('is not undone by a jump of the wall clock', () => {
    const { clock, budget } = setup();
    budget.ban(30_000);
    clock.jumpWallBy(3_600_000);
    expect(pass(budget, read(1, 'guard'))).toBe(false);
  });

  it('is bounded, whatever is told', () => {
    const { clock, budget } = setup();
    budget.ban(Number.POSITIVE_INFINITY);
    budget.ban(Number.NaN);
    clock.advanceBy(345_600_000);
    expect(pass(budget, read(1))).toBe(true);
  });

  it('of orders leaves the rest alone', () => {
    const { budget } = setup();
    budget.holdOrders(5_000);
    expect(budget.admit(order())).toMatchObject({ retryAfterMs: 5_000 });
    expect(pass(budget, read(1))).toBe(true);
  });
});

describe('the exchange’s own limits', () => {
  it('replace ours, and what was used stays counted', () => {
    const { budget } = setup();
    passed(budget, read(1), 40);
    budget.setLimits([{ ...LIMITS[0]!, limit: 50 }]);
    expect(pass(budget, read(1))).toBe(false);
    expect(passed(budget, read(1, 'guard'), 100)).toBe(10);
    expect(passed(budget, order(), 100)).toBe(20);
  });

  it('that cannot be used lift nothing', () => {
    const { budget } = setup();
    budget.setLimits([
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 0 },
      { rateLimitType: 'ORDERS', interval: 'FORTNIGHT', intervalNum: 1, limit: 9 },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 9 },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: '1' as never },
    ]);
    expect(passed(budget, read(1, 'guard'), 200)).toBe(100);
  });

  it('have defaults', () => {
    const budget = createRequestBudget({ clock: new VirtualClock() });
    expect(passed(budget, order(), 1_000)).toBe(300);
    expect(passed(budget, read(40, 'guard'), 1_000)).toBe(60);
  });
});

describe('for any traffic', () => {
  const step = fc.record({
    waitMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 20_000 })),
    weight: fc.integer({ min: 0, max: 30 }),
    orders: fc.integer({ min: 0, max: 5 }),
    class: fc.constantFrom<BudgetClass>('guard', 'profit', 'routine'),
  });

  it('no window of the exchange, wherever it begins, holds more than its limit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { clock, budget } = setup();
        const sent: { at: number; cost: RequestCost }[] = [];
        for (const cost of steps) {
          clock.advanceBy(cost.waitMs);
          if (pass(budget, cost)) sent.push({ at: clock.monotonic(), cost });
        }
        for (const { at } of sent) {
          const within = (ms: number): readonly RequestCost[] =>
            sent.filter((one) => one.at >= at && one.at <= at + ms).map(({ cost }) => cost);
          const sum = (of: readonly RequestCost[], key: 'weight' | 'orders'): number =>
            of.reduce((total, cost) => total + cost[key], 0);
          expect(sum(within(60_000), 'weight')).toBeLessThanOrEqual(100);
          expect(sum(within(10_000), 'orders')).toBeLessThanOrEqual(20);
          expect(sum(within(60_000), 'orders')).toBeLessThanOrEqual(50);
        }
      }),
    );
  });

  it('guards get through while others use all they can', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { clock, budget } = setup();
        for (const cost of steps) {
          clock.advanceBy(cost.waitMs);
          pass(budget, { ...cost, class: cost.class === 'guard' ? 'routine' : cost.class });
        }
        expect(pass(budget, { weight: 20, orders: 4, class: 'guard' })).toBe(true);
      }),
    );
  });

  it('who comes back when told is admitted, if nobody else came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), step, fc.nat(200), (steps, last, told) => {
        const { clock, budget } = setup();
        for (const cost of steps) {
          clock.advanceBy(cost.waitMs);
          pass(budget, cost);
        }
        budget.observe(new Map([['x-mbx-used-weight-1m', String(told)]]));
        const no = budget.refusal(last);
        if (no === null) return;
        clock.advanceBy(no.retryAfterMs);
        expect(pass(budget, last)).toBe(true);
      }),
    );
  });
});
