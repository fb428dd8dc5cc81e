import { describe, expect, it } from 'vitest';
import type { ExitPlanInput } from '../../../src/model/exit-plan.js';
import { type PlannedExits, planExits } from '../../../src/monitor/plan-exits.js';

function plan(side: 'BUY' | 'SELL', input: ExitPlanInput, avgPrice = '45000'): PlannedExits {
  return planExits({ symbol: 'BTCUSDT', side, executedQty: '0.1', avgPrice }, input, {
    symbol: 'BTCUSDT',
    tickSize: '0.1',
    stepSize: '0.001',
  });
}

describe('planExits', () => {
  it('says null for rules that the plan has not', () => {
    expect(plan('BUY', {})).toEqual({
      side: 'LONG',
      quantity: '0.1',
      entryPrice: '45000',
      takeProfits: [],
      stopLoss: null,
      trailingStop: null,
      breakeven: null,
    });
  });

  it('gives each level its price and quantity', () => {
    const takeProfitLevels = [
      { pct: 2, portion: '0.3' },
      { pct: 1, portion: '0.5' },
    ];
    expect(plan('BUY', { takeProfitLevels }).takeProfits).toEqual([
      { price: '45450', portion: '0.5', quantity: '0.05' },
      { price: '45900', portion: '0.3', quantity: '0.03' },
    ]);
  });

  it.each([
    // At once: the entry is the best price. The stop is rounded towards the price.
    ['BUY', '45000.3', { callbackPct: 1 }, { activationPrice: null, stop: '44550.3' }],
    ['SELL', '45000.3', { callbackPct: 1 }, { activationPrice: null, stop: '45450.3' }],
    // Later: the activation price is exact and the best price.
    [
      'BUY',
      '45000.3',
      { activationPct: '1.5', callbackPct: 1 },
      { activationPrice: '45675.3045', stop: '45218.6' },
    ],
    [
      'SELL',
      '45000.3',
      { activationPct: '1.5', callbackPct: 1 },
      { activationPrice: '44325.2955', stop: '44768.5' },
    ],
  ] as const)('previews the trail of a %s at %s, %j', (side, price, trailingStop, expected) => {
    expect(plan(side, { trailingStop }, price).trailingStop).toEqual(expected);
  });

  it.each([
    ['BUY', { activationPct: 1 }, { activationPrice: '45450.303', level: '45000.3' }],
    ['SELL', { activationPct: 1 }, { activationPrice: '44550.297', level: '45000.3' }],
    [
      'BUY',
      { activationPct: 1, offsetPct: '0.1', includeFees: true },
      { activationPrice: '45450.303', level: '45045.4' },
    ],
    [
      'SELL',
      { activationPct: 1, offsetPct: '0.1', includeFees: true },
      { activationPrice: '44550.297', level: '44955.2' },
    ],
    ['BUY', { afterLevel: 1, offsetPct: '0.2' }, { activationPrice: null, level: '45090.4' }],
  ] as const)('previews breakeven of a %s, %j', (side, breakeven, expected) => {
    const input = { takeProfitPct: 5, stopLossPct: 5, breakeven };
    expect(plan(side, input, '45000.3').breakeven).toEqual(expected);
  });

  it('is frozen throughout', () => {
    const planned = plan('BUY', { takeProfitPct: 1, trailingStop: { callbackPct: 1 } });
    expect(Object.isFrozen(planned)).toBe(true);
    expect(Object.isFrozen(planned.takeProfits[0])).toBe(true);
    expect(Object.isFrozen(planned.trailingStop)).toBe(true);
  });

  it('refuses what no plan can ask for', () => {
    expect(() => plan('BUY', { trailingStop: { callbackPct: 100 } })).toThrow(
      expect.objectContaining({ code: 'PLAN_INVALID' }),
    );
  });
});
