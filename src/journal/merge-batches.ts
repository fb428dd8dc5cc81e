import type { StoreBatch } from '../ports/store.js';

/** Several batches as one: rows are complete, so the last one of a key stands for all before it. */
export function mergeBatches(batches: readonly StoreBatch[]): StoreBatch {
  const deleted = new Set<string>();
  const registrations = new Map<string, StoreBatch['registrations'][number]>();
  for (const batch of batches) {
    for (const row of batch.registrations) {
      registrations.set(row.key, row);
      deleted.delete(row.key);
    }
    for (const key of batch.deletedRegistrations) {
      registrations.delete(key);
      deleted.add(key);
    }
  }
  return {
    tranches: lastOf(
      batches,
      (batch) => batch.tranches,
      (row) => row.id,
    ),
    orders: lastOf(
      batches,
      (batch) => batch.orders,
      (row) => row.clientOrderId,
    ),
    ledgers: lastOf(
      batches,
      (batch) => batch.ledgers,
      (row) => `${row.symbol}|${row.orderId}`,
    ),
    registrations: [...registrations.values()],
    deletedRegistrations: [...deleted],
    marks: lastOf(
      batches,
      (batch) => batch.marks,
      (row) => row.name,
    ),
    events: batches.flatMap((batch) => batch.events),
  };
}

function lastOf<Row>(
  batches: readonly StoreBatch[],
  rowsOf: (batch: StoreBatch) => readonly Row[],
  keyOf: (row: Row) => string,
): Row[] {
  const rows = new Map<string, Row>();
  for (const batch of batches) for (const row of rowsOf(batch)) rows.set(keyOf(row), row);
  return [...rows.values()];
}
