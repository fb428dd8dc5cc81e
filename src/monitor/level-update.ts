import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { type Decimal, type DecimalInput, tryDecimal } from '../model/decimal.js';

/** Levels for `updateTpSl`: a price sets, `null` removes, leaving it out keeps. */
export interface LevelUpdate {
  readonly tpPrice?: DecimalInput | null;
  readonly slPrice?: DecimalInput | null;
  readonly allowImmediate?: boolean;
}

/** Reads one level. @throws ValidationError `LEVEL_INVALID` */
export function readLevel(
  value: DecimalInput | null | undefined,
  field: string,
): Decimal | null | undefined {
  if (value === undefined || value === null) return value;
  const level = tryDecimal(value);
  if (level?.gt(0)) return level;
  throw new ValidationError('LEVEL_INVALID', `The level ${field}`, {
    expected: 'a price above zero, null to remove it, or nothing to keep it',
    received: describe(value),
  });
}
