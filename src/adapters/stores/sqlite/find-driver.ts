import { StoreError } from '../../../errors/store-error.js';
import { betterSqlite3Driver, nodeSqliteDriver, type SqliteDriver } from './driver.js';

/**
 * Finds a driver: the built-in `node:sqlite` where the runtime has it, else the optional package better-sqlite3.
 *
 * @throws StoreError `STORE_DRIVER_MISSING`
 */
export async function findDriver(): Promise<SqliteDriver> {
  return builtInDriver() ?? (await packageDriver());
}

/** The driver over `node:sqlite`, `null` where this runtime has none. */
export function builtInDriver(): SqliteDriver | null {
  const module = withoutExperimentalWarning(() => process.getBuiltinModule?.('node:sqlite'));
  const DatabaseSync = (module as { DatabaseSync?: unknown } | undefined)?.DatabaseSync;
  if (typeof DatabaseSync !== 'function') return null;
  return nodeSqliteDriver(DatabaseSync as Parameters<typeof nodeSqliteDriver>[0]);
}

async function packageDriver(): Promise<SqliteDriver> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const driver = betterSqlite3Driver(Database);
    // Its native part is loaded by the first use only; a build for another Node version fails here, not in open().
    driver.open(':memory:', { readOnly: false }).close();
    return driver;
  } catch (cause) {
    throw new StoreError('STORE_DRIVER_MISSING', 'No SQLite driver can be loaded', {
      expected: 'node:sqlite (Node 22.13 or newer) or the package better-sqlite3',
      received: cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : `${cause}`,
      remedy: 'Run "npm install better-sqlite3", or give a driver to the store',
      cause,
    });
  }
}

/**
 * Loading the module warns once that it is experimental: noise in a host's log that the host cannot act on. Loading
 * is synchronous, so no other warning can come in between; all others pass anyway.
 */
function withoutExperimentalWarning<T>(load: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (`${warning}`.includes('SQLite is an experimental feature')) return;
    emitWarning.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
