import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { ProtectionRow } from '../../../src/model/protection-report.js';
import type { OrderReport } from '../../../src/model/reports.js';
import {
  type BelievedProtection,
  verifyProtection,
} from '../../../src/reconciliation/verify-protection.js';
import { reportOf, termsOf } from '../../support/core-values.js';

const HELD = {
  symbol: 'BTCUSDT',
  side: 'LONG' as const,
  quantity: decimal('0.1'),
  entryPrice: null,
  liquidationPrice: null,
  time: 1,
};

function believed(more: Partial<BelievedProtection['tranches'][number]> = {}): BelievedProtection {
  return {
    symbol: 'BTCUSDT',
    side: 'LONG',
    tranches: [
      { trancheId: 't', held: decimal('0.1'), wantsStop: true, guardedLocally: false, ...more },
    ],
    orders: [{ clientOrderId: 'c1', trancheId: 't', role: 'stop-loss', terms: termsOf() }],
  };
}

function verify(
  beliefs: readonly BelievedProtection[],
  open: readonly OrderReport[],
  held = [HELD],
): ProtectionRow & { protected: boolean } {
  const report = verifyProtection(beliefs, open, held, 1);
  const [row] = report.positions;
  if (row === undefined) throw new Error('one side is verified');
  return { ...row, protected: report.protected };
}

describe('verifyProtection', () => {
  it('counts a stop that really rests', () => {
    expect(verify([believed()], [reportOf()])).toMatchObject({
      protected: true,
      resting: '0.1',
      uncovered: '0',
      problems: [],
    });
  });

  it('counts nothing from memory: a stop that is not there is a gap', () => {
    const row = verify([believed()], []);
    expect(row).toMatchObject({ protected: false, resting: '0', uncovered: '0.1' });
    expect(row.problems).toEqual([expect.stringContaining('does not rest')]);
  });

  it.each([
    ['the other leg', { positionSide: 'SHORT' as const }],
    ['the wrong side', { side: 'BUY' as const }],
    ['another kind', { kind: 'limit' as const }],
    ['another level', { triggerPrice: decimal('42000') }],
    ['no level', { triggerPrice: null }],
  ])('counts no order of %s', (_what, more) => {
    expect(verify([believed()], [reportOf(more)])).toMatchObject({
      protected: false,
      uncovered: '0.1',
    });
  });

  it('counts no one-way order that may open', () => {
    const terms = termsOf({ positionSide: 'BOTH' });
    const belief = {
      ...believed(),
      orders: [{ clientOrderId: 'c1', trancheId: 't', role: 'stop-loss' as const, terms }],
    };
    expect(
      verify([belief], [reportOf({ positionSide: 'BOTH', reduceOnly: false })]).protected,
    ).toBe(false);
    expect(verify([belief], [reportOf({ positionSide: 'BOTH', reduceOnly: true })]).protected).toBe(
      true,
    );
  });

  it('counts only what is left of a stop, and no more than the tranche holds', () => {
    expect(verify([believed()], [reportOf({ executedQty: decimal('0.06') })])).toMatchObject({
      resting: '0.04',
      uncovered: '0.06',
    });
    expect(verify([believed()], [reportOf({ quantity: decimal('5') })])).toMatchObject({
      resting: '0.1',
    });
  });

  it('a take-profit is no stop', () => {
    const terms = termsOf({
      kind: 'limit',
      price: decimal('45450'),
      triggerPrice: null,
      triggerSource: null,
    });
    const belief = {
      ...believed(),
      orders: [{ clientOrderId: 'c1', trancheId: 't', role: 'take-profit' as const, terms }],
    };
    const limit = reportOf({ kind: 'limit', price: decimal('45450'), triggerPrice: null });
    expect(verify([belief], [limit])).toMatchObject({
      protected: false,
      takeProfit: '0.1',
      uncovered: '0.1',
    });
  });

  it('names a local guard apart, and wants nothing where the plan wants no stop', () => {
    const alone = { ...believed({ guardedLocally: true }), orders: [] };
    expect(verify([alone], [])).toMatchObject({
      protected: true,
      local: '0.1',
      resting: '0',
      uncovered: '0',
    });
    const unwanted = { ...believed({ wantsStop: false }), orders: [] };
    expect(verify([unwanted], [])).toMatchObject({ protected: true, uncovered: '0' });
  });

  it('counts what is not ours, or not there any more, as uncovered or as a problem', () => {
    expect(
      verify([believed()], [reportOf()], [{ ...HELD, quantity: decimal('0.3') }]),
    ).toMatchObject({ protected: false, uncovered: '0.2' });
    expect(verify([], [], [HELD])).toMatchObject({ protected: false, uncovered: '0.1' });
    expect(verify([believed()], [reportOf()], [])).toMatchObject({
      protected: false,
      held: '0',
      ours: '0.1',
    });
  });

  it('is content with an empty account', () => {
    expect(verifyProtection([], [], [], 5)).toEqual({
      protected: true,
      protectedIfCrashed: true,
      checkedAt: 5,
      positions: [],
    });
  });
});
