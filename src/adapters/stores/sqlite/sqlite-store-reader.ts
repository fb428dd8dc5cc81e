import { StoreError } from '../../../errors/store-error.js';
import type { HistoryQuery, StoredEvent, StoreSnapshot, StoreStamp } from '../../../ports/store.js';
import { assertCurrentSchema, assertSchema, refuseForeignFile } from './check-store.js';
import type { SqliteDatabase, SqliteDriver } from './driver.js';
import { claimFile, type FileClaim, isWrittenHere } from './file-claims.js';
import { findDriver } from './find-driver.js';
import { setPragmas } from './pragmas.js';
import { readError } from './sqlite-errors.js';
import { readStamp } from './stamp.js';
import { canonicalPath, storeExists } from './store-file.js';
import { readHistory, readSnapshot } from './stored-rows.js';
import { isWriterPresent } from './writer-lock.js';

/** Signs of life of the monitor that writes a store. */
export interface StoreHeartbeat {
  /** Whether a living process holds the writer's lock. */
  readonly isWriterPresent: boolean;
  /** Value of the mark asked for, as the monitor wrote it last; `null` when it never did. */
  readonly mark: string | null;
  /** Highest `seq` and its time (ms since 1970 UTC); 0 and `null` without events. */
  readonly lastSeq: number;
  readonly lastEventTime: number | null;
}

/** Looks into a store while a monitor may be writing it. Never writes, never takes the lock. */
export interface SqliteStoreReader {
  readonly stamp: Omit<StoreStamp, 'created'>;
  /** The state of one moment, as `Store.load` gives it. @throws StoreError `STORE_CORRUPT`, `STORE_READ_FAILED`, `STORE_CLOSED` */
  snapshot(): Promise<StoreSnapshot>;
  /** Events in `seq` order, up to the newest one at the time of the first read. */
  history(query: HistoryQuery): AsyncIterable<StoredEvent>;
  /** @param markName name of the mark that the monitor renews */
  heartbeat(markName: string): Promise<StoreHeartbeat>;
  /** May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a store for reading.
 *
 * @example
 * const reader = await openReadOnlySqlite({ path: 'bot.db' });
 * const { tranches } = await reader.snapshot();
 * await reader.close();
 * @throws StoreError `STORE_READ_FAILED` also when there is no store, never an empty answer, and when an older version
 * wrote it; `STORE_CORRUPT`, `STORE_SCHEMA_NEWER`, `STORE_DRIVER_MISSING`
 */
export async function openReadOnlySqlite(options: {
  readonly path: string;
  readonly driver?: SqliteDriver;
}): Promise<SqliteStoreReader> {
  const path = await canonicalPath(options.path);
  if (!(await storeExists(path))) {
    throw new StoreError('STORE_READ_FAILED', `There is no store at ${path}`, {
      remedy: 'Check the path',
    });
  }
  const claim = claimFile(path, 'reader', options.driver ?? (await findDriver()));
  let database: SqliteDatabase | null = null;
  try {
    refuseForeignFile(path);
    database = claim.driver.open(path, { readOnly: true });
    setPragmas(database, 'reader', path);
    assertSchema(database, path);
    assertCurrentSchema(database, path);
    return readerOf(database, claim, path, readStamp(database, path));
  } catch (error) {
    database?.close();
    claim.release();
    throw readError(path, error);
  }
}

function readerOf(
  database: SqliteDatabase,
  claim: FileClaim,
  path: string,
  stamp: Omit<StoreStamp, 'created'>,
): SqliteStoreReader {
  let isOpen = true;
  const connection = (): SqliteDatabase => {
    if (isOpen) return database;
    throw new StoreError('STORE_CLOSED', `The reader of ${path} is closed`);
  };
  return {
    stamp,
    async snapshot() {
      return readSnapshot(connection(), path);
    },
    history: (query) => readHistory(connection, path, query),
    async heartbeat(markName) {
      try {
        const mark = connection().prepare('SELECT value FROM marks WHERE name = ?').get(markName) as
          | { value: string }
          | undefined;
        const event = connection()
          .prepare('SELECT seq, time FROM events ORDER BY seq DESC LIMIT 1')
          .get() as { seq: number; time: number } | undefined;
        return {
          // Our own writer holds its lock from this process: asking the system would be in vain.
          isWriterPresent: isWrittenHere(path) || (await isWriterPresent(claim.driver, path)),
          mark: mark?.value ?? null,
          lastSeq: event?.seq ?? 0,
          lastEventTime: event?.time ?? null,
        };
      } catch (error) {
        throw readError(path, error);
      }
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      database.close();
      claim.release();
    },
  };
}
