import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pointsOf,
  segmentsOf,
  valueAt,
  withoutEqual,
} from '../../../src/cli/report/client/segments.js';
import { extremesOf, priceRange } from '../../../src/cli/report/client/view-range.js';
import { SeriesDecimator } from '../../../src/cli/report/series-decimator.js';
import { ChangeBudget, StepLine } from '../../../src/cli/report/step-line.js';

const samples = fc.array(fc.record({ wait: fc.nat(3), value: fc.integer({ min: -50, max: 50 }) }), {
  minLength: 1,
  maxLength: 400,
});

describe('SeriesDecimator', () => {
  it('keeps every sample while there is room', () => {
    const { line } = told([5, 7, 6, 6], 8);
    expect(line).toEqual({ samples: 4, perStep: 1, waits: [0, 1, 1, 1], values: [5, 7, 6, 6] });
  });

  it('keeps the extremes at their own times when it has to leave samples out', () => {
    const { line } = told([1, 9, 2, 3, 3, 0, 4, 4], 2);
    expect(line.perStep).toBe(4);
    expect(pointsOf(line)).toEqual({ times: [0, 1, 3, 4, 5, 6, 7], values: [1, 9, 3, 3, 0, 4, 4] });
  });

  it('draws nothing that was not told, in order, in bounded room, and loses no extreme', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 12 }), (given, half) => {
        const { times, values, line } = told(given, half * 2);
        const points = pointsOf(line);
        expect(points.times.length).toBeLessThanOrEqual(half * 2 * 4);
        let at = 0;
        points.times.forEach((time, index) => {
          while (at < times.length && !(times[at] === time && values[at] === points.values[index]))
            at += 1;
          expect(at).toBeLessThan(times.length);
          at += 1;
        });
        for (let first = 0; first < values.length; first += line.perStep) {
          const own = values.slice(first, first + line.perStep);
          const [from, to] = [times[first] ?? 0, times[first + own.length - 1] ?? 0];
          const kept = points.values.filter(
            (_value, index) =>
              (points.times[index] ?? 0) >= from && (points.times[index] ?? 0) <= to,
          );
          expect(kept).toContain(Math.min(...own));
          expect(kept).toContain(Math.max(...own));
        }
        expect(points.times[0]).toBe(times[0]);
        expect(points.times.at(-1)).toBe(times.at(-1));
        expect(points.values.at(-1)).toBe(values.at(-1));
      }),
    );
  });

  it('says when a step of the line begins', () => {
    const series = new SeriesDecimator(2);
    const began = [1, 2, 3, 4, 5, 6].map((value) => series.add(value, value));
    // Full after two; from then on a step is two samples, then four.
    expect(began).toEqual([true, true, true, false, true, false]);
    expect(series.line().perStep).toBe(4);
  });
});

describe('StepLine', () => {
  it('keeps changes only, and the last of one moment', () => {
    const line = new StepLine(new ChangeBudget(10));
    line.set(1, 0, 5);
    line.set(2, 1, 5);
    line.set(3, 2, 6);
    line.set(3, 2, 7);
    line.set(4, 3, null);
    expect(line.data).toEqual({ times: [1, 3, 4], rows: [0, 2, 3], values: [5, 7, null] });
    expect(line.before(2)).toBe(5);
    expect(line.before(9)).toBe(7);
    expect(line.before(0)).toBeNull();
  });

  it('ends a line whose move is too many to keep, and counts it', () => {
    const budget = new ChangeBudget(2);
    const line = new StepLine(budget);
    for (const value of [1, 2, 3, 4]) line.set(value, value, value);
    expect(line.data.values).toEqual([1, 2, null]);
    expect(budget.leftOut).toBe(2);
  });
});

describe('segments of a page', () => {
  it('hold until the next change, the last one to the end', () => {
    const line = { times: [1, 3, 6, 8], rows: [0, 1, 2, 3], values: [5, 6, null, 7] };
    expect(segmentsOf(line, 10)).toEqual([
      { from: 1, to: 3, value: 5 },
      { from: 3, to: 6, value: 6 },
      { from: 8, to: 10, value: 7 },
    ]);
    expect(valueAt(segmentsOf(line, 10), 3)).toBe(6);
    expect(valueAt(segmentsOf(line, 10), 7)).toBeNull();
  });

  it('leave out exactly where another line says the same', () => {
    const step = fc.record({ wait: fc.integer({ min: 1, max: 4 }), value: fc.option(fc.nat(2)) });
    const lines = fc.array(step, { maxLength: 30 }).map((steps) => {
      let time = 0;
      const times = steps.map(({ wait }) => {
        time += wait;
        return time;
      });
      return segmentsOf({ times, rows: times, values: steps.map(({ value }) => value) }, time + 2);
    });
    fc.assert(
      fc.property(lines, lines, (line, other) => {
        const left = withoutEqual(line, other);
        for (let time = 0.5; time < 130; time += 1) {
          const own = valueAt(line, time);
          expect(valueAt(left, time)).toBe(own === valueAt(other, time) ? null : own);
        }
      }),
    );
  });
});

describe('what a price axis shows', () => {
  const line = { times: [0, 10, 20, 30], values: [100, 104, 96, 101] };

  it('is what is in view, with what the line comes from and goes to', () => {
    expect(extremesOf(line, 12, 18)).toEqual([96, 104]);
    expect(extremesOf(line, 21, 22)).toEqual([96, 101]);
    expect(extremesOf({ times: [], values: [] }, 0, 1)).toBeNull();
  });

  it('takes in near levels, and not those that would flatten the price', () => {
    const level = (value: number) => ({ from: 0, to: 30, value });
    const [bottom, top] = priceRange([line], [level(107), level(50)], 0, 30, 2);
    expect(top).toBeGreaterThan(107);
    expect(bottom).toBeGreaterThan(90);
    expect(priceRange([line], [{ from: 0, to: 5, value: 107 }], 10, 30, 2)[1]).toBeLessThan(107);
  });
});

function told(given: readonly (number | { wait: number; value: number })[], buckets: number) {
  const series = new SeriesDecimator(buckets);
  let time = 0;
  const times: number[] = [];
  const values: number[] = [];
  given.forEach((sample, index) => {
    const { wait, value } =
      typeof sample === 'number' ? { wait: index === 0 ? 0 : 1, value: sample } : sample;
    time += wait;
    times.push(time);
    values.push(value);
    series.add(time, value);
  });
  return { times, values, line: series.line() };
}
