import { describe, expect, it } from 'vitest';
import { type SweepFailure, sweepPairs, sweepSingles } from './crash-sweep.js';
import { runCore } from './run-core.js';
import { SCENARIOS } from './scenarios/all.js';

/** Of the pairs one first moment in so many is taken here; all of them by `scripts/crash-sweep.mjs --pairs`. */
const PAIRS_SHARE = { part: 7, of: 60 };

describe('the canonical scenarios', () => {
  it('have names of their own', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(SCENARIOS)(
    '$name [$steps]: nothing is violated, and what its name says happens',
    ({ plan, sees }) => {
      const { violations, seen } = runCore(plan);
      expect(violations).toEqual([]);
      expect([...seen.keys()]).toEqual(expect.arrayContaining([...sees]));
    },
  );
});

describe('the process dies before and after every effect', () => {
  it.each(SCENARIOS)('$name', (scenario) => {
    const { points, covered, failures } = sweepSingles(scenario, false);
    expect(failures.map(textOf)).toEqual([]);
    expect(covered).toBe(points);
    expect(points).toBeGreaterThan(10);
  });
});

describe('the process dies twice', () => {
  it.each(SCENARIOS.filter(({ inPairs }) => inPairs))('$name', (scenario) => {
    const { points, covered, failures } = sweepPairs(scenario, false, PAIRS_SHARE);
    expect(failures.map(textOf)).toEqual([]);
    expect(covered).toBe(points);
    expect(points).toBeGreaterThan(0);
  });
});

function textOf({ deaths, violation }: SweepFailure): string {
  const where = deaths.map(({ at, when }) => `${when} ${at}`).join(', then ');
  return `${where}: ${violation.invariant} ${violation.what}`;
}
