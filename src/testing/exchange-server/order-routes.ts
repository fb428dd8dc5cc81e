import { asOrder } from './conditional-desk.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import { isOpen } from './order-desk.js';
import type { ConditionalRecord, OrderRecord } from './order-record.js';
import { readHead, readPrice, readQuantity, requireInBand } from './order-rules.js';
import { orderWords, type WireObject } from './order-words.js';
import { placeOrder } from './place-order.js';
import { bySymbol, type Route } from './route.js';
import { paramsOfItem, WireParams } from './wire-params.js';
import { missing, refusal, WireRefusal } from './wire-refusal.js';

const BATCH_PLACED_MAX = 5;
const BATCH_CANCELED_MAX = 10;
const LISTED_MAX = 1_000;
const ALL_CANCELED = { code: 200, msg: 'The operation of cancel all open order is done.' };

/** Orders: one, several, lists. */
export const ORDER_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: 'order',
    auth: 'signed',
    weight: 0,
    orders: [1, 1],
    answer: ({ params, exchange }) => placeOrder(params, exchange),
  },
  {
    method: 'PUT',
    path: 'order',
    auth: 'signed',
    weight: 0,
    orders: [1, 1],
    answer: ({ params, exchange }) => amend(params, exchange),
  },
  {
    method: 'DELETE',
    path: 'order',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => cancel(params, exchange),
  },
  {
    method: 'GET',
    path: 'order',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => {
      const found = findOrder(params, exchange);
      if (found === null) throw refusal(-2013);
      return orderWords(found.order, exchange, true);
    },
  },
  {
    method: 'GET',
    path: 'openOrder',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => {
      const found = findOrder(params, exchange);
      if (found === null || !isOpen(found.order)) throw refusal(-2013);
      return orderWords(found.order, exchange, true);
    },
  },
  {
    method: 'GET',
    path: 'openOrders',
    auth: 'signed',
    weight: bySymbol(1, 40),
    answer: ({ params, exchange }) =>
      listed(exchange, params.text('symbol'))
        .filter(isOpen)
        .map((order) => orderWords(order, exchange, true)),
  },
  {
    method: 'GET',
    path: 'allOrders',
    auth: 'signed',
    weight: 5,
    answer: ({ params, exchange }) => allOrders(params, exchange),
  },
  {
    method: 'POST',
    path: 'batchOrders',
    auth: 'signed',
    weight: 5,
    orders: [5, 1],
    answer: ({ params, exchange }) => placeBatch(params, exchange),
  },
  {
    method: 'DELETE',
    path: 'batchOrders',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => cancelBatch(params, exchange),
  },
  {
    method: 'DELETE',
    path: 'allOpenOrders',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => cancelAll(params.required('symbol'), exchange),
  },
  {
    method: 'POST',
    path: 'countdownCancelAll',
    auth: 'signed',
    weight: 10,
    // Accepted and never fired: a guard of exits does not use it.
    answer: ({ params }) => ({
      symbol: params.required('symbol'),
      countdownTime: params.required('countdownTime'),
    }),
  },
];

interface FoundOrder {
  readonly order: OrderRecord;
  /** The conditional order that it still is. */
  readonly conditional: ConditionalRecord | null;
}

/** The open order of an id, else the latest that ended. */
function findOrder(params: WireParams, exchange: LoopbackExchange): FoundOrder | null {
  const symbol = params.required('symbol');
  exchange.orders.instrument(symbol);
  const orderId = params.whole('orderId');
  const clientId = params.text('origClientOrderId');
  if (orderId === null && clientId === null) throw missing('orderId');
  let found: FoundOrder | null = null;
  const consider = (order: OrderRecord, conditional: ConditionalRecord | null): void => {
    const fits = orderId === null ? order.clientOrderId === clientId : order.orderId === orderId;
    if (order.symbol !== symbol || !fits) return;
    if (found === null || isOpen(order) || !isOpen(found.order)) found = { order, conditional };
  };
  for (const order of exchange.orders.records.values()) consider(order, null);
  if (!exchange.dialect.hasAlgoOrders) {
    for (const record of exchange.conditionals.records.values()) {
      if (record.child === null) consider(asOrder(record), record);
    }
  }
  return found;
}

