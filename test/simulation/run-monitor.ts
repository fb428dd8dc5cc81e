import type { MonitorSubject } from './monitor-subject.js';
import { MonitorSubject as Monitor } from './monitor-subject.js';
import { orderKindsOf, type SimPlan, SYMBOL } from './plan.js';
import type { SimResult } from './run-core.js';
import { World } from './world.js';

interface RunOptions {
  readonly keepTrace?: boolean;
  /** Every listener throws, rejects or never ends. */
  readonly badListeners?: boolean;
}

/** More turns without progress in time than this would be a loop. */
const TURNS_MAX = 200;

/** Plays a plan against the shipped monitor (S2). Many such worlds may run side by side: they share the turns. */
export async function runMonitor(
  plan: SimPlan,
  { keepTrace = false, badListeners = false }: RunOptions = {},
): Promise<SimResult> {
  let subject: MonitorSubject | null = null;
  const { settings, globals } = plan.setup;
  const world = new World(
    plan,
    ({ clock, line, disk, hooks }) => {
      subject = new Monitor({
        clock,
        line,
        disk,
        hooks,
        badListeners,
        sources: plan.setup.sources,
        orderKinds: orderKindsOf(plan.setup),
        config: { globals, symbols: { [SYMBOL]: settings } },
      });
      return subject;
    },
    keepTrace,
  );
  const settle = async (): Promise<void> => {
    let turns = 0;
    do {
      await turn();
      turns += 1;
    } while (subject?.isBusy && turns < TURNS_MAX);
  };
  const { clock } = world;
  for (const until of world.play()) {
    await settle();
    for (;;) {
      const next = clock.nextTimerAt;
      const target = until - clock.monotonic();
      if (next === null || next - clock.now() > target) break;
      clock.advanceTo(next);
      await settle();
    }
    const rest = until - clock.monotonic();
    if (rest > 0) clock.advanceBy(rest);
  }
  await settle();
  return {
    violations: world.oracle.violations,
    seen: world.oracle.seen,
    hash: world.trace.hash,
    trace: world.trace.lines,
    effects: 0,
    turnStarts: [],
    deaths: [],
    held: { LONG: world.venue.held(SYMBOL, 'LONG'), SHORT: world.venue.held(SYMBOL, 'SHORT') },
  };
}

/** Everything that waits for nothing but its turn gets it. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
