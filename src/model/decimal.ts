import Big from 'big.js';
import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';

/** Exact decimal number. Immutable; arithmetic through its methods (`plus`, `times`, `cmp`, …). */
export type Decimal = Big;
/** Plain decimal notation without exponent, e.g. `"0.00000738"`. What the package gives out. */
export type DecimalString = string;
/** What the package takes: a plain decimal string or a finite number. */
export type DecimalInput = string | number;

/** Division keeps 20 decimals, half away from zero; everything else is exact. */
const Exact = Big();
Exact.DP = 20;
Exact.RM = 1;
Exact.NE = -1e6;
Exact.PE = 1e6;

const PLAIN = /^-?(\d+\.?\d*|\.\d+)$/;
/** Longer inputs are refused: nothing in trading needs them, and they cost time. */
const INPUT_LENGTH_MAX = 64;

/**
 * Reads a decimal from a plain string or a finite number.
 *
 * @throws ValidationError `FILL_INVALID` is never used here: callers name their own field through `decimalOr`.
 */
export function decimal(input: DecimalInput | Decimal): Decimal {
  const value = tryDecimal(input);
  if (value === null) {
    throw new ValidationError('LEVEL_INVALID', 'Not a decimal number', {
      expected: 'a plain decimal string or a finite number',
      received: describe(input),
    });
  }
  return value;
}

/** Like {@link decimal}, `null` instead of an error. */
export function tryDecimal(input: unknown): Decimal | null {
  if (typeof input === 'number') return Number.isFinite(input) ? new Exact(input) : null;
  if (typeof input === 'string') {
    return input.length <= INPUT_LENGTH_MAX && PLAIN.test(input) ? new Exact(input) : null;
  }
  return input instanceof Big || input instanceof Exact ? new Exact(input as Big) : null;
}

export const ZERO: Decimal = new Exact(0);
export const ONE: Decimal = new Exact(1);
export const HUNDRED: Decimal = new Exact(100);

/** Plain notation, no exponent, no trailing zeros. */
export function toDecimalString(value: Decimal): DecimalString {
  return value.eq(0) ? '0' : value.toFixed();
}

export function minDecimal(a: Decimal, b: Decimal): Decimal {
  return a.lte(b) ? a : b;
}

export function maxDecimal(a: Decimal, b: Decimal): Decimal {
  return a.gte(b) ? a : b;
}

export function sumDecimals(values: Iterable<Decimal>): Decimal {
  let sum = ZERO;
  for (const value of values) sum = sum.plus(value);
  return sum;
}

const Down = Big();
Down.DP = 0;
Down.RM = 0;
const HalfAwayFromZero = Big();
HalfAwayFromZero.DP = 0;
HalfAwayFromZero.RM = 1;
const AwayFromZero = Big();
AwayFromZero.DP = 0;
AwayFromZero.RM = 3;

export type Rounding = 'nearest' | 'floor' | 'ceil';

/**
 * Rounds to a whole multiple of an increment (tick or step): the rounding that everything here uses.
 *
 * `nearest` rounds half away from zero, `floor` towards minus infinity, `ceil` towards plus infinity. Exact:
 * the quotient is never computed in binary floating point.
 *
 * @param increment size of one step, above zero
 * @example roundToIncrement('45574.6845', '0.1', 'nearest') // '45574.7'
 * @throws ValidationError `LEVEL_INVALID` when an argument is not a number or the increment is not above zero
 */
export function roundToIncrement(
  value: DecimalInput,
  increment: DecimalInput,
  rounding: Rounding,
): DecimalString {
  return toDecimalString(roundDecimal(decimal(value), decimal(increment), rounding));
}

/** {@link roundToIncrement} on decimals. */
export function roundDecimal(value: Decimal, increment: Decimal, rounding: Rounding): Decimal {
  if (increment.lte(0)) {
    throw new ValidationError('LEVEL_INVALID', 'Cannot round', {
      expected: 'an increment above zero',
      received: toDecimalString(increment),
    });
  }
  const negative = value.lt(0);
  const Quotient =
    rounding === 'nearest'
      ? HalfAwayFromZero
      : (rounding === 'floor') === negative
        ? AwayFromZero
        : Down;
  return new Exact(new Quotient(value).div(increment)).times(increment);
}
