import { ZERO } from '../../src/model/decimal.js';
import type { FillEvidence } from '../../src/model/fill.js';
import type { OrderReport, PositionReport } from '../../src/model/reports.js';
import type { PositionSide } from '../../src/model/side.js';
import type { SimInstrument } from '../../src/testing/sim/sim-instrument.js';
import type { SimFill, SimOrder } from '../../src/testing/sim/sim-order.js';
import type { SimVenue } from '../../src/testing/sim/sim-venue.js';

/* What the simulated exchange says, in the core's own words: what an adapter and the normalisation make of it. */

function instrumentOf(venue: SimVenue, symbol: string): SimInstrument {
  const instrument = venue.instrument(symbol);
  if (instrument === undefined) throw new Error(`no instrument ${symbol}`);
  return instrument;
}

export function orderReportOf(
  venue: SimVenue,
  order: Readonly<SimOrder>,
  fill: SimFill | null,
): OrderReport {
  const instrument = instrumentOf(venue, order.symbol);
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    positionSide: order.positionSide,
    kind: order.kind,
    status: order.status,
    quantity: instrument.quantity(order.quantity),
    executedQty: instrument.quantity(order.executed),
    avgPrice: order.executed === 0 ? null : instrument.average(order.cost, order.executed),
    price: order.price === null ? null : instrument.price(order.price),
    triggerPrice: order.trigger === null ? null : instrument.price(order.trigger),
    triggerSource: order.trigger === null ? null : order.triggerSource,
    reduceOnly: order.reduceOnly,
    trade: fill === null ? null : tradeOf(instrument, fill),
    cause: order.cause,
    time: order.updatedAt,
  };
}

export function evidenceOfFill(venue: SimVenue, fill: SimFill): FillEvidence {
  return {
    orderId: fill.orderId,
    clientOrderId: fill.clientOrderId,
    symbol: fill.symbol,
    side: fill.side,
    positionSide: fill.positionSide,
    cumulative: null,
    trade: tradeOf(instrumentOf(venue, fill.symbol), fill),
    reduceOnly: fill.reduceOnly,
    terminal: false,
    cause: fill.cause,
    time: fill.time,
  };
}

export function positionReportOf(
  venue: SimVenue,
  row: { readonly symbol: string; readonly side: PositionSide; readonly quantity: number },
  time: number,
): PositionReport {
  const instrument = instrumentOf(venue, row.symbol);
  const liquidation = row.quantity > 0 ? venue.liquidation.of(row.symbol, row.side) : null;
  return {
    symbol: row.symbol,
    side: row.side,
    quantity: instrument.quantity(row.quantity),
    entryPrice: null,
    liquidationPrice: liquidation === null ? null : instrument.price(liquidation),
    time,
  };
}

function tradeOf(instrument: SimInstrument, fill: SimFill): NonNullable<FillEvidence['trade']> {
  return {
    tradeId: fill.tradeId,
    quantity: instrument.quantity(fill.quantity),
    price: instrument.price(fill.price),
    fee: ZERO,
  };
}
