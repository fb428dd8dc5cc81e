import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../../src/errors/validation-error.js';
import { type ExitPlanInput, NO_EXITS, plansAreEqual } from '../../../src/model/exit-plan.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';

const plan = (
  input: unknown,
  ...rest: Parameters<typeof exitPlanFrom> extends [unknown, ...infer R] ? Partial<R> : never
) => exitPlanFrom(input as ExitPlanInput, rest[0] ?? null, rest[1] ?? 'plan', rest[2]);
const BASE = plan({
  takeProfitPct: 2,
  stopLossPct: 1,
  workingType: 'MARK_PRICE',
  priceProtect: true,
});

describe('exitPlanFrom', () => {
  it('builds a plan in canonical form', () => {
    expect(BASE).toEqual({
      takeProfits: [{ level: { kind: 'percent', percent: '2' }, portion: '1' }],
      stopLoss: { kind: 'percent', percent: '1' },
      workingType: 'MARK',
      priceProtect: true,
      takeProfitOrder: 'limit',
      stopLossOrder: 'market-on-trigger',
      exitExecution: { kind: 'market' },
      trailingStop: null,
      breakeven: null,
      volatility: null,
      confirm: null,
      timeLimit: null,
      liquidationBufferPct: '0.5',
    });
    expect(Object.keys(BASE)).toEqual(Object.keys(NO_EXITS));
    expect(Object.isFrozen(BASE.takeProfits)).toBe(true);
  });

  it('gives a plan without exits for no keys, which minds the liquidation price all the same', () => {
    expect(plan({})).toEqual({ ...NO_EXITS, liquidationBufferPct: '0.5' });
    expect(plansAreEqual(plan({}, NO_EXITS), NO_EXITS)).toBe(true);
  });

  it('inherits what is left out', () => {
    expect(plansAreEqual(plan({}, BASE), BASE)).toBe(true);
    const wider = plan({ stopLossPct: '3.50' }, BASE);
    expect(wider).toEqual({ ...BASE, stopLoss: { kind: 'percent', percent: '3.5' } });
  });

  it('switches rules off', () => {
    const off = plan({ takeProfitEnabled: false, stopLossEnabled: false }, BASE);
    expect(off.takeProfits).toEqual([]);
    expect(off.stopLoss).toBeNull();
    expect(plan({ takeProfitEnabled: false, takeProfitPct: 3 }).takeProfits).toEqual([]);
  });

  it('switches inherited rules on, and refuses to guess a level', () => {
    expect(plan({ stopLossEnabled: true }, BASE).stopLoss).toEqual(BASE.stopLoss);
    expect(() => plan({ stopLossEnabled: true }, NO_EXITS, 'order.plan')).toThrow(
      /order\.plan|\["order\.plan"\]/,
    );
  });

  it('replaces a percentage by levels and back', () => {
    const byPrice = plan({ takeProfitLevels: [{ price: '50000.0', portion: 1 }] }, BASE);
    expect(byPrice.takeProfits).toEqual([
      { level: { kind: 'price', price: '50000' }, portion: '1' },
    ]);
    expect(plan({ takeProfitPct: 2 }, byPrice).takeProfits).toEqual(BASE.takeProfits);
  });

  it.each([
    ['CONTRACT_PRICE', 'LAST'],
    ['MARK_PRICE', 'MARK'],
    ['LAST', 'LAST'],
    ['INDEX', 'INDEX'],
    ['BID', 'BID'],
  ])('reads workingType %s as %s', (workingType, source) => {
    expect(plan({ workingType }).workingType).toBe(source);
  });

  it('writes small and large numbers in plain notation', () => {
    expect(plan({ stopLossPct: 1e-7 }).stopLoss).toEqual({ kind: 'percent', percent: '0.0000001' });
    expect(plan({ stopLossPct: 0.1 + 0.2 }).stopLoss).toEqual({
      kind: 'percent',
      percent: '0.30000000000000004',
    });
  });

  it('knows which percentages a side allows', () => {
    expect(plan({ takeProfitPct: 300 }, null, 'plan', 'LONG').takeProfits).toHaveLength(1);
    expect(plan({ stopLossPct: 150 }, null, 'plan', 'SHORT').stopLoss).not.toBeNull();
    expect(() => plan({ takeProfitPct: 300 })).toThrow(/take-profit of a SHORT/);
    expect(() => plan({ takeProfitPct: 100 }, null, 'plan', 'SHORT')).toThrow(/at zero or below/);
    expect(() => plan({ stopLossPct: 100 }, null, 'plan', 'LONG')).toThrow(/at zero or below/);
  });

  it('refuses malformed plans, naming the path', () => {
    let error: unknown;
    try {
      plan({ stopLossPct: -1, takeProfitPct: 'x' });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({ code: 'PLAN_INVALID', outcome: 'not-sent' });
    expect((error as Error).message).toMatch(
      /plan\.stopLossPct: .*\n- plan\.takeProfitPct|plan\.takeProfitPct: .*\n- plan\.stopLossPct/,
    );
  });

  it.each([null, undefined, 3, 'x', [], new Date(0), () => 1])('refuses %s as plan', (input) => {
    expect(() => plan(input)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('refuses dangerous keys', () => {
    expect(() => plan(JSON.parse('{"__proto__":{"stopLossPct":1}}'))).toThrow(/plan\.__proto__/);
  });
});
