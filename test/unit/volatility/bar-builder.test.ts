import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BAR_LATE_TICKS_MAX } from '../../../src/limits.js';
import { BarBuilder, type BuiltBar } from '../../../src/volatility/bar-builder.js';

const BAR_MS = 60_000;
const FROM = 1_700_000_040_000;

interface Tick {
  readonly price: number;
  readonly time: number;
}

/** The bars that ticks finish, each given the way that the price book takes. */
function barsOf(builder: BarBuilder, ticks: readonly Tick[]): BuiltBar[] {
  const finished: BuiltBar[] = [];
  for (const { price, time } of ticks) {
    if (builder.covers(time)) builder.add(price);
    else {
      const bar = builder.take(price, time);
      if (bar !== null) finished.push(bar);
    }
  }
  return finished;
}

/** Ticks from `[offset, price]`, offsets from a fixed begin of a bar. */
function at(...pairs: readonly (readonly [offset: number, price: number])[]): Tick[] {
  return pairs.map(([offset, price]) => ({ price, time: FROM + offset }));
}

describe('a bar builder', () => {
  it('gives a bar when the first tick at or after its end comes', () => {
    const builder = new BarBuilder(BAR_MS);
    const ticks = at([0, 10], [60_000, 11], [70_000, 15], [80_000, 8], [119_999, 12]);
    const [joined] = barsOf(builder, ticks);
    expect(joined).toMatchObject({ startTime: FROM, close: 10 });
    expect(barsOf(builder, at([120_000, 99]))).toEqual([
      { startTime: FROM + 60_000, open: 11, high: 15, low: 8, close: 12, partial: false },
    ]);
  });

  it('begins bars at multiples of their length, whenever the first tick comes', () => {
    const builder = new BarBuilder(BAR_MS);
    const bars = barsOf(builder, at([59_999, 1], [61_000, 2], [121_000, 3]));
    expect(bars.map(({ startTime }) => startTime)).toEqual([FROM, FROM + 60_000]);
  });

  it('marks the first bar: it was joined in the middle', () => {
    const bars = barsOf(new BarBuilder(BAR_MS), at([0, 1], [60_000, 2], [120_000, 3]));
    expect(bars.map(({ partial }) => partial)).toEqual([true, false]);
  });

  it('invents no bars where nothing was traded', () => {
    const bars = barsOf(
      new BarBuilder(BAR_MS),
      at([0, 1], [60_000, 2], [600_000, 9], [660_000, 1]),
    );
    expect(bars.map(({ startTime, open }) => [startTime - FROM, open])).toEqual([
      [0, 1],
      [60_000, 2],
      [600_000, 9],
    ]);
    expect(bars.at(-1)?.partial).toBe(false);
  });

  it('ignores a tick that is older than the running bar', () => {
    const builder = new BarBuilder(BAR_MS);
    barsOf(builder, at([0, 10], [60_000, 10]));
    expect(builder.covers(FROM + 59_999)).toBe(false);
    expect(builder.take(1, FROM + 59_999)).toBeNull();
    expect(barsOf(builder, at([120_000, 10]))).toMatchObject([{ low: 10, high: 10 }]);
  });

  it('takes a tick that is out of order within its bar', () => {
    const bars = barsOf(new BarBuilder(BAR_MS), at([30_000, 10], [20_000, 4], [60_000, 1]));
    expect(bars).toMatchObject([{ open: 10, low: 4, close: 4 }]);
  });

  it('covers its bar from the first ms to the last, and nothing before its first tick', () => {
    const builder = new BarBuilder(BAR_MS);
    expect(builder.covers(FROM)).toBe(false);
    barsOf(builder, at([5_000, 1]));
    const covered = [-1, 0, 59_999, 60_000].map((offset) => builder.covers(FROM + offset));
    expect(covered).toEqual([false, true, true, false]);
  });

  it.each([0, Number.NaN, -1])('wants a time: %d is none', (time) => {
    expect(() => new BarBuilder(BAR_MS).take(1, time)).toThrow('has a time');
  });

  it.each([0, -1, 0.5, Number.NaN])('wants a length: %d is none', (barMs) => {
    expect(() => new BarBuilder(barMs)).toThrow('whole ms');
  });

  describe('after an interruption', () => {
    it('marks the running bar, and goes on with it', () => {
      const builder = new BarBuilder(BAR_MS);
      barsOf(builder, at([0, 1], [60_000, 2]));
      builder.interrupt();
      expect(builder.covers(FROM + 61_000)).toBe(false);
      const bars = barsOf(builder, at([61_000, 5], [120_000, 3], [180_000, 3]));
      expect(bars).toMatchObject([
        { high: 5, partial: true },
        { open: 3, partial: false },
      ]);
      expect(builder.covers(FROM + 181_000)).toBe(true);
    });

    it('marks the bar in which the ticks come back as well', () => {
      const builder = new BarBuilder(BAR_MS);
      barsOf(builder, at([0, 1], [60_000, 2]));
      builder.interrupt();
      const bars = barsOf(builder, at([330_000, 5], [360_000, 3], [420_000, 3]));
      expect(bars.map(({ startTime, partial }) => [startTime - FROM, partial])).toEqual([
        [60_000, true],
        [300_000, true],
        [360_000, false],
      ]);
    });
  });

  describe('when one tick was of a wrong time, far ahead', () => {
    const FAR = 10 ** 15;

    it('begins anew after enough ticks that seem late, and never gives the bar of that time', () => {
      const builder = new BarBuilder(BAR_MS);
      barsOf(builder, at([0, 1], [60_000, 2]));
      barsOf(builder, [{ price: 3, time: FAR }]);
      const late = Array.from({ length: BAR_LATE_TICKS_MAX + 1 }, (_, index) => 61_000 + index);
      expect(barsOf(builder, at(...late.map((offset) => [offset, 4] as const)))).toEqual([]);
      const bars = barsOf(builder, at([62_000, 6], [120_000, 5], [180_000, 5]));
      expect(bars).toEqual([
        { startTime: FROM + 60_000, open: 4, high: 6, low: 4, close: 6, partial: true },
        { startTime: FROM + 120_000, open: 5, high: 5, low: 5, close: 5, partial: false },
      ]);
    });

    it('is not led astray by as many late ticks between good ones', () => {
      const builder = new BarBuilder(BAR_MS);
      barsOf(builder, at([0, 1], [60_000, 2]));
      const pairs = Array.from({ length: BAR_LATE_TICKS_MAX + 1 }, (_, count) =>
        at([59_000, 9], [61_000 + count, 2]),
      );
      expect(barsOf(builder, [...pairs.flat(), ...at([120_000, 1])])).toMatchObject([
        { startTime: FROM + 60_000, high: 2, partial: false },
      ]);
    });
  });

  it('gives the bars that grouping by time gives', () => {
    const steps = fc.array(
      fc.record({
        after: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2_000 })),
        price: fc.integer({ min: 1, max: 1_000 }),
      }),
      { minLength: 1, maxLength: 200 },
    );
    const lengths = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(steps, lengths, fc.integer({ min: 1, max: 10 ** 13 }), (ticks, barMs, from) => {
        let time = from;
        const told = ticks.map(({ after, price }) => {
          time += after;
          return { price, time };
        });
        const groups = new Map<number, number[]>();
        for (const tick of told) {
          const start = Math.floor(tick.time / barMs) * barMs;
          groups.set(start, [...(groups.get(start) ?? []), tick.price]);
        }
        const expected = [...groups].slice(0, -1).map(([startTime, prices], index) => ({
          startTime,
          open: prices[0],
          high: Math.max(...prices),
          low: Math.min(...prices),
          close: prices.at(-1),
          partial: index === 0,
        }));
        expect(barsOf(new BarBuilder(barMs), told)).toEqual(expected);
      }),
    );
  });

  it('is moved by late ticks in nothing, wherever they come', () => {
    const offsets = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 80 });
    fc.assert(
      fc.property(offsets, (steps) => {
        let offset = 60_000;
        const clean: Tick[] = [];
        const mixed: Tick[] = [];
        for (const [index, step] of steps.entries()) {
          offset += step;
          const [tick] = at([offset, 100 + (index % 7)]) as [Tick];
          const late = { price: 1 + index, time: tick.time - (tick.time % BAR_MS) - 1 };
          clean.push(tick);
          mixed.push(tick, late);
        }
        expect(barsOf(new BarBuilder(BAR_MS), mixed)).toEqual(
          barsOf(new BarBuilder(BAR_MS), clean),
        );
      }),
    );
  });
});
