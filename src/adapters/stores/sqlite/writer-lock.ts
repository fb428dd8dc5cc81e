import { StoreError } from '../../../errors/store-error.js';
import { SQLITE_LOCK_WAIT_MS } from '../../../limits.js';
import type { SqliteDriver } from './driver.js';
import { isBusy, writeError } from './sqlite-errors.js';
import { createPrivateFile, sizeOf } from './store-file.js';

/** The right to write a store, held until `release` or the death of the process, however it dies. */
export interface WriterLock {
  release(): void;
}

/**
 * Takes the lock of a store: an exclusive transaction on the empty side database `<path>-lock`.
 *
 * The operating system holds it, so there is nothing stale after a kill, and readers of the store are not disturbed.
 * The file itself stays behind and means nothing.
 *
 * @throws StoreError `STORE_LOCKED`
 */
export async function takeWriterLock(driver: SqliteDriver, path: string): Promise<WriterLock> {
  const lockPath = lockPathOf(path);
  await createPrivateFile(lockPath);
  let database: ReturnType<SqliteDriver['open']> | null = null;
  try {
    database = driver.open(lockPath, { readOnly: false });
    const held = database;
    held.exec(`PRAGMA busy_timeout = ${SQLITE_LOCK_WAIT_MS}`);
    // Nothing is ever written, so no journal may appear, and none stay behind after a kill.
    held.exec('PRAGMA journal_mode = MEMORY');
    held.exec('BEGIN EXCLUSIVE');
    return { release: () => void held.close() };
  } catch (cause) {
    database?.close();
    if (!isBusy(cause)) throw writeError(lockPath, cause);
    throw new StoreError('STORE_LOCKED', `Another process writes the store ${path}`, {
      remedy:
        'Stop it, or give this monitor a path of its own. Removing the lock file does not help',
      cause,
      retryable: true,
    });
  }
}

/** Whether some other process holds the lock. Looks for an instant, waits for nothing, changes nothing. */
export async function isWriterPresent(driver: SqliteDriver, path: string): Promise<boolean> {
  const lockPath = lockPathOf(path);
  if ((await sizeOf(lockPath)) === null) return false;
  const database = driver.open(lockPath, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

function lockPathOf(path: string): string {
  return `${path}-lock`;
}
