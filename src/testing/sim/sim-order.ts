import type { OrderKind, VenueOrderStatus } from '../../model/order.js';
import type { RejectCode } from '../../model/outcome.js';
import type { PriceSource } from '../../model/price.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../../model/side.js';
import type { ExchangeCause } from '../../ports/exchange-adapter.js';

/** An order as it comes in. Prices and quantities as numbers on the instrument's grid. */
export interface SimRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  readonly quantity: number;
  readonly price: number | null;
  readonly triggerPrice: number | null;
  readonly triggerSource: PriceSource | null;
  readonly reduceOnly: boolean;
  /** Exchange time after which it is refused, ms. */
  readonly expiresAt: number;
  readonly cause?: ExchangeCause;
}

/** An order inside of the exchange: prices in ticks, quantities in steps. */
export interface SimOrder {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  readonly quantity: number;
  readonly price: number | null;
  readonly trigger: number | null;
  readonly triggerSource: PriceSource;
  readonly reduceOnly: boolean;
  readonly cause: ExchangeCause;
  status: VenueOrderStatus;
  /** A stop with a limit that has been triggered: it rests in the book. */
  inBook: boolean;
  executed: number;
  /** Sum of ticks times steps. */
  cost: number;
  updatedAt: number;
}

export interface SimFill {
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly reduceOnly: boolean;
  readonly cause: ExchangeCause;
  readonly quantity: number;
  readonly price: number;
  readonly time: number;
}

/** What the exchange tells whoever listens to the account. Orders are copies of that moment. */
export type SimEvent =
  | { readonly kind: 'order'; readonly order: Readonly<SimOrder>; readonly fill: SimFill | null }
  | { readonly kind: 'fill'; readonly fill: SimFill }
  | {
      readonly kind: 'position';
      readonly symbol: string;
      readonly side: PositionSide;
      readonly quantity: number;
      readonly time: number;
    };

/** How the exchange itself answers a write. */
export type SimVerdict =
  | { readonly kind: 'accepted'; readonly order: Readonly<SimOrder> }
  | { readonly kind: 'rejected'; readonly code: RejectCode; readonly detail: string };

export function isLive(order: Readonly<SimOrder>): boolean {
  return order.status === 'accepted' || order.status === 'triggered';
}

/** Names an order by one of its ids. */
export interface SimQuery {
  readonly symbol: string;
  readonly clientOrderId?: string;
  readonly orderId?: string;
}

/** The latest of these orders that the query names. */
export function latestMatch(query: SimQuery, orders: Iterable<SimOrder>): SimOrder | undefined {
  let found: SimOrder | undefined;
  for (const order of orders) {
    if (order.symbol !== query.symbol) continue;
    const fits =
      query.orderId !== undefined
        ? order.orderId === query.orderId
        : order.clientOrderId === query.clientOrderId;
    if (fits) found = order;
  }
  return found;
}

/** Whether the order is a limit that rests: from the beginning, or since it was triggered. */
export function isRestingLimit(order: Readonly<SimOrder>): boolean {
  return order.kind === 'limit' ? isLive(order) : order.inBook && isLive(order);
}

/** Whether the order lessens what is held: in hedge mode by its position side, in one-way mode by its flag. */
export function isReducing({
  side,
  positionSide,
  reduceOnly,
}: Pick<SimOrder, 'side' | 'positionSide' | 'reduceOnly'>): boolean {
  if (positionSide === 'BOTH') return reduceOnly;
  return (positionSide === 'LONG') === (side === 'SELL');
}
