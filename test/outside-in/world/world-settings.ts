import type { MonitorConfig } from 'position-monitor';
import type { SeededRandom } from '../../support/seeded-random.js';

/** What differs from world to world. */
export interface WorldSettings {
  readonly mode: 'hedge' | 'one-way';
  readonly batchSize: number;
  /** Shortest and longest pause between two entries, ms. */
  readonly entryPauseMs: readonly [number, number];
  readonly config: MonitorConfig;
}

/** Exits are near, so that every kind of them happens within seconds. */
export function settingsFrom(random: SeededRandom, world: number): WorldSettings {
  return {
    mode: world % 2 === 0 ? 'one-way' : 'hedge',
    batchSize: random.pick([1, 5]),
    entryPauseMs: random.pick([
      [50, 500],
      [200, 1_200],
    ] as const),
    config: {
      globals: {
        // Several tranches on each side: with one, the venue's own clamp would hide most mistakes.
        tranchePnlIncrementPct: '0.03',
        maxTranchesPerSymbolSide: random.int(2, 4),
        onTrancheLimit: random.pick(['join-newest', 'merge']),
        mergeProfitableTranches: random.chance(0.5),
        reconcileIntervalMs: random.pick([1_000, 3_000, 10_000]),
      },
      symbols: {
        BTCUSDT: { takeProfitPct: '0.5', stopLossPct: '0.4' },
        ETHUSDT: {
          takeProfitPct: '0.4',
          stopLossPct: '0.5',
          takeProfitOrder: 'market-on-trigger',
        },
        // Guarded by the monitor itself: the close flow is used for every take-profit.
        SOLUSDT: { takeProfitPct: '0.4', stopLossPct: '0.6', takeProfitOrder: 'local' },
      },
    },
  };
}
