import {
  openReadOnlySqlite,
  type SqliteStoreReader,
} from '../../adapters/stores/sqlite/sqlite-store-reader.js';
import { type DecimalString, decimal, sumDecimals, toDecimalString } from '../../model/decimal.js';
import { isOpen, isTerminal, type OrderStatus } from '../../model/order.js';
import type { PositionSide } from '../../model/side.js';
import type { OrderRow, StoredEvent, TrancheRow } from '../../ports/store.js';

/** What `status --json` prints. Quantities in contracts, prices in the quote asset, times in ms since 1970 UTC. */
export interface StoreStatus {
  readonly store: string;
  readonly identity: SqliteStoreReader['stamp'];
  /** Whether a monitor is writing the store right now. */
  readonly isWriterPresent: boolean;
  readonly lastSeq: number;
  readonly lastEventTime: number | null;
  readonly positions: readonly PositionLine[];
  readonly tranches: readonly TrancheLine[];
  /** Orders that something can still happen to. */
  readonly orders: readonly OrderRow[];
  /** The last ones, oldest first. */
  readonly events: readonly StoredEvent[];
}

export interface PositionLine {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: DecimalString;
  readonly entryPrice: DecimalString;
  readonly tranches: number;
  /** Quantity of stop orders that rest, as the store knows it. */
  readonly stopQuantity: DecimalString;
}

/** A tranche that is not closed. */
export interface TrancheLine {
  readonly id: string;
  readonly positionId: string;
  readonly state: TrancheRow['state'];
  readonly quantity: DecimalString;
  readonly entryPrice: DecimalString;
  readonly takeProfits: TrancheRow['takeProfits'];
  readonly stopLoss: DecimalString | null;
  readonly stopQuantity: DecimalString;
  readonly openedAt: number;
}

/**
 * Reads a store, in use or not.
 *
 * @throws StoreError when it cannot be opened or read
 */
export async function readStatus(path: string, eventCount: number): Promise<StoreStatus> {
  const reader = await openReadOnlySqlite({ path });
  try {
    const snapshot = await reader.snapshot();
    const beat = await reader.heartbeat('');
    const live = snapshot.tranches.filter(({ state }) => state !== 'CLOSED');
    const tranches = live.map((row) => trancheLine(row, snapshot.orders));
    const afterSeq = Math.max(0, beat.lastSeq - eventCount);
    const events: StoredEvent[] = [];
    if (eventCount > 0) for await (const event of reader.history({ afterSeq })) events.push(event);
    return {
      store: path,
      identity: reader.stamp,
      isWriterPresent: beat.isWriterPresent,
      lastSeq: beat.lastSeq,
      lastEventTime: beat.lastEventTime,
      positions: positionsOf(live, tranches),
      tranches,
      orders: snapshot.orders.filter(({ status }) => !isTerminal(status as OrderStatus)),
      events,
    };
  } finally {
    await reader.close();
  }
}

function trancheLine(row: TrancheRow, orders: readonly OrderRow[]): TrancheLine {
  const stops = orders.filter(
    ({ trancheId, role, status }) =>
      trancheId === row.id && role === 'stop-loss' && isOpen(status as OrderStatus),
  );
  return {
    id: row.id,
    positionId: row.positionId,
    state: row.state,
    quantity: toDecimalString(decimal(row.openedQty).minus(row.exitedQty)),
    entryPrice: row.entryPrice,
    takeProfits: row.takeProfits,
    stopLoss: row.stopLoss,
    stopQuantity: toDecimalString(
      sumDecimals(stops.map((order) => decimal(order.quantity).minus(order.executedQty))),
    ),
    openedAt: row.openedAt,
  };
}

function positionsOf(
  rows: readonly TrancheRow[],
  lines: readonly TrancheLine[],
): readonly PositionLine[] {
  const ids = [...new Set(rows.map(({ positionId }) => positionId))];
  return ids.flatMap((positionId) => {
    const own = lines.filter((line) => line.positionId === positionId);
    const first = rows.find((row) => row.positionId === positionId);
    const quantity = sumDecimals(own.map((line) => decimal(line.quantity)));
    if (first === undefined || quantity.eq(0)) return [];
    const cost = sumDecimals(own.map((line) => decimal(line.quantity).times(line.entryPrice)));
    return [
      {
        positionId,
        symbol: first.symbol,
        side: first.side,
        quantity: toDecimalString(quantity),
        entryPrice: toDecimalString(cost.div(quantity)),
        tranches: own.length,
        stopQuantity: toDecimalString(sumDecimals(own.map((line) => decimal(line.stopQuantity)))),
      },
    ];
  });
}
