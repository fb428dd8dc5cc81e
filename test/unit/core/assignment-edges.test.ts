import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { Tranche } from '../../../src/model/tranche.js';
import {
  type Assignment,
  type AssignmentRequest,
  assign,
  mergeGroup,
  unrealizedPnl,
} from '../../../src/positions/assignment.js';
import { planOf, settingsOf, text, trancheOf } from '../../support/core-values.js';

const STOPPED = planOf('1', '5');
const STOPLESS = planOf('1', null);
/** Far below every entry: a new tranche is wanted, and the limit decides. */
const FALLEN = decimal('30000');

function assigned(open: readonly Tranche[], more: Partial<AssignmentRequest> = {}): Assignment {
  return assign({
    open,
    liveCount: open.length,
    side: 'LONG',
    price: FALLEN,
    plan: STOPPED,
    choice: 'auto',
    settings: settingsOf({ maxTranchesPerSymbolSide: 2 }),
    ...more,
  });
}

function merging(open: readonly Tranche[]): readonly number[] {
  const settings = settingsOf({ maxTranchesPerSymbolSide: 2, onTrancheLimit: 'merge' });
  const assignment = assigned(open, { settings });
  return assignment.kind === 'merge-then-open'
    ? assignment.pair.map((tranche) => open.indexOf(tranche))
    : [];
}

describe('assign, at its edges', () => {
  it('says that a fill joins: by choice, by an equal plan, and at the limit', () => {
    const open = [trancheOf('0.1', '45000'), trancheOf('0.1', '45000')];
    const [older, newer] = open;
    const price = decimal('45000');
    expect(assigned(open, { price, choice: older?.id ?? '' })).toEqual({
      kind: 'join',
      tranche: older,
      overLimit: false,
    });
    const joinsNewer = { kind: 'join', tranche: newer, overLimit: false };
    expect(assigned(open, { price })).toEqual(joinsNewer);
    expect(assigned(open)).toEqual(joinsNewer);
  });

  it('takes the newest by its age, whatever the order of the list', () => {
    const [older, newer] = [trancheOf('0.1', '45000'), trancheOf('0.1', '45000')];
    expect(assigned([newer, older], { price: decimal('45000') })).toMatchObject({ tranche: newer });
  });

  it('at the limit joins no tranche without a stop when the fill wants one', () => {
    const stopped = trancheOf('0.1', '45000', { plan: STOPPED });
    const stopless = trancheOf('0.1', '45000', { plan: STOPLESS });
    expect(assigned([stopped, stopless])).toMatchObject({ kind: 'join', tranche: stopped });
    expect(assigned([stopless, trancheOf('0.1', '45000', { plan: STOPLESS })])).toEqual({
      kind: 'open',
    });
    expect(assigned([stopped, stopless], { plan: STOPLESS })).toMatchObject({ tranche: stopless });
  });

  it('merges the older into the pair first where the newer is the better one', () => {
    const open = ['45000', '44000', '46000'].map((price) => trancheOf('0.1', price));
    expect(merging(open)).toEqual([0, 1]);
  });

  it('merges the two oldest of those with equal PnL', () => {
    const [first, second, third] = ['45000', '45000', '45000'].map((price) =>
      trancheOf('0.1', price),
    );
    if (!first || !second || !third) throw new Error('three are opened');
    expect(merging([third, second, first])).toEqual([2, 1]);
  });
});

describe('PnL and merging, at their edges', () => {
  it('a SHORT gains where a LONG loses', () => {
    const short = trancheOf('2', '100', { side: 'SHORT' });
    expect(text(unrealizedPnl(short, decimal('90')))).toBe('20');
    expect(text(unrealizedPnl(short, decimal('101')))).toBe('-2');
  });

  it('merges the group of the oldest, oldest first, whatever the order of the list', () => {
    const other = planOf('9', '9');
    const old = [trancheOf('1', '40', { plan: other }), trancheOf('1', '40', { plan: other })];
    const young = [trancheOf('1', '40'), trancheOf('1', '40')];
    const group = mergeGroup([...young, ...[...old].reverse()], decimal('45'));
    expect(group?.map(({ id }) => id)).toEqual(old.map(({ id }) => id));
  });
});
