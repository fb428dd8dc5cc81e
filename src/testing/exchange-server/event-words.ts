import { toDecimalString } from '../../model/decimal.js';
import type { WirePositionSide } from '../../model/side.js';
import { worthOf } from './account-words.js';
import { asOrder } from './conditional-desk.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import type {
  ConditionalRecord,
  ExecutionType,
  OrderRecord,
  ServerNews,
  TradeRecord,
} from './order-record.js';
import {
  averageText,
  priceText,
  quantityText,
  timeInForceOf,
  type WireObject,
} from './order-words.js';

/** What the account stream says of a piece of news, in the order in which it is sent. */
export function accountEvents(news: ServerNews, exchange: LoopbackExchange): readonly WireObject[] {
  const now = exchange.now();
  switch (news.kind) {
    case 'order': {
      const update = orderTradeUpdate(news.order, news.execution, news.trade, exchange, now);
      const isLite = news.execution === 'TRADE' && news.trade !== null;
      return isLite
        ? [tradeLite(news.order, news.trade as TradeRecord, exchange, now), update]
        : [update];
    }
    case 'algo':
      return exchange.dialect.hasAlgoOrders
        ? [algoUpdate(news.order, exchange, now)]
        : [conditionalUpdate(news.order, exchange, now)];
    case 'position':
      return [accountUpdate(exchange, now, 'ORDER', [positionWords(news, exchange)])];
    case 'margin':
      return [accountUpdate(exchange, now, news.reason, [positionWords(news, exchange)])];
    case 'funding':
      // With cross margin no position is told.
      return [accountUpdate(exchange, now, 'FUNDING_FEE', [], news.change)];
    case 'margin-call':
      return [marginCall(news, exchange, now)];
    case 'leverage':
      return [
        {
          e: 'ACCOUNT_CONFIG_UPDATE',
          E: now,
          T: now,
          ac: { s: news.symbol, l: news.leverage },
        },
      ];
  }
}

/** A conditional order of Aster is an order; what it sends later keeps its id. */
function conditionalUpdate(
  record: Readonly<ConditionalRecord>,
  exchange: LoopbackExchange,
  now: number,
): WireObject {
  const order = asOrder(record);
  const execution = order.status === 'REJECTED' ? 'EXPIRED' : (order.status as ExecutionType);
  return orderTradeUpdate(order, execution, null, exchange, now);
}

function orderTradeUpdate(
  order: Readonly<OrderRecord>,
  execution: ExecutionType,
  trade: TradeRecord | null,
  exchange: LoopbackExchange,
  now: number,
): WireObject {
  const instrument = exchange.orders.instrument(order.symbol);
  const { condition } = order;
  const trigger = condition?.trigger ?? null;
  return {
    e: 'ORDER_TRADE_UPDATE',
    T: order.updatedAt,
    E: now,
    o: {
      s: order.symbol,
      c: order.clientOrderId,
      S: order.side,
      o: order.type,
      f: timeInForceOf(order),
      q: quantityText(instrument, order.quantity),
      p: order.price === null ? '0' : priceText(instrument, order.price),
      ap: averageText(instrument, order),
      sp: trigger === null ? '0' : priceText(instrument, trigger),
      x: execution,
      X: order.status,
      i: order.orderId,
      l: trade === null ? '0' : quantityText(instrument, trade.quantity),
      z: quantityText(instrument, order.executed),
      L: trade === null ? '0' : priceText(instrument, trade.price),
      ...(trade !== null && { n: trade.fee, N: 'USDT' }),
      T: trade?.time ?? order.updatedAt,
      t: trade?.tradeId ?? 0,
      b: '0',
      a: '0',
      m: trade?.isMaker ?? false,
      R: order.reduceOnly,
      wt: condition?.workingType ?? 'CONTRACT_PRICE',
      ot: order.origType,
      ps: order.positionSide,
      cp: condition?.closePosition ?? false,
      ...(condition?.callbackRate != null && {
        AP: condition.activation === null ? '0' : priceText(instrument, condition.activation),
        cr: condition.callbackRate,
      }),
      pP: condition?.priceProtect ?? false,
      si: 0,
      ss: 0,
      rp: trade?.profit ?? '0',
      ...(exchange.dialect.hasNewFields && { V: 'EXPIRE_MAKER', pm: 'NONE', gtd: 0, er: '0' }),
    },
  };
}

