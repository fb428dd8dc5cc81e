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

const LEVEL_KEYS: ReadonlySet<string> = new Set(['tpPrice', 'slPrice', 'allowImmediate']);

/** A mistyped key must not read as a stop that was set. @throws ValidationError `LEVEL_INVALID` */
export function checkLevelUpdate(levels: unknown): asserts levels is LevelUpdate {
  const keys = typeof levels === 'object' && levels !== null ? Object.keys(levels) : [];
  const known = keys.filter((key) => LEVEL_KEYS.has(key));
  if (keys.length === known.length && (keys.includes('tpPrice') || keys.includes('slPrice')))
    return;
  throw new ValidationError('LEVEL_INVALID', 'The levels', {
    expected: 'an object with tpPrice, slPrice or both, and nothing else',
    received: keys.length === 0 ? describe(levels) : `the keys ${keys.slice(0, 10).join(', ')}`,
  });
}
