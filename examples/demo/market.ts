import type { InstrumentInput, MonitorConfig, PriceSource } from '../../src/index.js';

/** One price of the demo, in the order in which they are told. */
export interface MarketTick {
  readonly time: number;
  readonly symbol: string;
  readonly source: PriceSource;
  readonly price: number;
  /** What just began, where something did. */
  readonly phase?: string;
}

export interface Market {
  readonly title: string;
  readonly instruments: readonly InstrumentInput[];
  readonly sources: readonly PriceSource[];
  /** How the market is traded: what the bot takes for a minute, and levels that fit, by symbol. */
  readonly minuteMs: number;
  readonly plans: MonitorConfig['symbols'];
  ticks(): AsyncIterable<MarketTick> | Iterable<MarketTick>;
}

interface Phase {
  readonly name: string;
  readonly minutes: number;
  /** Mean and spread of one second's change, basis points. */
  readonly driftBps: number;
  readonly spreadBps: number;
  /** How often (per second) and how far (percent) the price jumps without trading in between. */
  readonly gaps?: { readonly rate: number; readonly percent: number };
}

interface Listing {
  readonly instrument: InstrumentInput;
  readonly start: number;
  readonly decimals: number;
  readonly phases: readonly Phase[];
}

const CALM = { driftBps: 0, spreadBps: 0.8 };
const START_MS = Date.UTC(2026, 0, 5);

const LISTINGS: readonly Listing[] = [
  {
    instrument: { symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' },
    start: 92_400,
    decimals: 1,
    phases: [
      { name: 'calm', minutes: 30, ...CALM },
      { name: 'trend up', minutes: 70, driftBps: 0.08, spreadBps: 1.1 },
      {
        name: 'crash',
        minutes: 12,
        driftBps: -0.45,
        spreadBps: 3,
        gaps: { rate: 0.008, percent: -0.7 },
      },
      { name: 'calm', minutes: 68, ...CALM },
    ],
  },
  {
    instrument: { symbol: 'ETHUSDT', tickSize: '0.01', stepSize: '0.01' },
    start: 3_180,
    decimals: 2,
    phases: [
      { name: 'trend up', minutes: 55, driftBps: 0.07, spreadBps: 1.3 },
      { name: 'calm', minutes: 45, ...CALM },
      {
        name: 'crash',
        minutes: 15,
        driftBps: -0.5,
        spreadBps: 3.5,
        gaps: { rate: 0.008, percent: -1 },
      },
      { name: 'trend up', minutes: 65, driftBps: 0.06, spreadBps: 1.5 },
    ],
  },
  {
    instrument: { symbol: 'SOLUSDT', tickSize: '0.01', stepSize: '0.1' },
    start: 141,
    decimals: 2,
    phases: [
      { name: 'calm', minutes: 40, ...CALM },
      { name: 'trend down', minutes: 50, driftBps: -0.08, spreadBps: 1.6 },
      { name: 'calm', minutes: 22, ...CALM },
      {
        name: 'crash',
        minutes: 10,
        driftBps: -0.8,
        spreadBps: 4,
        gaps: { rate: 0.015, percent: -1.6 },
      },
      { name: 'calm', minutes: 58, driftBps: 0.02, spreadBps: 1.4 },
    ],
  },
];

/** Three symbols, three hours, one price a second each: the same seed makes the same market. */
export function syntheticMarket(seed: number): Market {
  return {
    title: `three symbols over three hours of a made-up market (seed ${seed})`,
    instruments: LISTINGS.map(({ instrument }) => instrument),
    sources: ['LAST'],
    minuteMs: 60_000,
    plans: {
      // A ladder: after its first level nothing is lost any more, after the second the first is kept.
      BTCUSDT: {
        takeProfitLevels: [
          { pct: 0.5, portion: 0.4 },
          { pct: 1, portion: 0.3 },
          { pct: 2, portion: 0.3 },
        ],
        stopLossPct: 2,
        breakeven: { afterLevel: 1, includeFees: true, followLevels: true },
      },
      ETHUSDT: { takeProfitPct: 1.8, stopLossPct: 2.2 },
      // A stop that follows: what a crash gives it keeps.
      SOLUSDT: {
        stopLossPct: 2.5,
        trailingStop: { activationPct: 1.5, callbackPct: 1.5, stepPct: 0.3 },
      },
    },
    ticks: () => synthesised(seed),
  };
}

function* synthesised(seed: number): Iterable<MarketTick> {
  const random = randomFrom(seed);
  const walks = LISTINGS.map((listing) => ({ listing, price: listing.start }));
  const seconds = 60 * Math.min(...LISTINGS.map(({ phases }) => sum(phases.map((p) => p.minutes))));
  for (let second = 0; second < seconds; second += 1) {
    for (const walk of walks) {
      const { phase, isNew } = phaseAt(walk.listing.phases, second);
      const jump = phase.gaps !== undefined && random() < phase.gaps.rate ? phase.gaps.percent : 0;
      const change = phase.driftBps + phase.spreadBps * bellFrom(random);
      walk.price *= (1 + change / 10_000) * (1 + jump / 100);
      yield {
        time: START_MS + second * 1_000,
        symbol: walk.listing.instrument.symbol,
        source: 'LAST',
        price: Number(walk.price.toFixed(walk.listing.decimals)),
        ...(isNew && { phase: phase.name }),
      };
    }
  }
}

function phaseAt(
  phases: readonly Phase[],
  second: number,
): { readonly phase: Phase; readonly isNew: boolean } {
  let begin = 0;
  for (const phase of phases) {
    const end = begin + phase.minutes * 60;
    if (second < end) return { phase, isNew: second === begin };
    begin = end;
  }
  throw new Error('the market is over');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** mulberry32: small, fast, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Close to a normal distribution, with a spread of one. */
function bellFrom(random: () => number): number {
  let total = -6;
  for (let draw = 0; draw < 12; draw += 1) total += random();
  return total;
}
