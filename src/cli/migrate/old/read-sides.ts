import type { PositionMode } from '../../../model/side.js';
import { readFills } from './fill-readings.js';
import type { OldDatabase, OldTable } from './old-database.js';
import { type OldOrders, readOrders } from './old-orders.js';
import { type OldRelations, readRelations } from './old-relations.js';
import { oldId } from './old-values.js';
import { type Reading, type SideReadings, sideKey } from './reading.js';
import { readTable } from './table-readings.js';

/** Everything that a database says of positions. */
export interface OldPositions {
  readonly sides: readonly SideReadings[];
  readonly relations: OldRelations;
  readonly orders: OldOrders;
  /** Rows of each table, for the report. */
  readonly rowCounts: Readonly<Partial<Record<OldTable, number>>>;
  /** Relations whose entry did not execute, as far as the fills tell. */
  readonly orphans: number;
}

/** Tables of positions, the one with most detail first: where several agree, it gives the split into tranches. */
const POSITION_TABLES = ['position_tranches', 'position_tp_sl', 'positions'] as const;

/** Reads a database completely. Decides nothing: where tables disagree, both stand there. */
export function readSides(database: OldDatabase, mode: PositionMode): OldPositions {
  const rows = new Map([...database.tables].map((table) => [table, database.rows(table)]));
  const of = (table: OldTable) => rows.get(table) ?? [];
  const relations = readRelations(of('order_relationships'), [
    ...of('position_tranches'),
    ...of('position_tp_sl'),
  ]);
  const orders = readOrders(of('trades'), relations);
  const fills = readFills(orders, mode);
  const tables = POSITION_TABLES.map((table) => readTable(table, of(table)));
  const keys = new Set([
    ...tables.flatMap(({ readings }) => [...readings.keys()]),
    ...fills.readings.keys(),
    ...tables.flatMap(({ silences }) => bothSides(silences.keys())),
    ...bothSides(fills.silences.keys()),
  ]);
  const sides = [...keys].sort().map((key): SideReadings => {
    const [symbol = '', side] = key.split('|') as [string, 'LONG' | 'SHORT'];
    const silences = [...tables, fills].flatMap((table) => table.silences.get(symbol) ?? []);
    const spoken = tables.flatMap((table) =>
      table.silences.has(symbol) ? [] : (table.readings.get(key) ?? []),
    );
    // Fills that do not know a symbol say that nothing of it is held, unless nobody ever wrote fills.
    const hasFills = orders.orders.length > 0 && !fills.silences.has(symbol);
    const fill = fills.readings.get(key) ?? (hasFills ? NO_FILLS : null);
    return {
      symbol,
      side,
      readings: [...spoken, ...(fill === null ? [] : [fill])],
      variants: fills.variants.get(key) ?? [],
      silences,
    };
  });
  return {
    sides,
    relations,
    orders,
    rowCounts: Object.fromEntries([...rows].map(([table, { length }]) => [table, length])),
    orphans: orphansOf(relations, orders, database),
  };
}

const NO_FILLS: Reading = { table: 'trades', variant: '', tranches: [], entries: [] };

function bothSides(symbols: Iterable<string>): readonly string[] {
  return [...symbols].flatMap((symbol) => [sideKey(symbol, 'LONG'), sideKey(symbol, 'SHORT')]);
}

function orphansOf({ all }: OldRelations, { orders }: OldOrders, { tables }: OldDatabase): number {
  if (!tables.has('trades')) return 0;
  const executed = new Set(orders.map(({ symbol, orderId }) => `${symbol}|${oldId(orderId)}`));
  return all.filter(
    ({ symbol, mainOrderId }) => mainOrderId === null || !executed.has(`${symbol}|${mainOrderId}`),
  ).length;
}
