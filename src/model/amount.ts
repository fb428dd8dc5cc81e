import { AMOUNT_LENGTH_MAX } from '../limits.js';
import { type Decimal, toDecimalString, tryDecimal } from './decimal.js';

/**
 * Reads a price, quantity or fee from outside; `null` when it is none.
 *
 * Longer than any real amount is refused as well: sums and products of amounts must stay readable decimals.
 */
export function amountFrom(value: unknown): Decimal | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const read = tryDecimal(value);
  if (read === null) return null;
  return toDecimalString(read).length <= AMOUNT_LENGTH_MAX ? read : null;
}
