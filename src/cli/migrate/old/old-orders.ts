import { type Decimal, maxDecimal, sumDecimals, ZERO } from '../../../model/decimal.js';
import {
  exitSideOf,
  type OrderSide,
  openedSideOf,
  oppositeOf,
  type PositionSide,
} from '../../../model/side.js';
import type { OldRelations } from './old-relations.js';
import {
  oldId,
  oldJson,
  oldList,
  oldNumber,
  oldOrderSide,
  oldTime,
  positive,
  type RawRow,
} from './old-values.js';

/** One order of an older system that executed something, however many rows tell of it. */
export interface OldOrder {
  readonly symbol: string;
  /** `null` where the writer did not know it. */
  readonly orderId: string | null;
  readonly side: OrderSide;
  readonly executed: Decimal;
  /** `null` where every row says zero. */
  readonly price: Decimal | null;
  readonly trancheId: number;
  readonly time: number | null;
  /** Side of the position that it entered or left. */
  readonly leg: PositionSide;
  readonly isExit: boolean;
  /** Whether leg and direction are told by something, not taken from the side of the order. */
  readonly isCertain: boolean;
  /** Marked as over: `phantom` where the account was believed not to hold it. */
  readonly closed: 'no' | 'closed' | 'phantom';
}

export interface OldOrders {
  readonly orders: readonly OldOrder[];
  /** Rows that tell of a trade once more. */
  readonly duplicates: number;
  /** Rows of simulations and of orders that came to nothing. */
  readonly dismissed: number;
  /** Rows of unknown status or side that name an execution, by symbol. */
  readonly unreadable: ReadonlyMap<string, number>;
}

const EXECUTED: ReadonlySet<string> = new Set([
  'FILLED',
  'PARTIALLY_FILLED',
  'CLOSED',
  'CLOSED_PHANTOM',
  'INSTANT_TP',
]);
/** Nothing came of them, unless a part was filled before. */
const UNLESS_FILLED: ReadonlySet<string> = new Set(['NEW', 'CANCELED', 'CANCELLED', 'EXPIRED']);
const NEVER: ReadonlySet<string> = new Set(['SIMULATED', 'FAILED', 'ERROR', 'REJECTED']);
const EXIT_TYPE = /STOP|TAKE_PROFIT|TRAILING/;
const SIMULATED_ID = /^simulated_/;

/** Reads `trades`: rows of one order become one, rows that tell of a trade again are left out. */
export function readOrders(rows: readonly RawRow[], relations: OldRelations): OldOrders {
  const groups = new Map<string, RawRow[]>();
  const trades = new Map<string, string>();
  const unreadable = new Map<string, number>();
  let duplicates = 0;
  let dismissed = 0;
  for (const [index, row] of rows.entries()) {
    const symbol = oldId(row.symbol);
    const id = oldId(row.order_id);
    const status = `${row.status ?? ''}`.trim().toUpperCase();
    const isPart = UNLESS_FILLED.has(status) && positive(row.filled_qty) !== null;
    if (symbol === null || NEVER.has(status) || SIMULATED_ID.test(id ?? '')) {
      dismissed += 1;
      continue;
    }
    if (UNLESS_FILLED.has(status) && !isPart) {
      dismissed += 1;
      continue;
    }
    if ((!EXECUTED.has(status) && !isPart) || oldOrderSide(row.side) === null) {
      unreadable.set(symbol, (unreadable.get(symbol) ?? 0) + 1);
      continue;
    }
    const key = `${symbol}|${id ?? `row ${index}`}`;
    const ids = oldList(row.exchange_trade_id).map((trade) => `${symbol}|${trade}`);
    const teller = ids.map((trade) => trades.get(trade)).find((told) => told !== undefined);
    // The same trade under another order id: whoever told it first counts.
    if (teller !== undefined && teller !== key) {
      duplicates += 1;
      continue;
    }
    for (const trade of ids) if (!trades.has(trade)) trades.set(trade, key);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else {
      group.push(row);
      duplicates += 1;
    }
  }
  const orders = [...groups.values()].flatMap((group): readonly OldOrder[] => {
    const order = orderOf(group, relations);
    return order === null ? [] : [order];
  });
  return { orders, duplicates, dismissed, unreadable };
}

