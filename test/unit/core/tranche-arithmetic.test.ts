import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import { type Exit, remaining, type Tranche } from '../../../src/model/tranche.js';
import {
  applyExit,
  feesPaid,
  joinTranche,
  mergeTranches,
  realizedPnl,
} from '../../../src/positions/tranche-arithmetic.js';
import { instrumentOf, intakeOf, planOf, text, trancheOf } from '../../support/core-values.js';

const GRID = instrumentOf();

function exit(tranche: Tranche, quantity: string, price: string, more: Partial<Exit> = {}): void {
  applyExit(
    tranche,
    {
      reason: 'take-profit',
      level: null,
      orderId: 'x',
      role: 'take-profit',
      slot: 0,
      quantity: decimal(quantity),
      price: decimal(price),
      fee: decimal(0),
      time: 2,
      ...more,
    },
    2,
  );
}

describe('joining', () => {
  it('is the worked example of the contract', () => {
    const tranche = trancheOf('0.1', '45000', { plan: planOf('1', '50') });
    expect([text(tranche.levels.takeProfits[0]?.price), text(tranche.levels.stopLoss)]).toEqual([
      '45450',
      '22500',
    ]);
    joinTranche(tranche, intakeOf('b', '0.05', '44550'), GRID, 2);
    expect(text(tranche.entryPrice)).toBe('44850');
    expect([text(tranche.levels.takeProfits[0]?.price), text(tranche.levels.stopLoss)]).toEqual([
      '45298.5',
      '22425',
    ]);
  });

  it('keeps quantity, cost and fees per order, and adds up what one order brings twice', () => {
    const tranche = trancheOf('0.1', '45000', { orderId: 'a', fee: '1' });
    joinTranche(tranche, intakeOf('b', '0.05', '44550', '2'), GRID, 2);
    joinTranche(tranche, intakeOf('a', '0.1', '45000', '3'), GRID, 3);
    expect(
      tranche.sources.map((source) => [
        source.orderId,
        text(source.quantity),
        text(source.cost),
        text(source.fees),
      ]),
    ).toEqual([
      ['a', '0.2', '9000', '4'],
      ['b', '0.05', '2227.5', '2'],
    ]);
    expect(text(feesPaid(tranche))).toBe('6');
    expect(tranche.updatedAt).toBe(3);
  });

  it('divides the entry once, to 20 decimals, and never feeds it back', () => {
    const tranche = trancheOf('0.1', '45000');
    joinTranche(tranche, intakeOf('b', '0.05', '43000'), GRID, 2);
    expect(text(tranche.entryPrice)).toBe('44333.33333333333333333333');
    joinTranche(tranche, intakeOf('c', '0.15', '44333.4'), GRID, 2);
    /** (6650 + 6650.01) / 0.3 */
    expect(text(tranche.entryPrice)).toBe('44333.36666666666666666667');
  });

  it('weighs the same in any order of fills', () => {
    const fill = fc.record({
      quantity: fc.integer({ min: 1, max: 999 }),
      price: fc.integer({ min: 1, max: 99_999 }),
    });
    fc.assert(
      fc.property(fc.array(fill, { minLength: 2, maxLength: 8 }), (fills) => {
        const build = (list: typeof fills): string => {
          const [first, ...rest] = list.map(
            ({ quantity, price }) => [`${quantity / 1_000}`, `${price}`] as const,
          );
          const tranche = trancheOf(first?.[0] ?? '1', first?.[1] ?? '1');
          for (const [index, [quantity, price]] of rest.entries())
            joinTranche(tranche, intakeOf(`j${index}`, quantity, price), GRID, 2);
          return tranche.entryPrice.toFixed();
        };
        expect(build([...fills].reverse())).toBe(build(fills));
      }),
    );
  });
});

describe('exits', () => {
  it('leave the entry price, count per slot, and give the PnL of what was executed', () => {
    const tranche = trancheOf('0.3', '45000', { fee: '1' });
    exit(tranche, '0.1', '45450', { fee: decimal('0.5') });
    exit(tranche, '0.05', '44000', { role: 'stop-loss' });
    expect([
      text(remaining(tranche)),
      text(tranche.entryPrice),
      text(tranche.takenBySlot[0]),
    ]).toEqual(['0.15', '45000', '0.1']);
    expect(text(realizedPnl(tranche, decimal(1)))).toBe('-5');
    expect(text(realizedPnl(tranche, decimal('0.001')))).toBe('-0.005');
    expect(text(feesPaid(tranche))).toBe('1.5');
  });

  it('mirror for a SHORT', () => {
    const tranche = trancheOf('1', '50000', { side: 'SHORT' });
    exit(tranche, '1', '48500');
    expect(text(realizedPnl(tranche, decimal(1)))).toBe('1500');
  });

  it('never take more than is held', () => {
    const tranche = trancheOf('0.1', '45000');
    expect(() => exit(tranche, '0.2', '45000')).toThrow(
      expect.objectContaining({ code: 'INVARIANT_BROKEN' }),
    );
    expect(() => exit(tranche, '0', '45000')).toThrow(
      expect.objectContaining({ code: 'INVARIANT_BROKEN' }),
    );
  });

  it('a join after a partial exit weighs what is left', () => {
    const tranche = trancheOf('0.2', '45000');
    exit(tranche, '0.1', '46000');
    joinTranche(tranche, intakeOf('b', '0.1', '44000'), GRID, 3);
    expect(text(tranche.entryPrice)).toBe('44500');
    expect(text(realizedPnl(tranche, decimal(1)))).toBe('100');
  });
});

describe('merging', () => {
  it('adds quantities and costs; the oldest survives', () => {
    const oldest = trancheOf('0.1', '50000');
    const newest = trancheOf('0.1', '49000');
    const { survivor, absorbed } = mergeTranches([newest, oldest], GRID, 9);
    expect(survivor).toBe(oldest);
    expect([text(remaining(survivor)), text(survivor.entryPrice)]).toEqual(['0.2', '49500']);
    expect(absorbed).toEqual([newest]);
    expect([
      newest.state,
      newest.mergedInto,
      text(remaining(newest)),
      newest.closing?.reason,
    ]).toEqual(['CLOSED', oldest.id, '0', 'merged']);
    expect(survivor.sources).toHaveLength(2);
  });

  it('moves only what is still held; the exits of the absorbed one stay booked there', () => {
    const survivor = trancheOf('0.1', '50000');
    const other = trancheOf('0.2', '49000', { orderId: 'shared' });
    exit(other, '0.1', '51000');
    mergeTranches([survivor, other], GRID, 9);
    expect([text(remaining(survivor)), text(survivor.entryPrice)]).toEqual(['0.2', '49500']);
    expect(text(realizedPnl(other, decimal(1)))).toBe('200');
    expect(text(survivor.sources.find(({ orderId }) => orderId === 'shared')?.quantity)).toBe(
      '0.1',
    );
  });

  it('needs two', () => {
    expect(() => mergeTranches([trancheOf('1', '1')], GRID, 1)).toThrow(
      expect.objectContaining({ code: 'INVARIANT_BROKEN' }),
    );
  });
});
