import type { SqliteDatabase } from '../../src/adapters/stores/sqlite/driver.js';
import { findDriver } from '../../src/adapters/stores/sqlite/find-driver.js';

const driver = await findDriver();

/** Opens a database by what this runtime has: the built-in module, else the package. */
export function openDatabase(path: string, readOnly = false): SqliteDatabase {
  return driver.open(path, { readOnly });
}

/** The same in a script of a process of its own: `db` is the database that its first argument names. */
export const OPEN_IN_SCRIPT = `
  const builtIn = process.getBuiltinModule?.('node:sqlite');
  const Database = builtIn ? builtIn.DatabaseSync : require('better-sqlite3');
  const db = new Database(process.argv[1]);`;
