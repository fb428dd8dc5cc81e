import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChartLevel } from '../../../src/cli/page/client/chart-data.js';
import { spreadLabels, visibleRange } from '../../../src/cli/page/client/chart-range.js';

const level = (price: number, from?: number): ChartLevel => ({
  kind: 'stop',
  label: `${price}`,
  price,
  ...(from !== undefined && { from }),
});
const view = (low: number | null, high: number | null, from = 0, to = 9) => ({
  low,
  high,
  from,
  to,
});

describe('visibleRange', () => {
  it('shows all prices and the levels that do not flatten them', () => {
    const [low, high] = visibleRange(view(100, 104), [level(98), level(50)]);
    expect(low).toBeLessThan(98);
    expect(low).toBeGreaterThan(90);
    expect(high).toBeGreaterThan(104);
    expect(high).toBeLessThan(106);
  });

  it('leaves out levels of another time', () => {
    const [low] = visibleRange(view(100, 101, 1, 2), [level(99, 5)]);
    expect(low).toBeGreaterThan(99);
  });

  it('always has a height', () => {
    for (const [low, high] of [
      visibleRange(view(null, null), []),
      visibleRange(view(5, 5), []),
      visibleRange(view(0, 0), []),
      visibleRange(view(null, null), [level(7)]),
    ]) {
      expect(high).toBeGreaterThan(low);
      expect(Number.isFinite(high - low)).toBe(true);
    }
  });
});

describe('spreadLabels', () => {
  it('lets none cover another, and leaves alone those that do not', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 20 }), (wanted) => {
        const placed = spreadLabels(wanted, 15, 0, 500);
        const sorted = [...placed].sort((a, b) => a - b);
        for (let index = 1; index < sorted.length; index += 1) {
          expect((sorted[index] ?? 0) - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(15);
        }
        expect(sorted[0] ?? 0).toBeGreaterThanOrEqual(0);
        expect(sorted.at(-1) ?? 0).toBeLessThanOrEqual(500);
      }),
    );
    expect(spreadLabels([100, 200], 15, 0, 500)).toEqual([100, 200]);
  });
});
