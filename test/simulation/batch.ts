import type { SimProfileName } from '../../src/testing/sim/sim-profile.js';
import { planOf } from './make-plan.js';
import { runCore } from './run-core.js';
import { runMonitor } from './run-monitor.js';

/** S1 drives the bare core, S2 the shipped monitor. */
export type SimKind = 'S1' | 'S2';

export interface BatchRequest {
  readonly kind: SimKind;
  readonly from: number;
  readonly count: number;
  readonly profile: SimProfileName | null;
  /** Every seed is run again, and must leave the same trace. */
  readonly twice: boolean;
}

export interface SeedFailure {
  readonly kind: SimKind;
  readonly seed: number;
  readonly invariant: string;
  readonly what: string;
}

export interface BatchResult {
  readonly kind: SimKind;
  readonly seeds: number;
  readonly failures: readonly SeedFailure[];
  readonly seen: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
}

/** Worlds of the shipped monitor that live side by side: they share the turns of the event loop. */
const SIDE_BY_SIDE = 48;

/** Runs a range of seeds in this thread. */
export async function runBatch(request: BatchRequest): Promise<BatchResult> {
  const { kind, from, count, profile, twice } = request;
  const failures: SeedFailure[] = [];
  const seen: Record<string, number> = {};
  const begin = performance.now();
  let next = from;
  const fail = (seed: number, invariant: string, what: string): void => {
    failures.push({ kind, seed, invariant, what });
  };
  const play = async (seed: number): Promise<void> => {
    const plan = planOf(seed, profile ?? undefined);
    try {
      const result = kind === 'S1' ? runCore(plan) : await runMonitor(plan);
      for (const [what, times] of result.seen) seen[what] = (seen[what] ?? 0) + times;
      const [first] = result.violations;
      if (first !== undefined) fail(seed, first.invariant, `${first.at} ms: ${first.what}`);
      if (!twice) return;
      const again = kind === 'S1' ? runCore(plan) : await runMonitor(plan);
      if (again.hash !== result.hash) fail(seed, 'I20', `${result.hash}, then ${again.hash}`);
    } catch (error) {
      fail(seed, 'error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  };
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      const seed = next;
      next += 1;
      await play(seed);
    }
  };
  const lanes = kind === 'S1' ? 1 : SIDE_BY_SIDE;
  await Promise.all(Array.from({ length: lanes }, lane));
  return { kind, seeds: count, failures, seen, elapsedMs: performance.now() - begin };
}
