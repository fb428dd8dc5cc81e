import { type Decimal, maxDecimal, minDecimal, roundDecimal } from './decimal.js';
import type { Instrument } from './instrument.js';
import type { OrderSide, PositionSide } from './side.js';

/** Which price of an instrument. */
export type PriceSource = 'LAST' | 'MARK' | 'INDEX' | 'BID' | 'ASK';
export const PRICE_SOURCES: readonly PriceSource[] = ['LAST', 'MARK', 'INDEX', 'BID', 'ASK'];

/** Take-profit level on the instrument's grid: nearest tick, half away from zero. */
export function roundTakeProfit(price: Decimal, instrument: Instrument): Decimal {
  return onGrid(price, instrument, 'nearest');
}

/** Stop level on the instrument's grid, never looser than asked: LONG up, SHORT down. */
export function roundStop(price: Decimal, side: PositionSide, instrument: Instrument): Decimal {
  return onGrid(price, instrument, side === 'LONG' ? 'ceil' : 'floor');
}

/** Exchanges count ticks from `minPrice`, not from zero. */
function onGrid(
  price: Decimal,
  instrument: Instrument,
  rounding: 'nearest' | 'floor' | 'ceil',
): Decimal {
  const { minPrice, maxPrice, tickSize } = instrument;
  const origin = minPrice.gt(0) ? minPrice.mod(tickSize) : minPrice;
  const rounded = roundDecimal(price.minus(origin), tickSize, rounding).plus(origin);
  const raised = maxDecimal(rounded, minPrice.gt(0) ? minPrice : rounded);
  return maxPrice === null ? raised : minDecimal(raised, maxPrice);
}

/** Whether a limit price may be sent while the mark price is `mark`. */
export function insidePriceBand(
  price: Decimal,
  side: OrderSide,
  instrument: Instrument,
  mark: Decimal,
): boolean {
  const band = instrument.priceBand;
  if (band === null) return true;
  return side === 'BUY' ? price.lte(mark.times(band.up)) : price.gte(mark.times(band.down));
}
