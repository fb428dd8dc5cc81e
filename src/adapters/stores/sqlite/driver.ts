/** What can be bound to a statement here. */
export type SqliteValue = string | number | null;

/** A prepared statement, as better-sqlite3 and node:sqlite both have it. */
export interface SqliteStatement {
  run(...parameters: SqliteValue[]): unknown;
  get(...parameters: SqliteValue[]): unknown;
  all(...parameters: SqliteValue[]): unknown[];
  iterate(...parameters: SqliteValue[]): Iterable<unknown>;
}

/** An open database: better-sqlite3's `Database` and node:sqlite's `DatabaseSync` are ones as they are. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/**
 * How databases are opened. Give one to {@link SqliteStore} to use a driver of your own; otherwise one is found.
 *
 * All connections that one process has to one file must come from one copy of SQLite: two copies do not know of each
 * other's locks, and POSIX drops them all when either closes the file.
 */
export interface SqliteDriver {
  /** For messages. */
  readonly name: string;
  /** Opens synchronously, waits for no locks, creates the file unless `readOnly`. */
  open(path: string, options: { readonly readOnly: boolean }): SqliteDatabase;
}

/**
 * What the classes of the drivers have in common for the compiler; their typings of `prepare` are generic and differ.
 * The contract suite runs on both, which proves more than a type could.
 */
type DatabaseClass<Options> = new (
  path: string,
  options: Options,
) => Pick<SqliteDatabase, 'exec' | 'close'> & { prepare(sql: string): unknown };
type BetterSqlite3 = DatabaseClass<{ readonly: boolean; timeout: number }>;
type DatabaseSync = DatabaseClass<{
  readOnly: boolean;
  enableDoubleQuotedStringLiterals: boolean;
}>;

/**
 * Makes a driver of the class that better-sqlite3 exports.
 *
 * @example
 * import Database from 'better-sqlite3';
 * new SqliteStore({ path: 'bot.db', driver: betterSqlite3Driver(Database) });
 */
export function betterSqlite3Driver(Database: BetterSqlite3): SqliteDriver {
  return {
    name: 'better-sqlite3',
    open: (path, { readOnly }) =>
      new Database(path, { readonly: readOnly, timeout: 0 }) as SqliteDatabase,
  };
}

/**
 * Makes a driver of `DatabaseSync` of the built-in module `node:sqlite`.
 *
 * @example
 * import { DatabaseSync } from 'node:sqlite';
 * new SqliteStore({ path: 'bot.db', driver: nodeSqliteDriver(DatabaseSync) });
 */
export function nodeSqliteDriver(Database: DatabaseSync): SqliteDriver {
  return {
    name: 'node:sqlite',
    open: (path, { readOnly }) =>
      new Database(path, {
        readOnly,
        enableDoubleQuotedStringLiterals: false,
      }) as SqliteDatabase,
  };
}