function tradeLite(
  order: Readonly<OrderRecord>,
  trade: TradeRecord,
  exchange: LoopbackExchange,
  now: number,
): WireObject {
  const instrument = exchange.orders.instrument(order.symbol);
  return {
    e: 'TRADE_LITE',
    E: now,
    T: trade.time,
    s: order.symbol,
    q: quantityText(instrument, order.quantity),
    p: order.price === null ? '0' : priceText(instrument, order.price),
    m: trade.isMaker,
    c: order.clientOrderId,
    S: order.side,
    L: priceText(instrument, trade.price),
    l: quantityText(instrument, trade.quantity),
    t: trade.tradeId,
    i: order.orderId,
  };
}

function algoUpdate(
  order: Readonly<ConditionalRecord>,
  exchange: LoopbackExchange,
  now: number,
): WireObject {
  const instrument = exchange.orders.instrument(order.symbol);
  const { condition, child } = order;
  return {
    e: 'ALGO_UPDATE',
    T: order.updatedAt,
    E: now,
    o: {
      caid: order.clientId,
      aid: order.id,
      at: 'CONDITIONAL',
      o: order.type,
      s: order.symbol,
      S: order.side,
      ps: order.positionSide,
      f: condition.closePosition ? 'GTE_GTC' : order.timeInForce,
      q: quantityText(instrument, order.quantity),
      X: order.status,
      ai: child === null ? '' : String(child.orderId),
      ap: child === null ? '0.00000' : averageText(instrument, child),
      aq: child === null ? '0.00000' : quantityText(instrument, child.executed),
      act: child === null ? '0' : child.type,
      tp: condition.trigger === null ? '0' : priceText(instrument, condition.trigger),
      p: order.price === null ? '0' : priceText(instrument, order.price),
      V: 'EXPIRE_MAKER',
      wt: condition.workingType,
      pm: 'NONE',
      cp: condition.closePosition,
      pP: condition.priceProtect,
      R: order.reduceOnly,
      tt: order.triggeredAt,
      gtd: 0,
      rm: order.failReason,
    },
  };
}

function accountUpdate(
  exchange: LoopbackExchange,
  now: number,
  reason: string,
  positions: readonly WireObject[],
  change = '0',
): WireObject {
  const wallet = toDecimalString(exchange.book.wallet);
  return {
    e: 'ACCOUNT_UPDATE',
    T: now,
    E: now,
    a: { B: [{ a: 'USDT', wb: wallet, cw: wallet, bc: change }], P: positions, m: reason },
  };
}

interface OfPosition {
  readonly symbol: string;
  readonly side: WirePositionSide;
}

function positionWords({ symbol, side }: OfPosition, exchange: LoopbackExchange): WireObject {
  const row = exchange.book.row(symbol, side);
  const { amount, profit } = worthOf(exchange, row);
  const entry = toDecimalString(row.entryPrice.round(8));
  return {
    s: symbol,
    pa: toDecimalString(amount),
    ep: entry,
    bep: entry,
    cr: '0',
    up: toDecimalString(profit),
    mt: exchange.book.setting(symbol).marginType,
    iw: '0',
    ps: side,
    ma: 'USDT',
  };
}

function marginCall(
  { symbol, side }: OfPosition,
  exchange: LoopbackExchange,
  now: number,
): WireObject {
  const { amount, mark, profit } = worthOf(exchange, exchange.book.row(symbol, side));
  const isCross = exchange.book.setting(symbol).marginType === 'cross';
  return {
    e: 'MARGIN_CALL',
    E: now,
    ...(isCross && { cw: toDecimalString(exchange.book.wallet) }),
    p: [
      {
        s: symbol,
        ps: side,
        pa: toDecimalString(amount),
        mt: isCross ? 'CROSSED' : 'ISOLATED',
        iw: '0',
        mp: toDecimalString(mark),
        up: toDecimalString(profit),
        mm: '0',
      },
    ],
  };
}
