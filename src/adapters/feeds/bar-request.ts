import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';
import { BARS_FETCH_MAX } from '../../limits.js';
import { isSymbol, SYMBOL_EXPECTED } from '../../model/symbol.js';

/** Checks what every feed is given when it is asked for bars. @throws ValidationError `BAR_INVALID` */
export function checkBarRequest(symbol: string, barMs: number, limit: number): void {
  checkBarLength(symbol, barMs);
  if (Number.isSafeInteger(limit) && limit > 0 && limit <= BARS_FETCH_MAX) return;
  throw new ValidationError('BAR_INVALID', 'Not a number of bars', {
    expected: `a whole number from 1 to ${BARS_FETCH_MAX}`,
    received: describe(limit),
  });
}

/** Checks whose bars they are. @throws ValidationError `BAR_INVALID` */
export function checkBarLength(symbol: string, barMs: number): void {
  if (!isSymbol(symbol)) {
    throw new ValidationError('BAR_INVALID', 'Not a symbol', {
      expected: SYMBOL_EXPECTED,
      received: describe(symbol),
    });
  }
  if (Number.isSafeInteger(barMs) && barMs > 0) return;
  throw new ValidationError('BAR_INVALID', 'Not the length of a bar', {
    expected: 'whole ms above zero',
    received: describe(barMs),
  });
}
