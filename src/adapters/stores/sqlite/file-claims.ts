import { StoreError } from '../../../errors/store-error.js';
import type { SqliteDriver } from './driver.js';

interface Claim {
  readonly driver: SqliteDriver;
  writer: boolean;
  readers: number;
}

/** One list per process, also when the package is loaded twice (as ESM and as CommonJS). */
const KEY: unique symbol = Symbol.for('position-monitor.sqlite-claims') as never;
const shared = globalThis as { [KEY]?: Map<string, Claim> };
shared[KEY] ??= new Map();
const claims = shared[KEY];

/** This process's use of one file. The first user's driver is everyone's: see {@link SqliteDriver}. */
export interface FileClaim {
  readonly driver: SqliteDriver;
  release(): void;
}

/**
 * Notes that this process works with a file, before anything opens it.
 *
 * The lock file keeps other processes away; two copies of SQLite inside one process would not see each other's locks.
 *
 * @param path canonical
 * @throws StoreError `STORE_LOCKED` when this process has a writer on it already
 */
export function claimFile(
  path: string,
  role: 'writer' | 'reader',
  driver: SqliteDriver,
): FileClaim {
  const claim = claims.get(path) ?? { driver, writer: false, readers: 0 };
  if (role === 'writer') {
    if (claim.writer) {
      throw new StoreError('STORE_LOCKED', `The store ${path} is open in this process already`, {
        remedy: 'Close the other store first, or give each monitor a path of its own',
      });
    }
    claim.writer = true;
  } else claim.readers++;
  claims.set(path, claim);
  let released = false;
  return {
    driver: claim.driver,
    release() {
      if (released) return;
      released = true;
      if (role === 'writer') claim.writer = false;
      else claim.readers--;
      if (!claim.writer && claim.readers === 0) claims.delete(path);
    },
  };
}

/** Whether this process writes the file. */
export function isWrittenHere(path: string): boolean {
  return claims.get(path)?.writer ?? false;
}
