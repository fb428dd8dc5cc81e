import { PaperExchange, PositionMonitor, type Store, type StoreBatch } from 'position-monitor';
import { SqliteStore } from 'position-monitor/sqlite';
import { PushFeed } from './push-feed.js';
import { instruments, seededRows, symbolOf, TWO_LEVELS, tick } from './seeded-monitor.js';

const SYMBOLS = 500;
const ROWS_PER_COMMIT = 1_000;
const IDENTITY = {
  exchangeId: 'paper',
  accountId: 'paper',
  mode: 'simulated',
  instanceId: 'default',
  newIncarnation: 'b0b0',
} as const;

/** Writes open tranches into a store, as a monitor that died left them. */
export async function writeTranches(path: string, count: number): Promise<void> {
  const { snapshot } = await seededRows(TWO_LEVELS, count, SYMBOLS);
  const store: Store = new SqliteStore({ path });
  await store.open(IDENTITY);
  const batch = (rows: Partial<StoreBatch>): Promise<void> =>
    store.commit({
      ...{ tranches: [], orders: [], ledgers: [], registrations: [], deletedRegistrations: [] },
      ...{ marks: [], events: [] },
      ...rows,
    }).durable;
  for (let from = 0; from < count; from += ROWS_PER_COMMIT) {
    const to = from + ROWS_PER_COMMIT;
    await batch({
      tranches: snapshot.tranches.slice(from, to),
      ledgers: snapshot.ledgers.slice(from, to),
    });
  }
  await batch({ marks: snapshot.marks });
  await store.close();
}

/** Starts a monitor on the store. @returns how long `start()` took, ms */
export async function recover(path: string, count: number): Promise<number> {
  const feed = new PushFeed();
  const positions = Array.from({ length: SYMBOLS }, (_, index) => ({
    symbol: symbolOf(index),
    side: 'LONG' as const,
    quantity: (Math.ceil((count - index) / SYMBOLS) / 100).toFixed(2),
    entryPrice: '1050',
  }));
  const began = performance.now();
  const monitor = new PositionMonitor({
    config: {
      symbols: { '*': TWO_LEVELS },
      globals: {
        maxTranchesPerSymbolSide: 1_000_000,
        mergeProfitableTranches: false,
        reconcileIntervalMs: 3_600_000,
      },
    },
    exchange: new PaperExchange({ instruments, positions }),
    feed,
    store: new SqliteStore({ path }),
  });
  await monitor.start();
  const took = performance.now() - began;
  const { activeTranches } = monitor.getHealth();
  if (activeTranches !== count) throw new Error(`${activeTranches} of ${count} tranches are held`);
  tick(feed, symbolOf(0), 1_046);
  return took;
}
