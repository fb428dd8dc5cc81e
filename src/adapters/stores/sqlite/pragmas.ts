import { StoreError } from '../../../errors/store-error.js';
import { SQLITE_BUSY_MS, WAL_KEPT_BYTES } from '../../../limits.js';
import type { SqliteDatabase } from './driver.js';

/** Name, value to set, value that must be read back. */
type Pragma = readonly [name: string, value: string | number, readBack: string | number];

const ALWAYS: readonly Pragma[] = [
  ['busy_timeout', SQLITE_BUSY_MS, SQLITE_BUSY_MS],
  // Views and triggers of a manipulated file cannot call anything with side effects.
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  ['mmap_size', 0, 0],
];

const WRITER: readonly Pragma[] = [
  ['journal_mode', 'WAL', 'wal'],
  // No sync in a commit: `WalSync` makes commits durable, off the event loop.
  ['synchronous', 'NORMAL', 1],
  // A checkpoint inside a commit would sync on the way to the exchange: they are made in quiet moments instead.
  ['wal_autocheckpoint', 0, 0],
  ['journal_size_limit', WAL_KEPT_BYTES, WAL_KEPT_BYTES],
  // On macOS only the full sync reaches the disk.
  ['checkpoint_fullfsync', 'ON', 1],
  ['temp_store', 'MEMORY', 2],
];

const READER: readonly Pragma[] = [['query_only', 'ON', 1]];

/**
 * Sets what a connection relies on and reads each value back: drivers and SQLite builds differ in their defaults, and
 * a pragma that is not obeyed says nothing.
 *
 * @throws StoreError `STORE_WRITE_FAILED`, `STORE_READ_FAILED`
 */
export function setPragmas(
  database: SqliteDatabase,
  role: 'writer' | 'reader',
  path: string,
): void {
  for (const [name, value, readBack] of [...ALWAYS, ...(role === 'writer' ? WRITER : READER)]) {
    database.exec(`PRAGMA ${name} = ${value}`);
    const received = readPragma(database, name);
    // A build without memory mapping answers nothing at all.
    if (received === readBack || (name === 'mmap_size' && received === undefined)) continue;
    const code = role === 'writer' ? 'STORE_WRITE_FAILED' : 'STORE_READ_FAILED';
    throw new StoreError(code, `SQLite does not accept "PRAGMA ${name}" on ${path}`, {
      expected: `${readBack}`,
      received: `${received}`,
      remedy: 'Put the store on a local disk (not a network share) and use a current SQLite',
    });
  }
}

/** The first value that a pragma answers. */
export function readPragma(database: SqliteDatabase, name: string): unknown {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row as object)[0];
}
