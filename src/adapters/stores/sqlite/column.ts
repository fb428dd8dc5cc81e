import type { SqliteValue } from './driver.js';
import { MalformedValue } from './malformed-value.js';
import * as shapes from './shape.js';

/** How one member of a row is kept: both directions check, so that nothing unreadable is ever written. */
export interface Column<T> {
  /** @throws MalformedValue */
  encode(value: T): SqliteValue;
  /** @throws MalformedValue */
  decode(value: unknown): T;
}

export const text: Column<string> = direct(shapes.text);
export const nullableText: Column<string | null> = direct(shapes.nullable(shapes.text));
/** Exact decimals stay the text they are: no digit is lost, none is added. */
export const decimal: Column<string> = direct(shapes.decimalText);
export const nullableDecimal: Column<string | null> = direct(shapes.nullable(shapes.decimalText));
export const integer: Column<number> = direct(shapes.integer);
/** Times are ms; a clock may give fractions. */
export const time: Column<number> = direct(shapes.finite);

export const flag: Column<boolean> = {
  encode(value) {
    check(shapes.flag, value);
    return value ? 1 : 0;
  },
  decode(value) {
    if (value !== 0 && value !== 1)
      throw new MalformedValue(`: expected 0 or 1, received ${value}`);
    return value === 1;
  },
};

export function word<T extends string>(words: readonly T[]): Column<T> {
  return direct(shapes.oneOf(words));
}

export function nullableWord<T extends string>(words: readonly T[]): Column<T | null> {
  return direct(shapes.nullable(shapes.oneOf(words)));
}

/** A nested part as JSON text. */
export function json<T>(shape: shapes.Shape): Column<T> {
  return {
    encode(value) {
      check(shape, value);
      return JSON.stringify(value);
    },
    decode(value) {
      if (typeof value !== 'string') throw new MalformedValue(': expected JSON, received no text');
      let parsed: unknown;
      try {
        parsed = JSON.parse(value);
      } catch (cause) {
        throw new MalformedValue(
          `: expected JSON, received ${JSON.stringify(value.slice(0, 80))}`,
          {
            cause,
          },
        );
      }
      check(shape, parsed);
      return parsed as T;
    },
  };
}

function direct<T extends SqliteValue>(shape: shapes.Shape): Column<T> {
  return {
    encode(value) {
      check(shape, value);
      return value;
    },
    decode(value) {
      check(shape, value);
      return value as T;
    },
  };
}

function check(shape: shapes.Shape, value: unknown): void {
  const problem = shape(value);
  if (problem !== null) throw new MalformedValue(problem);
}
