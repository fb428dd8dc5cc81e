import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/model/decimal.js';
import type { TrancheId } from '../../src/model/ids.js';
import { pooledOf, type StopCandidate, shareSlots } from '../../src/positions/stop-budget.js';

const tranches: fc.Arbitrary<StopCandidate[]> = fc
  .array(
    fc.record({ level: fc.integer({ min: 1, max: 12 }), lots: fc.integer({ min: 1, max: 9 }) }),
    {
      maxLength: 30,
    },
  )
  .map((rows) =>
    rows.map(({ level, lots }, openedSeq) => ({
      id: `t${openedSeq}` as TrancheId,
      level: decimal(level),
      quantity: decimal(lots),
      openedSeq,
      orders: 1,
    })),
  );
const side = fc.constantFrom('LONG' as const, 'SHORT' as const);
const slots = fc.integer({ min: 1, max: 12 });

describe('the budget of stops', () => {
  it('is kept, used up, and leaves the tightest their own', () => {
    fc.assert(
      fc.property(tranches, side, slots, (candidates, of, available) => {
        const pooled = pooledOf(candidates, of, available, () => 1);
        const own = candidates.filter((each) => !pooled.includes(each));
        const orders = own.length + (pooled.length > 0 ? 1 : 0);
        expect(orders).toBeLessThanOrEqual(available);
        expect(orders).toBe(Math.min(available, candidates.length));
        for (const loose of pooled) {
          for (const tight of own) {
            const order =
              of === 'LONG' ? tight.level.cmp(loose.level) : loose.level.cmp(tight.level);
            expect(order || loose.openedSeq - tight.openedSeq).toBeGreaterThan(0);
          }
        }
      }),
    );
  });

  it('does not depend on the order in which tranches are looked at', () => {
    fc.assert(
      fc.property(tranches, side, slots, (candidates, of, available) => {
        const forwards = pooledOf(candidates, of, available, () => 1);
        const backwards = pooledOf([...candidates].reverse(), of, available, () => 1);
        expect(backwards).toEqual(forwards);
      }),
    );
  });

  it('shares all slots out, to nobody more than wanted, and takes none away when one wants more', () => {
    const wanted = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(wanted, slots, (counts, available) => {
        const demands = counts.map((count) => ({
          tranches: count,
          orders: count,
          least: Math.min(1, count),
        }));
        const shares = shareSlots(available, demands);
        const total = shares.reduce((sum, share) => sum + share, 0);
        const least = demands.reduce((sum, demand) => sum + demand.least, 0);
        const most = counts.reduce((sum, count) => sum + count, 0);
        expect(total).toBe(Math.min(most, Math.max(available, least)));
        for (const [index, share] of shares.entries()) {
          expect(share).toBeLessThanOrEqual(counts[index] ?? 0);
          expect(share).toBeGreaterThanOrEqual(Math.min(1, counts[index] ?? 0));
        }
        const [first, ...others] = demands;
        if (first === undefined || first.tranches === 0) return;
        const more = { ...first, tranches: first.tranches + 1, orders: first.orders + 1 };
        const [grown = 0] = shareSlots(available, [more, ...others]);
        expect(grown).toBeGreaterThanOrEqual(shares[0] ?? 0);
      }),
    );
  });
});
