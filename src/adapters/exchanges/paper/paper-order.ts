import { type Decimal, toDecimalString } from '../../../model/decimal.js';
import type { OrderKind, VenueOrderStatus } from '../../../model/order.js';
import { isConditionalKind, isStopKind } from '../../../model/order-kind.js';
import type { PriceSource } from '../../../model/price.js';
import type { OrderSide, WirePositionSide } from '../../../model/side.js';
import type { HeapEntry, IndexedHeap } from '../../../platform/indexed-heap.js';
import type { OrderStatusReport, TradeReport } from '../../../ports/exchange-adapter.js';

/** An order as the paper exchange holds it. The heap fields belong to the level it waits at. */
export interface PaperOrder extends HeapEntry {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  /** Changed by an amendment only. */
  quantity: Decimal;
  /** Limit price; `null` for market kinds. Changed by an amendment only. */
  price: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly triggerSource: PriceSource | null;
  readonly reduceOnly: boolean;
  /** Whether it may only reduce: the flag, or what the position side implies. */
  readonly reduces: boolean;
  /** Whether prices at or above its level reach it; else those at or below. Turns round when a stop becomes a limit. */
  rising: boolean;
  status: VenueOrderStatus;
  executedQty: Decimal;
  /** Sum of price * quantity. */
  executedCost: Decimal;
  /** Of all executions; `null` before the first one. */
  avgPrice: Decimal | null;
  /** Why the exchange ended it, `null` while it did not. */
  reason: string | null;
  updatedAt: number;
  /** Where it waits; `null` while it waits nowhere. */
  shelf: IndexedHeap<PaperOrder> | null;
}

/** Whether prices at or above the level of such an order reach it. */
export function isRising(kind: OrderKind, side: OrderSide): boolean {
  return isStopKind(kind) ? side === 'BUY' : side === 'SELL';
}

/** Whether the order waits for the price that triggers it. */
export function isUntriggered({ kind, status }: Pick<PaperOrder, 'kind' | 'status'>): boolean {
  return isConditionalKind(kind) && status !== 'triggered';
}

/** The price that decides: its trigger until that is met, then its limit. `null` for what goes at market. */
export function levelOf(order: PaperOrder): Decimal | null {
  return isUntriggered(order) ? order.triggerPrice : order.price;
}

/** Whether the price reaches the order's level. Exact and inclusive. */
export function isReached(order: PaperOrder, price: Decimal): boolean {
  const level = levelOf(order);
  if (level === null) return false;
  return order.rising ? price.gte(level) : price.lte(level);
}

export function isOpenOrder(order: PaperOrder): boolean {
  return order.status === 'accepted' || order.status === 'triggered';
}

/** What is left to execute. */
export function leavesQuantity(order: PaperOrder): Decimal {
  return order.quantity.minus(order.executedQty);
}

/** The order as the exchange tells it. */
export function reportOf(order: PaperOrder, trade?: TradeReport): OrderStatusReport {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    positionSide: order.positionSide,
    kind: order.kind,
    status: order.status,
    quantity: toDecimalString(order.quantity),
    executedQty: toDecimalString(order.executedQty),
    ...(order.avgPrice !== null && { avgPrice: toDecimalString(order.avgPrice) }),
    ...(order.price !== null && { price: toDecimalString(order.price) }),
    ...(order.triggerPrice !== null && { triggerPrice: toDecimalString(order.triggerPrice) }),
    ...(order.triggerSource !== null && { triggerSource: order.triggerSource }),
    ...(order.reason !== null && { reason: order.reason }),
    ...(trade !== undefined && { trade }),
    reduceOnly: order.reduceOnly,
    time: order.updatedAt,
  };
}
