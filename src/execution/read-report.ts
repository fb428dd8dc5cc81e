import { describe } from '../errors/describe.js';
import { ExchangeError } from '../errors/exchange-error.js';
import { amountFrom } from '../model/amount.js';
import type { Decimal } from '../model/decimal.js';
import { isClientOrderId, ORDER_ID_EXPECTED, orderIdFrom } from '../model/order-id.js';
import { ownField } from '../model/own-field.js';
import { isSymbol, SYMBOL_EXPECTED } from '../model/symbol.js';

/**
 * Reads the fields of one report of an adapter. Own properties only; the first field that makes no sense throws.
 *
 * Whatever is wrong with a report, it may describe something that happened: the errors say `outcome: 'unknown'`.
 *
 * @throws ExchangeError `EXCHANGE_PROTOCOL` naming the report and the field
 */
export class ReportReader {
  readonly #source: object;
  readonly #name: string;

  constructor(source: unknown, name: string) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw protocolError(name, 'an object', describe(source));
    }
    this.#source = source;
    this.#name = name;
  }

  /** The value as it is; `null` counts as missing. */
  raw(field: string): unknown {
    return ownField(this.#source, field) ?? undefined;
  }

  symbol(): string {
    const value = this.raw('symbol');
    return isSymbol(value) ? value : this.fail('symbol', SYMBOL_EXPECTED);
  }

  id(field: string): string {
    return orderIdFrom(this.raw(field)) ?? this.fail(field, ORDER_ID_EXPECTED);
  }

  /** `null` when missing; exchanges write "" for orders without one. */
  clientOrderId(): string | null {
    const value = this.raw('clientOrderId');
    if (value === undefined || value === '') return null;
    return isClientOrderId(value) ? value : this.fail('clientOrderId', 'a short printable string');
  }

  oneOf<const T extends string>(field: string, options: readonly T[]): T {
    const value = this.raw(field);
    const known = options.find((option) => option === value);
    return known ?? this.fail(field, options.map((option) => `"${option}"`).join(' or '));
  }

  oneOfOr<const T extends string, D>(field: string, options: readonly T[], missing: D): T | D {
    return this.raw(field) === undefined ? missing : this.oneOf(field, options);
  }

  quantity(field: string): Decimal {
    const value = this.#amount(field);
    return value?.gte(0) ? value : this.fail(field, 'a plain decimal of zero or more');
  }

  quantityAbove0(field: string): Decimal {
    const value = this.#amount(field);
    return value?.gt(0) ? value : this.fail(field, 'a plain decimal above zero');
  }

  /** A price above zero; `null` when missing or 0, which exchanges write for "none". */
  price(field: string): Decimal | null {
    if (this.raw(field) === undefined) return null;
    const value = this.quantity(field);
    return value.eq(0) ? null : value;
  }

  /** Any sign. */
  amount(field: string): Decimal {
    return this.#amount(field) ?? this.fail(field, 'a plain decimal');
  }

  /** Any sign; `missing` when absent. */
  amountOr(field: string, missing: Decimal): Decimal {
    return this.raw(field) === undefined ? missing : this.amount(field);
  }

  flagOr(field: string, missing: boolean): boolean {
    const value = this.raw(field) ?? missing;
    return typeof value === 'boolean' ? value : this.fail(field, 'true or false');
  }

  time(field: string): number {
    const value = this.raw(field);
    const valid = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    return valid ? value : this.fail(field, 'whole milliseconds since 1970 UTC');
  }

  timeOr(field: string, missing: number): number {
    return this.raw(field) === undefined ? missing : this.time(field);
  }

  fail(field: string, expected: string): never {
    throw protocolError(`${this.#name}, field ${field}`, expected, describe(this.raw(field)));
  }

  #amount(field: string): Decimal | null {
    return amountFrom(this.raw(field));
  }
}

export function protocolError(subject: string, expected: string, received: string): ExchangeError {
  return new ExchangeError('EXCHANGE_PROTOCOL', `The adapter's ${subject}`, {
    expected,
    received,
    remedy: 'The adapter must translate what its exchange says, or reject',
    outcome: 'unknown',
  });
}
