import type { SimAct } from '../plan.js';
import { buy, price, type Scenario, scenario, sell, TWO_TRANCHES } from './scenario.js';

const TWO_EXITS: readonly SimAct[] = [...TWO_TRANCHES, price(2_500, 0.85), price(4_500, -1.05)];
const BOTH_EXITS = ['closed: take-profit', 'closed: stop-loss'];

/** Whole lives at each kind of exchange, outages, stores that fail, and what others do to the account. */
export const WORLDS: readonly Scenario[] = [
  scenario('a life at a hedge account that clamps', {
    steps: 'P0-P5 C0-C7',
    acts: TWO_EXITS,
    sees: BOTH_EXITS,
  }),
  scenario('a life at a one-way account that clamps', {
    steps: 'P0-P5 C0-C7',
    setup: { mode: 'one-way' },
    acts: TWO_EXITS,
    sees: BOTH_EXITS,
  }),
  scenario('a life where ids are unique for ever', {
    steps: 'P0-P5 C0-C7',
    setup: { profile: 'okxLike', mode: 'one-way' },
    acts: TWO_EXITS,
    sees: BOTH_EXITS,
  }),
  scenario('a life without batches and without a clock', {
    steps: 'P0-P5 C0-C7',
    setup: { profile: 'hyperliquidLike', mode: 'one-way' },
    acts: TWO_EXITS,
    sees: BOTH_EXITS,
  }),
  scenario('a life where nothing is clamped', {
    steps: 'P0-P5 C0-C7',
    setup: { profile: 'worstCase', mode: 'one-way' },
    acts: TWO_EXITS,
    sees: BOTH_EXITS,
  }),
  scenario('a life on the mark price', {
    steps: 'P0-P5 C0-C7',
    setup: { sources: ['LAST', 'MARK'], settings: { workingType: 'MARK_PRICE' } },
    acts: TWO_EXITS,
    sees: BOTH_EXITS,
  }),
  scenario('a flip by an entry in one-way mode', {
    steps: '1.7',
    setup: { mode: 'one-way' },
    acts: [...TWO_TRANCHES, sell(2_500, { lots: 7 }), price(4_000, -0.1)],
    sees: ['closed: external', 'tranche:opened'],
  }),
  scenario('a flip by hand in one-way mode', {
    steps: '1.7',
    setup: { mode: 'one-way', profile: 'worstCase' },
    acts: [...TWO_TRANCHES, { at: 2_500, do: 'flip-by-hand', lots: 2 }],
    sees: ['closed: external'],
  }),
  scenario('a person closes one tranche and a part of another', {
    steps: '1.7 I14',
    acts: [...TWO_TRANCHES, { at: 2_500, do: 'reduce-by-hand', lots: 4 }],
    sees: ['closed: external', 'cancel stop-loss'],
  }),
  scenario('a person closes all of it', {
    steps: '1.7 I7',
    acts: [...TWO_TRANCHES, { at: 2_500, do: 'reduce-by-hand', lots: 9 }],
    sees: ['closed: external'],
  }),
  scenario('a person cancels a stop and a take-profit', {
    steps: 'P5',
    acts: [
      ...TWO_TRANCHES,
      { at: 2_500, do: 'cancel-stop-by-hand' },
      { at: 2_700, do: 'cancel-profit-by-hand' },
    ],
    sees: ['a person cancelled stop-loss', 'a person cancelled take-profit', 'protection:missing'],
  }),
  scenario('a liquidation', {
    steps: '1.7',
    acts: [...TWO_TRANCHES, { at: 2_500, do: 'forced', cause: 'liquidation', lots: 9 }],
    sees: ['forced: liquidation', 'closed: liquidation'],
  }),
  scenario('a part is taken by auto-deleveraging, the rest by settlement', {
    steps: '1.7',
    acts: [
      ...TWO_TRANCHES,
      { at: 2_500, do: 'forced', cause: 'adl', lots: 3 },
      { at: 3_500, do: 'forced', cause: 'settlement', lots: 1 },
    ],
    sees: ['forced: adl', 'forced: settlement'],
  }),
  scenario('a fill while the stream is down', {
    steps: 'P0 1.6',
    acts: [
      buy(500),
      price(900, -0.2),
      { at: 1_000, do: 'stream-down', ms: 1_500, silent: false },
      buy(1_200, { reports: 0 }),
    ],
    sees: ['exchange:disconnected', 'protection:placed'],
  }),
  scenario('a stop fills while the stream is silent', {
    steps: '1.6 C0',
    acts: [
      ...TWO_TRANCHES,
      { at: 2_400, do: 'stream-down', ms: 3_000, silent: true },
      price(2_500, -1.05),
    ],
    sees: ['filled stop-loss', 'closed: stop-loss'],
  }),
  scenario('the feed is down while the price falls through a stop', {
    steps: '1.6 C0',
    acts: [...TWO_TRANCHES, { at: 2_400, do: 'feed-down', ms: 1_500 }, price(2_500, -1.05)],
    sees: ['feed:disconnected', 'closed: stop-loss'],
  }),
  scenario('the process stands still while a take-profit fills', {
    steps: '1.6',
    acts: [...TWO_TRANCHES, { at: 2_450, do: 'pause', ms: 3_000 }, price(2_500, 0.85)],
    sees: ['act pause', 'closed: take-profit'],
  }),
  scenario('the process was dead while a fill and an exit came', {
    steps: '1.6 P0 C5',
    acts: [
      ...TWO_TRANCHES,
      { at: 2_400, do: 'crash', power: false, restartMs: 1_500 },
      price(2_500, 0.85),
      buy(2_700),
    ],
    sees: ['crash', 'filled take-profit', 'closed: take-profit', 'tranche:opened'],
  }),
  scenario('an orderly stop and a new start', {
    steps: '1.6 I22',
    acts: [...TWO_TRANCHES, { at: 2_500, do: 'stop', restartMs: 500 }, price(2_800, -1.05)],
    sees: ['monitor:stopped', 'closed: stop-loss'],
  }),
  scenario('reads fail at the start', {
    steps: '1.6 I25',
    acts: TWO_TRANCHES,
    faults: [
      { on: 'read', of: 'time', index: 0, fault: { do: 'fail' } },
      { on: 'read', of: 'fills', index: 0, fault: { do: 'garbage' } },
      { on: 'read', of: 'positions', index: 1, fault: { do: 'fail' } },
    ],
    afterMs: 8_000,
    sees: ['fault read time: fail', 'fault read fills: garbage', 'fault read positions: fail'],
  }),
  scenario('the store is down while a fill comes', {
    steps: '1.3 I5b',
    acts: [
      buy(500),
      price(900, -0.2),
      { at: 1_100, do: 'store-down', ms: 2_500 },
      buy(1_200, { lots: 1 }),
    ],
    afterMs: 6_000,
    sees: ['store:failed', 'without a record: stop-loss', 'store:recovered'],
    inPairs: true,
  }),
  scenario('the process dies while a stop without a record rests', {
    steps: '1.3 I5b 1.6 adoption',
    acts: [
      buy(500),
      price(900, -0.2),
      { at: 1_100, do: 'store-down', ms: 2_500 },
      buy(1_200, { lots: 1 }),
      { at: 2_000, do: 'crash', power: false, restartMs: 300 },
    ],
    afterMs: 8_000,
    sees: ['without a record: stop-loss', 'crash'],
  }),
  scenario('the store is down while a local stop is passed', {
    steps: '1.3 I18a',
    setup: { settings: { stopLossOrder: 'local' } },
    acts: [...TWO_TRANCHES, { at: 2_400, do: 'store-down', ms: 2_500 }, price(2_500, -1.05)],
    afterMs: 6_000,
    sees: ['without a record: close', 'closed: stop-loss'],
  }),
  scenario('the store is down in the middle of a close', {
    steps: 'C2-C6 I18',
    acts: [...TWO_TRANCHES, closeTranche(2_500), { at: 2_508, do: 'store-down', ms: 2_000 }],
    afterMs: 6_000,
    sees: ['store:failed', 'closed: manual'],
  }),
  scenario('the store is slow', {
    steps: '1.1',
    setup: { recordMs: 40, durableMs: 100 },
    acts: [...TWO_TRANCHES, price(2_500, 0.85)],
    faults: [{ on: 'commit', index: 8, fault: { do: 'slow', ms: 600 } }],
    sees: ['closed: take-profit', 'fault commit: slow'],
  }),
  scenario('the store is slow while a local close is recorded', {
    steps: '1.1 C3 C4',
    setup: { recordMs: 40, durableMs: 100, settings: { takeProfitOrder: 'local' } },
    acts: [...TWO_TRANCHES, price(2_500, 0.85)],
    sees: ['closed: take-profit', 'filled close'],
  }),
  scenario('one write fails when a tranche opens', {
    steps: '1.1 P1',
    acts: TWO_TRANCHES,
    faults: [{ on: 'commit', index: 6, fault: { do: 'fail', ms: 0 } }],
    afterMs: 5_000,
    sees: ['fault commit: fail', 'store:recovered'],
  }),
  scenario('an old backup is put in place', {
    steps: '1.6',
    acts: [
      ...TWO_TRANCHES,
      buy(2_000),
      { at: 3_000, do: 'restore-backup', share: 0.7, restartMs: 200 },
    ],
    afterMs: 8_000,
    sees: ['act restore-backup'],
  }),
  scenario('power is lost while a close is under way', {
    steps: 'C4 1.1',
    setup: { durableMs: 200 },
    acts: [
      ...TWO_TRANCHES,
      closeTranche(2_500),
      { at: 2_516, do: 'crash', power: true, restartMs: 300 },
    ],
    afterMs: 8_000,
    sees: ['power loss', 'filled close'],
  }),
];

function closeTranche(at: number): SimAct {
  return { at, do: 'call', call: 'close-tranche', bps: 0 };
}
