import { PositionMonitorError } from '../../../errors/position-monitor-error.js';
import { StoreError } from '../../../errors/store-error.js';
import { MalformedValue } from './malformed-value.js';

/** SQLite's primary result codes that are told apart here. */
const PRIMARY: Readonly<Record<number, string>> = {
  1: 'ERROR',
  3: 'PERM',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  17: 'SCHEMA',
  26: 'NOTADB',
};

/** Failures of the surroundings: the next batch would meet them too. */
const SURROUNDINGS: ReadonlySet<string> = new Set([
  'PERM', 'BUSY', 'LOCKED', 'NOMEM', 'READONLY', 'IOERR', 'CORRUPT', 'FULL', 'CANTOPEN', 'NOTADB',
]); // biome-ignore format: a list of words

/** The primary result code of a driver's error, e.g. `BUSY`; `null` when it is not one of SQLite's. */
export function sqliteResult(error: unknown): string | null {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  // node:sqlite gives the (extended) number, better-sqlite3 the (extended) name.
  if (typeof errcode === 'number') return PRIMARY[errcode & 0xff] ?? 'OTHER';
  return typeof code === 'string' ? (/^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? null) : null;
}

/** Whether the failure lies in the surroundings (disk, locks), not in what was written. */
export function isOfSurroundings(error: unknown): boolean {
  return SURROUNDINGS.has(sqliteResult(error) ?? '');
}

/** Whether another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const result = sqliteResult(error);
  return result === 'BUSY' || result === 'LOCKED';
}

/** Turns whatever a read threw into a `StoreError` that names the file. */
export function readError(path: string, error: unknown): PositionMonitorError {
  if (error instanceof PositionMonitorError) return error;
  if (error instanceof MalformedValue) return corruptError(path, error.message, error);
  const result = sqliteResult(error);
  if (result === 'CORRUPT' || result === 'NOTADB' || result === 'ERROR' || result === 'SCHEMA') {
    return corruptError(path, messageOf(error), error);
  }
  return new StoreError('STORE_READ_FAILED', `The store ${path} cannot be read`, {
    received: messageOf(error),
    remedy:
      'Check that the file and its directory are accessible, and that no other program locks it',
    cause: error,
    retryable: isBusy(error),
  });
}

/** The store, or what stands in its place, is not what was written. */
export function corruptError(path: string, received: string, cause?: unknown): StoreError {
  return new StoreError('STORE_CORRUPT', `The store ${path} is damaged or not a store`, {
    received,
    remedy: 'Nothing was changed. Keep the file, restore a backup or start with a new path',
    cause,
  });
}

/** A write did not happen; the same one may succeed later. */
export function writeError(path: string, cause: unknown, retryable = true): PositionMonitorError {
  if (cause instanceof PositionMonitorError) return cause;
  return new StoreError('STORE_WRITE_FAILED', `The store ${path} could not be written`, {
    received: messageOf(cause),
    remedy: 'Check disk space, permissions and the health of the disk',
    cause,
    retryable,
  });
}

function messageOf(error: unknown): string {
  const result = sqliteResult(error);
  const message = error instanceof Error ? error.message : `${error}`;
  return result === null ? message : `${message} (SQLITE_${result})`;
}
