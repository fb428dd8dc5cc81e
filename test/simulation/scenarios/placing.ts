import { buy, price, type Scenario, scenario, sell, TWO_TRANCHES } from './scenario.js';

/** P0 to P5: from a fill to orders that rest. */
export const PLACING: readonly Scenario[] = [
  scenario('place in one batch', {
    steps: 'P0-P5',
    acts: TWO_TRANCHES,
    sees: ['acknowledged: true', 'protection:placed', 'arrived take-profit'],
    inPairs: true,
  }),
  scenario('place one after the other', {
    steps: 'P0-P5',
    setup: { globals: { tpSlBatchEnabled: false } },
    acts: TWO_TRANCHES,
    sees: ['acknowledged: true', 'protection:placed', 'arrived take-profit'],
  }),
  scenario('place where there are no batches', {
    steps: 'P0-P5',
    setup: { profile: 'hyperliquidLike', mode: 'one-way' },
    acts: TWO_TRANCHES,
    sees: ['acknowledged: true', 'protection:placed', 'arrived take-profit'],
  }),
  scenario('only the account stream tells of the fill', {
    steps: 'P0',
    acts: [buy(500, { reports: 0 }), price(1_000, -0.2), buy(1_200, { reports: 0 })],
    sees: ['fill:applied', 'protection:placed'],
  }),
  scenario('the fill is told three times', {
    steps: 'P0 I11',
    acts: [buy(500, { reports: 2 }), price(1_000, -0.2), buy(1_200, { reports: 2 })],
    faults: [
      { on: 'stream', of: 'fill', index: 0, fault: { do: 'duplicate', ms: 700 } },
      { on: 'stream', of: 'order', index: 1, fault: { do: 'duplicate', ms: 1_500 } },
    ],
    sees: ['acknowledged: true', 'fault stream: duplicate'],
  }),
  scenario('one entry fills in parts', {
    steps: 'P0-P5 1.5',
    acts: [buy(500, { lots: 4, reports: 1 }), price(1_500, -0.2), buy(2_000)],
    faults: [{ on: 'fill', of: 'foreign', index: 0, fault: parts(3, 120) }],
    sees: ['fault fill: parts', 'tranche:updated', 'cancel stop-loss'],
  }),
  scenario('an announced entry fills in parts before its stop is live', {
    steps: 'P0-P5',
    setup: { globals: { manage: 'registered' } },
    acts: [buy(500, { lots: 4, register: true }), price(1_500, -0.2), buy(2_000)],
    faults: [{ on: 'fill', of: 'foreign', index: 0, fault: parts(2, 4) }],
    sees: ['fault fill: parts', 'tranche:updated'],
  }),
  scenario('a fill joins a tranche', {
    steps: 'P0-P5 1.5',
    acts: [...TWO_TRANCHES, price(2_400, -0.1), buy(2_500)],
    sees: ['tranche:updated', 'cancel stop-loss', 'cancel take-profit'],
    inPairs: true,
  }),
  scenario('a fill joins while the stop is still on its way', {
    steps: 'P2 1.5',
    setup: { latencyMs: 30 },
    acts: [buy(500), buy(512), price(2_000, -0.2), buy(2_500)],
    sees: ['tranche:updated', 'cancel stop-loss'],
  }),
  scenario('at the tranche limit a fill joins the newest', {
    steps: 'P1 1.5',
    setup: { globals: { maxTranchesPerSymbolSide: 2, onTrancheLimit: 'join-newest' } },
    acts: [...TWO_TRANCHES, price(2_500, -0.5), buy(2_700)],
    sees: ['tranche:updated', 'cancel stop-loss'],
  }),
  scenario('at the tranche limit two merge and a third opens', {
    steps: 'P1 1.5',
    setup: { globals: { maxTranchesPerSymbolSide: 2, onTrancheLimit: 'merge' } },
    acts: [...TWO_TRANCHES, price(2_500, -0.5), buy(2_700)],
    sees: ['tranche:merged', 'cancel stop-loss'],
    inPairs: true,
  }),
  scenario('tranches in profit merge', {
    steps: '1.5',
    setup: { globals: { mergeProfitableTranches: true } },
    acts: [...TWO_TRANCHES, price(2_500, 0.3)],
    afterMs: 6_000,
    sees: ['tranche:merged', 'cancel stop-loss'],
  }),
  scenario('the stop would trigger and the feed is behind', {
    steps: 'P2',
    acts: [...TWO_TRANCHES, feedSilent(2_999, 400), buy(3_000, { lots: 1 }), price(3_003, -1.6)],
    sees: ['refused: would-trigger', 'closed: stop-loss'],
  }),
  scenario('the exchange says would-trigger wrongly', {
    steps: 'P2',
    acts: TWO_TRANCHES,
    faults: [
      { on: 'place', of: 'stop-loss', index: 1, fault: { do: 'reject', code: 'would-trigger' } },
    ],
    sees: ['refused: would-trigger', 'failed: would-trigger'],
  }),
  scenario('would-trigger after an unknown on the same stop', {
    steps: 'P2 C3',
    acts: [...TWO_TRANCHES, feedSilent(1_202, 9_000), price(1_203, -0.6), price(5_000, -1.5)],
    faults: [
      { on: 'place', of: 'stop-loss', index: 1, fault: { do: 'unknown', executed: false } },
      { on: 'place', of: 'take-profit', index: 1, fault: { do: 'unknown', executed: false } },
    ],
    afterMs: 7_000,
    sees: ['resolved: absent', 'refused: would-trigger'],
  }),
  scenario('a stop is refused as reduce-only', {
    steps: 'P2',
    setup: { profile: 'okxLike' },
    acts: TWO_TRANCHES,
    faults: [
      { on: 'place', of: 'stop-loss', index: 1, fault: { do: 'reject', code: 'reduce-only' } },
    ],
    sees: ['refused: reduce-only', 'failed: reduce-only'],
  }),
  scenario('stops are refused for good until the emergency close', {
    steps: 'P2 emergencyClose',
    setup: { globals: { emergencyClose: { afterFailures: 2, afterMs: 1_000 } } },
    acts: [buy(500), price(1_000, -0.2), feedDown(1_100, 9_000), buy(1_200, { lots: 1 })],
    faults: [1, 2, 3, 4, 5, 6].map((index) => ({
      on: 'place',
      of: 'stop-loss',
      index,
      fault: { do: 'reject', code: 'insufficient-margin' },
    })),
    afterMs: 8_000,
    sees: ['refused: insufficient-margin', 'closed: emergency'],
  }),
  scenario('all requests are banned when the fill comes', {
    steps: 'P2 I15',
    acts: [buy(500), price(1_000, -0.2), { at: 1_150, do: 'ban', ms: 2_000 }, buy(1_200)],
    afterMs: 5_000,
    sees: ['act ban', 'protection:placed'],
  }),
  scenario('the stop and its profit are throttled', {
    steps: 'P2',
    acts: TWO_TRANCHES,
    faults: [throttled('stop-loss', 1), throttled('take-profit', 1), throttled('stop-loss', 2)],
    sees: ['fault place: reject', 'an id arrived again', 'protection:placed'],
  }),
  scenario('a stop has an unknown outcome and rests', {
    steps: 'P2 1.2',
    setup: { globals: { tpSlBatchEnabled: false } },
    acts: TWO_TRANCHES,
    faults: [
      { on: 'place', of: 'stop-loss', index: 1, fault: { do: 'unknown', executed: true } },
      { on: 'stream', of: 'order', index: 5, fault: { do: 'drop' } },
      { on: 'stream', of: 'order', index: 6, fault: { do: 'drop' } },
    ],
    sees: ['order:unresolved', 'resolved: found'],
  }),
  scenario('a stop has an unknown outcome and never arrived', {
    steps: 'P2 1.2',
    setup: { globals: { tpSlBatchEnabled: false } },
    acts: TWO_TRANCHES,
    faults: [{ on: 'place', of: 'stop-loss', index: 1, fault: { do: 'unknown', executed: false } }],
    afterMs: 6_000,
    sees: ['order:unresolved', 'resolved: absent'],
    inPairs: true,
  }),
  scenario('a batch has an unknown outcome', {
    steps: 'P2 P4 1.2',
    acts: TWO_TRANCHES,
    faults: [{ on: 'place', index: 2, fault: { do: 'hang', executed: true } }],
    afterMs: 8_000,
    sees: ['fault place: hang', 'protection:placed'],
  }),
  scenario('a request arrives after its time window', {
    steps: 'P2 1.2',
    acts: TWO_TRANCHES,
    faults: [{ on: 'place', of: 'stop-loss', index: 1, fault: { do: 'arrive-late', ms: 4_000 } }],
    afterMs: 7_000,
    sees: ['fault place: arrive-late', 'protection:placed'],
  }),
  scenario('a stop travels for two seconds', {
    steps: 'P2 1.2',
    acts: TWO_TRANCHES,
    faults: [{ on: 'place', of: 'stop-loss', index: 1, fault: { do: 'arrive-late', ms: 2_000 } }],
    afterMs: 6_000,
    sees: ['fault place: arrive-late', 'protection:placed'],
  }),
  scenario('a store that records at once', {
    steps: 'P0-P5',
    setup: { recordMs: 0 },
    acts: [...TWO_TRANCHES, price(2_500, 0.85)],
    sees: ['acknowledged: true', 'protection:placed', 'closed: take-profit'],
  }),
  scenario('the take-profit is refused', {
    steps: 'P4',
    setup: { globals: { tpSlBatchEnabled: false } },
    acts: TWO_TRANCHES,
    faults: [{ on: 'place', of: 'take-profit', index: 1, fault: { do: 'reject', code: 'filter' } }],
    sees: ['refused: filter', 'protection:placed'],
  }),
  scenario('both sides in hedge mode', {
    steps: 'P0-P5',
    acts: [buy(500), sell(510), price(1_000, -0.2), buy(1_200), price(1_500, 0.2), sell(1_700)],
    sees: ['protection:placed', 'tranche:opened'],
  }),
];

function parts(count: number, pauseMs: number) {
  return { parts: count, pauseMs, restExpires: false };
}

function throttled(of: 'stop-loss' | 'take-profit', index: number) {
  return {
    on: 'place',
    of,
    index,
    fault: { do: 'reject', code: 'throttled', retryAfterMs: 600 },
  } as const;
}

function feedSilent(at: number, ms: number) {
  return { at, do: 'feed-silent', ms } as const;
}

function feedDown(at: number, ms: number) {
  return { at, do: 'feed-down', ms } as const;
}
