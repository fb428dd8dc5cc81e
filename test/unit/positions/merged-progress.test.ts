import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, ZERO } from '../../../src/model/decimal.js';
import type { StopRule } from '../../../src/model/exit-plan.js';
import { type ExitProgress, NO_PROGRESS } from '../../../src/model/exit-progress.js';
import type { PositionSide } from '../../../src/model/side.js';
import { mergedProgress } from '../../../src/positions/merged-progress.js';
import { mergeTranches } from '../../../src/positions/tranche-arithmetic.js';
import { instrumentOf, planOf, text, trancheOf } from '../../support/core-values.js';
import { exitProgresses } from '../../support/exit-arbitraries.js';

const SIDES: readonly PositionSide[] = ['LONG', 'SHORT'];

function progressOf(changes: Partial<ExitProgress> = {}): ExitProgress {
  return { ...NO_PROGRESS, ...changes };
}

function ratchet(level: string, rule: StopRule = 'stop-loss'): Pick<ExitProgress, 'ratchet'> {
  return { ratchet: { level: decimal(level), rule } };
}

describe('the progress of merged tranches', () => {
  it.each([
    ['LONG', '103', 'breakeven'],
    ['SHORT', '101', 'trailing-stop'],
  ] as const)('has the tightest stop of all: %s', (side, level, rule) => {
    const all = [
      progressOf(ratchet('102')),
      progressOf(ratchet('103', 'breakeven')),
      progressOf(),
      progressOf(ratchet('101', 'trailing-stop')),
    ];
    for (const [at, survivor] of all.entries()) {
      const merged = mergedProgress(survivor, all.toSpliced(at, 1), side);
      expect([text(merged.ratchet?.level), merged.ratchet?.rule]).toEqual([level, rule]);
    }
  });

  it('names the rule of the survivor where two stops are equal', () => {
    const [ours, theirs] = [ratchet('102', 'breakeven'), ratchet('102', 'trailing-stop')];
    const merged = mergedProgress(progressOf(ours), [progressOf(theirs)], 'LONG');
    expect(merged.ratchet?.rule).toBe('breakeven');
  });

  it.each([
    ['LONG', '112'],
    ['SHORT', '108'],
  ] as const)('has the best price of those whose trail is armed: %s', (side, best) => {
    const peaks = [null, '110', '112', '108'].map((peak) =>
      progressOf({ peak: peak === null ? null : decimal(peak) }),
    );
    for (const [at, survivor] of peaks.entries())
      expect(text(mergedProgress(survivor, peaks.toSpliced(at, 1), side).peak)).toBe(best);
    expect(mergedProgress(progressOf(), [progressOf()], side).peak).toBeNull();
  });

  it('plans the take-profit of volatility anew: its distance was from another entry', () => {
    const asked = progressOf({ volatilityTakeProfit: decimal('110') });
    expect(mergedProgress(asked, [asked], 'LONG').volatilityTakeProfit).toBeNull();
  });

  it('has reached breakeven when one of them has', () => {
    const [reached, not] = [progressOf({ breakevenReached: true }), progressOf()];
    expect(mergedProgress(reached, [not], 'LONG').breakevenReached).toBe(true);
    expect(mergedProgress(not, [reached], 'LONG').breakevenReached).toBe(true);
    expect(mergedProgress(not, [not], 'LONG').breakevenReached).toBe(false);
  });

  it('is done with the time limit when all of them are', () => {
    const [done, not] = [progressOf({ timeLimitDone: true }), progressOf()];
    expect(mergedProgress(done, [not], 'LONG').timeLimitDone).toBe(false);
    expect(mergedProgress(not, [done], 'LONG').timeLimitDone).toBe(false);
    expect(mergedProgress(done, [done, done], 'LONG').timeLimitDone).toBe(true);
  });

  it('keeps the range of the survivor, and follows the levels from the first again', () => {
    const survivor = progressOf({ averageRange: decimal('7'), levelsTaken: 2 });
    const absorbed = progressOf({ averageRange: decimal('9'), levelsTaken: 3 });
    const merged = mergedProgress(survivor, [absorbed], 'LONG');
    expect([text(merged.averageRange), merged.levelsTaken]).toEqual(['7', 0]);
  });

  it('has no looser stop, no farther target and no other funding than any of them', () => {
    const some = fc.array(exitProgresses, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(exitProgresses, some, fc.constantFrom(...SIDES), (survivor, absorbed, side) => {
        const merged = mergedProgress(survivor, absorbed, side);
        const sign = side === 'LONG' ? 1 : -1;
        let paid = ZERO;
        for (const one of [survivor, ...absorbed]) {
          paid = paid.plus(one.fundingPaid);
          if (one.ratchet) expect(merged.ratchet?.level.cmp(one.ratchet.level)).not.toBe(-sign);
          if (one.peak) expect(merged.peak?.cmp(one.peak)).not.toBe(-sign);
          if (one.volatilityTakeProfit)
            expect(merged.volatilityTakeProfit?.cmp(one.volatilityTakeProfit)).not.toBe(sign);
        }
        expect(text(merged.fundingPaid)).toBe(text(paid));
      }),
    );
  });
});

describe('merging tranches', () => {
  const grid = instrumentOf();
  const tranches = (side: PositionSide) =>
    ['3', '-1', '0.5'].map((paid, at) =>
      Object.assign(trancheOf('0.1', '45000', { side, plan: planOf('1', '5') }), {
        progress: progressOf({
          ...ratchet(`${44_000 + at * 100}`, 'trailing-stop'),
          fundingPaid: decimal(paid),
        }),
      }),
    );

  it('counts the fees for holding once: those of the absorbed go to the survivor', () => {
    const { survivor, absorbed } = mergeTranches(tranches('LONG'), grid, 9);
    expect(text(survivor.progress.fundingPaid)).toBe('2.5');
    expect(absorbed.map(({ progress }) => text(progress.fundingPaid))).toEqual(['0', '0']);
    expect(absorbed.map(({ progress }) => text(progress.ratchet?.level))).toEqual([
      '44100',
      '44200',
    ]);
  });

  it('puts the tightest stop in force at once, under the name of its rule', () => {
    const { survivor } = mergeTranches(tranches('LONG'), grid, 9);
    const { stopLoss, guard, stopRule } = survivor.levels;
    expect([text(stopLoss), text(guard), stopRule]).toEqual(['44200', '44200', 'trailing-stop']);
    const short = mergeTranches(tranches('SHORT'), grid, 9).survivor.levels;
    expect([text(short.stopLoss), text(short.guard)]).toEqual(['44000', '44000']);
  });
});
