import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { TrancheId } from '../../../src/model/ids.js';
import { LevelHeap } from '../../../src/triggers/level-heap.js';
import { type ArmedLevel, type LevelHandle, PriceBook } from '../../../src/triggers/price-book.js';

function level(
  price: string,
  direction: 'up' | 'down',
  rule: ArmedLevel['rule'] = 'stop-loss',
  id = price,
): ArmedLevel {
  return { trancheId: id as TrancheId, rule, slot: 0, price: decimal(price), direction };
}

describe('LevelHeap', () => {
  it('gives keys in rising order, whatever the order of arming', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(0, -0, 1, 1, -5), fc.double({ noNaN: true }))),
        (keys) => {
          const heap = new LevelHeap();
          for (const [id, key] of keys.entries()) heap.add(id, key);
          const taken: number[] = [];
          while (heap.size > 0) {
            taken.push(heap.minKey);
            heap.remove(heap.minId);
          }
          /** Negative zero is zero for a price. */
          expect(taken.map((key) => key + 0)).toEqual(
            [...keys].map((key) => key + 0).sort((a, b) => a - b),
          );
        },
      ),
    );
  });

  it('stays in order while entries are removed from its middle', () => {
    const act = fc.record({ id: fc.nat(40), key: fc.integer({ min: -5, max: 5 }) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const heap = new LevelHeap();
        const model = new Map<number, number>();
        for (const { id, key } of acts) {
          if (model.has(id)) {
            heap.remove(id);
            model.delete(id);
          } else {
            heap.add(id, key);
            model.set(id, key);
          }
          expect(heap.size).toBe(model.size);
          expect(heap.has(id)).toBe(model.has(id));
          expect(heap.minKey).toBe(Math.min(...model.values()));
          if (model.size > 0) expect(model.get(heap.minId)).toBe(heap.minKey);
        }
      }),
    );
  });

  it('refuses to arm twice and to remove what is not there', () => {
    const heap = new LevelHeap();
    heap.add(3, 1);
    expect(() => heap.add(3, 2)).toThrow(expect.objectContaining({ code: 'INVARIANT_BROKEN' }));
    expect(() => heap.remove(4)).toThrow(expect.objectContaining({ code: 'INVARIANT_BROKEN' }));
  });
});

describe('PriceBook', () => {
  const price = fc.constantFrom('1', '1.1', '1.10', '2', '3', '2.5', '0.00000001', '123456.7');
  const act = fc.oneof(
    fc.record({ do: fc.constant('arm' as const), price, up: fc.boolean() }),
    fc.record({ do: fc.constant('disarm' as const), index: fc.nat(30) }),
    fc.record({ do: fc.constant('take' as const), price }),
  );

  it('hits exactly what a scan of all levels hits, with equal prices and after re-arming', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const book = new PriceBook(10);
        const armed = new Map<LevelHandle, ArmedLevel>();
        let count = 0;
        for (const one of acts) {
          if (one.do === 'arm') {
            count += 1;
            const added = level(one.price, one.up ? 'up' : 'down', 'stop-loss', `t${count}`);
            armed.set(book.arm(added), added);
          } else if (one.do === 'disarm') {
            const handle = [...armed.keys()][one.index];
            if (handle === undefined) continue;
            book.disarm(handle);
            armed.delete(handle);
          } else {
            const at = decimal(one.price);
            const expected = [...armed].filter(([, each]) =>
              each.direction === 'up' ? at.gte(each.price) : at.lte(each.price),
            );
            const quiet = book.acceptQuiet(Number(one.price), 0, 0);
            const hits = book.takeHits(at);
            expect(new Set(hits)).toEqual(new Set(expected.map(([, each]) => each)));
            expect(hits).toHaveLength(expected.length);
            if (quiet) expect(hits).toEqual([]);
            for (const [handle] of expected) armed.delete(handle);
          }
          expect(book.armedCount).toBe(armed.size);
        }
      }),
    );
  });

  it('decides on exact decimals where doubles cannot tell two prices apart', () => {
    const book = new PriceBook(10);
    const almost = level('100.000000000000000001', 'up');
    book.arm(almost);
    expect(Number('100.000000000000000001')).toBe(100);
    expect(book.takeHits(decimal('100'))).toEqual([]);
    expect(book.armedCount).toBe(1);
    expect(book.takeHits(decimal('100.000000000000000001'))).toEqual([almost]);
  });

  it('gives stops before take-profits when one price passes both', () => {
    const book = new PriceBook(10);
    const profit = level('10', 'up', 'take-profit', 'a');
    const stop = level('12', 'down', 'stop-loss', 'b');
    book.arm(profit);
    book.arm(stop);
    expect(book.takeHits(decimal('11'))).toEqual([stop, profit]);
  });

  it('accepts quietly only what is inside the band, not late, and hits nothing', () => {
    const book = new PriceBook(10);
    expect(book.acceptQuiet(100, 5, 0)).toBe(false);
    book.accept(100, 5, 0);
    book.arm(level('105', 'up'));
    expect(book.acceptQuiet(104.9, 5, 1)).toBe(true);
    expect(book.acceptQuiet(105, 6, 1)).toBe(false);
    expect(book.acceptQuiet(90, 6, 1)).toBe(false);
    expect(book.acceptQuiet(Number.NaN, 6, 1)).toBe(false);
    expect(book.acceptQuiet(101, 4, 1)).toBe(false);
    expect(book.last).toBe(104.9);
    expect(book.lastReceivedAt).toBe(1);
  });

  it('takes the price of a fill until the feed speaks, and calls it inferred', () => {
    const book = new PriceBook(10);
    book.acceptInferred(100, 3, 0);
    expect([book.last, book.isInferred, book.insideBand(109), book.insideBand(111)]).toEqual([
      100,
      true,
      true,
      false,
    ]);
    expect(book.acceptQuiet(101, 1, 4)).toBe(true);
    expect(book.isInferred).toBe(false);
  });

  it('forgets a handle once: disarming twice, or after a hit, changes nothing', () => {
    const book = new PriceBook(10);
    const handle = book.arm(level('10', 'up'));
    expect(book.isArmed(handle)).toBe(true);
    book.takeHits(decimal('11'));
    expect(book.isArmed(handle)).toBe(false);
    book.disarm(handle);
    book.disarm(handle);
    const again = book.arm(level('12', 'up'));
    expect(again).toBe(handle);
    expect(book.armedCount).toBe(1);
  });
});
