import { describe, expect, it } from 'vitest';
import { type SweepFailure, sweepPairs, sweepSingles } from './crash-sweep.js';
import { runCore } from './run-core.js';
import { SCENARIOS } from './scenarios/all.js';

/** Power loss, and a process that stays away for longer: by `scripts/crash-sweep.mjs`. */
const PROCESS_DEATH = { power: false };
/** Of the pairs one first moment in so many is taken here; all of them by `scripts/crash-sweep.mjs --pairs`. */
const PAIRS_SHARE = { part: 7, of: 60 };
/** A hundred lives and more a test: on a machine that does other things as well. */
const SWEEP_MS_MAX = 120_000;

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

describe('the process dies before and after every effect', { timeout: SWEEP_MS_MAX }, () => {
  it.each(SCENARIOS)('$name', (scenario) => {
    const { points, covered, failures } = sweepSingles(scenario, PROCESS_DEATH);
    expect(failures.map(textOf)).toEqual([]);
    expect(covered).toBe(points);
    expect(points).toBeGreaterThan(10);
  });
});

describe('the process dies twice', { timeout: SWEEP_MS_MAX }, () => {
  it.each(SCENARIOS.filter(({ inPairs }) => inPairs))('$name', (scenario) => {
    const { points, covered, failures } = sweepPairs(scenario, PROCESS_DEATH, PAIRS_SHARE);
    expect(failures.map(textOf)).toEqual([]);
    expect(covered).toBe(points);
    expect(points).toBeGreaterThan(0);
  });
});

function textOf({ deaths, violation }: SweepFailure): string {
  const where = deaths.map(({ at, when }) => `${when} ${at}`).join(', then ');
  return `${where}: ${violation.invariant} ${violation.what}`;
}
