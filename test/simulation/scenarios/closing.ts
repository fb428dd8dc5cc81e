import type { SimAct, SimCall } from '../plan.js';
import { buy, price, type Scenario, scenario, TWO_TRANCHES } from './scenario.js';

/** C0 to C7: from a level to a closed tranche. */
export const CLOSING: readonly Scenario[] = [
  scenario('a resting take-profit fills', {
    steps: 'C0 C6 C7',
    acts: [...TWO_TRANCHES, price(2_500, 0.85)],
    sees: ['filled take-profit', 'closed: take-profit', 'trigger:hit'],
  }),
  scenario('a local take-profit closes at market', {
    steps: 'C0-C7',
    setup: { settings: { takeProfitOrder: 'local' } },
    acts: [...TWO_TRANCHES, price(2_500, 0.85)],
    sees: ['arrived close', 'filled close', 'closed: take-profit', 'cancel stop-loss'],
    inPairs: true,
  }),
  scenario('a resting take-profit fills in part and its rest is closed', {
    steps: 'C0-C7',
    acts: [...TWO_TRANCHES, price(2_500, 0.82)],
    faults: [0, 1, 2, 3].map((index) => ({
      on: 'fill',
      of: 'take-profit',
      index,
      fault: parts(3),
    })),
    sees: [
      'filled in part: take-profit',
      'cancel take-profit',
      'filled close',
      'closed: take-profit',
    ],
    inPairs: true,
  }),
  scenario('the price is far past a take-profit that fills', {
    steps: 'C0-C2',
    acts: [...TWO_TRANCHES, price(2_500, 2)],
    sees: ['filled take-profit', 'closed: take-profit'],
  }),
  scenario('the price returns within the grace', {
    steps: 'C0',
    /** Trading is halted, so that the take-profit cannot fill at the price that is there for a moment. */
    acts: [
      ...TWO_TRANCHES,
      { at: 2_490, do: 'halt', ms: 250 },
      price(2_500, 0.82),
      price(2_600, 0.1),
    ],
    sees: ['trigger:hit', 'act halt'],
  }),
  scenario('a triggered take-profit is refused', {
    steps: 'C0-C7',
    setup: { settings: { takeProfitOrder: 'market-on-trigger' } },
    acts: [...TWO_TRANCHES, price(2_500, 0.8)],
    faults: [{ on: 'trigger', of: 'take-profit', index: 0, fault: { do: 'reject' } }],
    sees: ['trigger:hit', 'failed: rejected', 'closed: take-profit'],
  }),
  scenario('a conditional take-profit hesitates', {
    steps: 'C0-C7',
    setup: { settings: { takeProfitOrder: 'market-on-trigger' } },
    acts: [...TWO_TRANCHES, price(2_500, 0.82)],
    faults: [{ on: 'trigger', of: 'take-profit', index: 0, fault: { do: 'hesitate', ms: 1_500 } }],
    sees: ['trigger:hit', 'cancel take-profit', 'closed: take-profit'],
  }),
  scenario('a resting stop fills within its grace', {
    steps: 'C0 C6 C7',
    acts: [...TWO_TRANCHES, price(2_500, -1.05)],
    sees: ['filled stop-loss', 'closed: stop-loss', 'cancel take-profit'],
  }),
  scenario('a triggered stop does not fill for three seconds', {
    steps: 'C0-C7 watchdog',
    acts: [...TWO_TRANCHES, price(2_500, -1.05)],
    faults: [{ on: 'trigger', of: 'stop-loss', index: 0, fault: { do: 'hesitate', ms: 3_000 } }],
    afterMs: 5_000,
    sees: ['arrived close', 'closed: stop-loss'],
  }),
  scenario('a triggered stop is refused', {
    steps: '1.3 LOCAL',
    acts: [...TWO_TRANCHES, price(2_500, -1.05)],
    faults: [{ on: 'trigger', of: 'stop-loss', index: 0, fault: { do: 'reject' } }],
    sees: ['a triggered stop was refused', 'filled close', 'closed: stop-loss'],
  }),
  scenario('a triggered stop fills in part', {
    steps: 'C5',
    acts: [...TWO_TRANCHES, price(2_500, -1.05)],
    faults: [{ on: 'fill', of: 'stop-loss', index: 0, fault: { ...parts(2), restExpires: true } }],
    sees: ['filled in part: stop-loss', 'stop-loss expired', 'closed: stop-loss'],
  }),
  scenario('a local stop without any resting stop', {
    steps: 'C1 C4 urgent',
    setup: { settings: { stopLossOrder: 'local' } },
    acts: [...TWO_TRANCHES, price(2_500, -1.05)],
    sees: ['arrived close', 'filled close', 'closed: stop-loss', 'cancel take-profit'],
  }),
  scenario('a local stop where resting orders claim the quantity', {
    steps: 'C1-C4 urgent',
    setup: { profile: 'okxLike', settings: { stopLossOrder: 'local' } },
    acts: [...TWO_TRANCHES, price(2_500, -1.05)],
    sees: ['filled close', 'closed: stop-loss', 'cancel take-profit'],
  }),
  scenario('the stop is cancelled by hand and the level is passed', {
    steps: 'C1 C4 urgent',
    acts: [
      ...TWO_TRANCHES,
      { at: 2_500, do: 'cancel-stop-by-hand' },
      price(2_502, -1.05),
      price(3_000, -1.1),
    ],
    sees: ['a person cancelled stop-loss', 'closed: stop-loss'],
  }),
  scenario('a close fills in part and its rest expires', {
    steps: 'C5 g+1',
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche')],
    faults: [{ on: 'fill', of: 'close', index: 0, fault: { ...parts(2), restExpires: true } }],
    sees: ['filled in part: close', 'close expired', 'closed: manual'],
    inPairs: true,
  }),
  scenario('a close fills in parts', {
    steps: 'C5',
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche')],
    faults: [
      { on: 'fill', of: 'close', index: 0, fault: { ...parts(3), pauseMs: 80 } },
      { on: 'fill', of: 'close', index: 1, fault: { ...parts(2), pauseMs: 80 } },
    ],
    sees: ['filled in part: close', 'closed: manual'],
  }),
  scenario('a close has an unknown outcome and was executed', {
    steps: 'C4 1.2',
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche')],
    faults: [{ on: 'place', of: 'close', index: 0, fault: { do: 'unknown', executed: true } }],
    sees: ['fault place: unknown', 'filled close', 'closed: manual'],
  }),
  scenario('a close has an unknown outcome, was executed and the stream is silent', {
    steps: 'C4 1.2',
    acts: [
      ...TWO_TRANCHES,
      { at: 2_400, do: 'stream-down', ms: 2_000, silent: true },
      call(2_500, 'close-tranche'),
    ],
    faults: [{ on: 'place', of: 'close', index: 0, fault: { do: 'unknown', executed: true } }],
    sees: ['order:unresolved', 'closed: manual'],
  }),
  scenario('a close has an unknown outcome and never arrived', {
    steps: 'C4 1.2 C3',
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche')],
    faults: [{ on: 'place', of: 'close', index: 0, fault: { do: 'unknown', executed: false } }],
    afterMs: 7_000,
    sees: ['order:unresolved', 'resolved: absent', 'closed: manual'],
  }),
  scenario('a close travels for two seconds', {
    steps: 'C4 1.2',
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche')],
    faults: [{ on: 'place', of: 'close', index: 0, fault: { do: 'arrive-late', ms: 2_000 } }],
    afterMs: 6_000,
    sees: ['fault place: arrive-late', 'filled close', 'closed: manual'],
  }),
  scenario('a close is refused as reduce-only', {
    steps: 'C3 C4',
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche')],
    faults: [{ on: 'place', of: 'close', index: 0, fault: { do: 'reject', code: 'reduce-only' } }],
    sees: ['refused: reduce-only', 'closed: manual'],
  }),
  scenario('a close is refused while trading is halted', {
    steps: 'C4',
    acts: [...TWO_TRANCHES, { at: 2_480, do: 'halt', ms: 1_500 }, call(2_500, 'close-tranche')],
    afterMs: 5_000,
    sees: ['refused: market-closed', 'closed: manual'],
  }),
  scenario('the view is old when a close begins', {
    steps: 'C3',
    setup: { globals: { reconcileIntervalMs: 60_000 } },
    acts: [...TWO_TRANCHES, price(13_000, -0.1), call(14_000, 'close-tranche')],
    sees: ['closed: manual'],
  }),
  scenario('a person takes part of it while it is closed', {
    steps: 'C3 C5',
    setup: { mode: 'one-way' },
    acts: [
      ...TWO_TRANCHES,
      { at: 2_499, do: 'stream-down', ms: 1_500, silent: false },
      { at: 2_500, do: 'reduce-by-hand', lots: 1 },
      call(2_501, 'close-tranche'),
    ],
    sees: ['closed: manual', 'exchange:disconnected'],
  }),
  scenario('the stop fills while a close is under way', {
    steps: 'C4 C6',
    setup: { latencyMs: 30 },
    acts: [...TWO_TRANCHES, call(2_500, 'close-tranche'), price(2_535, -1.05)],
    sees: ['filled stop-loss'],
  }),
  scenario('the position is closed by its owner', {
    steps: 'C0-C7',
    acts: [...TWO_TRANCHES, call(2_500, 'close-position')],
    sees: ['closed: manual', 'filled close'],
  }),
  scenario('panic on both sides', {
    steps: 'C0-C7',
    acts: [...TWO_TRANCHES, buy(2_000, { side: 'SHORT' }), call(2_500, 'close-all')],
    sees: ['closed: panic', 'filled close'],
  }),
  scenario('panic where excess opens the other side', {
    steps: 'C0-C7 I2',
    setup: { profile: 'worstCase', mode: 'one-way' },
    acts: [...TWO_TRANCHES, call(2_500, 'close-all')],
    sees: ['closed: panic', 'filled close'],
  }),
  scenario('orders of an entry are cancelled', {
    steps: 'C6',
    acts: [...TWO_TRANCHES, call(2_500, 'cancel-related')],
    sees: ['act call', 'cancel take-profit'],
  }),
  scenario('profit and stop of two tranches in one gap', {
    steps: 'I1b sibling race',
    setup: { mode: 'one-way' },
    acts: [...TWO_TRANCHES, price(2_500, 0.85), price(2_503, -1.3)],
    sees: ['filled take-profit', 'filled stop-loss', 'two exits within the race window'],
    inPairs: true,
  }),
  scenario('profit and stop in one gap where excess opens the other side', {
    steps: 'I1b sibling race',
    setup: { mode: 'one-way', profile: 'worstCase' },
    acts: [...TWO_TRANCHES, price(2_500, 0.85), price(2_503, -1.3)],
    sees: ['filled take-profit', 'two exits within the race window'],
  }),
];

function parts(count: number) {
  return { parts: count, pauseMs: 20, restExpires: false };
}

function call(at: number, name: SimCall, bps = 0): SimAct {
  return { at, do: 'call', call: name, bps };
}
