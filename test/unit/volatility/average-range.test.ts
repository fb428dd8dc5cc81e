import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BARS_FETCH_MAX } from '../../../src/limits.js';
import type { PriceBar } from '../../../src/model/price-bar.js';
import { AverageRange, warmUpBars } from '../../../src/volatility/average-range.js';

const BAR_MS = 60_000;

function bar(index: number, prices: Partial<PriceBar> = {}): PriceBar {
  return { startTime: index * BAR_MS, open: 10, high: 12, low: 9, close: 11, ...prices };
}

function averageOf(period: number, bars: readonly PriceBar[]): AverageRange {
  const average = new AverageRange(BAR_MS, period);
  for (const one of bars) average.add(one);
  return average;
}

/** Wilder's formula, written down anew. */
function wilder(period: number, bars: readonly PriceBar[]): number | null {
  const ranges = bars.map(({ high, low }, index) => {
    const before = bars[index - 1]?.close;
    if (before === undefined) return high - low;
    return Math.max(high, before) - Math.min(low, before);
  });
  if (ranges.length < period) return null;
  let average = ranges.slice(0, period).reduce((sum, range) => sum + range, 0) / period;
  for (const range of ranges.slice(period)) average = (average * (period - 1) + range) / period;
  return average;
}

const bars: fc.Arbitrary<PriceBar[]> = fc
  .array(
    fc.record({
      prices: fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), {
        minLength: 4,
        maxLength: 4,
      }),
      skip: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 60 },
  )
  .map((given) => {
    let index = 0;
    return given.map(({ prices, skip }) => {
      index += skip;
      const [low, open, close, high] = [...prices].sort((a, b) => a - b) as [
        number,
        number,
        number,
        number,
      ];
      return bar(index, { low, open, close, high });
    });
  });

describe('an average range', () => {
  it('has no value before there were as many bars as its period', () => {
    const average = averageOf(3, [bar(1), bar(2)]);
    expect(average.value).toBeNull();
    expect(average.add(bar(3))).toBe(true);
    expect(average.value).toBe(3);
  });

  it('begins with the plain average, and follows each further bar by one part in its period', () => {
    const first = bar(1, { open: 100, high: 104, low: 100, close: 100 });
    const second = bar(2, { open: 100, high: 102, low: 100, close: 101 });
    // The close before it lies outside of this one: the leap counts.
    const third = bar(3, { open: 110, high: 111, low: 109, close: 110 });
    expect(averageOf(2, [first, second]).value).toBe(3);
    expect(averageOf(2, [first, second, third]).value).toBe(6.5);
  });

  it('is zero where the price did not move', () => {
    const flat = { open: 5, high: 5, low: 5, close: 5 };
    expect(averageOf(2, [bar(1, flat), bar(2, flat)]).value).toBe(0);
  });

  it('equals the formula', () => {
    fc.assert(
      fc.property(bars, fc.integer({ min: 2, max: 20 }), (given, period) => {
        const expected = wilder(period, given);
        const { value, lastBarTime } = averageOf(period, given);
        expect(lastBarTime).toBe(given.at(-1)?.startTime ?? null);
        if (expected === null) expect(value).toBeNull();
        else expect(Math.abs((value ?? 0) - expected)).toBeLessThanOrEqual(1e-9 * expected);
      }),
    );
  });

  it('counts each stretch of time once, and goes forward only', () => {
    const picks = fc.array(fc.nat(), { maxLength: 30 });
    fc.assert(
      fc.property(bars, picks, (given, repeated) => {
        const average = new AverageRange(BAR_MS, 3);
        for (const [index, one] of given.entries()) {
          expect(average.add(one)).toBe(true);
          const old = given[(repeated[index] ?? index) % (index + 1)] as PriceBar;
          expect(average.add({ ...old, high: old.high * 2 })).toBe(false);
          expect(average.add({ ...old, startTime: old.startTime + BAR_MS, partial: true })).toBe(
            false,
          );
        }
        expect(average.value).toBe(averageOf(3, given).value);
        expect(average.lastBarTime).toBe(given.at(-1)?.startTime ?? null);
      }),
    );
  });

  it('takes a bar that was built as one that was given', () => {
    const built = { ...bar(1), partial: false };
    expect(averageOf(1, [built]).value).toBe(3);
  });

  it.each([
    ['high below low', { high: 8, open: 8, close: 8 }],
    ['an open outside', { open: 13 }],
    ['an open below', { open: 8 }],
    ['a close outside', { close: 13 }],
    ['a close below', { close: 8 }],
    ['no low', { low: 0 }],
    ['a low below zero', { low: -1 }],
    ['no number', { high: Number.NaN }],
    ['an endless high', { high: Number.POSITIVE_INFINITY }],
    ['text', { close: '11' as never }],
    ['a symbol', { close: Symbol('11') as never }],
    ['a time between', { startTime: 61_000 }],
    ['a time that is none', { startTime: Number.NaN }],
    ['a time before 1970', { startTime: -BAR_MS }],
  ])('refuses %s, and stays as it was', (_what, prices) => {
    const average = averageOf(2, [bar(1), bar(2)]);
    const before = average.value;
    expect(() => average.add(bar(3, prices))).toThrow(
      expect.objectContaining({ code: 'BAR_INVALID', name: 'ValidationError' }),
    );
    expect([average.value, average.lastBarTime]).toEqual([before, 2 * BAR_MS]);
  });

  it.each([null, undefined, 7])('refuses %s', (nothing) => {
    expect(() => averageOf(2, []).add(nothing as never)).toThrow('it is no bar');
  });

  it('refuses what is impossible even where it would be ignored', () => {
    const average = averageOf(2, [bar(1), bar(2)]);
    expect(() => average.add({ ...bar(1), low: 13, partial: true })).toThrow('below low');
  });

  it.each([
    [0, 5],
    [1.5, 5],
    [60_000, 0],
    [60_000, 2.5],
  ])('wants a length and a period: %d and %d are none', (barMs, period) => {
    expect(() => new AverageRange(barMs, period)).toThrow('Invariant broken');
  });
});

describe('bars to warm up with', () => {
  it.each([
    [1, 10],
    [14, 140],
    [200, BARS_FETCH_MAX],
  ])('period %d: %d', (period, count) => {
    expect(warmUpBars(period)).toBe(count);
  });

  it('leave next to nothing of where the average began', () => {
    const period = 14;
    const calm = Array.from({ length: warmUpBars(period) }, (_, index) => bar(index + 1));
    const wild = [bar(1, { high: 3_000 }), ...calm.slice(1)];
    const [a, b] = [averageOf(period, calm).value ?? 0, averageOf(period, wild).value ?? 0];
    expect(averageOf(period, wild.slice(0, period)).value).toBeGreaterThan(200);
    expect(b - a).toBeGreaterThan(0);
    expect(b - a).toBeLessThan(0.05);
  });
});
