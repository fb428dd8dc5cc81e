import * as v from 'valibot';
import { describe } from '../../errors/describe.js';
import { DURATION_MS_MAX, PERCENT_MAX, URL_LENGTH_MAX } from '../../limits.js';
import { amountFrom } from '../../model/amount.js';
import type { Decimal, DecimalInput } from '../../model/decimal.js';
import { nearestKey } from './nearest-key.js';
import { mismatch, type Path, type Problems } from './problems.js';

/** A schema of one value, whose messages say what was expected, received, and what to do. */
export type Field<T> = v.GenericSchema<unknown, T>;

/** Names under which people put credentials. Their values are never repeated, and they get a hint. */
const LOOKS_SECRET = /key|secret|pass|token|signature|wallet|signer|credential/i;

/** Runs a schema; every issue becomes a problem with its path. `null` when there was one. */
export function check<T>(
  schema: Field<T>,
  value: unknown,
  path: Path,
  problems: Problems,
): T | null {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const inner = issue.path?.map((item) => item.key as string | number) ?? [];
    problems.addText([...path, ...inner], issue.message);
  }
  return null;
}

/**
 * An object with these keys and no others.
 *
 * @param hint what to do about a key that is not among them; `undefined` = the usual advice
 */
export function section<E extends v.ObjectEntries>(
  entries: E,
  expected = 'an object',
  hint: (key: string) => string | undefined = () => undefined,
) {
  const known = Object.keys(entries);
  return v.pipe(
    // Apart from the entries, because the library takes an array for an object.
    v.custom<Readonly<Record<string, unknown>>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      (issue) => mismatch(expected, describe(issue.input)),
    ),
    // Only a missing key is reported on the object itself.
    v.looseObject(entries, () => mismatch('a value, since the key is required', 'nothing')),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as Readonly<Record<string, unknown>>;
      for (const [key, value] of Object.entries(input)) {
        if (Object.hasOwn(entries, key)) continue;
        const path = [{ type: 'object', origin: 'key', input, key, value }] as const;
        addIssue({ message: unknownKey(key, known, hint(key)), path: [...path] });
      }
    }),
  );
}

/** A list of such values. */
export function listOf<S extends v.GenericSchema>(item: S, expected: string) {
  return v.array(item, (issue) => mismatch(expected, describe(issue.input)));
}

export function flag(expected = 'true or false'): Field<boolean> {
  return field(
    (value): value is boolean => typeof value === 'boolean',
    expected,
    (value) => (value === 'true' || value === 'false' ? 'Write it without quotes' : undefined),
  );
}

export function oneOf<const T extends string>(options: readonly T[]): Field<T> {
  return field(
    (value): value is T => (options as readonly unknown[]).includes(value),
    options.map((option) => JSON.stringify(option)).join(' or '),
    (value) => {
      const near = typeof value === 'string' ? nearestKey(value, options) : undefined;
      return near === undefined ? undefined : `Did you mean ${JSON.stringify(near)}?`;
    },
  );
}

export function wholeNumber(min: number, max: number, unit: string): Field<number> {
  return field(
    (value): value is number => Number.isInteger(value) && within(value as number, min, max),
    `a whole number of ${unit} from ${min} to ${max}`,
    quotedNumber,
  );
}

export function durationMs(min = 0): Field<number> {
  return wholeNumber(min, DURATION_MS_MAX, 'milliseconds');
}

/** A finite number above `above` and at most `max`; zero allowed when `above` is negative. */
export function numberUpTo(above: number, max: number, unit: string): Field<number> {
  return field(
    (value): value is number =>
      typeof value === 'number' && value <= max && (above < 0 ? value >= 0 : value > above),
    `a number of ${unit} ${above < 0 ? 'from 0' : `above ${above}`} to ${max}`,
    quotedNumber,
  );
}

/** A percentage. Always positive: what a stop or a target does with it follows from its name. */
export function percent(): Field<DecimalInput> {
  return percentage(`above 0 to ${PERCENT_MAX}`, (read) => read.gt(0) && read.lte(PERCENT_MAX));
}

/** A percentage of a price that has to leave something of it, or a smaller one. */
export function percentBelow(limit = 100): Field<DecimalInput> {
  return percentage(`above 0 and below ${limit}`, (read) => read.gt(0) && read.lt(limit));
}

/** A percentage that may be zero. */
export function percentFrom0(remedy: string): Field<DecimalInput> {
  return amount(
    `a percentage from 0 to ${PERCENT_MAX}, as number or plain decimal string`,
    (read) => read.gte(0) && read.lte(PERCENT_MAX),
    (read) => (read.lt(0) ? remedy : undefined),
  );
}

