import { BatchStatements } from '../../src/adapters/stores/sqlite/batch-statements.js';
import { migrateStore } from '../../src/adapters/stores/sqlite/create-store.js';
import type { SqliteDriver } from '../../src/adapters/stores/sqlite/driver.js';
import { encodeBatch } from '../../src/adapters/stores/sqlite/encoded-batch.js';
import { findDriver } from '../../src/adapters/stores/sqlite/find-driver.js';
import { writeStamp } from '../../src/adapters/stores/sqlite/stamp.js';
import { readSnapshot } from '../../src/adapters/stores/sqlite/stored-rows.js';
import type { StoreBatch, StoreSnapshot } from '../../src/ports/store.js';

const PATH = ':memory:';
const DRIVER = await findDriver();

/**
 * Sends what the disk holds through the shipped schema, statements and readers: what a process reads after its start has
 * been a row of SQLite.
 */
export function throughSqlite(
  batches: readonly StoreBatch[],
  driver: SqliteDriver = DRIVER,
): StoreSnapshot {
  const database = driver.open(PATH, { readOnly: false });
  try {
    migrateStore(database);
    writeStamp(database, {
      exchangeId: 'sim',
      accountId: 'sim',
      mode: 'live',
      instanceId: 'default',
      newIncarnation: '0sim',
    });
    const statements = new BatchStatements(database, PATH);
    for (const batch of batches) statements.write([encodeBatch(batch)]);
    return readSnapshot(database, PATH);
  } finally {
    database.close();
  }
}
