import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriceHistory } from '../../../src/cli/serve/price-history.js';
import { PAGE_POINTS_MAX, PAGE_TICKS_KEPT } from '../../../src/limits.js';

const ticks = fc.array(
  fc.record({
    price: fc.integer({ min: 1, max: 50 }),
    afterMs: fc.integer({ min: 0, max: 3_000 }),
  }),
  { maxLength: 300 },
);

describe('PriceHistory', () => {
  it('leaves out no price: each lies in the band of its second', () => {
    fc.assert(
      fc.property(ticks, (given) => {
        const history = new PriceHistory();
        const bySecond = new Map<number, number[]>();
        let now = 0;
        for (const { price, afterMs } of given) {
          now += afterMs;
          history.add(price, now, now);
          const second = Math.floor(now / 1_000) * 1_000;
          bySecond.set(second, [...(bySecond.get(second) ?? []), price]);
        }
        expect(history.since(0)).toEqual(
          [...bySecond].map(([second, prices]) => [
            second,
            prices.at(-1),
            Math.min(...prices),
            Math.max(...prices),
          ]),
        );
      }),
    );
  });

  it('tells from a time on, the last second again as it grew', () => {
    const history = new PriceHistory();
    for (const [price, now] of [
      [10, 500],
      [12, 1_500],
      [11, 1_600],
      [9, 2_100],
    ] as const) {
      history.add(price, now, now);
    }
    expect(history.since(1_000)).toEqual([
      [1_000, 11, 11, 12],
      [2_000, 9, 9, 9],
    ]);
    history.add(13, 2_900, 2_900);
    expect(history.since(2_000)).toEqual([[2_000, 13, 9, 13]]);
  });

  it('keeps no more than it may', () => {
    const history = new PriceHistory();
    for (let second = 0; second < PAGE_POINTS_MAX + 50; second += 1) {
      history.add(second + 1, second * 1_000, second);
    }
    expect(history.since(0)).toHaveLength(PAGE_POINTS_MAX + 1);
  });

  it('knows when a price came, the latest time, while it is kept', () => {
    const history = new PriceHistory();
    expect(history.lastReceivedAt).toBeNull();
    history.add(10, 0, 1);
    history.add(11, 0, 2);
    history.add(10, 0, 3);
    expect(history.receivedAt(10)).toBe(3);
    expect(history.receivedAt(11)).toBe(2);
    expect(history.receivedAt(12)).toBeNull();
    for (let tick = 0; tick < PAGE_TICKS_KEPT; tick += 1) history.add(99, 0, 4 + tick);
    expect(history.receivedAt(11)).toBeNull();
    expect(history.lastReceivedAt).toBe(3 + PAGE_TICKS_KEPT);
  });

  it('takes a clock that goes back for the same second', () => {
    const history = new PriceHistory();
    history.add(10, 5_000, 1);
    history.add(8, 3_000, 2);
    expect(history.since(0)).toEqual([[5_000, 8, 8, 10]]);
  });
});
