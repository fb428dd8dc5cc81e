import { CLOSED_TRANCHES_KEPT, HISTORY_PAGE } from '../../../limits.js';
import type { HistoryQuery, StoredEvent, StoreSnapshot } from '../../../ports/store.js';
import type { SqliteDatabase, SqliteValue } from './driver.js';
import { readError } from './sqlite-errors.js';
import type { Table } from './table.js';
import { EVENTS, LEDGERS, MARKS, ORDERS, REGISTRATIONS, TRANCHES } from './tables.js';

/** The words of the index `orders_alive`: only so is it used. An unknown status counts as alive and is found out. */
const ALIVE = `status NOT IN ('filled', 'canceled', 'rejected', 'expired', 'absent')`;

/**
 * Tranches that are not closed (any other word counts, so that a damaged state is found, not skipped), the ones closed
 * last, and those that still have an order something can happen to.
 */
const KEPT_TRANCHES = `
  SELECT id FROM tranches WHERE state <> 'CLOSED'
  UNION SELECT id FROM (
    SELECT id FROM tranches WHERE state = 'CLOSED' ORDER BY updated_at DESC, opened_seq DESC LIMIT ?
  )
  UNION SELECT tranche_id FROM orders WHERE ${ALIVE}`;

/**
 * Reads what is needed to go on.
 *
 * @throws StoreError `STORE_CORRUPT` naming table, key and column of a damaged row; `STORE_READ_FAILED`
 */
export function readSnapshot(database: SqliteDatabase, path: string): StoreSnapshot {
  try {
    // One read transaction, so that all tables are of one moment.
    database.exec('BEGIN');
    try {
      return {
        tranches: readRows(database, TRANCHES, `WHERE id IN (${KEPT_TRANCHES}) ORDER BY row`, [
          CLOSED_TRANCHES_KEPT,
        ]),
        orders: readRows(
          database,
          ORDERS,
          `WHERE row IN (
            SELECT row FROM orders WHERE tranche_id IN (${KEPT_TRANCHES})
            UNION SELECT row FROM orders WHERE ${ALIVE}
          ) ORDER BY row`,
          [CLOSED_TRANCHES_KEPT],
        ),
        ledgers: readRows(database, LEDGERS, 'ORDER BY rowid'),
        registrations: readRows(database, REGISTRATIONS, 'ORDER BY rowid'),
        marks: readRows(database, MARKS, 'ORDER BY name'),
        lastSeq: readLastSeq(database),
      };
    } finally {
      database.exec('COMMIT');
    }
  } catch (error) {
    throw readError(path, error);
  }
}

/**
 * Events in `seq` order up to the newest one at the time of the first read.
 *
 * Reads a page at a time and lets the event loop turn in between; each page looks at a bounded number of rows, however
 * few of them the query wants.
 *
 * @param connection the open connection; throws when it was closed meanwhile
 */
export async function* readHistory(
  connection: () => SqliteDatabase,
  path: string,
  query: HistoryQuery,
): AsyncIterable<StoredEvent> {
  let after = query.afterSeq ?? 0;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  const lastSeq = guarded(path, () => readLastSeq(connection()));
  while (left > 0 && after < lastSeq) {
    const page = guarded(path, () => readPage(connection(), query, after, lastSeq));
    for (const event of page.events) {
      if (left-- <= 0) return;
      yield event;
    }
    after = page.upTo;
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  // real-time: lets the event loop turn between two pages
  return new Promise((resolve) => setImmediate(resolve));
}

interface HistoryPage {
  readonly events: readonly StoredEvent[];
  /** Everything up to this `seq` was looked at. */
  readonly upTo: number;
}

function readPage(
  database: SqliteDatabase,
  { name, symbol, trancheId }: HistoryQuery,
  after: number,
  lastSeq: number,
): HistoryPage {
  const filters: [string, SqliteValue][] = [];
  if (name !== undefined) filters.push(['name = ?', name]);
  if (symbol !== undefined) filters.push(['symbol = ?', symbol]);
  if (trancheId !== undefined) filters.push(['tranche_id = ?', trancheId]);
  // An index finds a tranche's events; for the other filters the bound is set on the rows looked at.
  const among = trancheId === undefined ? '' : 'WHERE tranche_id = ? AND';
  const bound = database
    .prepare(
      `SELECT max(seq) AS seq FROM (
        SELECT seq FROM events ${among || 'WHERE'} seq > ? AND seq <= ? ORDER BY seq LIMIT ?)`,
    )
    .get(...(trancheId === undefined ? [] : [trancheId]), after, lastSeq, HISTORY_PAGE) as {
    seq: number | null;
  };
  if (bound.seq === null) return { events: [], upTo: lastSeq };
  const where = ['seq > ?', 'seq <= ?', ...filters.map(([condition]) => condition)].join(' AND ');
  const events = readRows(database, EVENTS, `WHERE ${where} ORDER BY seq`, [
    after,
    bound.seq,
    ...filters.map(([, value]) => value),
  ]);
  return { events, upTo: bound.seq };
}

function readLastSeq(database: SqliteDatabase): number {
  const row = database.prepare('SELECT max(seq) AS seq FROM events').get() as {
    seq: number | null;
  };
  return row.seq ?? 0;
}

function readRows<Row>(
  database: SqliteDatabase,
  table: Table<Row>,
  where: string,
  parameters: readonly SqliteValue[] = [],
): Row[] {
  const rows: Row[] = [];
  for (const record of database.prepare(`${table.selectSql} ${where}`).iterate(...parameters)) {
    rows.push(table.decode(record));
  }
  return rows;
}

function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw readError(path, error);
  }
}
