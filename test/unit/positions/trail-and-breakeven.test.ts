import { describe, expect, it } from 'vitest';
import { type Decimal, decimal } from '../../../src/model/decimal.js';
import type { BreakevenRule } from '../../../src/model/exit-plan.js';
import type { PositionSide } from '../../../src/model/side.js';
import {
  breakevenActivation,
  breakevenAfterMove,
  breakevenLevel,
} from '../../../src/positions/breakeven.js';
import { awaitedStop, progressUnder } from '../../../src/positions/standing-rules.js';
import { trailLevel, trailStep } from '../../../src/positions/trailing.js';
import { relevel, relevelAt, replan } from '../../../src/positions/tranche-arithmetic.js';
import { instrumentOf, planOf, text, trancheOf } from '../../support/core-values.js';

const GRID = instrumentOf({ tickSize: '1' });
const trail = (callbackPct: string, stepPct: string | null = null) => ({
  activationPct: null,
  callbackPct,
  stepPct,
});
const rule = (percent: string, more: Partial<BreakevenRule> = {}): BreakevenRule => ({
  trigger: { kind: 'percent', percent },
  offsetPct: '0',
  includeFees: false,
  followLevels: false,
  ...more,
});
const levelOf = (callback: string, peak: string, side: PositionSide) =>
  text(trailLevel(trail(callback), decimal(peak), side, GRID));

describe('the level of a trail', () => {
  it('is rounded like a stop', () => {
    expect(levelOf('1', '1010', 'LONG')).toBe('1000');
    expect(levelOf('1', '1050', 'LONG')).toBe('1040');
    expect(levelOf('1', '1050', 'SHORT')).toBe('1060');
  });

  it.each([
    ['0.0001', '1000', '999', '1001'],
    ['0.099', '1000', '999', '1001'],
    ['0.1', '1000', '999', '1001'],
    ['0.15', '1000', '999', '1001'],
    /** An average that lies between two ticks. */
    ['0.0001', '1000.5', '1000', '1001'],
  ])('with %s %% of %s is a tick or more behind the best price', (callback, peak, long, short) => {
    expect(levelOf(callback, peak, 'LONG')).toBe(long);
    expect(levelOf(callback, peak, 'SHORT')).toBe(short);
  });

  it('moves in steps of a tenth of the callback, or as asked, and of a tick at least', () => {
    const step = (callback: string, stepPct: string | null, side: PositionSide) =>
      text(trailStep(trail(callback, stepPct), decimal('1000'), side, GRID));
    expect(step('5', null, 'LONG')).toBe('1005');
    expect(step('5', null, 'SHORT')).toBe('995');
    expect(step('5', '2', 'LONG')).toBe('1020');
    expect(step('5', '0.001', 'LONG')).toBe('1001');
    expect(step('5', '0.001', 'SHORT')).toBe('999');
  });
});

