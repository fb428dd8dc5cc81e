import { rename } from 'node:fs/promises';
import type { StoreIdentity } from '../../../ports/store.js';
import type { SqliteDatabase, SqliteDriver } from './driver.js';
import { readPragma } from './pragmas.js';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.js';
import { writeError } from './sqlite-errors.js';
import { writeStamp } from './stamp.js';
import { createPrivateFile, removeFile, syncDirectoryOf } from './store-file.js';

/**
 * Creates a store beside its place and moves it there when it is whole and on disk: a crash in between leaves no
 * half a store. The caller holds the writer's lock.
 *
 * @throws StoreError `STORE_WRITE_FAILED`
 */
export async function createStore(
  driver: SqliteDriver,
  path: string,
  identity: StoreIdentity,
): Promise<void> {
  const draft = `${path}-new`;
  try {
    // What an earlier crash left. Its journal must go first, or it would be rolled back into the new draft.
    for (const beside of ['-journal', '-wal', '-shm']) await removeFile(`${draft}${beside}`);
    await removeFile(draft);
    // SQLite gives `-wal` and `-shm` the mode of the database.
    await createPrivateFile(draft);
    writeDraft(driver, draft, identity);
    await rename(draft, path);
    await syncDirectoryOf(path);
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Brings an older store to the current schema, all or nothing. */
export function migrateStore(database: SqliteDatabase): void {
  const version = Number(readPragma(database, 'user_version'));
  if (version < SCHEMA_VERSION) inTransaction(database, () => migrateFrom(database, version));
}

/**
 * Written with a rollback journal, not a log: the application id then stands in the file itself, where a look that
 * ignores the log finds it. The log is switched on here as well: a process that dies while it does so leaves a journal
 * that only a writer can roll back, and here that is the draft's.
 */
function writeDraft(driver: SqliteDriver, draft: string, identity: StoreIdentity): void {
  const database = driver.open(draft, { readOnly: false });
  try {
    database.exec('PRAGMA synchronous = FULL');
    inTransaction(database, () => {
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      migrateFrom(database, 0);
      writeStamp(database, identity);
    });
    database.exec('PRAGMA journal_mode = WAL');
  } finally {
    database.close();
  }
}

function migrateFrom(database: SqliteDatabase, version: number): void {
  for (const step of MIGRATIONS.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}

function inTransaction(database: SqliteDatabase, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back already; the first error tells more.
    }
    throw error;
  }
}
