import { planOf } from '../make-plan.js';
import { runCore } from '../run-core.js';
import { runMonitor } from '../run-monitor.js';
import type { Simulator } from './mutant.js';

/** What a range of seeds found: the seed that an invariant of the list named, and everything else that was named. */
export interface Hunt {
  readonly seed: number | null;
  readonly invariant: string | null;
  readonly what: string | null;
  readonly tried: number;
  readonly others: Readonly<Record<string, number>>;
}

type Named = readonly { readonly invariant: string; readonly what: string }[];

/** Worlds of the shipped monitor that live side by side: they share the turns of the event loop. */
const SIDE_BY_SIDE: Readonly<Record<Simulator, number>> = { S1: 1, S2: 16 };

/** Runs seeds in their order until one of the invariants is violated. */
export async function hunt(
  simulator: Simulator,
  from: number,
  count: number,
  invariants: readonly string[],
): Promise<Hunt> {
  const others: Record<string, number> = {};
  const end = from + count;
  const width = SIDE_BY_SIDE[simulator];
  for (let first = from; first < end; first += width) {
    const seeds = Array.from({ length: Math.min(width, end - first) }, (_, index) => first + index);
    const results = await Promise.all(seeds.map((seed) => violationsOf(simulator, seed)));
    for (const [index, named] of results.entries()) {
      const seed = first + index;
      const found = named.find(({ invariant }) => invariants.includes(invariant));
      if (found !== undefined) {
        const { invariant, what } = found;
        return { seed, invariant, what, tried: seed - from + 1, others };
      }
      for (const { invariant } of named) others[invariant] = (others[invariant] ?? 0) + 1;
    }
  }
  return { seed: null, invariant: null, what: null, tried: count, others };
}

/** One life may break the simulator itself: that proves something as well, but names nothing. */
async function violationsOf(simulator: Simulator, seed: number): Promise<Named> {
  try {
    const plan = planOf(seed);
    if (simulator === 'S1') return runCore(plan).violations;
    return (await runMonitor(plan, { badListeners: true })).violations;
  } catch (error) {
    return [{ invariant: 'thrown', what: String(error) }];
  }
}
