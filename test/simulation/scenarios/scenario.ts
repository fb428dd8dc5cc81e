import type { SymbolSettings } from '../../../src/monitor/config/monitor-config.js';
import type { SimAct, SimFault, SimPlan, SimSetup } from '../plan.js';
import { START_TICKS } from '../plan.js';

/** One course of events that the protocol must survive a death in, at every point. */
export interface Scenario {
  readonly name: string;
  /** The steps of the protocol that it goes through: safety.md, part 1. */
  readonly steps: string;
  readonly plan: SimPlan;
  /** Notes of the oracle without which the scenario would not be what its name says. */
  readonly sees: readonly string[];
  /** Whether every pair of deaths is tried as well. */
  readonly inPairs: boolean;
}

type SetupChange = Partial<Omit<SimSetup, 'settings' | 'globals'>> &
  Partial<Pick<SimSetup, 'settings' | 'globals'>>;

export interface ScenarioInput {
  readonly steps: string;
  readonly setup?: SetupChange;
  /** What happens besides the first price. */
  readonly acts: readonly SimAct[];
  readonly faults?: readonly SimFault[];
  readonly sees: readonly string[];
  readonly inPairs?: boolean;
  /** How long the course goes on after the last act, ms. */
  readonly afterMs?: number;
}

/** Long enough for the graces and the watchdog of a triggered stop. */
const AFTER_MS = 3_000;
const FIRST_LOOK_MS = 400;
/** Pause between two ticks while the price stands still, and how far they lie beside the round times of the acts. */
const PULSE_MS = 250;
const PULSE_OFF_MS = 31;

/** Percentages that are easy to follow: levels 1 % off, a second tranche after a loss of 0.05 %. */
const SETTINGS = {
  takeProfitPct: 1,
  stopLossPct: 1,
  takeProfitOrder: 'limit',
} as const;

const GLOBALS = {
  tranchePnlIncrementPct: 0.05,
  maxTranchesPerSymbolSide: 4,
  mergeProfitableTranches: false,
  reconcileIntervalMs: 5_000,
} as const;

export function scenario(name: string, input: ScenarioInput): Scenario {
  const { setup = {}, acts, faults = [], afterMs = AFTER_MS } = input;
  const { settings, globals, ...world } = setup;
  const last = acts.reduce((latest, { at }) => Math.max(latest, at), 0);
  return {
    name,
    steps: input.steps,
    sees: input.sees,
    inPairs: input.inPairs ?? false,
    plan: {
      seed: 0,
      setup: {
        profile: 'binanceLike',
        mode: 'hedge',
        latencyMs: 10,
        sources: ['LAST'],
        /** Requests leave a moment after they were decided: so long their record takes. */
        recordMs: 2,
        /** Not at once, so that power loss takes something away. */
        durableMs: 20,
        skewMs: 0,
        severalStops: true,
        ...world,
        settings: settingsFrom(settings),
        globals: { ...GLOBALS, ...globals },
      },
      /** Before the second price the first start is over, also when the process died in it. */
      acts: withPulse([price(0, 0), price(FIRST_LOOK_MS, 0), ...acts], last + afterMs),
      faults,
      faultyMs: last + afterMs,
    },
  };
}

/** Several levels take the place of the one. */
function settingsFrom(given: SymbolSettings = {}): SymbolSettings {
  const { takeProfitPct, ...others } = SETTINGS;
  return given.takeProfitLevels === undefined ? { ...SETTINGS, ...given } : { ...others, ...given };
}

/** The market trades on at the price of the last act, so that a process that comes back hears one. */
function withPulse(acts: readonly SimAct[], untilMs: number): SimAct[] {
  const all = [...acts];
  for (let at = FIRST_LOOK_MS + PULSE_OFF_MS; at < untilMs; at += PULSE_MS) {
    const last = acts.findLast((act) => act.do === 'price' && act.at < at);
    if (last !== undefined) all.push({ ...last, at });
  }
  return all.sort((a, b) => a.at - b.at);
}

/** The price goes to so many percent off the first one. */
export function price(at: number, percent: number): SimAct {
  return { at, do: 'price', ticks: Math.round(START_TICKS * (1 + percent / 100)) };
}

type Enter = Extract<SimAct, { do: 'enter' }>;

/** The bot buys, and hands its fill over once. */
export function buy(at: number, more: Partial<Omit<Enter, 'at' | 'do'>> = {}): SimAct {
  return {
    at,
    do: 'enter',
    side: 'LONG',
    lots: 2,
    reports: 1,
    parts: 1,
    register: false,
    ...more,
  };
}

export function sell(at: number, more: Partial<Omit<Enter, 'at' | 'do'>> = {}): SimAct {
  return buy(at, { side: 'SHORT', ...more });
}

/**
 * Two LONG tranches rest under their orders from 1,300 ms on: the first entered at the first price (levels -1 % and
 * +1 %), the second 0.2 % below (-1.198 % and +0.798 %).
 */
export const TWO_TRANCHES: readonly SimAct[] = [
  buy(500),
  price(1_000, -0.2),
  buy(1_200, { lots: 3 }),
];
