import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { AMOUNT_LENGTH_MAX } from '../limits.js';
import { amountFrom } from '../model/amount.js';
import type { Decimal, DecimalInput } from '../model/decimal.js';
import { ownField } from '../model/own-field.js';

/** Levels for `updateTpSl`: a price sets, `null` removes, leaving it out keeps. */
export interface LevelUpdate {
  /** One take-profit of the whole tranche: it takes the place of every level that the plan has. */
  readonly tpPrice?: DecimalInput | null;
  readonly slPrice?: DecimalInput | null;
  readonly allowImmediate?: boolean;
}

/** What is taken besides the levels, or a plan. */
export interface UpdateOptions {
  /** A level that the price has passed already closes at once instead of being refused. Default false. */
  readonly allowImmediate?: boolean;
}

/** An update that was read once: what the caller does with the object later changes nothing. */
export interface ReadLevels {
  readonly takeProfit: Decimal | null | undefined;
  readonly stopLoss: Decimal | null | undefined;
  readonly allowImmediate: boolean;
}

const LEVEL_KEYS: readonly string[] = ['tpPrice', 'slPrice', 'allowImmediate'];

/** A mistyped key must not read as a stop that was set. @throws ValidationError `LEVEL_INVALID` */
export function readLevelUpdate(levels: unknown, options: unknown): ReadLevels {
  const keys = keysOf(levels) ?? [];
  const known = keys.filter((key) => LEVEL_KEYS.includes(key));
  if (keys.length !== known.length || !(keys.includes('tpPrice') || keys.includes('slPrice'))) {
    throw new ValidationError('LEVEL_INVALID', 'The levels', {
      expected: 'an object with tpPrice, slPrice or both, and nothing else',
      received: keys.length === 0 ? describe(levels) : `the keys ${keys.slice(0, 10).join(', ')}`,
    });
  }
  return {
    takeProfit: readLevel(ownField(levels, 'tpPrice'), 'tpPrice'),
    stopLoss: readLevel(ownField(levels, 'slPrice'), 'slPrice'),
    allowImmediate:
      readAllowImmediate(options, 'LEVEL_INVALID') ??
      readFlag(ownField(levels, 'allowImmediate'), 'LEVEL_INVALID') ??
      false,
  };
}

/** `undefined` = not said. @throws ValidationError with this code for options that are malformed */
export function readAllowImmediate(
  options: unknown,
  code: 'LEVEL_INVALID' | 'PLAN_INVALID',
): boolean | undefined {
  if (options === undefined) return undefined;
  const keys = keysOf(options);
  const unknown = keys?.find((key) => key !== 'allowImmediate');
  if (keys !== null && unknown === undefined) {
    return readFlag(ownField(options, 'allowImmediate'), code);
  }
  throw new ValidationError(code, 'The options', {
    expected: '{ allowImmediate: true }, or nothing',
    received: unknown === undefined ? describe(options) : `the key ${unknown.slice(0, 40)}`,
  });
}

function readFlag(value: unknown, code: 'LEVEL_INVALID' | 'PLAN_INVALID'): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new ValidationError(code, 'The option allowImmediate', {
    expected: 'true or false',
    received: describe(value),
  });
}

function readLevel(value: unknown, field: string): Decimal | null | undefined {
  if (value === undefined || value === null) return value;
  const level = amountFrom(value);
  if (level?.gt(0)) return level;
  throw new ValidationError('LEVEL_INVALID', `The level ${field}`, {
    expected: `a price above zero of at most ${AMOUNT_LENGTH_MAX} characters, null to remove it, or nothing to keep it`,
    received: describe(value),
  });
}

/** `null` for what has no keys that could be read. */
function keysOf(value: unknown): readonly string[] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  try {
    return Object.keys(value);
  } catch {
    return null;
  }
}
