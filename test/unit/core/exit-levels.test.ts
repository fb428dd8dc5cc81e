import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import { exitLevels } from '../../../src/positions/exit-levels.js';
import { instrumentOf, planOf, text } from '../../support/core-values.js';

function levels(
  side: 'LONG' | 'SHORT',
  entry: string,
  takeProfit: string | null,
  stop: string | null,
  tickSize = '0.1',
) {
  const { takeProfits, stopLoss } = exitLevels(
    planOf(takeProfit, stop),
    side,
    decimal(entry),
    instrumentOf({ tickSize }),
  );
  return [text(takeProfits[0]?.price), text(stopLoss)];
}

describe('exitLevels', () => {
  it('rounds a take-profit to the nearest tick, half away from zero', () => {
    expect(levels('LONG', '100', '0.14', null)).toEqual(['100.1', null]);
    expect(levels('LONG', '100', '0.15', null)).toEqual(['100.2', null]);
    expect(levels('SHORT', '100', '0.15', null)).toEqual(['99.9', null]);
  });

  it('never rounds a stop looser than asked: LONG up, SHORT down', () => {
    expect(levels('LONG', '100', null, '0.11')).toEqual([null, '99.9']);
    expect(levels('LONG', '100', null, '0.19')).toEqual([null, '99.9']);
    expect(levels('SHORT', '100', null, '0.11')).toEqual([null, '100.1']);
    expect(levels('SHORT', '100', null, '0.19')).toEqual([null, '100.1']);
  });

  it('keeps a level that already lies on the grid', () => {
    expect(levels('LONG', '44850', '1', '50')).toEqual(['45298.5', '22425']);
    expect(levels('LONG', '42300', '1', '50')).toEqual(['42723', '21150']);
  });

  it('counts ticks from the smallest price', () => {
    const grid = instrumentOf({ tickSize: '0.3', minPrice: '0.1' });
    const { takeProfits } = exitLevels(planOf('10', '10'), 'LONG', decimal('10'), grid);
    /** 0.1 + 36 * 0.3 = 10.9, 0.1 + 37 * 0.3 = 11.2 */
    expect(text(takeProfits[0]?.price)).toBe('10.9');
  });

  it.each([
    ['LONG', null, '100'],
    ['SHORT', '100', null],
    /** Above zero by the percentage, zero by the rounding. */
    ['SHORT', '99.99', null],
  ] as const)('refuses a level of zero (%s, tp %s, sl %s)', (side, takeProfit, stop) => {
    expect(() => levels(side, '100', takeProfit, stop)).toThrow(
      expect.objectContaining({ code: 'LEVEL_INVALID' }),
    );
  });

  it('is on the grid, on the right side, and within a tick of the exact level', () => {
    const percent = fc.integer({ min: 1, max: 5_000 }).map((bps) => `${bps / 100}`);
    const entry = fc
      .integer({ min: 10_000, max: 99_999_999 })
      .map((value) => (value / 1_000).toFixed(3));
    const tick = fc.constantFrom('0.1', '0.01', '0.5', '0.25', '1');
    fc.assert(
      fc.property(
        entry,
        percent,
        percent,
        tick,
        fc.boolean(),
        (price, takeProfitPct, stopLossPct, tickSize, long) => {
          const side = long ? 'LONG' : 'SHORT';
          const { takeProfits, stopLoss } = exitLevels(
            planOf(takeProfitPct, stopLossPct),
            side,
            decimal(price),
            instrumentOf({ tickSize }),
          );
          const sign = long ? 1 : -1;
          const exactProfit = decimal(price)
            .times(decimal(100).plus(decimal(takeProfitPct).times(sign)))
            .div(100);
          const exactStop = decimal(price)
            .times(decimal(100).minus(decimal(stopLossPct).times(sign)))
            .div(100);
          const profit = takeProfits[0]?.price ?? decimal(0);
          const stop = stopLoss ?? decimal(0);
          expect(profit.mod(tickSize).eq(0) && stop.mod(tickSize).eq(0)).toBe(true);
          expect(profit.minus(exactProfit).abs().times(2).lte(tickSize)).toBe(true);
          const tighter = stop.minus(exactStop).times(sign);
          expect(tighter.gte(0) && tighter.lt(tickSize)).toBe(true);
        },
      ),
    );
  });
});
