import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, sumDecimals, ZERO } from '../../../src/model/decimal.js';
import type { BreakevenRule } from '../../../src/model/exit-plan.js';
import type { PositionSide } from '../../../src/model/side.js';
import type { Exit, Tranche } from '../../../src/model/tranche.js';
import { breakevenLevel } from '../../../src/positions/breakeven.js';
import {
  applyExit,
  feesPaid,
  joinTranche,
  mergeTranches,
} from '../../../src/positions/tranche-arithmetic.js';
import { instrumentOf, intakeOf, planOf, text, trancheOf } from '../../support/core-values.js';

const GRID = instrumentOf({ tickSize: '1' });
const SIDES: readonly PositionSide[] = ['LONG', 'SHORT'];
const WITH_FEES: BreakevenRule = {
  trigger: { kind: 'percent', percent: '0.1' },
  offsetPct: '0',
  includeFees: true,
  followLevels: false,
};
/** Quotients end after so many places. */
const ROUNDING = decimal('0.000000000001');

function holding(quantity: string, fee: string, side: PositionSide): Tranche {
  return trancheOf(quantity, '1000', { side, plan: planOf(null, '5'), fee, instrument: GRID });
}

function sell(tranche: Tranche, quantity: string, fee = '0'): void {
  const exit: Exit = {
    reason: 'take-profit',
    level: null,
    orderId: 'x',
    role: 'take-profit',
    slot: 0,
    quantity: decimal(quantity),
    price: decimal('1010'),
    fee: decimal(fee),
    time: 2,
  };
  applyExit(tranche, exit, 2);
}

function entryFees({ sources }: Tranche): string | null {
  return text(sumDecimals(sources.map(({ fees }) => fees)));
}

describe.each(SIDES)('the fees of a %s that is merged after a part of it was sold', (side) => {
  it('move with what moves, so that breakeven earns those of what is held', () => {
    const survivor = holding('1', '1', side);
    const other = holding('4', '4', side);
    sell(other, '3', '3');
    mergeTranches([survivor, other], GRID, 3);
    /** 0.1 % in, and as much out, as for each of them alone: 1002.002 and 998.002. */
    const expected = side === 'LONG' ? '1003' : '998';
    expect(text(breakevenLevel(WITH_FEES, survivor, GRID))).toBe(expected);
    expect(text(breakevenLevel(WITH_FEES, holding('1', '1', side), GRID))).toBe(expected);
    expect([entryFees(survivor), entryFees(other)]).toEqual(['2', '3']);
    expect([text(feesPaid(survivor)), text(feesPaid(other))]).toEqual(['2', '6']);
  });

  it('are shared order by order', () => {
    const survivor = holding('1', '0', side);
    const other = holding('1', '1', side);
    joinTranche(other, intakeOf('dear', '3', '1000', '30'), GRID, 2);
    sell(other, '1');
    mergeTranches([survivor, other], GRID, 3);
    expect(survivor.sources.map(({ fees }) => text(fees))).toEqual(['0', '0.75', '22.5']);
    expect(other.sources.map(({ fees }) => text(fees))).toEqual(['0.25', '7.5']);
  });

  it('move whole where nothing was sold, and stay whole where all was', () => {
    const survivor = holding('1', '1', side);
    const [untouched, sold] = [holding('2', '2', side), holding('3', '3', side)];
    sell(sold, '3');
    mergeTranches([survivor, untouched, sold], GRID, 3);
    expect([survivor, untouched, sold].map(entryFees)).toEqual(['3', '0', '3']);
  });
});

describe('fees of all tranches together', () => {
  const amount = fc.integer({ min: 1, max: 1_000_000 }).map((units) => `${units / 1_000}`);
  const part = fc.record({
    quantity: fc.integer({ min: 1, max: 100_000 }),
    fee: amount,
    joins: fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 9_999 }), fee: amount }), {
      maxLength: 3,
    }),
    soldPercent: fc.integer({ min: 0, max: 99 }),
    exitFee: amount,
  });

  it('are the same after a merge, as are those of what is held', () => {
    const sides = fc.constantFrom(...SIDES);
    fc.assert(
      fc.property(sides, fc.array(part, { minLength: 2, maxLength: 4 }), (side, parts) => {
        const tranches = parts.map(({ quantity, fee, joins, soldPercent, exitFee }) => {
          const tranche = holding(`${quantity / 1_000}`, fee, side);
          for (const [at, join] of joins.entries()) {
            const name = `j${tranche.openedSeq}-${at}`;
            joinTranche(
              tranche,
              intakeOf(name, `${join.quantity / 1_000}`, '1000', join.fee),
              GRID,
              2,
            );
          }
          const sold = Math.floor((Number(tranche.openedQty) * 1_000 * soldPercent) / 100);
          if (sold > 0) sell(tranche, `${sold / 1_000}`, exitFee);
          return tranche;
        });
        const before = sumDecimals(tranches.map(feesPaid));
        const ofHeld = sumDecimals(tranches.slice(1).map(heldFees)).plus(
          sumDecimals(tranches[0]?.sources.map(({ fees }) => fees) ?? []),
        );
        const { survivor } = mergeTranches(tranches, GRID, 3);
        expectSame(sumDecimals(tranches.map(feesPaid)), before);
        expectSame(sumDecimals(survivor.sources.map(({ fees }) => fees)), ofHeld);
        for (const tranche of tranches) {
          expectSame(
            sumDecimals(tranche.sources.map(({ quantity }) => quantity)),
            tranche.openedQty,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  /** The share of its entry's fees that what a tranche still holds has paid. */
  function heldFees({ sources, openedQty, exitedQty }: Tranche): Decimal {
    const fees = sumDecimals(sources.map((source) => source.fees));
    return openedQty.gt(0) ? fees.times(openedQty.minus(exitedQty)).div(openedQty) : ZERO;
  }

  function expectSame(a: Decimal, b: Decimal): void {
    expect(a.minus(b).abs().lte(ROUNDING), `${a.toFixed()} and ${b.toFixed()}`).toBe(true);
  }
});
