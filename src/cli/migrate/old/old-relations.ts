import type { PositionSide } from '../../../model/side.js';
import { oldId, oldPositionSide, type RawRow } from './old-values.js';

/** What an older system noted of the orders of one entry. */
export interface OldRelation {
  readonly symbol: string;
  /** `null` for what a clean-up noted without an entry. */
  readonly mainOrderId: string | null;
  readonly exitOrderIds: readonly string[];
  readonly side: PositionSide | null;
  /** `null` where the table has no such column. */
  readonly trancheId: number | null;
}

/** Ids of exits and entries, by symbol and id: ids are unique per symbol only. */
export interface OldRelations {
  readonly all: readonly OldRelation[];
  isExit(symbol: string, orderId: string): boolean;
  /** Of an entry. */
  sideOf(symbol: string, orderId: string): PositionSide | null;
}

/** Main ids of rows that a clean-up wrote: they are no orders. */
const RECOVERY = /^recovery_/;

/**
 * Reads `order_relationships` in both of its shapes, and exits named by the tables of positions.
 *
 * @param named rows of tables that name exits of their own (`tp_order_id`, `sl_order_id`)
 */
export function readRelations(rows: readonly RawRow[], named: readonly RawRow[]): OldRelations {
  const all = rows.flatMap((row): readonly OldRelation[] => {
    const symbol = oldId(row.symbol);
    if (symbol === null) return [];
    const main = oldId(row.main_order_id);
    const side = oldPositionSide(row.position_side);
    const tranche = row.tranche_id === undefined ? null : Number(row.tranche_id ?? 0);
    return [
      {
        symbol,
        mainOrderId: main === null || RECOVERY.test(main) ? null : main,
        exitOrderIds: exitIdsOf(row),
        side: side === 'BOTH' ? null : side,
        trancheId: tranche,
      },
    ];
  });
  const exits = new Set<string>();
  const sides = new Map<string, PositionSide>();
  for (const { symbol, exitOrderIds, mainOrderId, side } of all) {
    for (const id of exitOrderIds) exits.add(keyOf(symbol, id));
    if (mainOrderId !== null && side !== null) sides.set(keyOf(symbol, mainOrderId), side);
  }
  for (const row of named) {
    const symbol = oldId(row.symbol);
    if (symbol !== null) for (const id of exitIdsOf(row)) exits.add(keyOf(symbol, id));
  }
  return {
    all,
    isExit: (symbol, orderId) => exits.has(keyOf(symbol, orderId)),
    sideOf: (symbol, orderId) => sides.get(keyOf(symbol, orderId)) ?? null,
  };
}

export function exitIdsOf(row: RawRow): readonly string[] {
  return [oldId(row.tp_order_id), oldId(row.sl_order_id)].filter((id) => id !== null);
}

function keyOf(symbol: string, orderId: string): string {
  return `${symbol}|${orderId}`;
}
