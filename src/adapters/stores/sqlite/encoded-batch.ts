import type { StoreBatch } from '../../../ports/store.js';
import type { SqliteValue } from './driver.js';
import type { Table } from './table.js';
import { EVENTS, LEDGERS, MARKS, ORDERS, REGISTRATIONS, TRANCHES } from './tables.js';

/** A batch as parameters of statements: checked, and independent of what the caller does with its objects. */
export interface EncodedBatch {
  readonly upserts: readonly { readonly table: string; readonly rows: readonly SqliteValue[][] }[];
  readonly deletedRegistrations: readonly string[];
  readonly rowCount: number;
}

/** Tables that a batch writes. */
export const BATCH_TABLES = [TRANCHES, ORDERS, LEDGERS, REGISTRATIONS, MARKS, EVENTS] as const;

/** @throws MalformedValue that names table, key and column */
export function encodeBatch(batch: StoreBatch): EncodedBatch {
  const upserts = [
    encodeRows(TRANCHES, batch.tranches),
    encodeRows(ORDERS, batch.orders),
    encodeRows(LEDGERS, batch.ledgers),
    encodeRows(REGISTRATIONS, batch.registrations),
    encodeRows(MARKS, batch.marks),
    encodeRows(EVENTS, batch.events),
  ].filter(({ rows }) => rows.length > 0);
  const deletedRegistrations = [...batch.deletedRegistrations];
  const rowCount = upserts.reduce(
    (sum, { rows }) => sum + rows.length,
    deletedRegistrations.length,
  );
  return { upserts, deletedRegistrations, rowCount };
}

function encodeRows<Row>(
  table: Table<Row>,
  rows: readonly Row[],
): { readonly table: string; readonly rows: SqliteValue[][] } {
  return { table: table.name, rows: rows.map((row) => table.encode(row)) };
}
