import { toDecimalString } from '../../model/decimal.js';
import { PRICE_SOURCES } from '../../model/price.js';
import type { PositionSide } from '../../model/side.js';
import type {
  FillReport,
  OrderStatusReport,
  PlaceOrderRequest,
  PositionStatusReport,
  PriceStatusReport,
  TradeReport,
} from '../../ports/exchange-adapter.js';
import type { SimInstrument } from './sim-instrument.js';
import type { SimFill, SimOrder, SimRequest } from './sim-order.js';
import type { SimVenue } from './sim-venue.js';

/** The simulated venue counts in ticks and steps; these are its words as the port of an exchange has them. */

export function simRequestOf(request: PlaceOrderRequest): SimRequest {
  return {
    clientOrderId: request.clientOrderId,
    symbol: request.symbol,
    side: request.side,
    positionSide: request.positionSide,
    kind: request.kind,
    quantity: Number(request.quantity),
    price: request.price === undefined ? null : Number(request.price),
    triggerPrice: request.triggerPrice === undefined ? null : Number(request.triggerPrice),
    triggerSource: request.triggerSource ?? null,
    reduceOnly: request.reduceOnly,
    expiresAt: request.expiresAt,
  };
}

export function orderReportOf(
  venue: SimVenue,
  order: Readonly<SimOrder>,
  fill: SimFill | null = null,
): OrderStatusReport {
  const instrument = instrumentOf(venue, order.symbol);
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    positionSide: order.positionSide,
    kind: order.kind,
    status: order.status,
    quantity: toDecimalString(instrument.quantity(order.quantity)),
    executedQty: toDecimalString(instrument.quantity(order.executed)),
    ...(order.executed > 0 && {
      avgPrice: toDecimalString(instrument.average(order.cost, order.executed)),
    }),
    ...(order.price !== null && { price: toDecimalString(instrument.price(order.price)) }),
    ...(order.trigger !== null && {
      triggerPrice: toDecimalString(instrument.price(order.trigger)),
      triggerSource: order.triggerSource,
    }),
    reduceOnly: order.reduceOnly,
    ...(fill !== null && { trade: tradeOf(instrument, fill) }),
    cause: order.cause,
    time: order.updatedAt,
  };
}

export function fillReportOf(venue: SimVenue, fill: SimFill): FillReport {
  return {
    symbol: fill.symbol,
    orderId: fill.orderId,
    clientOrderId: fill.clientOrderId,
    side: fill.side,
    positionSide: fill.positionSide,
    reduceOnly: fill.reduceOnly,
    trade: tradeOf(instrumentOf(venue, fill.symbol), fill),
    cause: fill.cause,
    time: fill.time,
  };
}

/** @param steps what is held of the side */
export function positionReportOf(
  venue: SimVenue,
  row: { readonly symbol: string; readonly side: PositionSide; readonly quantity: number },
  time: number,
): PositionStatusReport {
  const { symbol, side, quantity } = row;
  const instrument = instrumentOf(venue, symbol);
  const liquidation = quantity > 0 ? venue.liquidation.of(symbol, side) : null;
  return {
    symbol,
    side,
    quantity: toDecimalString(instrument.quantity(quantity)),
    ...(liquidation !== null && {
      liquidationPrice: toDecimalString(instrument.price(liquidation)),
    }),
    time,
  };
}

export function priceReportsOf(venue: SimVenue, symbol: string): readonly PriceStatusReport[] {
  const instrument = instrumentOf(venue, symbol);
  return PRICE_SOURCES.flatMap((source) => {
    const ticks = venue.price(symbol, source);
    if (ticks === null) return [];
    return [{ source, price: toDecimalString(instrument.price(ticks)), time: venue.now() }];
  });
}

export function instrumentOf(venue: SimVenue, symbol: string): SimInstrument {
  const instrument = venue.instrument(symbol);
  if (instrument !== undefined) return instrument;
  throw new RangeError(`${symbol} does not trade here; there are ${venue.symbols.join(', ')}`);
}

function tradeOf(instrument: SimInstrument, { tradeId, quantity, price }: SimFill): TradeReport {
  return {
    tradeId,
    quantity: toDecimalString(instrument.quantity(quantity)),
    price: toDecimalString(instrument.price(price)),
  };
}