function orderOf(group: readonly RawRow[], relations: OldRelations): OldOrder | null {
  const [first] = group;
  if (first === undefined) return null;
  const symbol = oldId(first.symbol) as string;
  const orderId = oldId(first.order_id);
  const side = oldOrderSide(first.side) as OrderSide;
  const executed = executedOf(group);
  if (executed.lte(0)) return null;
  const statuses = group.map((row) => `${row.status}`.trim().toUpperCase());
  const times = group.map((row) => oldTime(row.timestamp)).filter((time) => time !== null);
  return {
    symbol,
    orderId,
    side,
    executed,
    price: priceOf(group),
    trancheId: Math.max(0, ...group.map((row) => Number(row.tranche_id ?? 0) || 0)),
    time: times.length === 0 ? null : Math.min(...times),
    closed: statuses.includes('CLOSED')
      ? 'closed'
      : statuses.includes('CLOSED_PHANTOM')
        ? 'phantom'
        : 'no',
    ...directionOf(group, symbol, orderId, side, relations),
  };
}

/**
 * What all rows of one order say was executed. Quantities are cumulative, so the largest counts; rows of single trades
 * are added where they tell of different ones and do not exceed the order.
 */
function executedOf(group: readonly RawRow[]): Decimal {
  const parts = group.map((row) => {
    const isWhole = !/PARTIALLY|NEW|CANCEL|EXPIRED/.test(`${row.status}`.toUpperCase());
    return {
      quantity: positive(row.filled_qty) ?? (isWhole ? positive(row.qty) : null) ?? ZERO,
      whole: positive(row.qty) ?? ZERO,
      trades: oldList(row.exchange_trade_id),
    };
  });
  const largest = parts.reduce((most, { quantity }) => maxDecimal(most, quantity), ZERO);
  const ids = parts.flatMap(({ trades }) => trades);
  const areSingle =
    parts.length > 1 &&
    parts.every(({ trades }) => trades.length > 0) &&
    new Set(ids).size === ids.length;
  const sum = sumDecimals(parts.map(({ quantity }) => quantity));
  const order = parts.reduce((most, { whole }) => maxDecimal(most, whole), ZERO);
  return areSingle && sum.lte(order) ? sum : largest;
}

/** The average that the row with the largest execution tells, else any price above zero. */
function priceOf(group: readonly RawRow[]): Decimal | null {
  const byQuantity = [...group].sort((a, b) =>
    (positive(b.filled_qty) ?? ZERO).cmp(positive(a.filled_qty) ?? ZERO),
  );
  for (const row of byQuantity) {
    const average = positive(row.avg_price);
    if (average !== null) return average;
  }
  for (const row of byQuantity) {
    const price = positive(row.price);
    if (price !== null) return price;
  }
  return null;
}

function directionOf(
  group: readonly RawRow[],
  symbol: string,
  orderId: string | null,
  side: OrderSide,
  relations: OldRelations,
): Pick<OldOrder, 'leg' | 'isExit' | 'isCertain'> {
  const opened = openedSideOf(side);
  const exit = { leg: oppositeOf(opened), isExit: true, isCertain: true };
  for (const row of group) {
    const { positionSide, reduceOnly } = oldJson(row.response);
    if (positionSide === 'LONG' || positionSide === 'SHORT') {
      return { leg: positionSide, isExit: side === exitSideOf(positionSide), isCertain: true };
    }
    if (reduceOnly === true || reduceOnly === 'true') return exit;
  }
  if (orderId !== null && relations.isExit(symbol, orderId)) return exit;
  const isExit = group.some(
    (row) =>
      `${row.status}`.trim().toUpperCase() === 'INSTANT_TP' ||
      EXIT_TYPE.test(`${row.order_type ?? ''}`.toUpperCase()) ||
      oldId(row.parent_order_id) !== null ||
      // Only what closes realises something. Zero says nothing: some streams leave it out.
      !(oldNumber(row.realized_pnl) ?? ZERO).eq(0),
  );
  if (isExit) return exit;
  const told = orderId === null ? null : relations.sideOf(symbol, orderId);
  return { leg: opened, isExit: false, isCertain: told === opened };
}
