import type { Violation } from './oracle.js';
import type { SimFault } from './plan.js';
import { runCore, type SimResult } from './run-core.js';
import type { Scenario } from './scenarios/scenario.js';

/** One death of the process: right before or after its n-th effect, counted over all lives. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** How the process dies, and for how long. */
export interface DeathKind {
  /** Power loss takes away what was recorded and not durable yet. */
  readonly power: boolean;
  /** Default 50 ms. */
  readonly restartMs?: number;
}

export interface SweepFailure {
  readonly scenario: string;
  readonly deaths: readonly Death[];
  readonly kind: DeathKind;
  readonly violation: Violation;
}

export interface Sweep {
  /** Effect points of the life without a death, and those at which the process died both before and after. */
  readonly points: number;
  readonly covered: number;
  readonly runs: number;
  readonly failures: readonly SweepFailure[];
}

/** The scenario with deaths at these points. */
export function runWithDeaths(
  { plan }: Scenario,
  deaths: readonly Death[],
  kind: DeathKind,
  keepTrace = false,
): SimResult {
  const faults = deaths.map(
    ({ at, when }): SimFault => ({
      on: 'effect',
      index: at,
      fault: { do: `crash-${when}`, ...kind },
    }),
  );
  return runCore({ ...plan, faults: [...plan.faults, ...faults] }, keepTrace);
}

/** One death at every point: before it and after it. */
export function sweepSingles(scenario: Scenario, kind: DeathKind): Sweep {
  const { effects } = runCore(scenario.plan);
  const failures: SweepFailure[] = [];
  let covered = 0;
  let runs = 0;
  for (let at = 0; at < effects; at += 1) {
    let died = 0;
    for (const when of ['before', 'after'] as const) {
      const deaths = [{ at, when }];
      const result = runWithDeaths(scenario, deaths, kind);
      runs += 1;
      died += result.deaths.length;
      failures.push(...failuresOf(scenario, deaths, kind, result));
    }
    if (died === 2) covered += 1;
  }
  return { points: effects, covered, runs, failures };
}

/**
 * Two deaths at every pair of moments: the second one in the life, or in the recovery, that follows the first.
 *
 * After an effect that is not the last of its turn is the same moment as before the next one, and is taken once. The
 * share bounds a run: `1/3` takes each first moment whose number is 1 modulo 3.
 */
export function sweepPairs(
  scenario: Scenario,
  kind: DeathKind,
  share: { readonly part: number; readonly of: number } = { part: 0, of: 1 },
): Sweep {
  const failures: SweepFailure[] = [];
  let pairs = 0;
  let covered = 0;
  let runs = 0;
  for (const [number, first] of momentsOf(runCore(scenario.plan)).entries()) {
    if (number % share.of !== share.part) continue;
    const alone = runWithDeaths(scenario, [first], kind);
    runs += 1;
    /** A single death that fails is told by the other sweep. */
    if (alone.violations.length > 0) continue;
    for (const second of momentsOf(alone)) {
      const deaths = [first, second];
      const result = runWithDeaths(scenario, deaths, kind);
      runs += 1;
      pairs += 1;
      if (result.deaths.length === 2) covered += 1;
      failures.push(...failuresOf(scenario, deaths, kind, result));
    }
  }
  return { points: pairs, covered, runs, failures };
}

/** The distinct moments between effects of a run; after a first death, those that follow it. */
function momentsOf({ effects, turnStarts, deaths }: SimResult): Death[] {
  const starts = new Set(turnStarts);
  const moments: Death[] = [];
  for (let at = deaths[0] ?? 0; at < effects; at += 1) {
    moments.push({ at, when: 'before' });
    const isLastOfTurn = at + 1 === effects || starts.has(at + 1);
    if (isLastOfTurn) moments.push({ at, when: 'after' });
  }
  return moments;
}

function failuresOf(
  { name }: Scenario,
  deaths: readonly Death[],
  kind: DeathKind,
  { violations }: SimResult,
): SweepFailure[] {
  const [violation] = violations;
  return violation === undefined ? [] : [{ scenario: name, deaths, kind, violation }];
}
