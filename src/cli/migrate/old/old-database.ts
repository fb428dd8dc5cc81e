import type { SqliteDatabase } from '../../../adapters/stores/sqlite/driver.js';
import { findDriver } from '../../../adapters/stores/sqlite/find-driver.js';
import { OLD_ROWS_MAX } from '../../../limits.js';
import type { RawRow } from './old-values.js';

/** Tables of the older systems with the columns without which a row says nothing. Others may be missing. */
export const OLD_TABLES = {
  trades: ['symbol', 'side', 'qty', 'status'],
  order_relationships: ['main_order_id', 'tp_order_id', 'sl_order_id', 'symbol'],
  positions: ['symbol', 'side', 'quantity'],
  position_tranches: ['tranche_id', 'symbol', 'position_side', 'total_quantity'],
  position_tp_sl: ['symbol', 'side', 'quantity', 'entry_price'],
} as const;
export type OldTable = keyof typeof OLD_TABLES;
export const OLD_TABLE_NAMES = Object.keys(OLD_TABLES) as readonly OldTable[];

/** An older database, opened for reading. */
export interface OldDatabase {
  /** Which of the tables it has. */
  readonly tables: ReadonlySet<OldTable>;
  /** Columns that a table lacks, as `table.column`. */
  readonly missing: readonly string[];
  /** Names of all its tables and views. */
  readonly names: readonly string[];
  readonly applicationId: number;
  /** What SQLite's own check says; `null` = whole. */
  readonly damage: string | null;
  /** All rows, the oldest first; none of a table that is not there. */
  rows(table: OldTable): readonly RawRow[];
  close(): void;
}

/**
 * Opens a copy of an older database.
 *
 * @throws whatever SQLite says of a file that is no database
 */
export async function openOldDatabase(path: string): Promise<OldDatabase> {
  const driver = await findDriver();
  const database = driver.open(path, { readOnly: true });
  try {
    database.exec('PRAGMA query_only = ON');
    database.exec('PRAGMA trusted_schema = OFF');
    const names = namesIn(database);
    const columns = new Map(OLD_TABLE_NAMES.map((name) => [name, columnsOf(database, name)]));
    const tables = new Set(OLD_TABLE_NAMES.filter((name) => (columns.get(name)?.size ?? 0) > 0));
    return {
      tables,
      missing: [...tables].flatMap((name) =>
        OLD_TABLES[name]
          .filter((column) => !columns.get(name)?.has(column))
          .map((column) => `${name}.${column}`),
      ),
      names,
      applicationId: Number(pragma(database, 'application_id')),
      damage: damageOf(database),
      rows: (table) => (tables.has(table) ? rowsOf(database, table) : []),
      close: () => void database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function namesIn(database: SqliteDatabase): readonly string[] {
  const rows = database
    .prepare(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name`)
    .all() as readonly { readonly name: string }[];
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('sqlite_'));
}

function columnsOf(database: SqliteDatabase, table: OldTable): ReadonlySet<string> {
  const rows = database.prepare(`PRAGMA table_info(${table})`).all() as readonly {
    readonly name: string;
  }[];
  return new Set(rows.map(({ name }) => name));
}

function rowsOf(database: SqliteDatabase, table: OldTable): readonly RawRow[] {
  const rows = database
    .prepare(`SELECT * FROM ${table} ORDER BY rowid LIMIT ${OLD_ROWS_MAX + 1}`)
    .all() as readonly RawRow[];
  if (rows.length > OLD_ROWS_MAX) throw new Error(`${table} has more than ${OLD_ROWS_MAX} rows`);
  return rows;
}

/** Also what SQLite cannot walk at all is an answer. */
function damageOf(database: SqliteDatabase): string | null {
  const found = `${pragma(database, 'integrity_check(1)')}`;
  return found === 'ok' ? null : found;
}

function pragma(database: SqliteDatabase, name: string): unknown {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row as object)[0];
}
