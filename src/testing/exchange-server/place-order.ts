import type { LoopbackExchange } from './loopback-exchange.js';
import {
  CONDITIONAL_TYPES,
  type OrderRecord,
  PLAIN_TYPES,
  TIMES_IN_FORCE,
} from './order-record.js';
import {
  type OrderHead,
  readClientId,
  readHead,
  readPrice,
  readQuantity,
  requireInBand,
  requireNotional,
} from './order-rules.js';
import { orderWords, type WireObject } from './order-words.js';
import { answerOfConditionalOrder, placeConditional } from './place-conditional.js';
import type { WireParams } from './wire-params.js';
import { refusal } from './wire-refusal.js';

/** `MAX_NUM_ORDERS` */
const OPEN_ORDERS_MAX = 200;

/** `POST order`, and one order of a batch. @throws WireRefusal */
export function placeOrder(params: WireParams, exchange: LoopbackExchange): WireObject {
  const type = params.required('type');
  if (isOneOf(type, CONDITIONAL_TYPES)) {
    if (exchange.dialect.hasAlgoOrders) throw refusal(-4120);
    const record = placeConditional(params, exchange, {
      trigger: 'stopPrice',
      activation: 'activationPrice',
      clientId: 'newClientOrderId',
    });
    return answerOfConditionalOrder(record, exchange);
  }
  if (!isOneOf(type, PLAIN_TYPES)) throw refusal(-1116);
  const head = readHead(params, exchange);
  const record =
    type === 'LIMIT' ? limitOf(params, head, exchange) : marketOf(params, head, exchange);
  const { open } = exchange.orders;
  if (open.filter(({ symbol }) => symbol === head.symbol).length >= OPEN_ORDERS_MAX) {
    throw refusal(-2025);
  }
  const accepted = exchange.orders.submit(record);
  const wantsResult = params.text('newOrderRespType') === 'RESULT';
  return orderWords(wantsResult ? record : accepted, exchange, false);
}

function limitOf(params: WireParams, head: OrderHead, exchange: LoopbackExchange): OrderRecord {
  const grid = { instrument: head.instrument, input: exchange.input(head.symbol) };
  const timeInForce = params.oneOf('timeInForce', TIMES_IN_FORCE, -1115);
  const price = readPrice(params, 'price', grid);
  const quantity = readQuantity(params, grid, 'limit');
  requireInBand(head, price, exchange);
  requireNotional(head, quantity, price);
  return recordOf(params, head, exchange, { type: 'LIMIT', timeInForce, price, quantity });
}

function marketOf(params: WireParams, head: OrderHead, exchange: LoopbackExchange): OrderRecord {
  const grid = { instrument: head.instrument, input: exchange.input(head.symbol) };
  const quantity = readQuantity(params, grid, 'market');
  requireNotional(head, quantity, exchange.orders.venue.price(head.symbol, 'LAST'));
  return recordOf(params, head, exchange, {
    type: 'MARKET',
    timeInForce: 'GTC',
    price: null,
    quantity,
  });
}

function recordOf(
  params: WireParams,
  head: OrderHead,
  exchange: LoopbackExchange,
  terms: Pick<OrderRecord, 'timeInForce' | 'price' | 'quantity'> & {
    readonly type: 'LIMIT' | 'MARKET';
  },
): OrderRecord {
  const now = exchange.now();
  const clientOrderId = readClientId(params, 'newClientOrderId', exchange, 'orders');
  return {
    orderId: exchange.orders.takeId(),
    clientOrderId,
    symbol: head.symbol,
    side: head.side,
    positionSide: head.positionSide,
    origType: terms.type,
    ...terms,
    reduceOnly: head.reduceOnly,
    condition: null,
    cause: 'order',
    status: 'NEW',
    executed: 0,
    cost: 0,
    createdAt: now,
    updatedAt: now,
    profit: '0',
  };
}

function isOneOf<T extends string>(value: string, of: readonly T[]): value is T {
  return (of as readonly string[]).includes(value);
}
