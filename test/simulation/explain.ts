import type { SimProfileName } from '../../src/testing/sim/sim-profile.js';
import type { SimKind } from './batch.js';
import { planOf } from './make-plan.js';
import type { SimPlan } from './plan.js';
import { runCore, type SimResult } from './run-core.js';
import { runMonitor } from './run-monitor.js';
import { shrink } from './shrink.js';

/** Lines of a trace that are shown: the last ones before the violation. */
const LINES_MAX = 200;

export interface Explanation {
  readonly plan: SimPlan;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
}

/** Runs one seed (or a plan from a file) with its trace, and makes the plan smaller when it fails. */
export async function explain(
  kind: SimKind,
  source: number | SimPlan,
  profile: SimProfileName | null,
  small: boolean,
): Promise<Explanation> {
  const plan = typeof source === 'number' ? planOf(source, profile ?? undefined) : source;
  const run = (candidate: SimPlan, keepTrace = false): SimResult | Promise<SimResult> =>
    kind === 'S1' ? runCore(candidate, keepTrace) : runMonitor(candidate, { keepTrace });
  const [first] = (await run(plan)).violations;
  const shown =
    first === undefined || !small
      ? plan
      : await shrink(plan, first.invariant, (candidate) => run(candidate));
  const { violations, trace } = await run(shown, true);
  const end = trace.findIndex((line) => line.includes('VIOLATION'));
  const until = end < 0 ? trace.length : end + 1;
  return {
    plan: shown,
    violations: violations.map(({ invariant, at, what }) => `${at} ms ${invariant}: ${what}`),
    trace: trace.slice(Math.max(0, until - LINES_MAX), until),
  };
}
