import type { SimAct, SimCall } from '../plan.js';
import { buy, price, type Scenario, scenario, TWO_TRANCHES } from './scenario.js';

const ONE_STOP = { severalStops: false, globals: { maxTranchesPerSymbolSide: 1 } } as const;

/** 1.5: new before old, and where that is not possible, old before new under our own guard. */
export const REPLACING: readonly Scenario[] = [
  scenario('a stop is moved', {
    steps: '1.5',
    acts: [...TWO_TRANCHES, call(2_500, 'move-stop', 60)],
    sees: ['tranche:updated', 'cancel stop-loss'],
    inPairs: true,
  }),
  scenario('a stop is moved twice in a row', {
    steps: '1.5 pace',
    acts: [...TWO_TRANCHES, call(2_500, 'move-stop', 80), call(2_560, 'move-stop', 50)],
    sees: ['tranche:updated', 'cancel stop-loss'],
  }),
  scenario('a stop is moved while the price is near', {
    steps: '1.5 wait',
    acts: [...TWO_TRANCHES, call(2_500, 'move-stop', 5)],
    afterMs: 5_000,
    sees: ['cancel stop-loss'],
  }),
  scenario('the successor of a stop is refused', {
    steps: '1.5',
    acts: [...TWO_TRANCHES, call(2_500, 'move-stop', 60)],
    faults: [
      { on: 'place', of: 'stop-loss', index: 2, fault: { do: 'reject', code: 'order-cap' } },
    ],
    sees: ['refused: order-cap', 'cancel stop-loss'],
  }),
  scenario('the successor of a stop is unknown', {
    steps: '1.5 1.2',
    acts: [...TWO_TRANCHES, call(2_500, 'move-stop', 60)],
    faults: [{ on: 'place', of: 'stop-loss', index: 2, fault: { do: 'unknown', executed: false } }],
    afterMs: 6_000,
    sees: ['resolved: absent', 'cancel stop-loss'],
  }),
  scenario('the cancellation of an old stop is unknown', {
    steps: '1.5 1.2',
    acts: [...TWO_TRANCHES, call(2_500, 'move-stop', 60)],
    faults: [
      { on: 'cancel', of: 'stop-loss', index: 0, fault: { do: 'unknown', executed: false } },
    ],
    afterMs: 5_000,
    sees: ['fault cancel: unknown', 'cancel stop-loss'],
  }),
  scenario('a take-profit is moved', {
    steps: '1.5',
    acts: [...TWO_TRANCHES, call(2_500, 'move-profit', 60)],
    sees: ['tranche:updated', 'cancel take-profit'],
  }),
  scenario('a take-profit fills while it is moved', {
    steps: '1.5',
    setup: { latencyMs: 30 },
    acts: [...TWO_TRANCHES, call(2_500, 'move-profit', 160), price(2_510, 1.05)],
    sees: ['filled take-profit', 'closed: take-profit'],
  }),
  scenario('a take-profit is removed', {
    steps: '1.5',
    acts: [...TWO_TRANCHES, call(2_500, 'remove-profit')],
    sees: ['tranche:updated', 'cancel take-profit'],
  }),
  scenario('a position gets a new plan', {
    steps: '1.5',
    acts: [...TWO_TRANCHES, call(2_500, 'new-plan')],
    sees: ['tranche:updated', 'cancel take-profit', 'cancel stop-loss'],
  }),
  scenario('tranches are merged by hand', {
    steps: '1.5',
    acts: [...TWO_TRANCHES, call(2_500, 'merge')],
    sees: ['tranche:merged', 'cancel stop-loss', 'cancel take-profit'],
  }),
  scenario('a take-profit fills in part and the stop shrinks', {
    steps: '1.5 C0',
    acts: [...TWO_TRANCHES, price(2_500, 0.82), price(2_505, 0.5)],
    faults: [
      {
        on: 'fill',
        of: 'take-profit',
        index: 0,
        fault: { parts: 3, pauseMs: 1, restExpires: false },
      },
    ],
    sees: ['filled in part: take-profit', 'cancel stop-loss'],
  }),
  scenario('a fill joins while the price falls through both stops', {
    steps: '1.5 C0',
    setup: { settings: { stopLossPct: 0.6 } },
    acts: [buy(500), price(1_000, -0.04), buy(1_100), price(1_108, -0.7)],
    sees: ['tranche:updated', 'closed: stop-loss'],
  }),
  scenario('one stop per side: a fill joins', {
    steps: '1.5 one stop',
    setup: ONE_STOP,
    acts: [buy(500), price(1_000, -0.2), buy(1_200, { lots: 3 })],
    sees: ['tranche:updated', 'cancel stop-loss', 'protection:missing', 'protection:recovered'],
  }),
  scenario('one stop per side: the stop is moved', {
    steps: '1.5 one stop',
    setup: ONE_STOP,
    acts: [buy(500), call(2_500, 'move-stop', 60)],
    sees: ['cancel stop-loss', 'protection:missing', 'protection:recovered'],
  }),
  scenario('one stop per side: the successor is refused', {
    steps: '1.5 one stop',
    setup: ONE_STOP,
    acts: [buy(500), call(2_500, 'move-stop', 60)],
    faults: [{ on: 'place', of: 'stop-loss', index: 1, fault: { do: 'reject', code: 'other' } }],
    sees: ['refused: other', 'protection:recovered'],
  }),
  scenario('one stop per side: both sides', {
    steps: '1.5 one stop',
    setup: ONE_STOP,
    acts: [
      buy(500),
      buy(600, { side: 'SHORT' }),
      price(1_000, -0.2),
      buy(1_200),
      buy(1_300, { side: 'SHORT' }),
    ],
    sees: ['tranche:updated', 'cancel stop-loss'],
  }),
];

function call(at: number, name: SimCall, bps = 0): SimAct {
  return { at, do: 'call', call: name, bps };
}
