import { existsSync } from 'node:fs';
import { openReadOnlySqlite } from '../../adapters/stores/sqlite/sqlite-store-reader.js';
import { assertOwner } from '../../adapters/stores/store-owner.js';
import { decodeSnapshot } from '../../journal/decode-snapshot.js';
import { remaining, type Tranche } from '../../model/tranche.js';
import type { StoreIdentity } from '../../ports/store.js';
import { freshBeat, HEARTBEAT_MARK, type LocalGuard } from '../run/heartbeat.js';

/** What a store says of the monitor that writes it. */
export interface StoreGuards {
  readonly path: string;
  /** Whether a process holds the store. */
  readonly isWriterPresent: boolean;
  /** Whether `run` beats: its own guards count. */
  readonly isBeating: boolean;
  readonly guards: readonly LocalGuard[];
  /** Tranches that are not closed. */
  readonly tranches: readonly Tranche[];
}

/**
 * Reads what local guards may be counted. Writes nothing, takes no lock.
 *
 * @returns `null` when there is no store at the path: then nothing is counted
 * @throws StoreError `STORE_FOREIGN` when it belongs to another account; `STORE_CORRUPT`, `STORE_READ_FAILED`,
 *   `STORE_SCHEMA_NEWER`
 */
export async function readStoreGuards(
  path: string,
  identity: Omit<StoreIdentity, 'newIncarnation'>,
  now: () => number,
): Promise<StoreGuards | null> {
  if (!existsSync(path)) return null;
  const reader = await openReadOnlySqlite({ path });
  try {
    assertOwner(reader.stamp, { ...identity, newIncarnation: '' }, path);
    const { tranches } = decodeSnapshot(await reader.snapshot());
    const { isWriterPresent, mark } = await reader.heartbeat(HEARTBEAT_MARK);
    // A process that was killed beats no more, however fresh its last word is.
    const beat = isWriterPresent ? freshBeat(mark, now()) : null;
    return {
      path,
      isWriterPresent,
      isBeating: beat !== null,
      guards: beat?.guards ?? [],
      tranches: tranches.filter((tranche) => remaining(tranche).gt(0)),
    };
  } finally {
    await reader.close();
  }
}
