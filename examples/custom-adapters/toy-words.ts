import type {
  FillReport,
  OrderKind,
  OrderStatusReport,
  PositionStatusReport,
  RejectCode,
} from 'position-monitor';
import type { ToyOrder, ToyPosition, ToyTrade } from './toy-venue.js';

/** Only what is surely a refusal stands here: anything else that goes wrong is unknown. */
export const CODES: Readonly<Record<string, RejectCode>> = {
  E_REDUCE: 'reduce-only',
  E_GRID: 'filter',
  E_LATE: 'expired-request',
  E_TWICE: 'duplicate-client-id',
  E_GONE: 'unknown-order',
  E_PASSED: 'would-trigger',
};

/** The kinds of orders that the exchange has. `capabilities.orderKinds` names the same, and no other is asked for. */
export const TYPES: Readonly<Partial<Record<OrderKind, ToyOrder['type']>>> = {
  market: 'mkt',
  limit: 'lmt',
  'stop-market': 'stp',
};

const KINDS = { mkt: 'market', lmt: 'limit', stp: 'stop-market' } as const;
const STATUSES = {
  open: 'accepted',
  triggered: 'triggered',
  done: 'filled',
  gone: 'canceled',
} as const;

export function orderFrom(order: ToyOrder): OrderStatusReport {
  return {
    symbol: order.market,
    orderId: order.id,
    clientOrderId: order.ref,
    side: order.dir === 'b' ? 'BUY' : 'SELL',
    positionSide: 'BOTH',
    kind: KINDS[order.type],
    status: STATUSES[order.state],
    quantity: order.qty,
    executedQty: order.done,
    ...(order.avg !== null && { avgPrice: order.avg }),
    ...(order.px !== null && { [order.type === 'stp' ? 'triggerPrice' : 'price']: order.px }),
    reduceOnly: order.reduce,
    time: order.ts,
  };
}

export function fillFrom(trade: ToyTrade): FillReport {
  return {
    symbol: trade.market,
    orderId: trade.order,
    clientOrderId: trade.ref,
    side: trade.dir === 'b' ? 'BUY' : 'SELL',
    positionSide: 'BOTH',
    trade: { tradeId: trade.id, quantity: trade.size, price: trade.at },
    time: trade.ts,
  };
}

/** One row per side; a flat side has quantity 0. */
export function positionsFrom(row: ToyPosition): PositionStatusReport[] {
  const isShort = row.net.startsWith('-');
  const held = isShort ? row.net.slice(1) : row.net;
  return [
    { symbol: row.market, side: 'LONG', quantity: isShort ? '0' : held },
    { symbol: row.market, side: 'SHORT', quantity: isShort ? held : '0' },
  ];
}
