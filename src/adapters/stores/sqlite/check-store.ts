import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StoreError } from '../../../errors/store-error.js';
import { FULL_CHECK_BYTES_MAX } from '../../../limits.js';
import type { StoreStamp } from '../../../ports/store.js';
import type { SqliteDatabase, SqliteDriver } from './driver.js';
import { readPragma, setPragmas } from './pragmas.js';
import { APPLICATION_ID, SCHEMA_TABLES, SCHEMA_VERSION } from './schema.js';
import { corruptError, readError } from './sqlite-errors.js';
import { readStamp } from './stamp.js';

/** Every SQLite database begins with this; its application id stands at the place below, big-endian. */
const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const APPLICATION_ID_AT = 68;

/**
 * Refuses a file that is not a store, without leaving a trace beside it.
 *
 * The header itself is read, not the database: no lock is taken, none is waited for, and a database that a dying process
 * left half moved out of its log is for SQLite to recover, not for this look to judge.
 *
 * @throws StoreError `STORE_CORRUPT`, `STORE_READ_FAILED`
 */
export function refuseForeignFile(path: string): void {
  try {
    const header = headerOf(path);
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC || header.length < HEADER_BYTES) {
      throw corruptError(path, 'file is not a database');
    }
    refuseOtherProgram(header.readInt32BE(APPLICATION_ID_AT), path);
  } catch (error) {
    throw readError(path, error);
  }
}

function headerOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * Checks integrity, schema and stamp over a read-only connection: whatever is wrong, nothing was touched.
 *
 * @throws StoreError `STORE_CORRUPT`, `STORE_SCHEMA_NEWER`, `STORE_READ_FAILED`
 */
export function checkStore(driver: SqliteDriver, path: string): Omit<StoreStamp, 'created'> {
  return withReader(driver, path, (database) => {
    setPragmas(database, 'reader', path);
    assertSchema(database, path);
    assertWholePages(database, path);
    assertIntegrity(database, path);
    return readStamp(database, path);
  });
}

/** Application, version and tables. @throws StoreError `STORE_CORRUPT`, `STORE_SCHEMA_NEWER` */
export function assertSchema(database: SqliteDatabase, path: string): void {
  assertApplication(database, path);
  const version = Number(readPragma(database, 'user_version'));
  if (version > SCHEMA_VERSION) {
    throw new StoreError('STORE_SCHEMA_NEWER', `The store ${path} was written by a newer version`, {
      expected: `schema ${SCHEMA_VERSION} or older`,
      received: `schema ${version}`,
      remedy: 'Use that version of position-monitor again; nothing was changed',
    });
  }
  if (version < 1) throw corruptError(path, 'a store without a schema version');
  const rows = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
  const present = new Set(rows.map((row) => (row as { name: unknown }).name));
  const missing = SCHEMA_TABLES.filter((name) => !present.has(name));
  if (missing.length > 0) throw corruptError(path, `no table ${missing.join(', ')}`);
}

/**
 * For those who only read: they can neither understand the columns of an older store nor bring it up to date.
 *
 * @throws StoreError `STORE_READ_FAILED`
 */
export function assertCurrentSchema(database: SqliteDatabase, path: string): void {
  const version = Number(readPragma(database, 'user_version'));
  if (version === SCHEMA_VERSION) return;
  throw new StoreError('STORE_READ_FAILED', `The store ${path} was written by an older version`, {
    expected: `schema ${SCHEMA_VERSION}`,
    received: `schema ${version}`,
    remedy: 'Start the monitor on it with this version once: that brings it up to date',
  });
}

function assertApplication(database: SqliteDatabase, path: string): void {
  refuseOtherProgram(Number(readPragma(database, 'application_id')), path);
}

function refuseOtherProgram(received: number, path: string): void {
  if (received === APPLICATION_ID) return;
  throw corruptError(path, `a SQLite database of another program (application id ${received})`);
}

/**
 * SQLite reads what is cut from the last page as zeros and calls the database whole. While there is a log the page may
 * stand in it, and its end may be as a dying process left it.
 */
function assertWholePages(database: SqliteDatabase, path: string): void {
  const bytes = statSync(path).size;
  const pageBytes = Number(readPragma(database, 'page_size'));
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (bytes % pageBytes === 0 || (log?.size ?? 0) > 0) return;
  throw corruptError(path, `a file of ${bytes} bytes, which is no number of whole pages`);
}

/**
 * Lets SQLite walk its trees. The event history may grow without end, so beyond some size it is left out; all that
 * `load` needs is always checked.
 */
function assertIntegrity(database: SqliteDatabase, path: string): void {
  const bytes =
    Number(readPragma(database, 'page_count')) * Number(readPragma(database, 'page_size'));
  const checks =
    bytes <= FULL_CHECK_BYTES_MAX
      ? ['quick_check(1)']
      : SCHEMA_TABLES.filter((name) => name !== 'events').map((name) => `quick_check('${name}')`);
  for (const check of checks) {
    const problem = readPragma(database, check);
    if (problem !== 'ok') throw corruptError(path, `${problem}`);
  }
}

function withReader<T>(
  driver: SqliteDriver,
  path: string,
  read: (database: SqliteDatabase) => T,
): T {
  let database: SqliteDatabase | null = null;
  try {
    database = driver.open(path, { readOnly: true });
    return read(database);
  } catch (error) {
    throw readError(path, error);
  } finally {
    database?.close();
  }
}
