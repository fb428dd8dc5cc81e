import type { SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import type {
  SimReadFault,
  SimStreamFault,
  SimWriteFault,
} from '../../src/testing/sim/sim-line.js';
import { SIM_PROFILES, type SimProfileName } from '../../src/testing/sim/sim-profile.js';
import { SeededRandom } from '../support/seeded-random.js';
import { exitActsOf, withExitRules } from './exit-draws.js';
import {
  type SimAct,
  type SimCall,
  type SimFault,
  type SimPlan,
  type SimSetup,
  START_TICKS,
} from './plan.js';

/** Things of one kind that a plan names faults for: more than a life of this length has. */
const FAULTABLE = {
  place: 60,
  cancel: 40,
  read: 120,
  stream: 150,
  fill: 30,
  trigger: 12,
  commit: 200,
};
const FAULTY_MS = 20_000;

const PROFILES: readonly SimProfileName[] = [
  'binanceLike',
  'okxLike',
  'hyperliquidLike',
  'worstCase',
];

/**
 * Swarm: every seed switches a random part of the faults on, each at its own rate. Draws are split by purpose, so that
 * another fault does not move the prices.
 */
export function planOf(seed: number, only?: SimProfileName): SimPlan {
  const exits = new SeededRandom(seed, 'exits');
  const setup = withExitRules(
    withImpatience(
      setupOf(new SeededRandom(seed, 'setup'), only),
      new SeededRandom(seed, 'impatience'),
    ),
    exits,
  );
  const swarm = new SeededRandom(seed, 'swarm');
  const acts = [
    ...pricesOf(new SeededRandom(seed, 'prices')),
    ...entriesOf(new SeededRandom(seed, 'entries')),
    ...incidentsOf(new SeededRandom(seed, 'incidents'), swarm),
    ...othersOf(new SeededRandom(seed, 'others')),
    ...exitActsOf(setup, exits, FAULTY_MS),
  ];
  return {
    seed,
    setup,
    acts: acts.sort((a, b) => a.at - b.at),
    faults: faultsOf(new SeededRandom(seed, 'faults'), swarm),
    faultyMs: FAULTY_MS,
  };
}

function setupOf(random: SeededRandom, only: SimProfileName | undefined): SimSetup {
  const profile = only ?? random.pick(PROFILES);
  const mode = random.chance(0.5) ? 'hedge' : 'one-way';
  const settings: SymbolSettings = {
    takeProfitPct: random.pick([0.3, 1, 2]),
    stopLossPct: random.pick([0.3, 0.6, 1]),
    takeProfitOrder: random.pick(['limit', 'limit', 'limit', 'market-on-trigger', 'local']),
    stopLossOrder: random.chance(0.08) ? 'local' : 'market-on-trigger',
    workingType: random.chance(0.2) ? 'MARK_PRICE' : 'CONTRACT_PRICE',
  };
  /** With one stop per side there is one tranche per side: sharing a stop is a matter of the order budget. */
  const severalStops = !random.chance(0.08);
  return {
    profile,
    severalStops,
    mode: SIM_PROFILES[profile].positionModes.includes(mode) ? mode : 'one-way',
    latencyMs: random.pick([2, 10, 10, 60]),
    settings,
    globals: {
      tranchePnlIncrementPct: random.pick([0.05, 0.05, 0.2, 5]),
      maxTranchesPerSymbolSide: severalStops ? random.pick([1, 2, 4, 4]) : 1,
      onTrancheLimit: random.pick(['join-newest', 'merge']),
      mergeProfitableTranches: random.chance(0.5),
      tpSlBatchEnabled: random.chance(0.7),
      instantTpEnabled: random.chance(0.9),
      reconcileIntervalMs: random.pick([3_000, 5_000, 10_000]),
      manage: random.chance(0.1) ? 'registered' : 'all',
    },
    sources:
      settings.workingType === 'MARK_PRICE' || random.chance(0.2) ? ['LAST', 'MARK'] : ['LAST'],
    recordMs: random.pick([0, 0, 0, 3, 40]),
    durableMs: random.pick([0, 5, 100]),
    /** Without its time an exchange promises that clocks agree. */
    skewMs: random.pick([0, 0, 0, 400, -400]),
  };
}

/** Some close soon what cannot be covered, and allow jumps of the price that others doubt. */
function withImpatience(setup: SimSetup, random: SeededRandom): SimSetup {
  if (!random.chance(0.12)) return setup;
  const emergencyClose = { afterFailures: 1, afterMs: random.pick([500, 2_000]) };
  return { ...setup, globals: { ...setup.globals, emergencyClose } };
}

/** A walk with jumps: some over several levels at once, some there and back. */
function pricesOf(random: SeededRandom): SimAct[] {
  const acts: SimAct[] = [{ at: 0, do: 'price', ticks: START_TICKS }];
  let ticks = START_TICKS;
  let at = 0;
  while (at < FAULTY_MS) {
    at += random.pick([20, 100, 300, 700, 1_500, 2_500]);
    const dice = random.next();
    const share = dice < 0.12 ? 0.03 : dice < 0.5 ? 0.009 : 0.002;
    const next = Math.round(ticks * (1 + (random.next() - 0.5) * share));
    acts.push({ at, do: 'price', ticks: next });
    /** A wick: back again within a moment. */
    if (dice < 0.06) {
      at += random.pick([1, 8, 40]);
      acts.push({ at, do: 'price', ticks });
    } else ticks = next;
  }
  return acts;
}

function entriesOf(random: SeededRandom): SimAct[] {
  const acts: SimAct[] = [];
  const count = random.int(1, 5);
  const oneSided = random.chance(0.6);
  for (let index = 0; index < count; index += 1) {
    acts.push({
      at: random.int(300, FAULTY_MS - 4_000),
      do: 'enter',
      side: oneSided || random.chance(0.6) ? 'LONG' : 'SHORT',
      lots: random.int(1, 4),
      reports: random.pick([0, 1, 1, 2]),
      parts: random.chance(0.2) ? random.int(2, 3) : 1,
      register: random.chance(0.2),
    });
  }
  return acts;
}

const CALLS: readonly SimCall[] = [
  'move-stop',
  'move-stop',
  'move-profit',
  'remove-profit',
  'new-plan',
  'close-tranche',
  'close-position',
  'close-all',
  'merge',
  'cancel-related',
  'reconcile',
  'pause-resume',
];

/** Each group of incidents is switched on for a part of the seeds. */
function incidentsOf(random: SeededRandom, swarm: SeededRandom): SimAct[] {
  const acts: SimAct[] = [];
  const at = (): number => random.int(500, FAULTY_MS - 500);
  const some = (probability: number, most: number, make: () => SimAct): void => {
    const on = swarm.chance(probability);
    const count = random.int(1, most);
    for (let index = 0; index < count; index += 1) {
      const act = make();
      if (on) acts.push(act);
    }
  };
  some(0.25, 3, () => ({
    at: at(),
    do: 'bad-tick',
    price: random.pick([0.1, 10, 0.8, 1.3, -1, 0, Number.NaN, 1e9]),
    times: random.int(1, 3),
  }));
  some(0.2, 2, () => ({ at: at(), do: 'reduce-by-hand', lots: random.pick([1, 2, 9]) }));
  some(0.08, 1, () => ({ at: at(), do: 'flip-by-hand', lots: random.int(1, 3) }));
  some(0.2, 2, () => ({
    at: at(),
    do: random.chance(0.7) ? 'cancel-stop-by-hand' : 'cancel-profit-by-hand',
  }));
  some(0.08, 1, () => ({
    at: at(),
    do: 'forced',
    cause: random.pick(['liquidation', 'adl', 'settlement']),
    lots: random.pick([1, 2, 99]),
  }));
  some(0.08, 1, () => ({ at: at(), do: 'halt', ms: random.int(500, 4_000) }));
  some(0.1, 1, () => ({ at: at(), do: 'ban', ms: random.int(500, 6_000) }));
  some(0.06, 1, () => ({
    at: at(),
    do: 'stop-cap',
    cap: random.int(0, 2),
    ms: random.int(1_000, 6_000),
  }));
  some(0.08, 1, () => ({ at: at(), do: 'skew', ms: random.pick([-5_000, -1_500, 1_500, 5_000]) }));
  some(0.25, 2, () => ({
    at: at(),
    do: 'stream-down',
    ms: random.int(100, 8_000),
    silent: random.chance(0.4),
  }));
  some(0.12, 1, () => ({ at: at(), do: 'feed-down', ms: random.int(100, 8_000) }));
  some(0.12, 1, () => ({ at: at(), do: 'feed-silent', ms: random.int(500, 18_000) }));
  some(0.15, 1, () => ({ at: at(), do: 'store-down', ms: random.int(50, 6_000) }));
  some(0.35, 3, () => ({
    at: at(),
    do: 'call',
    call: random.pick(CALLS),
    bps: random.pick([20, 50, -10]),
  }));
  some(0.35, 3, () => ({
    at: at(),
    do: 'crash',
    power: random.chance(0.3),
    restartMs: random.pick([1, 50, 500, 4_000]),
  }));
  some(0.06, 1, () => ({
    at: at(),
    do: 'restore-backup',
    share: random.next(),
    restartMs: random.pick([50, 2_000]),
  }));
  some(0.1, 1, () => ({ at: at(), do: 'stop', restartMs: random.pick([50, 3_000]) }));
  some(0.12, 2, () => ({ at: at(), do: 'pause', ms: random.pick([200, 1_500, 6_000, 12_000]) }));
  some(0.08, 1, () => ({
    at: at(),
    do: 'wall-jump',
    ms: random.pick([-3_600_000, 3_600_000, -2_000, 2_000]),
  }));
  return acts;
}

/** Other monitors on the same account. */
function othersOf(random: SeededRandom): SimAct[] {
  if (!random.chance(0.08)) return [];
  return [{ at: random.int(1_000, FAULTY_MS), do: 'other-instance', lots: random.int(1, 3) }];
}

const RATES = [0.02, 0.1, 0.1, 0.3];

function faultsOf(random: SeededRandom, swarm: SeededRandom): SimFault[] {
  const faults: SimFault[] = [];
  const channel = (
    on: SimFault['on'],
    probability: number,
    rates: readonly number[],
    make: () => SimFault['fault'],
  ): void => {
    const rate = swarm.chance(probability) ? swarm.pick(rates) : 0;
    if (rate === 0) return;
    const count = FAULTABLE[on as keyof typeof FAULTABLE];
    for (let index = 0; index < count; index += 1) {
      if (random.chance(rate)) faults.push({ on, index, fault: make() } as unknown as SimFault);
    }
  };
  channel('place', 0.45, RATES, () => writeFault(random, true));
  channel('cancel', 0.35, RATES, () => writeFault(random, false));
  channel('read', 0.35, RATES, () => readFault(random));
  channel('stream', 0.35, RATES, () => streamFault(random));
  channel('fill', 0.3, [0.3, 0.7], () => ({
    parts: random.int(2, 3),
    pauseMs: random.pick([1, 15, 400]),
    restExpires: random.chance(0.25),
  }));
  channel('trigger', 0.2, [0.3, 0.7], () =>
    random.chance(0.4) ? { do: 'reject' } : { do: 'hesitate', ms: random.pick([50, 800, 3_500]) },
  );
  channel('commit', 0.12, [0.02, 0.1], () => ({
    do: random.chance(0.4) ? 'fail' : 'slow',
    ms: random.pick([50, 400, 1_500, 5_000]),
  }));
  return faults;
}

function writeFault(random: SeededRandom, place: boolean): SimWriteFault {
  const executed = random.chance(0.5);
  return random.pick<SimWriteFault>([
    { do: 'unknown', executed },
    { do: 'unknown', executed },
    { do: 'hang', executed },
    { do: 'hang', executed },
    { do: 'garbage', executed },
    { do: 'arrive-late', ms: random.int(50, 7_000) },
    { do: 'reply-late', ms: random.int(50, 9_000) },
    { do: 'not-sent' },
    { do: 'no-report' },
    { do: 'reject', code: 'throttled', retryAfterMs: random.int(0, 3_000) },
    place
      ? {
          do: 'reject',
          code: random.pick([
            'other',
            'would-trigger',
            'reduce-only',
            'filter',
            'insufficient-margin',
          ]),
        }
      : { do: 'reject', code: 'unknown-order' },
  ]);
}

function readFault(random: SeededRandom): SimReadFault {
  return random.pick<SimReadFault>([
    { do: 'fail' },
    { do: 'hang' },
    { do: 'garbage' },
    { do: 'not-found' },
    { do: 'not-found' },
    { do: 'reply-late', ms: random.int(50, 4_000) },
  ]);
}

function streamFault(random: SeededRandom): SimStreamFault {
  return random.pick<SimStreamFault>([
    { do: 'drop' },
    { do: 'drop' },
    { do: 'delay', ms: random.int(10, 5_000) },
    { do: 'duplicate', ms: random.int(0, 3_000) },
  ]);
}
