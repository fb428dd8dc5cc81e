import {
  betterSqlite3Driver,
  type SqliteDatabase,
  type SqliteDriver,
} from '../../../src/adapters/stores/sqlite/driver.js';
import { builtInDriver } from '../../../src/adapters/stores/sqlite/find-driver.js';

export type DriverName = 'better-sqlite3' | 'node:sqlite';

/** Both drivers; one that this Node version cannot load comes with the reason. */
export async function knownDrivers(): Promise<
  readonly {
    readonly name: DriverName;
    readonly driver: SqliteDriver | null;
    readonly reason: string;
  }[]
> {
  return [
    { name: 'better-sqlite3', ...(await betterSqlite3()) },
    {
      name: 'node:sqlite',
      driver: builtInDriver(),
      reason: `Node ${process.version} has no node:sqlite`,
    },
  ];
}

/** The driver of a name, for a child process that was told one. */
export async function driverOf(name: DriverName): Promise<SqliteDriver> {
  const known = (await knownDrivers()).find((entry) => entry.name === name);
  if (!known?.driver) throw new Error(known?.reason ?? `no driver ${name}`);
  return known.driver;
}

async function betterSqlite3(): Promise<{ driver: SqliteDriver | null; reason: string }> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const driver = betterSqlite3Driver(Database);
    driver.open(':memory:', { readOnly: false }).close();
    return { driver, reason: '' };
  } catch (error) {
    // Compiled for one Node version: the matrix runs the others on node:sqlite.
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : `${error}`;
    return { driver: null, reason: `not built for Node ${process.version}: ${message}` };
  }
}

/** A driver that lets a test see the store's connection and break its statements. */
export class FaultyDriver implements SqliteDriver {
  readonly name: string;
  /** Connections opened for writing on a path. */
  readonly opened: { readonly path: string; readonly database: SqliteDatabase }[] = [];
  /** Called before each statement; throws to make it fail, returns false to swallow it. */
  before: (sql: string, parameters: readonly unknown[]) => boolean = () => true;
  readonly #driver: SqliteDriver;

  constructor(driver: SqliteDriver) {
    this.#driver = driver;
    this.name = driver.name;
  }

  open(path: string, options: { readonly readOnly: boolean }): SqliteDatabase {
    const database = this.#driver.open(path, options);
    if (!options.readOnly) this.opened.push({ path, database });
    return {
      exec: (sql) => (this.before(sql, []) ? database.exec(sql) : undefined),
      prepare: (sql) => {
        const statement = database.prepare(sql);
        return {
          run: (...values) => (this.before(sql, values) ? statement.run(...values) : undefined),
          get: (...values) => (this.before(sql, values) ? statement.get(...values) : undefined),
          all: (...values) => (this.before(sql, values) ? statement.all(...values) : []),
          iterate: (...values) => (this.before(sql, values) ? statement.iterate(...values) : []),
        };
      },
      close: () => database.close(),
    };
  }

  /** The store's own connection: the last one that was opened on its path. */
  connection(path: string): SqliteDatabase {
    const found = this.opened.findLast((entry) => entry.path === path);
    if (found === undefined) throw new Error(`no connection to ${path}`);
    return found.database;
  }
}
