import { type Decimal, HUNDRED } from '../model/decimal.js';
import type { PositionSide } from '../model/side.js';

/** A price moved by a percentage in favour of the side; negative = against it. Exact. */
export function favoured(price: Decimal, percent: Decimal, side: PositionSide): Decimal {
  const factor = side === 'LONG' ? HUNDRED.plus(percent) : HUNDRED.minus(percent);
  return price.times(factor).div(HUNDRED);
}

/** Whether a price is at or past a level in favour of the side. */
export function isReached(price: Decimal, level: Decimal, side: PositionSide): boolean {
  return side === 'LONG' ? price.gte(level) : price.lte(level);
}
