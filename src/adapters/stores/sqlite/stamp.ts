import type { StoreIdentity, StoreStamp } from '../../../ports/store.js';
import type { SqliteDatabase } from './driver.js';
import { corruptError } from './sqlite-errors.js';

/** Whom the store belongs to, as its one row says. @throws StoreError `STORE_CORRUPT` */
export function readStamp(database: SqliteDatabase, path: string): Omit<StoreStamp, 'created'> {
  const row = database
    .prepare(
      'SELECT exchange_id, account_id, mode, instance_id, incarnation FROM store WHERE id = 1',
    )
    .get() as Readonly<Record<string, unknown>> | undefined;
  if (row === undefined) throw corruptError(path, 'a store without its stamp');
  const { mode } = row;
  if (mode !== 'live' && mode !== 'simulated')
    throw corruptError(path, `table store, mode ${mode}`);
  return {
    exchangeId: `${row.exchange_id}`,
    accountId: `${row.account_id}`,
    mode,
    instanceId: `${row.instance_id}`,
    incarnation: `${row.incarnation}`,
  };
}

/** Stamps a new store. */
export function writeStamp(database: SqliteDatabase, identity: StoreIdentity): void {
  const { exchangeId, accountId, mode, instanceId, newIncarnation } = identity;
  database
    .prepare(
      `INSERT INTO store (id, exchange_id, account_id, mode, instance_id, incarnation, writer)
       VALUES (1, ?, ?, ?, ?, ?, 0)`,
    )
    .run(exchangeId, accountId, mode, instanceId, newIncarnation);
}

/** Stamps a store that belonged to nobody: from now on it is refused to everybody else. */
export function claimStamp(database: SqliteDatabase, identity: StoreIdentity): void {
  const { exchangeId, accountId, mode, instanceId } = identity;
  database
    .prepare(
      'UPDATE store SET exchange_id = ?, account_id = ?, mode = ?, instance_id = ? WHERE id = 1',
    )
    .run(exchangeId, accountId, mode, instanceId);
}
