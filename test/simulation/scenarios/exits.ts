import type { SimAct, SimCallAct } from '../plan.js';
import { buy, price, type Scenario, scenario } from './scenario.js';

/** One tranche of 0.2 rests under its orders from 600 ms on. */
const ONE: readonly SimAct[] = [buy(500)];

/** A third fills, the rest expires. */
const THIRDS = { parts: 3, pauseMs: 20, restExpires: true };

/** Each exit rule: what it leads to, and what ends it. */
export const EXITS: readonly Scenario[] = [
  scenario('a ladder whose levels fill one after the other', {
    steps: 'P4 1.5',
    setup: {
      settings: {
        takeProfitLevels: [
          { pct: 0.3, portion: 0.5 },
          { pct: 0.6, portion: 0.5 },
        ],
      },
    },
    acts: [...ONE, price(1_500, 0.35), price(2_500, 0.65)],
    sees: ['filled take-profit', 'closed: take-profit'],
  }),
  scenario('a ladder that leaves a rest on the stop', {
    steps: 'P4 1.5 C0-C7',
    setup: { settings: { takeProfitLevels: [{ pct: 0.3, portion: 0.3 }] } },
    acts: [...ONE, price(1_500, 0.35), price(3_000, -1.05)],
    sees: ['filled take-profit', 'filled stop-loss', 'closed: stop-loss'],
  }),
  scenario('levels that nothing rests for are taken at market', {
    steps: 'P4 C0',
    setup: {
      settings: {
        takeProfitOrder: 'local',
        takeProfitLevels: [
          { pct: 0.3, portion: 0.5 },
          { pct: 0.6, portion: 0.2 },
        ],
      },
    },
    acts: [...ONE, price(1_500, 0.35), price(2_500, 0.65), price(4_000, -1.05)],
    sees: ['a level is taken at market', 'filled take-profit', 'closed: stop-loss'],
    inPairs: true,
  }),
  scenario('a slice is too small for an order', {
    steps: 'P4',
    setup: {
      settings: {
        takeProfitLevels: [
          { pct: 0.3, portion: 0.002 },
          { pct: 0.5, portion: 0.998 },
        ],
      },
    },
    acts: [...ONE, price(1_500, 0.35), price(2_500, 0.55)],
    sees: ['filled take-profit', 'closed: take-profit'],
  }),
  scenario('more levels than one request may carry', {
    steps: 'P2-P4',
    setup: {
      profile: 'worstCase',
      mode: 'one-way',
      settings: {
        takeProfitLevels: [
          { pct: 0.3, portion: 0.3 },
          { pct: 0.5, portion: 0.3 },
          { pct: 0.7, portion: 0.4 },
        ],
      },
    },
    acts: [...ONE, price(1_500, 0.75)],
    faults: [{ on: 'place', index: 0, fault: { do: 'unknown', executed: false } }],
    afterMs: 6_000,
    sees: ['resolved: absent', 'closed: take-profit'],
  }),
  scenario('a trail whose resting stop is hit', {
    steps: '1.5 C0',
    setup: { settings: { trailingStop: { callbackPct: 0.3 } } },
    acts: [...ONE, price(1_500, 0.4), price(2_200, 0.8), price(4_000, 0.3)],
    sees: ['filled stop-loss', 'closed: trailing-stop'],
  }),
  scenario('a trail that our own guard watches', {
    steps: 'C1 C4 urgent',
    setup: {
      settings: {
        stopLossOrder: 'local',
        trailingStop: { callbackPct: 0.3, activationPct: 0.2, stepPct: 0.2 },
      },
    },
    acts: [...ONE, price(1_500, 0.4), price(2_000, 0.5), price(2_800, 0.15)],
    sees: ['filled close', 'closed: trailing-stop'],
  }),
  scenario('breakeven after a distance', {
    steps: '1.5 C0',
    setup: { settings: { breakeven: { activationPct: 0.3, offsetPct: 0.1 } } },
    acts: [...ONE, price(1_500, 0.4), price(3_500, 0.05)],
    sees: ['filled stop-loss', 'closed: breakeven'],
  }),
  scenario('breakeven after a level, and the stop follows the levels', {
    steps: '1.5 C0',
    setup: {
      settings: {
        takeProfitLevels: [
          { pct: 0.2, portion: 0.3 },
          { pct: 0.5, portion: 0.3 },
          { pct: 0.9, portion: 0.4 },
        ],
        breakeven: { afterLevel: 1, followLevels: true },
      },
    },
    acts: [...ONE, price(1_500, 0.25), price(2_500, 0.55), price(5_000, 0.15)],
    sees: ['filled take-profit', 'filled stop-loss', 'closed: breakeven'],
  }),
  scenario('a time limit closes', {
    steps: 'C1-C7',
    setup: { settings: { timeLimitMs: 1_500 } },
    acts: [...ONE, price(3_000, 0.1)],
    sees: ['filled close', 'closed: time-limit'],
  }),
  scenario('a time limit tightens in profit only', {
    steps: '1.5 C0',
    setup: {
      settings: {
        timeLimit: { ms: 1_000, action: 'tighten', stopLossPct: -0.1, onlyIn: 'profit' },
      },
    },
    acts: [...ONE, price(1_000, -0.2), price(2_500, 0.4), price(5_000, 0.05)],
    sees: ['filled stop-loss', 'closed: stop-loss'],
  }),
  scenario('levels that follow the volatility', {
    steps: '1.5 C0',
    setup: {
      settings: { volatility: { atrPeriod: 2, barMs: 1_000, slMultiple: 1, tpMultiple: 9 } },
    },
    acts: [
      price(1_000, 0.05),
      price(1_500, 0),
      price(2_200, 0.1),
      price(3_100, 0),
      price(4_200, 0.1),
      buy(4_500),
      price(5_500, 0),
      price(7_500, -0.6),
    ],
    sees: ['filled stop-loss', 'closed: stop-loss'],
  }),
  scenario('a hit that is confirmed', {
    steps: 'C0',
    setup: { settings: { confirm: { ticks: 3, ms: 400, hardFloorPct: 0.5 } } },
    acts: [...ONE, price(1_500, -1.05)],
    sees: ['a hit was confirmed', 'filled close', 'closed: stop-loss'],
  }),
  scenario('a hit that comes to nothing, and another one at the floor', {
    steps: 'C0',
    setup: { settings: { confirm: { ticks: 3, hardFloorPct: 0.5 } } },
    acts: [
      ...ONE,
      price(1_500, -1.05),
      price(1_540, -0.9),
      price(2_500, -1.05),
      price(2_520, -1.6),
    ],
    sees: ['a hit came to nothing', 'filled stop-loss', 'closed: stop-loss'],
  }),
  scenario('an exit by limits that fill in part', {
    steps: 'C4 C5',
    setup: { settings: { exitExecution: { kind: 'ioc-limit', deadlineMs: 700 } } },
    acts: [...ONE, call(1_500, 'close-tranche')],
    faults: [0, 1, 2].map((index) => ({ on: 'fill', of: 'close', index, fault: THIRDS }) as const),
    sees: ['arrived ioc-limit', 'a limit gave way to the market', 'closed: manual'],
  }),
  scenario('an exchange without such limits', {
    steps: 'C4',
    setup: {
      takesLimits: false,
      settings: { exitExecution: { kind: 'ioc-limit' }, stopLossOrder: 'limit-on-trigger' },
    },
    acts: [...ONE, call(1_500, 'close-tranche')],
    sees: ['filled close', 'closed: manual'],
  }),
  scenario('an exit in four slices over time', {
    steps: 'C4 C5',
    setup: { settings: { exitExecution: { kind: 'twap', slices: 4, intervalMs: 400 } } },
    acts: [...ONE, call(1_500, 'close-tranche')],
    sees: ['a close in more than two slices', 'closed: manual'],
    inPairs: true,
  }),
  scenario('the stop fills between two slices', {
    steps: 'C4-C6',
    setup: { settings: { exitExecution: { kind: 'twap', slices: 4, intervalMs: 600 } } },
    acts: [...ONE, call(1_500, 'close-tranche'), price(2_300, -1.05)],
    sees: ['filled stop-loss', 'filled close', 'closed: manual'],
  }),
  scenario('an exit in visible parts', {
    steps: 'C4 C5',
    setup: { settings: { exitExecution: { kind: 'iceberg', visiblePortion: 0.3 } } },
    acts: [...ONE, call(1_500, 'close-tranche')],
    sees: ['a close in more than two slices', 'closed: manual'],
  }),
  scenario('panic ends the patience of a close', {
    steps: 'C4',
    setup: { settings: { exitExecution: { kind: 'twap', slices: 5, intervalMs: 1_500 } } },
    acts: [
      ...ONE,
      call(1_500, 'close-tranche'),
      call(1_900, 'panic-side', { side: 'LONG' }),
      price(2_400, 0.1),
    ],
    sees: ['filled close', 'closed: panic'],
  }),
  scenario('another plan while a close takes its time', {
    steps: 'C4',
    setup: { settings: { exitExecution: { kind: 'twap', slices: 4, intervalMs: 500 } } },
    acts: [
      ...ONE,
      call(1_500, 'close-tranche'),
      call(1_900, 'new-plan', { plan: { stopLossPct: 2, exitExecution: { kind: 'market' } } }),
    ],
    sees: ['a new plan during a close', 'closed: manual'],
  }),
  scenario('a tranche is split, and a level fills', {
    steps: 'P1-P4',
    acts: [...ONE, call(1_500, 'split', { bps: 50 }), price(3_000, 1.05)],
    sees: ['a split', 'filled take-profit', 'closed: take-profit'],
    inPairs: true,
  }),
  scenario('a stop with a limit that fills', {
    steps: 'C0',
    setup: { settings: { stopLossOrder: 'limit-on-trigger' } },
    acts: [...ONE, price(1_500, -1.05)],
    sees: ['a stop-limit filled', 'closed: stop-loss'],
  }),
  scenario('the price runs away from a stop with a limit', {
    steps: 'C0-C7 watchdog',
    setup: { settings: { stopLossOrder: 'limit-on-trigger' } },
    acts: [...ONE, price(1_500, -3)],
    afterMs: 6_000,
    sees: ['a stop-limit was left behind', 'filled close', 'closed: stop-loss'],
    inPairs: true,
  }),
  scenario('a stop goes before the liquidation', {
    steps: '1.5',
    setup: { settings: { stopLossPct: 3 } },
    acts: [
      ...ONE,
      { at: 1_200, do: 'liquidation', side: 'LONG', percent: 2 },
      call(1_500, 'reconcile'),
      price(4_000, -1.8),
    ],
    sees: ['protection:tightened', 'filled stop-loss', 'closed: stop-loss'],
  }),
];

function call(
  at: number,
  name: SimCallAct['call'],
  more: Partial<Pick<SimCallAct, 'bps' | 'plan' | 'side'>> = {},
): SimAct {
  return { at, do: 'call', call: name, bps: 0, ...more };
}
