import type { PositionSide } from '../../src/model/side.js';
import { resolveConfig } from '../../src/monitor/config/resolve-config.js';
import type { ResolvedConfig } from '../../src/monitor/config/resolved-config.js';
import { coreSettingsFor } from '../../src/monitor/config/resolved-config.js';
import { CoreSubject } from './core-subject.js';
import type { Violation } from './oracle.js';
import { orderKindsOf, type SimPlan, type SimSetup, SYMBOL } from './plan.js';
import { World } from './world.js';

export interface SimResult {
  readonly violations: readonly Violation[];
  readonly seen: ReadonlyMap<string, number>;
  readonly hash: string;
  readonly trace: readonly string[];
  readonly effects: number;
  /** Number of the first effect of each turn of the process: see `Trace.slice`. */
  readonly turnStarts: readonly number[];
  /** Deaths at effects that happened: how many effects had begun by then. */
  readonly deaths: readonly number[];
  /** What the exchange holds at the end, steps. */
  readonly held: Readonly<Record<PositionSide, number>>;
}

const CONFIGS = new Map<string, ResolvedConfig>();

/** Validation is slow beside one simulated life: equal configurations are resolved once. */
export function configOf({ settings, globals }: SimSetup): ResolvedConfig {
  const key = JSON.stringify([settings, globals]);
  let config = CONFIGS.get(key);
  if (config === undefined) {
    config = resolveConfig({ globals, symbols: { [SYMBOL]: settings } });
    CONFIGS.set(key, config);
  }
  return config;
}

/** Plays a plan against the bare core (S1). */
export function runCore(plan: SimPlan, keepTrace = false): SimResult {
  const config = configOf(plan.setup);
  const world = new World(
    plan,
    ({ clock, line, disk, trace, hooks, diesAt }) =>
      new CoreSubject({
        clock,
        line,
        disk,
        trace,
        hooks,
        diesAt,
        settings: coreSettingsFor(config, {
          positionMode: plan.setup.mode,
          pricesConfirmThemselves: false,
        }),
        reconcileIntervalMs: config.reconcileIntervalMs,
        sources: plan.setup.sources,
        orderKinds: orderKindsOf(plan.setup),
      }),
    keepTrace,
  );
  const start = world.clock.now();
  for (const until of world.play()) {
    const target = until - world.clock.monotonic();
    if (target > 0) world.clock.advanceBy(target);
  }
  void start;
  return {
    violations: world.oracle.violations,
    seen: world.oracle.seen,
    hash: world.trace.hash,
    trace: world.trace.lines,
    effects: world.faults.effects,
    turnStarts: world.faults.turnStarts,
    deaths: world.faults.deaths,
    held: { LONG: world.venue.held(SYMBOL, 'LONG'), SHORT: world.venue.held(SYMBOL, 'SHORT') },
  };
}
