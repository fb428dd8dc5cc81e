import type { SimAct, SimFault, SimPlan } from './plan.js';
import type { SimResult } from './run-core.js';

/** Runs of the shrinker at most: a failure is shown soon, if not in its smallest form. */
const RUNS_MAX = 400;

/**
 * Makes a failing plan smaller while the same invariant still names it: fewer faults, fewer acts, simpler numbers.
 *
 * The plan is shrunk, not the seed: what is left says itself what matters.
 */
export async function shrink(
  plan: SimPlan,
  invariant: string,
  run: (plan: SimPlan) => SimResult | Promise<SimResult>,
): Promise<SimPlan> {
  let runs = 0;
  const fails = async (candidate: SimPlan): Promise<boolean> => {
    runs += 1;
    if (runs > RUNS_MAX) return false;
    const { violations } = await run(candidate);
    return violations[0]?.invariant === invariant;
  };
  let smallest = plan;
  for (let before = -1; before !== sizeOf(smallest); ) {
    before = sizeOf(smallest);
    const faults = await without<SimFault>(smallest.faults, (rest) =>
      fails({ ...smallest, faults: rest }),
    );
    smallest = { ...smallest, faults };
    const acts = await without<SimAct>(smallest.acts, (rest) => fails({ ...smallest, acts: rest }));
    smallest = { ...smallest, acts };
  }
  for (const simpler of simplerSetups(smallest)) {
    if (await fails(simpler)) smallest = simpler;
  }
  return smallest;
}

function sizeOf(plan: SimPlan): number {
  return plan.faults.length + plan.acts.length;
}

/** Delta debugging: leaves parts out, first large ones, then single ones. */
async function without<Item>(
  items: readonly Item[],
  stillFails: (rest: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await stillFails(rest)) kept = rest;
      else at += size;
    }
  }
  return kept;
}

function* simplerSetups(plan: SimPlan): Generator<SimPlan> {
  const { setup } = plan;
  yield { ...plan, setup: { ...setup, recordMs: 0, durableMs: 0 } };
  yield { ...plan, setup: { ...setup, skewMs: 0 } };
  yield { ...plan, setup: { ...setup, sources: ['LAST'] } };
  yield {
    ...plan,
    acts: plan.acts.map((act) => (act.do === 'enter' ? { ...act, lots: 1, parts: 1 } : act)),
  };
}
