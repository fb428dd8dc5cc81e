import { type Decimal, maxDecimal } from '../model/decimal.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop } from '../model/price.js';
import { oppositeOf, type PositionSide } from '../model/side.js';
import { favoured } from './favoured.js';

/**
 * Limit price of an exit that is to fill: so far behind a price, on the tick, never nearer to it than asked.
 *
 * @param slippagePct percent of the price, against the position
 */
export function limitBehind(
  price: Decimal,
  slippagePct: Decimal,
  side: PositionSide,
  instrument: Instrument,
): Decimal {
  const exact = favoured(price, slippagePct.times(-1), side);
  /** A stop is rounded towards the price, and this away from it. */
  const rounded = roundStop(exact, oppositeOf(side), instrument);
  const { minPrice, tickSize } = instrument;
  return maxDecimal(rounded, minPrice.gt(0) ? minPrice : tickSize);
}