/** Orders by id, conditional ones among them where they are orders. */
function listed(exchange: LoopbackExchange, symbol: string | null): readonly OrderRecord[] {
  if (symbol !== null) exchange.orders.instrument(symbol);
  const orders = [...exchange.orders.records.values()];
  if (!exchange.dialect.hasAlgoOrders) {
    for (const record of exchange.conditionals.records.values()) {
      if (record.child === null) orders.push(asOrder(record));
    }
  }
  return orders
    .filter((order) => symbol === null || order.symbol === symbol)
    .sort((a, b) => a.orderId - b.orderId);
}

function allOrders(params: WireParams, exchange: LoopbackExchange): readonly WireObject[] {
  const symbol = exchange.dialect.hasNewCodes ? params.text('symbol') : params.required('symbol');
  const fromId = params.whole('orderId');
  const since = params.whole('startTime') ?? Number.NEGATIVE_INFINITY;
  const until = params.whole('endTime') ?? Number.POSITIVE_INFINITY;
  const limit = Math.min(params.whole('limit') ?? 500, LISTED_MAX);
  const found = listed(exchange, symbol).filter(
    ({ orderId, createdAt }) =>
      (fromId === null || orderId >= fromId) && createdAt >= since && createdAt <= until,
  );
  const isForward = fromId !== null || since > Number.NEGATIVE_INFINITY;
  return (isForward ? found.slice(0, limit) : found.slice(-limit)).map((order) =>
    orderWords(order, exchange, true),
  );
}

/** `DELETE order`. @throws WireRefusal */
export function cancel(params: WireParams, exchange: LoopbackExchange): WireObject {
  const found = findOrder(params, exchange);
  if (found === null || !isOpen(found.order)) throw refusal(-2011);
  const { order, conditional } = found;
  if (conditional === null) exchange.orders.cancel(order);
  else exchange.conditionals.cancel(conditional);
  return orderWords(conditional === null ? order : asOrder(conditional), exchange, false);
}

function amend(params: WireParams, exchange: LoopbackExchange): WireObject {
  const found = findOrder(params, exchange);
  if (found === null) throw refusal(-2013);
  const { order, conditional } = found;
  if (conditional !== null || order.type !== 'LIMIT') throw refusal(-5024);
  const instrument = exchange.orders.instrument(order.symbol);
  const grid = { instrument, input: exchange.input(order.symbol) };
  params.required('side');
  const price = readPrice(params, 'price', grid);
  const quantity = readQuantity(params, grid, 'limit');
  const given = { symbol: order.symbol, side: order.side, positionSide: order.positionSide };
  requireInBand(readHead(new WireParams(Object.entries(given)), exchange), price, exchange);
  exchange.orders.amend(order, quantity, price);
  return orderWords(order, exchange, false);
}

function placeBatch(params: WireParams, exchange: LoopbackExchange): readonly WireObject[] {
  const items = params.list('batchOrders');
  if (items === null) throw missing('batchOrders');
  if (items.length === 0 || items.length > BATCH_PLACED_MAX) throw refusal(-4082);
  return items.map((item) => eachOf(() => placeOrder(paramsOfItem(item), exchange)));
}

function cancelBatch(params: WireParams, exchange: LoopbackExchange): readonly WireObject[] {
  const symbol = params.required('symbol');
  const orderIds = params.list('orderIdList');
  const clientIds = params.list('origClientOrderIdList');
  const items = orderIds ?? clientIds;
  if (items === null) throw missing('orderIdList');
  if (items.length === 0 || items.length > BATCH_CANCELED_MAX) {
    throw refusal(-4082, 'Invalid number of batch cancel orders.');
  }
  const name = orderIds === null ? 'origClientOrderId' : 'orderId';
  return items.map((id) => eachOf(() => cancel(paramsOfItem({ symbol, [name]: id }), exchange)));
}

function cancelAll(symbol: string, exchange: LoopbackExchange): WireObject {
  exchange.orders.instrument(symbol);
  for (const order of exchange.orders.open) {
    if (order.symbol === symbol) exchange.orders.cancel(order);
  }
  if (!exchange.dialect.hasAlgoOrders) cancelAllConditional(symbol, exchange);
  return ALL_CANCELED;
}

/** Cancels what waits; what is being triggered goes on. */
export function cancelAllConditional(symbol: string, exchange: LoopbackExchange): WireObject {
  for (const record of exchange.conditionals.open) {
    if (record.symbol === symbol && record.status === 'NEW') exchange.conditionals.cancel(record);
  }
  return ALL_CANCELED;
}

/** One item of a batch never fails the others. */
function eachOf(act: () => WireObject): WireObject {
  try {
    return act();
  } catch (error) {
    if (error instanceof WireRefusal) return error.body;
    throw error;
  }
}
