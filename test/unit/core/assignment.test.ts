import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { Tranche } from '../../../src/model/tranche.js';
import {
  aggregatePnlPct,
  assign,
  mergeGroup,
  unrealizedPnl,
} from '../../../src/positions/assignment.js';
import { planOf, settingsOf, text, trancheOf } from '../../support/core-values.js';

const PLAN = planOf('1', '5');

interface Question {
  readonly price: string;
  readonly plan?: ReturnType<typeof planOf>;
  readonly choice?: string;
  readonly globals?: Parameters<typeof settingsOf>[0];
  readonly live?: number;
}

/** What becomes of a fill, in a word: `open`, `join 0`, `join 0 over the limit`, `merge 0+1`. */
function decided(open: readonly Tranche[], question: Question): string {
  const assignment = assign({
    open,
    liveCount: question.live ?? open.length,
    side: open[0]?.side ?? 'LONG',
    price: decimal(question.price),
    plan: question.plan ?? PLAN,
    choice: question.choice ?? 'auto',
    settings: settingsOf(question.globals),
  });
  if (assignment.kind === 'open') return 'open';
  if (assignment.kind === 'merge-then-open')
    return `merge ${assignment.pair.map((tranche) => open.indexOf(tranche)).join('+')}`;
  return `join ${open.indexOf(assignment.tranche)}${assignment.overLimit ? ' over the limit' : ''}`;
}

describe('assign', () => {
  it('opens the first tranche, joins above the increment, opens at and below it', () => {
    expect(decided([], { price: '45000' })).toBe('open');
    const one = [trancheOf('0.1', '45000')];
    expect(decided(one, { price: '44100' })).toBe('join 0');
    expect(decided(one, { price: '42750' })).toBe('open');
    expect(decided(one, { price: '42750.1' })).toBe('join 0');
    const short = [trancheOf('0.1', '45000', { side: 'SHORT' })];
    expect(decided(short, { price: '47250' })).toBe('open');
    expect(decided(short, { price: '47249.9' })).toBe('join 0');
  });

  it('judges the aggregate of all tranches, not the newest', () => {
    const two = [trancheOf('1', '50000'), trancheOf('0.1', '40000')];
    expect(decided(two, { price: '45000' })).toBe('open');
  });

  it('joins the newest with an equal plan, and opens where none has one', () => {
    const other = planOf('2', '5');
    const tranches = [
      trancheOf('0.1', '45000'),
      trancheOf('0.1', '45000', { plan: other }),
      trancheOf('0.1', '45000'),
    ];
    expect(decided(tranches, { price: '45000' })).toBe('join 2');
    expect(decided(tranches, { price: '45000', plan: other })).toBe('join 1');
    expect(decided(tranches, { price: '45000', plan: planOf('3', '5') })).toBe('open');
  });

  it('obeys a choice: `new` regardless of everything, an open id regardless of plan and PnL', () => {
    const tranches = [trancheOf('0.1', '45000'), trancheOf('0.1', '45000')];
    const globals = { maxTranchesPerSymbolSide: 2 };
    expect(decided(tranches, { price: '45000', choice: 'new', globals })).toBe('open');
    expect(
      decided(tranches, { price: '30000', choice: tranches[0]?.id ?? '', plan: planOf('9', '9') }),
    ).toBe('join 0');
    expect(decided(tranches, { price: '45000', choice: 'gone' })).toBe('join 1');
  });

  it('at the limit joins the newest, whatever its plan', () => {
    const tranches = [
      trancheOf('0.1', '45000'),
      trancheOf('0.1', '44000', { plan: planOf('2', '2') }),
    ];
    const globals = { maxTranchesPerSymbolSide: 2 };
    expect(decided(tranches, { price: '30000', globals })).toBe('join 1');
    expect(
      decided(tranches, { price: '30000', globals: { ...globals, onTrancheLimit: 'reject' } }),
    ).toBe('join 1 over the limit');
  });

  it('at the limit merges the two with the highest PnL, the oldest first', () => {
    const tranches = [
      trancheOf('0.1', '44000'),
      trancheOf('0.1', '46000'),
      trancheOf('0.1', '45000'),
    ];
    const globals = { maxTranchesPerSymbolSide: 3, onTrancheLimit: 'merge' } as const;
    expect(decided(tranches, { price: '30000', globals })).toBe('merge 0+2');
  });

  it('with one open tranche nothing can merge: the fill joins it', () => {
    const one = [trancheOf('0.1', '45000')];
    expect(
      decided(one, {
        price: '30000',
        live: 3,
        globals: { maxTranchesPerSymbolSide: 2, onTrancheLimit: 'merge' },
      }),
    ).toBe('join 0');
  });

  it('opens beyond the limit when every live tranche is closing: nothing can be joined', () => {
    expect(decided([], { price: '45000', live: 5 })).toBe('open');
  });
});

describe('PnL of tranches', () => {
  it('is a percentage of what is held cost', () => {
    const tranches = [trancheOf('0.1', '45000'), trancheOf('0.05', '43000')];
    expect(aggregatePnlPct(tranches, 'LONG', decimal('44000')).toFixed(3)).toBe('-0.752');
    expect(aggregatePnlPct(tranches, 'SHORT', decimal('44000')).toFixed(3)).toBe('0.752');
    expect(text(aggregatePnlPct([], 'LONG', decimal('44000')))).toBe('0');
  });

  it('is exact where the entry price is not', () => {
    const third = trancheOf('3', '0.00000001', { plan: planOf(null, null) });
    third.openedCost = decimal('0.00000002');
    third.entryPrice = third.openedCost.div(third.openedQty);
    expect(text(unrealizedPnl(third, decimal('0.00000001')))).toBe('0.00000001');
    expect(text(aggregatePnlPct([third], 'LONG', decimal('0.00000001')))).toBe('50');
  });

  it('merges those in profit with equal plans that were not opened apart', () => {
    const profit = [
      trancheOf('1', '40'),
      trancheOf('1', '41'),
      trancheOf('1', '39', { separate: true }),
      trancheOf('1', '40', { plan: planOf('9', '9') }),
      trancheOf('1', '50'),
    ];
    expect(mergeGroup(profit, decimal('45'))?.map((tranche) => profit.indexOf(tranche))).toEqual([
      0, 1,
    ]);
    expect(mergeGroup(profit, decimal('40.5'))).toBeNull();
    expect(mergeGroup([], decimal('1'))).toBeNull();
  });
});