describe('breakeven', () => {
  it('is activated a percentage from the entry, exact', () => {
    const entered = (side: PositionSide) =>
      trancheOf('1', '1000.3', { side, plan: planOf(null, '5'), instrument: GRID });
    expect(text(breakevenActivation(rule('1'), entered('LONG'), GRID))).toBe('1010.303');
    expect(text(breakevenActivation(rule('1'), entered('SHORT'), GRID))).toBe('990.297');
    const level = rule('1', { trigger: { kind: 'level', level: 1 } });
    expect(breakevenActivation(level, entered('LONG'), GRID)).toBeNull();
  });

  it.each([
    ['LONG', '1003', '1004'],
    ['SHORT', '998', '997'],
  ] as const)('of a %s with fees is activated beyond the stop', (side, level, activation) => {
    /** 0.1 % in and as much out: two of a thousand, and a bit of a third. */
    const tranche = trancheOf('1', '1000', {
      side,
      plan: planOf(null, '5'),
      fee: '1',
      instrument: GRID,
    });
    const withFees = rule('0.1', { includeFees: true });
    expect(text(breakevenLevel(withFees, tranche, GRID))).toBe(level);
    expect(text(breakevenActivation(withFees, tranche, GRID))).toBe(activation);
    expect(text(breakevenActivation(rule('5', { includeFees: true }), tranche, GRID))).toBe(
      side === 'LONG' ? '1050' : '950',
    );
  });

  it('with fees counts what was paid for holding', () => {
    const tranche = trancheOf('2', '1000', { plan: planOf(null, '5'), instrument: GRID });
    const withFees = rule('1', { includeFees: true });
    expect(text(breakevenLevel(withFees, tranche, GRID))).toBe('1000');
    tranche.progress = { ...tranche.progress, fundingPaid: decimal('7') };
    /** 3.5 for each of the two. */
    expect(text(breakevenLevel(withFees, tranche, GRID))).toBe('1004');
    tranche.progress = { ...tranche.progress, fundingPaid: decimal('-7') };
    expect(text(breakevenLevel(withFees, tranche, GRID))).toBe('997');
  });

  it.each([
    ['LONG', '1001', true],
    ['LONG', '1000', false],
    ['LONG', '999', false],
    ['SHORT', '999', true],
    ['SHORT', '1000', false],
    ['SHORT', '1001', false],
  ] as const)(
    'of a %s after a move with the price at %s stays reached: %s',
    (side, price, stays) => {
      const plan = { ...planOf(null, '5'), breakeven: rule('1') };
      const tranche = trancheOf('1', '1000', { side, plan, instrument: GRID });
      tranche.progress = { ...tranche.progress, breakevenReached: true };
      expect(breakevenAfterMove(tranche, GRID, decimal(price)).breakevenReached).toBe(stays);
    },
  );

  it('that was not reached is not reached by a move', () => {
    const plan = { ...planOf(null, '5'), breakeven: rule('1') };
    const tranche = trancheOf('1', '1000', { plan, instrument: GRID });
    expect(breakevenAfterMove(tranche, GRID, decimal('1100'))).toBe(tranche.progress);
  });

  it('stays where nobody knows the price', () => {
    const plan = { ...planOf(null, '5'), breakeven: rule('1') };
    const tranche = trancheOf('1', '1000', { plan, instrument: GRID });
    tranche.progress = { ...tranche.progress, breakevenReached: true };
    relevel(tranche, GRID);
    expect(tranche.progress.breakevenReached).toBe(true);
    expect(text(tranche.levels.guard)).toBe('950');
    expect(text(awaitedStop(tranche, GRID))).toBe('1000');
    relevelAt(tranche, GRID, decimal('1001'));
    expect(text(tranche.levels.guard)).toBe('1000');
    expect(awaitedStop(tranche, GRID)).toBeNull();
  });

  it.each([
    ['LONG', '1000', '950'],
    ['LONG', '1001', '1000'],
    ['SHORT', '1000', '1050'],
    ['SHORT', '999', '1000'],
  ] as const)(
    'of a %s is set only where the price is beyond it: at %s the stop is %s',
    (side, price, guard) => {
      const plan = { ...planOf(null, '5'), breakeven: rule('1') };
      const tranche = trancheOf('1', '1000', { side, plan, instrument: GRID });
      tranche.progress = { ...tranche.progress, breakevenReached: true };
      relevelAt(tranche, GRID, decimal(price));
      expect(text(tranche.levels.guard)).toBe(guard);
      /** Whatever the price does then, it stays. */
      relevelAt(tranche, GRID, null);
      expect(text(tranche.levels.guard)).toBe(guard);
    },
  );
});

describe('progress under another plan', () => {
  it('arms a trail that begins at once, and not one that waits', () => {
    const tranche = trancheOf('1', '1000', { plan: planOf(null, '5'), instrument: GRID });
    const under = (activationPct: string | null, price: Decimal | null) =>
      progressUnder(
        { ...tranche.plan, trailingStop: { ...trail('1'), activationPct } },
        tranche,
        price,
      );
    expect(text(under(null, null).peak)).toBe('1000');
    /** What was lost before the rule was there, it has not seen. */
    expect(text(under(null, decimal('980')).peak)).toBe('980');
    expect(under('2', null).peak).toBeNull();
  });

  it('sets the ratchet anew from the rules that stay', () => {
    const plan = { ...planOf(null, '5'), trailingStop: trail('1') };
    const tranche = trancheOf('1', '1000', { plan, instrument: GRID });
    tranche.progress = { ...tranche.progress, peak: decimal('1100') };
    relevelAt(tranche, GRID, null);
    expect(text(tranche.levels.guard)).toBe('1089');
    replan(tranche, { ...plan, trailingStop: trail('5') }, GRID, decimal('1095'));
    expect(text(tranche.levels.guard)).toBe('1045');
    replan(tranche, planOf(null, '5'), GRID, null);
    expect(text(tranche.levels.guard)).toBe('950');
    expect(tranche.progress.ratchet).toBeNull();
  });

  it('is the same where the plan is', () => {
    const tranche = trancheOf('1', '1000', { plan: planOf('1', '5'), instrument: GRID });
    expect(progressUnder({ ...tranche.plan }, tranche, null)).toBe(tranche.progress);
  });
});
