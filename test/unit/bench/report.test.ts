import { describe, expect, it } from 'vitest';
import { GOALS } from '../../../bench/goals.js';
import { CHECKED_GOALS, REGRESSION_BOUNDS } from '../../../bench/lib/bounds.js';
import { quantile, speeds } from '../../../bench/lib/measure.js';
import { regressionsOf, tableOf } from '../../../bench/lib/report.js';
import { type RowInput, rowOf } from '../../../bench/lib/row.js';

const ROW: RowInput = {
  id: 'G1b',
  name: 'quiet tick',
  goal: '<= 2x',
  unit: 'ns',
  figure: 30,
  reference: 20,
  bounds: { ratioMax: 2 },
};

describe('a bench row', () => {
  it('is met inside its bounds, the bound included', () => {
    expect(rowOf(ROW)).toMatchObject({ ratio: 1.5, met: true });
    expect(rowOf({ ...ROW, figure: 40 }).met).toBe(true);
    expect(rowOf({ ...ROW, figure: 40.1 }).met).toBe(false);
  });

  it('has to hold every bound', () => {
    const bounds = { ratioMax: 2, figureMax: 25 };
    expect(rowOf({ ...ROW, bounds }).met).toBe(false);
    expect(rowOf({ ...ROW, bounds: { ratioMin: 1.4, figureMin: 30 } }).met).toBe(true);
    expect(rowOf({ ...ROW, bounds: { ratioMin: 1.6 } }).met).toBe(false);
  });

  it('is not met without a figure, nor by what the library does not offer', () => {
    expect(rowOf({ ...ROW, figure: Number.NaN }).met).toBe(false);
    expect(rowOf({ ...ROW, offered: false }).met).toBe(false);
  });

  it('tells in the table how it ended', () => {
    const table = tableOf([rowOf(ROW), rowOf({ ...ROW, id: 'G1a', offered: false })]);
    expect(table).toMatch(/G1b .*1\.5x +met\n/);
    expect(table).toMatch(/G1a .*not offered\n/);
    expect(table).toContain('1 of 2 are met');
  });
});

describe('the check of regressions', () => {
  it('passes over a missed goal, and names what no noise explains', () => {
    const missed = rowOf({ ...ROW, figure: 200 });
    expect(missed.met).toBe(false);
    expect(regressionsOf([missed])).toEqual([]);
    const [sentence] = regressionsOf([rowOf({ ...ROW, figure: 2_000_000 })]);
    expect(sentence).toContain('G1b (quiet tick)');
    expect(sentence).toContain('ratioMax');
  });

  it('names a row whose figure is none', () => {
    expect(regressionsOf([rowOf({ ...ROW, figure: Number.NaN })])).toHaveLength(1);
  });

  it('never goes by milliseconds alone, and only by goals that there are', () => {
    const ids = GOALS.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([...CHECKED_GOALS]));
    for (const id of Object.keys(REGRESSION_BOUNDS)) {
      expect(CHECKED_GOALS).toContain(id.replace(/(?<=\d)[a-z]?(-\w+)?$/, ''));
    }
  });
});

describe('speeds', () => {
  it('lets contenders take turns, in the opposite order every other round', () => {
    const calls: string[] = [];
    const contender = (name: string) => ({ run: () => void calls.push(name) });
    const ns = speeds({ a: contender('a'), b: contender('b') }, { rounds: 2, times: 1, warmUp: 0 });
    expect(calls).toEqual(['a', 'b', 'b', 'a']);
    expect(ns.a).toBeGreaterThan(0);
  });

  it('takes the nearest rank', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.99)).toBe(4);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
