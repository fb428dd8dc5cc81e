import { SqliteStore } from '../../../adapters/stores/sqlite/sqlite-store.js';
import { openReadOnlySqlite } from '../../../adapters/stores/sqlite/sqlite-store-reader.js';
import { UNCLAIMED } from '../../../adapters/stores/store-owner.js';
import { decodeSnapshot } from '../../../journal/decode-snapshot.js';
import { encodeBatch } from '../../../journal/encode-batch.js';
import type { Tranche } from '../../../model/tranche.js';
import { FIRST_START } from '../../../monitor/fill-symbols.js';
import { randomId } from '../../../platform/random-id.js';
import type { AccountLook } from '../exchange-look.js';
import type { Digest } from '../files/digest.js';
import type { ImportPlan } from '../plan-import.js';

const INCARNATION_LENGTH = 4;
/** Tells where the tranches of a store came from. Nobody decides by it. */
const MIGRATED = 'migrated';

export interface StoreRequest {
  readonly path: string;
  readonly plan: ImportPlan;
  /** `null` = nobody could say whose account it is: the first monitor that opens the store claims it. */
  readonly look: AccountLook | null;
  readonly instanceId: string;
  /** Of the database that was imported. */
  readonly digest: Digest;
  readonly version: string;
  readonly now: number;
}

/**
 * Writes the tranches into a new store, durably, in one batch.
 *
 * Where the account was read, fills are the monitor's from that moment on: what is filled until it starts is read then.
 */
export async function writeStore(request: StoreRequest): Promise<void> {
  const { path, plan, look, instanceId, digest, version, now } = request;
  const store = new SqliteStore({ path });
  const owner = look === null ? UNCLAIMED : { ...look.owner, instanceId };
  await store.open({ ...owner, newIncarnation: randomId(INCARNATION_LENGTH) });
  try {
    const origin = { at: now, version, sha256: digest.sha256 };
    const marks = new Map([[MIGRATED, JSON.stringify(origin)]]);
    if (look !== null) marks.set(FIRST_START, `${look.venueTime}`);
    const { durable } = store.commit(
      encodeBatch({
        tranches: plan.migrated.map(({ tranche }) => tranche),
        orders: [...plan.takeOver.orders],
        ledgers: plan.migrated.flatMap(({ ledgers }) => ledgers),
        registrations: [],
        deletedRegistrations: [],
        marks,
        events: [],
      }),
    );
    await durable;
  } finally {
    await store.close();
  }
}

/** What a store says it holds, read as a monitor would read it. */
export async function readTranches(path: string): Promise<readonly Tranche[]> {
  const reader = await openReadOnlySqlite({ path });
  try {
    return decodeSnapshot(await reader.snapshot()).tranches;
  } finally {
    await reader.close();
  }
}
