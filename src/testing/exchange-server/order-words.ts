import { toDecimalString } from '../../model/decimal.js';
import type { SimInstrument } from '../sim/sim-instrument.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import type { ConditionalRecord, OrderRecord, TradeRecord } from './order-record.js';

/** A JSON object of an answer or an event. */
export type WireObject = Readonly<Record<string, unknown>>;

/**
 * An order in an answer.
 *
 * @param isQuery queries tell averages and the time of its coming; placements and cancellations do so at Aster only
 */
export function orderWords(
  order: Readonly<OrderRecord>,
  exchange: LoopbackExchange,
  isQuery: boolean,
): WireObject {
  const instrument = exchange.orders.instrument(order.symbol);
  const { condition } = order;
  const executed = quantityText(instrument, order.executed);
  return {
    orderId: order.orderId,
    symbol: order.symbol,
    status: order.status,
    clientOrderId: order.clientOrderId,
    price: order.price === null ? '0' : priceText(instrument, order.price),
    ...((isQuery || exchange.dialect.tellsAverages) && {
      avgPrice: averageText(instrument, order),
      cumQuote: costText(instrument, order.cost),
    }),
    origQty: quantityText(instrument, order.quantity),
    executedQty: executed,
    ...(!isQuery && { cumQty: executed }),
    timeInForce: timeInForceOf(order),
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: condition?.closePosition ?? false,
    side: order.side,
    positionSide: order.positionSide,
    stopPrice:
      condition === null || condition.trigger === null
        ? '0'
        : priceText(instrument, condition.trigger),
    workingType: condition?.workingType ?? 'CONTRACT_PRICE',
    priceProtect: condition?.priceProtect ?? false,
    origType: order.origType,
    ...(condition?.callbackRate != null && {
      priceRate: condition.callbackRate,
      activatePrice:
        condition.activation === null ? '0' : priceText(instrument, condition.activation),
    }),
    ...(exchange.dialect.hasNewFields && {
      priceMatch: 'NONE',
      selfTradePreventionMode: 'EXPIRE_MAKER',
      goodTillDate: 0,
    }),
    ...(isQuery && { time: order.createdAt }),
    updateTime: order.updatedAt,
  };
}

/** A conditional order in an answer of the algo endpoints. */
export function algoWords(
  order: Readonly<ConditionalRecord>,
  exchange: LoopbackExchange,
  isQuery: boolean,
): WireObject {
  const instrument = exchange.orders.instrument(order.symbol);
  const { condition, child } = order;
  return {
    algoId: order.id,
    clientAlgoId: order.clientId,
    algoType: 'CONDITIONAL',
    orderType: order.type,
    symbol: order.symbol,
    side: order.side,
    positionSide: order.positionSide,
    timeInForce: condition.closePosition ? 'GTE_GTC' : order.timeInForce,
    quantity: quantityText(instrument, order.quantity),
    algoStatus: order.status,
    ...(isQuery && {
      actualOrderId: child === null ? '' : String(child.orderId),
      actualPrice: child === null ? '0.00000' : averageText(instrument, child),
      ...(child !== null && {
        actualQty: quantityText(instrument, child.executed),
        actualType: child.type,
      }),
      tpTriggerPrice: '0.000',
      tpPrice: '0.000',
      slTriggerPrice: '0.000',
      slPrice: '0.000',
      tpOrderType: '',
    }),
    triggerPrice: condition.trigger === null ? '0' : priceText(instrument, condition.trigger),
    price: order.price === null ? '0.00' : priceText(instrument, order.price),
    icebergQuantity: null,
    selfTradePreventionMode: 'EXPIRE_MAKER',
    workingType: condition.workingType,
    priceMatch: 'NONE',
    closePosition: condition.closePosition,
    priceProtect: condition.priceProtect,
    reduceOnly: order.reduceOnly,
    ...(!isQuery && {
      activatePrice:
        condition.activation === null ? '' : priceText(instrument, condition.activation),
      callbackRate: condition.callbackRate ?? '',
    }),
    createTime: order.createdAt,
    updateTime: order.updatedAt,
    triggerTime: order.triggeredAt,
    goodTillDate: 0,
  };
}

/** A trade of the account. */
export function tradeWords(trade: TradeRecord, exchange: LoopbackExchange): WireObject {
  const instrument = exchange.orders.instrument(trade.symbol);
  const price = instrument.price(trade.price);
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    side: trade.side,
    price: toDecimalString(price),
    qty: quantityText(instrument, trade.quantity),
    realizedPnl: trade.profit,
    quoteQty: toDecimalString(price.times(instrument.quantity(trade.quantity))),
    commission: trade.fee,
    commissionAsset: 'USDT',
    time: trade.time,
    positionSide: trade.positionSide,
    buyer: trade.side === 'BUY',
    maker: trade.isMaker,
  };
}

export function priceText(instrument: SimInstrument, ticks: number): string {
  return toDecimalString(instrument.price(ticks));
}

export function quantityText(instrument: SimInstrument, steps: number): string {
  return toDecimalString(instrument.quantity(steps));
}

export function averageText(
  instrument: SimInstrument,
  { cost, executed }: Pick<OrderRecord, 'cost' | 'executed'>,
): string {
  return executed === 0 ? '0' : toDecimalString(instrument.average(cost, executed).round(8));
}

export function timeInForceOf({ condition, timeInForce }: Readonly<OrderRecord>): string {
  return condition?.closePosition ? 'GTE_GTC' : timeInForce;
}

function costText(instrument: SimInstrument, cost: number): string {
  return toDecimalString(instrument.price(cost).times(instrument.quantity(1)));
}
