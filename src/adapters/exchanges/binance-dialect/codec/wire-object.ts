import { describe } from '../../../../errors/describe.js';
import { ExchangeError } from '../../../../errors/exchange-error.js';
import { tryDecimal } from '../../../../model/decimal.js';
import { orderIdFrom } from '../../../../model/order-id.js';
import { ownField } from '../../../../model/own-field.js';
import { isSymbol, SYMBOL_EXPECTED } from '../../../../model/symbol.js';

/**
 * Reads one object of an exchange's message. What is not asked for is ignored; the first required field that is
 * missing or garbled throws.
 *
 * Messages may tell of something that happened, so the errors say `outcome: 'unknown'`.
 *
 * @throws ExchangeError `EXCHANGE_PROTOCOL` naming the message and the field
 */
export class WireObject {
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

  has(field: string): boolean {
    return this.raw(field) !== undefined;
  }

  child(field: string): WireObject {
    return new WireObject(this.raw(field), `${this.#name}.${field}`);
  }

  list(field: string): readonly unknown[] {
    const value = this.raw(field);
    return Array.isArray(value) ? value : this.fail(field, 'a list');
  }

  symbol(field = 'symbol'): string {
    const value = this.raw(field);
    return isSymbol(value) ? value : this.fail(field, SYMBOL_EXPECTED);
  }

  text(field: string): string {
    const value = this.raw(field);
    return typeof value === 'string' ? value : this.fail(field, 'a text');
  }

  textOr(field: string, missing: string): string {
    return this.has(field) ? this.text(field) : missing;
  }

  id(field: string): string {
    return orderIdFrom(this.raw(field)) ?? this.fail(field, 'an id');
  }

  /** `null` when missing, empty or zero: exchanges write "" or 0 for orders that do not exist yet. */
  idOr(field: string): string | null {
    const value = this.raw(field);
    return value === undefined || value === '' || value === 0 || value === '0'
      ? null
      : this.id(field);
  }

  /** A number as text, exactly as it was written where it was a text. */
  amount(field: string): string {
    const value = this.raw(field);
    const isAmount =
      (typeof value === 'string' || typeof value === 'number') && tryDecimal(value) !== null;
    return isAmount ? `${value}` : this.fail(field, 'a decimal number');
  }

  /** `undefined` when missing or empty. */
  amountOr(field: string): string | undefined {
    const value = this.raw(field);
    return value === undefined || value === '' ? undefined : this.amount(field);
  }

  /** The amount unless it is missing or zero: exchanges write 0 for prices that do not exist. */
  priceOr(field: string): string | undefined {
    const value = this.amountOr(field);
    return value === undefined || Number(value) === 0 ? undefined : value;
  }

  /** Ms since 1970 UTC; some senders write it as a text. */
  time(field: string): number {
    const value = Number(this.raw(field) ?? Number.NaN);
    return Number.isSafeInteger(value) && value >= 0 ? value : this.fail(field, 'a time in ms');
  }

  /** Some senders write flags as texts. */
  flagOr(field: string, missing: boolean): boolean {
    const value = this.raw(field);
    if (value === undefined) return missing;
    if (value === true || value === 'true' || value === 'TRUE') return true;
    if (value === false || value === 'false' || value === 'FALSE') return false;
    return this.fail(field, 'true or false');
  }

  fail(field: string, expected: string): never {
    throw protocolError(`${this.#name}, ${field}`, expected, describe(this.raw(field)));
  }
}

/** Rows of an answer that must be a list. */
export function listOf(body: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(body)) throw protocolError(name, 'a list', describe(body));
  return body;
}

export function protocolError(name: string, expected: string, received: string): ExchangeError {
  return new ExchangeError('EXCHANGE_PROTOCOL', `The exchange's ${name}`, {
    expected,
    received,
    retryable: true,
    outcome: 'unknown',
  });
}
