import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { TrancheId } from '../../../src/model/ids.js';
import { pooledOf, type StopCandidate, shareSlots } from '../../../src/positions/stop-budget.js';

function candidate(level: number, openedSeq: number, orders = 1): StopCandidate {
  return {
    id: `t${openedSeq}` as TrancheId,
    level: decimal(level),
    quantity: decimal('0.1').times(orders),
    openedSeq,
    orders,
  };
}

const ONE_ORDER = () => 1;
const ids = (candidates: readonly StopCandidate[]): string[] => candidates.map(({ id }) => id);

describe('slots for stops', () => {
  it('are given as wanted while there are enough', () => {
    const demands = [
      { tranches: 3, orders: 5, least: 1 },
      { tranches: 2, orders: 3, least: 1 },
    ];
    expect(shareSlots(8, demands)).toEqual([5, 3]);
  });

  it('are shared by tranches, at least one each', () => {
    const side = (tranches: number) => ({ tranches, orders: tranches, least: 1 });
    expect(shareSlots(8, [side(9), side(3)])).toEqual([6, 2]);
    expect(shareSlots(8, [side(50), side(1)])).toEqual([7, 1]);
    expect(shareSlots(1, [side(5), side(5)])).toEqual([1, 1]);
    expect(shareSlots(8, [side(0), side(20)])).toEqual([0, 8]);
  });
});

describe('tranches that share a stop', () => {
  const five = [44, 43, 45, 41, 42].map((level, index) => candidate(level, index));

  it('are none while all fit', () => {
    expect(pooledOf(five, 'LONG', 5, ONE_ORDER)).toEqual([]);
  });

  it('are those with the loosest levels, the loosest last', () => {
    expect(ids(pooledOf(five, 'LONG', 4, ONE_ORDER))).toEqual(['t4', 't3']);
    expect(ids(pooledOf(five, 'SHORT', 4, ONE_ORDER))).toEqual(['t0', 't2']);
    expect(ids(pooledOf(five, 'LONG', 1, ONE_ORDER))).toEqual(['t2', 't0', 't1', 't4', 't3']);
  });

  it('are the younger of those with equal levels', () => {
    const equal = [candidate(42, 7), candidate(42, 3), candidate(42, 5)];
    expect(ids(pooledOf(equal, 'LONG', 2, ONE_ORDER))).toEqual(['t5', 't7']);
  });

  it('make room for stops in several parts, their own as well', () => {
    const parted = [candidate(45, 0, 3), candidate(44, 1), candidate(43, 2), candidate(42, 3)];
    expect(ids(pooledOf(parted, 'LONG', 5, ONE_ORDER))).toEqual(['t2', 't3']);
    const inTwo = pooledOf(parted, 'LONG', 5, () => 2);
    expect(ids(inTwo)).toEqual(['t1', 't2', 't3']);
  });
});
