import type { OrderKind, VenueOrderStatus } from '../../../../model/order.js';
import { isLimitKind } from '../../../../model/order-kind.js';
import type { PriceSource } from '../../../../model/price.js';
import type { OrderSide, WirePositionSide } from '../../../../model/side.js';
import type { ExchangeCause } from '../../../../ports/exchange-adapter.js';
import type { WireObject } from './wire-object.js';

const TYPES: Readonly<Record<OrderKind, string>> = {
  market: 'MARKET',
  limit: 'LIMIT',
  'ioc-limit': 'LIMIT',
  'stop-market': 'STOP_MARKET',
  'stop-limit': 'STOP',
  'take-profit-market': 'TAKE_PROFIT_MARKET',
};

/** Other people's orders may be of kinds that we never send: the nearest of ours stands for them. */
const KINDS: ReadonlyMap<string, OrderKind> = new Map([
  ['MARKET', 'market'],
  ['LIMIT', 'limit'],
  ['LIQUIDATION', 'market'],
  ['STOP_MARKET', 'stop-market'],
  ['STOP', 'stop-limit'],
  ['TRAILING_STOP_MARKET', 'stop-market'],
  ['TAKE_PROFIT_MARKET', 'take-profit-market'],
  ['TAKE_PROFIT', 'take-profit-market'],
]);

const STATUSES: ReadonlyMap<string, VenueOrderStatus> = new Map([
  ['NEW', 'accepted'],
  ['PARTIALLY_FILLED', 'accepted'],
  ['PENDING_CANCEL', 'accepted'],
  ['FILLED', 'filled'],
  ['CANCELED', 'canceled'],
  ['REJECTED', 'rejected'],
  ['EXPIRED', 'expired'],
  ['EXPIRED_IN_MATCH', 'expired'],
]);

/** Taken over by the insurance fund or by auto-deleveraging: executed as far as it says. */
const TAKEN_OVER: ReadonlySet<string> = new Set(['NEW_INSURANCE', 'NEW_ADL']);

export function wireTypeOf(kind: OrderKind): string {
  return TYPES[kind];
}

/** How long an order with a limit price works; `undefined` for kinds that have none. */
export function timeInForceOf(kind: OrderKind): 'GTC' | 'IOC' | undefined {
  if (!isLimitKind(kind)) return undefined;
  return kind === 'ioc-limit' ? 'IOC' : 'GTC';
}

/** A kind that is not known at all is told from whether it has a limit price. */
export function kindOf(type: string, price: string | undefined, timeInForce?: unknown): OrderKind {
  const kind = KINDS.get(type) ?? (price === undefined ? 'market' : 'limit');
  return kind === 'limit' && timeInForce === 'IOC' ? 'ioc-limit' : kind;
}

export function sideOf(read: WireObject, field: string): OrderSide {
  const value = read.raw(field);
  return value === 'BUY' || value === 'SELL' ? value : read.fail(field, '"BUY" or "SELL"');
}

/** Missing in one-way mode of older senders. */
export function wireSideOf(read: WireObject, field: string): WirePositionSide {
  const value = read.raw(field) ?? 'BOTH';
  return value === 'LONG' || value === 'SHORT' || value === 'BOTH'
    ? value
    : read.fail(field, '"LONG", "SHORT" or "BOTH"');
}

/** A status that is not listed is refused, never guessed. */
export function statusOf(
  read: WireObject,
  field: string,
  quantity: string,
  executedQty: string,
): VenueOrderStatus {
  const word = read.text(field);
  const status = STATUSES.get(word);
  if (status !== undefined) return status;
  if (TAKEN_OVER.has(word)) return Number(executedQty) >= Number(quantity) ? 'filled' : 'accepted';
  return read.fail(field, 'a known order status');
}

export function triggerSourceOf(workingType: unknown): PriceSource | undefined {
  if (workingType === 'MARK_PRICE') return 'MARK';
  return workingType === 'CONTRACT_PRICE' ? 'LAST' : undefined;
}

export function workingTypeOf(source: PriceSource): string {
  return source === 'MARK' ? 'MARK_PRICE' : 'CONTRACT_PRICE';
}

/** Orders that the exchange itself sends carry ids of its own. */
export function causeOf(clientOrderId: string | undefined): ExchangeCause {
  if (clientOrderId === undefined) return 'order';
  if (clientOrderId.startsWith('adl_autoclose')) return 'adl';
  if (clientOrderId.startsWith('autoclose-')) return 'liquidation';
  return clientOrderId.startsWith('settlement_autoclose') ||
    clientOrderId.startsWith('delivery_autoclose')
    ? 'settlement'
    : 'order';
}
