import { SYMBOL_LENGTH_MAX } from '../limits.js';

/** Letters of any script: exchanges list contracts with Chinese names. */
const SYMBOL = /^[\p{L}\p{N}][\p{L}\p{N}._:/@-]*$/u;

/** What {@link isSymbol} accepts, for error messages. */
export const SYMBOL_EXPECTED = `a symbol such as "BTCUSDT" (letters, digits and ._:/@-, at most ${SYMBOL_LENGTH_MAX} characters)`;

/** Whether a value from outside can be the symbol of an instrument. Case matters: symbols are never rewritten. */
export function isSymbol(value: unknown): value is string {
  return typeof value === 'string' && value.length <= SYMBOL_LENGTH_MAX && SYMBOL.test(value);
}
