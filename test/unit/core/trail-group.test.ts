import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, ONE } from '../../../src/model/decimal.js';
import type { TrancheId } from '../../../src/model/ids.js';
import { TrailGroup, TrailMember } from '../../../src/triggers/trail-group.js';

/** In the order of their exact values; doubles tell only three of them apart. */
const CALLBACKS = [
  '0.99999999999999999999',
  '1',
  '1.00000000000000000000000000000000001',
  '1.00000000000000000000000000000000002',
  '1.00000000000000000001',
  '2',
  '2.00000000000000000001',
  '5',
];

function member(order: number): TrailMember {
  return new TrailMember({
    trancheId: `t${order}` as TrancheId,
    side: 'LONG',
    callbackPct: decimal(CALLBACKS[order]!),
    levelAt: () => ONE,
    tickSize: 1,
  });
}

const order = fc.nat(CALLBACKS.length - 1);

describe('TrailGroup', () => {
  it('has the smallest callback first while members come, leave and move in from other groups', () => {
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: order }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat(60) }) },
      { weight: 1, arbitrary: fc.record({ absorb: fc.array(order, { maxLength: 12 }) }) },
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120, size: 'max' }), (acts) => {
        const group = new TrailGroup(1, null);
        const model = new Map<TrailMember, number>();
        const add = (into: TrailGroup, of: number) => {
          const added = member(of);
          into.add(added);
          model.set(added, of);
        };
        for (const one of acts) {
          if ('add' in one) add(group, one.add);
          else if ('absorb' in one) {
            const other = new TrailGroup(1, null);
            for (const each of one.absorb) add(other, each);
            group.absorb(other);
          } else {
            const gone = [...model.keys()][one.remove];
            if (gone === undefined) continue;
            group.remove(gone);
            model.delete(gone);
            expect(gone.group).toBe(null);
          }
          expect(group.size).toBe(model.size);
          expect(group.reach).toBe(group.first?.reach ?? Number.POSITIVE_INFINITY);
          if (group.first) expect(model.get(group.first)).toBe(Math.min(...model.values()));
        }
        expect([...model.keys()].every((each) => each.group === group)).toBe(true);
        const left = [...model.values()].sort((a, b) => a - b);
        for (const expected of left) {
          const { first } = group;
          expect(model.get(first!)).toBe(expected);
          group.remove(first!);
        }
        expect(group.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
