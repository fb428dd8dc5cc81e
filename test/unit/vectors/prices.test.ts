import { describe, expect, it } from 'vitest';
import { roundToIncrement } from '../../../src/model/decimal.js';
import { type PlannedExits, planExits } from '../../../src/monitor/plan-exits.js';

/** The first level of each kind that a fill of one position side gets. */
function levels(
  side: 'LONG' | 'SHORT',
  entry: string,
  takeProfitPct: number,
  stopLossPct: number,
  tickSize = '0.1',
): { takeProfit: string | undefined; stopLoss: string | null } {
  const exits = plan(side, '0.1', entry, takeProfitPct, stopLossPct, tickSize);
  return { takeProfit: exits.takeProfits[0]?.price, stopLoss: exits.stopLoss };
}

function plan(
  side: 'LONG' | 'SHORT',
  quantity: string,
  entry: string,
  takeProfitPct: number,
  stopLossPct: number,
  tickSize = '0.1',
): PlannedExits {
  return planExits(
    {
      symbol: 'BTCUSDT',
      side: side === 'LONG' ? 'BUY' : 'SELL',
      positionSide: side,
      executedQty: quantity,
      avgPrice: entry,
    },
    { takeProfitPct, stopLossPct },
    { symbol: 'BTCUSDT', tickSize, stepSize: '0.001' },
  );
}

describe('vectors: prices', () => {
  it('vector 1: LONG 45000, tp 1 sl 5', () => {
    expect(levels('LONG', '45000', 1, 5)).toEqual({ takeProfit: '45450', stopLoss: '42750' });
  });

  it('vector 2: SHORT 45000, tp 1 sl 5', () => {
    expect(levels('SHORT', '45000', 1, 5)).toEqual({ takeProfit: '44550', stopLoss: '47250' });
  });

  it('vector 3: 50000, tp 2 sl 1, both sides', () => {
    expect(levels('LONG', '50000', 2, 1)).toEqual({ takeProfit: '51000', stopLoss: '49500' });
    expect(levels('SHORT', '50000', 2, 1)).toEqual({ takeProfit: '49000', stopLoss: '50500' });
  });

  it('vector 4: 50000, tp 5 sl 2, both sides', () => {
    expect(levels('LONG', '50000', 5, 2)).toEqual({ takeProfit: '52500', stopLoss: '49000' });
    expect(levels('SHORT', '50000', 5, 2)).toEqual({ takeProfit: '47500', stopLoss: '51000' });
  });

  it('vector 5: LONG 1.90, tp 5 sl 3', () => {
    expect(levels('LONG', '1.90', 5, 3, '0.001')).toEqual({
      takeProfit: '1.995',
      stopLoss: '1.843',
    });
  });

  it('vector 6: SHORT 50000, tp 3 sl 2', () => {
    expect(levels('SHORT', '50000', 3, 2)).toEqual({ takeProfit: '48500', stopLoss: '51000' });
  });

  it.each([
    ['1.9267892', '1.9267', '1.9268', '1.9268'],
    ['1.92678925', '1.9267', '1.9268', '1.9268'],
    ['1.926789251', '1.9267', '1.9268', '1.9268'],
    ['2.0', '2', '2', '2'],
    ['0.00010', '0.0001', '0.0001', '0.0001'],
    ['199.99999', '199.9999', '200', '200'],
  ])('vector 7: %s on a tick of 0.0001 has no digit below the tick', (value, down, up, nearest) => {
    expect(roundToIncrement(value, '0.0001', 'floor')).toBe(down);
    expect(roundToIncrement(value, '0.0001', 'ceil')).toBe(up);
    expect(roundToIncrement(value, '0.0001', 'nearest')).toBe(nearest);
  });

  it('vector 8: exact decimals where the origin sent 45574.700000000004', () => {
    expect(levels('LONG', '45123.45', 1, 5).takeProfit).toBe('45574.7');
  });

  it('vector 8: exact decimals where the origin sent 0.12468000000000001', () => {
    expect(roundToIncrement('0.1246845', '0.00001', 'nearest')).toBe('0.12468');
    expect(levels('LONG', '0.12345', 1, 5, '0.00001').takeProfit).toBe('0.12468');
  });

  it('vector 8: plain notation where the origin sent 7.3800000000000005e-06', () => {
    expect(levels('LONG', '0.00000731', 1, 5, '0.00000001').takeProfit).toBe('0.00000738');
  });

  it('vector 8: a quantity of 0.0015 on a step of 0.001 is 0.001, never 0.002', () => {
    expect(plan('LONG', '0.0015', '45000', 1, 5).takeProfits[0]?.quantity).toBe('0.001');
  });
});
