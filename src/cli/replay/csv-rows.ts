import { MICROSECONDS_LIKE_MIN } from '../../limits.js';
import { inputFileError } from '../input-file-error.js';
import type { CsvFormat } from './csv-format.js';
import type { RowBatch, RowReader, RowShape } from './row-batch.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COMMA = 44;
const POINT = 46;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Reads CSV rows straight from the bytes: no string, no array and no object a row.
 *
 * A number is read as whole digits divided by a power of ten. Both are exact in a double, so the one rounding of the
 * division gives the same double as `Number(text)`; what is too long for that goes the slow way.
 */
export class CsvRows implements RowReader {
  readonly shape: RowShape;
  readonly #format: CsvFormat;
  readonly #file: string;
  #line = 0;
  #headerPending: boolean;
  /** A line without anything: fine at the end of a file, an error before a row. 0 = none. */
  #blankLine = 0;
  /** Where {@link #number} stopped: a method returns one value. */
  #at = 0;

  constructor(format: CsvFormat, file: string) {
    this.shape = format.shape;
    this.#format = format;
    this.#file = file;
    this.#headerPending = format.hasHeader;
  }

  get line(): number {
    return this.#line;
  }

  read(bytes: Uint8Array, end: number, batch: RowBatch): void {
    const { roles, timeUnit } = this.#format;
    const { width } = batch;
    const columns = roles.length;
    // The shortest field is a digit and its comma.
    batch.reset(Math.ceil(end / (2 * columns)) + 1);
    const { times, prices } = batch;
    let at = 0;
    let count = 0;
    while (at < end) {
      this.#line += 1;
      const start = at;
      if (this.#headerPending) {
        this.#headerPending = false;
        at = bytes.indexOf(LINE_FEED, at) + 1;
        continue;
      }
      if (isBlank(bytes, at)) {
        if (this.#blankLine === 0) this.#blankLine = this.#line;
        at = bytes.indexOf(LINE_FEED, at) + 1;
        continue;
      }
      if (this.#blankLine !== 0) throw this.#malformed(this.#blankLine, 'an empty line');
      for (let column = 0; column < columns; column += 1) {
        const role = roles[column] as number;
        if (role < 0) {
          let code = bytes[at];
          while (code !== COMMA && code !== LINE_FEED) code = bytes[++at];
        } else {
          const value = this.#number(bytes, at, column);
          at = this.#at;
          if (role === 0) times[count] = toMilliseconds(value, timeUnit);
          else if (value > 0) prices[count * width + role - 1] = value;
          else throw this.#badPrice(column, `${value}`);
        }
        if (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) at += 1;
        if (bytes[at] !== (column === columns - 1 ? LINE_FEED : COMMA)) {
          throw this.#malformed(this.#line, textOfLine(bytes, start));
        }
        at += 1;
      }
      if (width >= 4) this.#checkBar(prices, count * width, width);
      count += 1;
    }
    batch.count = count;
  }

  finish(rows: number): void {
    if (rows > 0) return;
    throw inputFileError(this.#file, null, {
      expected: 'rows of data',
      received: 'a header and nothing else',
    });
  }

  /** Reads the number at a position; leaves in `#at` the position behind it. */
  #number(bytes: Uint8Array, from: number, column: number): number {
    let at = from;
    let digits = 0;
    /** Digits behind the point; -1 before the point. */
    let scale = -1;
    let code = bytes[at] as number;
    for (;;) {
      if (code >= DIGIT_0 && code <= DIGIT_9) {
        digits = digits * 10 + (code - DIGIT_0);
        if (scale >= 0) scale += 1;
      } else if (code === POINT && scale < 0) {
        scale = 0;
      } else break;
      at += 1;
      code = bytes[at] as number;
    }
    const isWhole = code === COMMA || code === LINE_FEED || code === CARRIAGE_RETURN;
    const isExact = digits <= Number.MAX_SAFE_INTEGER && scale < POWERS_OF_TEN.length;
    const hasDigits = at - from > (scale < 0 ? 0 : 1);
    if (!isWhole || !isExact || !hasDigits) return this.#unusualNumber(bytes, from, column);
    this.#at = at;
    return scale > 0 ? digits / (POWERS_OF_TEN[scale] as number) : digits;
  }

  /** Signs, exponents, very long numbers, and everything that is none. */
  #unusualNumber(bytes: Uint8Array, from: number, column: number): number {
    let at = from;
    while (bytes[at] !== COMMA && bytes[at] !== LINE_FEED) at += 1;
    const text = decode(bytes, from, at).trim();
    this.#at = bytes[at] === LINE_FEED && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    const isTime = this.#format.roles[column] === 0;
    if (value >= 0 && value < Number.POSITIVE_INFINITY && (isTime || value > 0)) return value;
    throw isTime
      ? inputFileError(this.#file, this.#line, {
          expected: `a time in column ${this.#format.columns[column]}`,
          received: JSON.stringify(text.slice(0, 80)),
        })
      : this.#badPrice(column, text);
  }

  #checkBar(prices: Float64Array, from: number, width: number): void {
    for (let at = from; at < from + width; at += 4) {
      const high = prices[at + 1] as number;
      const low = prices[at + 2] as number;
      if (low <= high) continue;
      throw inputFileError(this.#file, this.#line, {
        expected: 'a bar whose low is not above its high',
        received: `low ${low}, high ${high}`,
      });
    }
  }

  #badPrice(column: number, received: string): Error {
    return inputFileError(this.#file, this.#line, {
      expected: `a price above zero in column ${this.#format.columns[column]}`,
      received: JSON.stringify(received.slice(0, 80)),
    });
  }

  #malformed(line: number, received: string): Error {
    const { name, columns } = this.#format;
    return inputFileError(this.#file, line, {
      expected: `a row of ${columns.length} columns (${name}: ${columns.join()})`,
      received,
    });
  }
}

function toMilliseconds(value: number, unit: CsvFormat['timeUnit']): number {
  const isMicroseconds = unit === 'us' || (unit === 'auto' && value >= MICROSECONDS_LIKE_MIN);
  return Math.floor(isMicroseconds ? value / 1_000 : value);
}

function isBlank(bytes: Uint8Array, at: number): boolean {
  const code = bytes[at];
  return code === LINE_FEED || (code === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED);
}

function textOfLine(bytes: Uint8Array, from: number): string {
  let end = bytes.indexOf(LINE_FEED, from);
  if (bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
  return JSON.stringify(decode(bytes, from, Math.min(end, from + 120)));
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder().decode(bytes.subarray(from, to));
}
