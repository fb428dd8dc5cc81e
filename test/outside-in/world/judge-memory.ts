import { existsSync } from 'node:fs';
import { openReadOnlySqlite } from '../../../src/adapters/stores/sqlite/sqlite-store-reader.js';
import type { StoreSnapshot } from '../../../src/ports/store.js';
import type { Findings } from '../oracle/findings.js';
import { units } from '../venue/live-book.js';

/** What was acknowledged: executed quantity by symbol and order id. */
export type Acks = ReadonlyMap<string, number>;

/** What a store that nobody writes holds; `null` when it was never made. */
export async function readStore(path: string): Promise<StoreSnapshot | null> {
  if (!existsSync(path)) return null;
  const reader = await openReadOnlySqlite({ path });
  try {
    return await reader.snapshot();
  } finally {
    await reader.close();
  }
}

/** Everything that was ever acknowledged must be in the store, with the tranche it went to and an order for its stop. */
export async function judgeMemory(path: string, acks: Acks, findings: Findings): Promise<void> {
  if (acks.size === 0) return;
  let snapshot: StoreSnapshot | null;
  try {
    snapshot = await readStore(path);
  } catch (error) {
    findings.violation('I12', `the store cannot be read after the kill: ${error}`);
    return;
  }
  if (snapshot === null) {
    findings.violation('I12', 'the store is gone');
    return;
  }
  const ledgers = new Map(snapshot.ledgers.map((row) => [`${row.symbol} ${row.orderId}`, row]));
  const tranches = new Map(snapshot.tranches.map((row) => [row.id, row]));
  const stopped = new Set(
    snapshot.orders.filter(({ role }) => role === 'stop-loss').map(({ trancheId }) => trancheId),
  );
  for (const [key, atLeast] of acks) {
    const ledger = ledgers.get(key);
    if (units(ledger?.quantity ?? 0) < atLeast) {
      findings.violation(
        'I12',
        `${key}: ${atLeast} acknowledged, ${ledger?.quantity ?? 'nothing'} kept`,
      );
      continue;
    }
    for (const id of ledger?.trancheIds ?? []) {
      const tranche = tranches.get(id);
      if (tranche === undefined || tranche.state !== 'OPEN') continue;
      if (!stopped.has(id)) findings.violation('I12', `${key}: ${id} has no stop on record`);
    }
  }
}
