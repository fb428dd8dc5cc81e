import { OLD_NUMBER_DIGITS } from '../../../limits.js';
import { type Decimal, tryDecimal, ZERO } from '../../../model/decimal.js';
import type { OrderSide, PositionSide } from '../../../model/side.js';

/** A row of an older database, as SQLite gives it. */
export type RawRow = Readonly<Record<string, unknown>>;

/**
 * A number that was kept as a binary fraction, without the noise of its sums (`0.30000000000000004` is 0.3).
 *
 * @returns `null` for nothing, for text that is no number and for what is not finite
 */
export function oldNumber(value: unknown): Decimal | null {
  const number =
    typeof value === 'number' || typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : Number.NaN;
  if (!Number.isFinite(number)) return null;
  const text = plain(number.toPrecision(OLD_NUMBER_DIGITS));
  return tryDecimal(text);
}

/** A number above zero, else `null`. */
export function positive(value: unknown): Decimal | null {
  const read = oldNumber(value);
  return read?.gt(ZERO) ? read : null;
}

/** An id: text that is not empty. Some writers kept ids as numbers. */
export function oldId(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' || text === 'None' || text === 'null' ? null : text;
}

/** `LONG` and `BUY` are one side here: what the position is, not what an order does. */
export function oldPositionSide(value: unknown): PositionSide | 'BOTH' | null {
  switch (`${value ?? ''}`.trim().toUpperCase()) {
    case 'LONG':
    case 'BUY':
      return 'LONG';
    case 'SHORT':
    case 'SELL':
      return 'SHORT';
    case 'BOTH':
      return 'BOTH';
    default:
      return null;
  }
}

export function oldOrderSide(value: unknown): OrderSide | null {
  const side = `${value ?? ''}`.trim().toUpperCase();
  return side === 'BUY' || side === 'SELL' ? side : null;
}

/** Ids in a list with commas. */
export function oldList(value: unknown): readonly string[] {
  return `${value ?? ''}`
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'None');
}

/**
 * A moment as ms since 1970 UTC: numbers in s or ms, or SQLite's `YYYY-MM-DD HH:MM:SS`, which is UTC.
 *
 * @returns `null` for what is neither
 */
export function oldTime(value: unknown): number | null {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value.trim())) {
    const text = value.trim().replace(' ', 'T');
    const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(time) ? null : time;
  }
  const number = Number(value ?? Number.NaN);
  if (!Number.isFinite(number) || number <= 0) return null;
  // A moment in s stays below this until the year 5138.
  return Math.floor(number < 1e11 ? number * 1000 : number);
}

/** The object that a column of JSON holds; `{}` for anything else. */
export function oldJson(value: unknown): RawRow {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return {};
  try {
    return JSON.parse(value) as RawRow;
  } catch {
    return {};
  }
}

/** Plain notation of what `toPrecision` writes. */
function plain(text: string): string {
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = found;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
