import type { PositionMonitor, PriceFeed } from 'position-monitor';
import { BlankStore } from './blank-store.js';
import { newMonitor, seededRows, TWO_LEVELS } from './seeded-monitor.js';

/** A running monitor that judges its tranches on mark prices: what a message of 150 bytes brings. */
export async function markedMonitor(
  tranches: number,
  symbols: number,
  feed: PriceFeed,
): Promise<PositionMonitor> {
  const { snapshot, positions } = await seededRows(TWO_LEVELS, tranches, symbols);
  const rows = snapshot.tranches.map((row) => ({
    ...row,
    plan: { ...row.plan, workingType: 'MARK' as const },
  }));
  const store = new BlankStore({ ...snapshot, tranches: rows });
  const plan = { ...TWO_LEVELS, workingType: 'MARK_PRICE' } as const;
  const { monitor } = newMonitor({ plan, store, positions, feed, isDeaf: true });
  await monitor.start();
  await monitor.settled();
  return monitor;
}
