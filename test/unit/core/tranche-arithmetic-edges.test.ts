import { describe, expect, it } from 'vitest';
import { decimal, ZERO } from '../../../src/model/decimal.js';
import type { Exit, Tranche } from '../../../src/model/tranche.js';
import { exitLevels } from '../../../src/positions/exit-levels.js';
import {
  applyExit,
  joinTranche,
  mergeTranches,
  relevel,
} from '../../../src/positions/tranche-arithmetic.js';
import { instrumentOf, intakeOf, planOf, text, trancheOf } from '../../support/core-values.js';

const GRID = instrumentOf();

function exitOf(quantity: string, more: Partial<Exit> = {}): Exit {
  return {
    reason: 'take-profit',
    level: null,
    orderId: 'x',
    role: 'take-profit',
    slot: 0,
    quantity: decimal(quantity),
    price: decimal('46000'),
    fee: ZERO,
    time: 2,
    ...more,
  };
}

function sourcesOf(tranche: Tranche): readonly string[] {
  return tranche.sources.map(
    ({ orderId, quantity, cost, fees }) =>
      `${orderId}: ${text(quantity)} for ${text(cost)}, fees ${text(fees)}`,
  );
}

describe('a new tranche', () => {
  it('is open, has taken nothing in any slot, and begins every generation at zero', () => {
    expect(trancheOf('0.1', '45000')).toMatchObject({
      state: 'OPEN',
      takenBySlot: [ZERO],
      nextGeneration: { 'stop-loss': 0, 'take-profit': 0, close: 0 },
      exits: [],
      closing: null,
      mergedInto: null,
    });
  });
});

describe('what cannot be', () => {
  it.each([
    ['a tranche opens with a quantity above zero', () => trancheOf('0', '1')],
    [
      'a join adds a quantity above zero',
      () => joinTranche(trancheOf('1', '100'), intakeOf('b', '0', '1'), GRID, 2),
    ],
    ['an exit takes a quantity above zero', () => applyExit(trancheOf('1', '100'), exitOf('0'), 2)],
    [
      'an exit never takes more than the tranche holds',
      () => applyExit(trancheOf('1', '100'), exitOf('2'), 2),
    ],
    ['a merge needs two tranches', () => mergeTranches([trancheOf('1', '100')], GRID, 2)],
    ['a merge needs two tranches', () => mergeTranches([], GRID, 2)],
  ])('is named: %s', (statement, act) => {
    expect(act).toThrow(statement);
  });
});

describe('exits, at their edges', () => {
  it('of one slot add up; those of no slot count for none', () => {
    const tranche = trancheOf('1', '45000');
    applyExit(tranche, exitOf('0.2'), 2);
    applyExit(tranche, exitOf('0.3'), 3);
    applyExit(tranche, exitOf('0.1', { role: 'close' }), 4);
    applyExit(tranche, exitOf('0.1', { slot: 2 }), 5);
    expect([text(tranche.takenBySlot[0]), text(tranche.takenBySlot[2])]).toEqual(['0.5', '0.1']);
    expect(tranche.updatedAt).toBe(5);
  });

  it('that take everything leave entry price and levels as they were', () => {
    const tranche = trancheOf('1', '45000');
    const { levels } = tranche;
    applyExit(tranche, exitOf('1'), 2);
    relevel(tranche, GRID);
    expect([text(tranche.entryPrice), tranche.levels]).toEqual(['45000', levels]);
  });
});

describe('merging, source by source', () => {
  it('adds what both have from one order, and takes over the rest', () => {
    const survivor = trancheOf('1', '100', { orderId: 'shared', fee: '1' });
    const other = trancheOf('2', '110', { orderId: 'own', fee: '2' });
    joinTranche(other, intakeOf('shared', '3', '120', '4'), GRID, 2);
    mergeTranches([survivor, other], GRID, 9);
    expect(sourcesOf(survivor)).toEqual(['shared: 4 for 460, fees 5', 'own: 2 for 220, fees 2']);
    expect(sourcesOf(other)).toEqual([]);
  });

  it('splits what was left over the sources by their share', () => {
    const survivor = trancheOf('1', '100', { orderId: 'first' });
    const other = trancheOf('1', '100', { orderId: 'a', fee: '1' });
    joinTranche(other, intakeOf('b', '3', '100', '3'), GRID, 2);
    applyExit(other, exitOf('2'), 3);
    mergeTranches([survivor, other], GRID, 9);
    expect(sourcesOf(survivor)).toEqual([
      'first: 1 for 100, fees 0',
      'a: 0.5 for 50, fees 0.5',
      'b: 1.5 for 150, fees 1.5',
    ]);
    /** What it had sold stays with it, and what that had cost. */
    expect(sourcesOf(other)).toEqual(['a: 0.5 for 50, fees 0.5', 'b: 1.5 for 150, fees 1.5']);
  });
});

describe('exitLevels, at its edges', () => {
  it('takes an absolute price as it is, rounded to the grid', () => {
    const levels = exitLevels(
      {
        ...planOf(null, null),
        takeProfits: [{ level: { kind: 'price', price: '46000.04' }, portion: '1' }],
        stopLoss: { kind: 'price', price: '44000.04' },
      },
      'LONG',
      decimal('45000'),
      GRID,
    );
    expect([text(levels.takeProfits[0]?.price), text(levels.stopLoss)]).toEqual([
      '46000',
      '44000.1',
    ]);
  });

  it.each([
    ['take-profit', 'by its percentage', 'SHORT', '100', planOf('100', null)],
    ['take-profit', 'by rounding', 'SHORT', '100', planOf('99.99', null)],
    ['stop-loss', 'by its percentage', 'LONG', '100', planOf(null, '100')],
    ['stop-loss', 'by rounding', 'SHORT', '0.05', planOf(null, '1')],
  ] as const)('names the %s that is zero %s, and what to do', (name, _how, side, entry, plan) => {
    const act = () => exitLevels(plan, side, decimal(entry), GRID);
    expect(act).toThrow(`The ${name} level of BTCUSDT`);
    expect(act).toThrow('a price above zero');
    expect(act).toThrow('Give a smaller percentage');
  });
});