/** A percentage of a price, either way. */
export function signedPercent(): Field<DecimalInput> {
  return amount(
    'a percentage above -100 and below 100, as number or plain decimal string',
    (read) => read.abs().lt(100),
  );
}

/** A share of the whole. */
export function share(): Field<DecimalInput> {
  return amount(
    'a share of the tranche above 0 to 1, as number or plain decimal string',
    (read) => read.gt(0) && read.lte(1),
    (read) => (read.gt(1) ? '1 is all of it' : undefined),
  );
}

export function amountUpTo(max: number, what: string): Field<DecimalInput> {
  return amount(
    `${what} above 0 to ${max}, as number or plain decimal string`,
    (read) => read.gt(0) && read.lte(max),
  );
}

export function amountAbove0(what: string): Field<DecimalInput> {
  return amount(`${what} above 0, as number or plain decimal string`, (read) => read.gt(0));
}

export function amountFrom0(what: string): Field<DecimalInput> {
  return amount(`${what} of 0 or more, as number or plain decimal string`, (read) => read.gte(0));
}

/** A URL with the secure protocol, or the open one on this very machine. */
export function url(secure: 'https:' | 'wss:'): Field<string> {
  const open = secure === 'https:' ? 'http:' : 'ws:';
  return v.custom<string>(
    (value) => {
      const read = readUrl(value);
      if (read === null || read.username !== '' || read.password !== '') return false;
      return read.protocol === secure || (read.protocol === open && isLoopback(read.hostname));
    },
    // Never the URL itself: credentials may stand in it.
    (issue) =>
      mismatch(
        `a ${secure}// URL without credentials (${open}// on a loopback host)`,
        urlShape(issue.input),
      ),
  );
}

/** A text of bounded length that matches. */
export function text(pattern: RegExp, lengthMax: number, expected: string): Field<string> {
  return field(
    (value): value is string =>
      typeof value === 'string' && value.length <= lengthMax && pattern.test(value),
    expected,
  );
}

function field<T>(
  holds: (value: unknown) => value is T,
  expected: string,
  remedy: (value: unknown) => string | undefined = () => undefined,
): Field<T> {
  return v.custom<T>(holds, (issue) =>
    mismatch(expected, describe(issue.input), remedy(issue.input)),
  );
}

function percentage(range: string, holds: (read: Decimal) => boolean): Field<DecimalInput> {
  return amount(`a percentage ${range}, as number or plain decimal string`, holds, (read) => {
    if (read.lt(0)) return `The sign is implied by the name: write ${read.abs().toFixed()}`;
    return read.eq(0) ? 'Leave it out, or disable the rule, to go without it' : undefined;
  });
}

function amount(
  expected: string,
  holds: (read: Decimal) => boolean,
  remedy: (read: Decimal) => string | undefined = () => undefined,
): Field<DecimalInput> {
  return field(
    (value): value is DecimalInput => {
      const read = amountFrom(value);
      return read !== null && holds(read);
    },
    expected,
    (value) => {
      const read = amountFrom(value);
      return (read === null ? undefined : remedy(read)) ?? decimalHint(value);
    },
  );
}

function unknownKey(key: string, known: readonly string[], hint: string | undefined): string {
  return mismatch('a known key', 'an unknown one', hint ?? usualHint(key, known));
}

function usualHint(key: string, known: readonly string[]): string {
  if (LOOKS_SECRET.test(key)) {
    return 'Credentials never stand in a configuration: they come from the environment or a key file';
  }
  const near = nearestKey(key, known);
  return near === undefined ? `Known keys: ${known.join(', ')}` : `Did you mean ${near}?`;
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function quotedNumber(value: unknown): string | undefined {
  return typeof value === 'string' && amountFrom(value) !== null
    ? 'Write it without quotes'
    : undefined;
}

function decimalHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^[+-]?\d+(\.\d+)?e[+-]?\d+$/i.test(value)) return 'Write it without an exponent';
  if (/%\s*$/.test(value)) return 'Leave the percent sign out';
  return /^\d+,\d+$/.test(value) ? 'Write a point instead of the comma' : undefined;
}

function readUrl(value: unknown): URL | null {
  if (typeof value !== 'string' || value.length > URL_LENGTH_MAX) return null;
  try {
    return new URL(value);
  } catch {
    return null;
  }
}

function urlShape(value: unknown): string {
  const read = readUrl(value);
  if (read === null) return typeof value === 'string' ? 'text that is no URL' : describe(value);
  if (read.username !== '' || read.password !== '') return 'a URL with credentials';
  return `a URL with ${JSON.stringify(read.protocol)} and host ${JSON.stringify(read.hostname.slice(0, 80))}`;
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}
