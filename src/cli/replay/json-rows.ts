import { ownField } from '../../model/own-field.js';
import { inputFileError } from '../input-file-error.js';
import type { RowBatch, RowReader } from './row-batch.js';

const NAMES_LISTED_MAX = 10;

/**
 * Reads recordings of book-ticker frames: one JSON text a line, of which the frames of one symbol count.
 *
 * A line is a frame as received, bare or wrapped by the recorder with its time
 * (`{ recv_ns | recv_s, msg: frame }`), and a frame may be wrapped by a combined stream (`{ stream, data }`). The
 * time is that of the exchange (`T`, else `E`), else the recorder's.
 */
export class JsonRows implements RowReader {
  readonly shape = 'quote';
  readonly #file: string;
  /** Frames of other symbols are skipped; `null` takes the first symbol that comes. */
  #symbol: string | null;
  readonly #others = new Set<string>();
  #line = 0;

  constructor(file: string, symbol: string | null) {
    this.#file = file;
    this.#symbol = symbol;
  }

  get line(): number {
    return this.#line;
  }

  get symbol(): string | null {
    return this.#symbol;
  }

  read(bytes: Uint8Array, end: number, batch: RowBatch): void {
    const text = new TextDecoder().decode(bytes.subarray(0, end));
    batch.reset(Math.ceil(text.length / 20) + 1);
    let from = 0;
    while (from < text.length) {
      const to = text.indexOf('\n', from);
      this.#line += 1;
      const line = text.slice(from, to).trim();
      from = to + 1;
      if (line !== '') this.#readLine(line, batch);
    }
  }

  finish(rows: number): void {
    if (rows > 0) return;
    const found = [...this.#others].slice(0, NAMES_LISTED_MAX).join(', ');
    throw inputFileError(this.#file, null, {
      expected: `book-ticker frames of ${this.#symbol ?? 'a symbol'}`,
      received: found === '' ? 'no book-ticker frame' : `frames of ${found} only`,
    });
  }

  #readLine(line: string, batch: RowBatch): void {
    const record = this.#parse(line);
    const received = ownField(record, 'msg');
    const frame = received === undefined ? record : received;
    const data = ownField(frame, 'data') ?? frame;
    const bid = ownField(data, 'b');
    const ask = ownField(data, 'a');
    const symbol = ownField(data, 's');
    const kind = ownField(data, 'e');
    // Spot frames carry no kind; depth frames carry their levels as lists under the same letters.
    const isTicker =
      (kind === undefined || kind === 'bookTicker') &&
      typeof symbol === 'string' &&
      isPriceLike(bid) &&
      isPriceLike(ask);
    if (!isTicker) return;
    this.#symbol ??= symbol;
    if (symbol !== this.#symbol) {
      if (this.#others.size < NAMES_LISTED_MAX) this.#others.add(symbol);
      return;
    }
    const at = batch.count;
    batch.times[at] = this.#timeOf(record, data);
    batch.prices[2 * at] = this.#price('b', bid);
    batch.prices[2 * at + 1] = this.#price('a', ask);
    batch.count += 1;
  }

  #parse(line: string): unknown {
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (cause) {
      throw inputFileError(this.#file, this.#line, {
        expected: 'one JSON text a line',
        received: JSON.stringify(line.slice(0, 80)),
        cause,
      });
    }
    if (typeof record === 'object' && record !== null) return record;
    throw inputFileError(this.#file, this.#line, {
      expected: 'a frame',
      received: line.slice(0, 80),
    });
  }

  #price(name: string, given: string | number): number {
    const price = given === '' ? Number.NaN : Number(given);
    if (price > 0 && price < Number.POSITIVE_INFINITY) return price;
    throw inputFileError(this.#file, this.#line, {
      expected: `a price above zero in field ${name}`,
      received: JSON.stringify(given),
    });
  }

  #timeOf(record: unknown, data: unknown): number {
    const exchange = Number(ownField(data, 'T') ?? ownField(data, 'E') ?? Number.NaN);
    if (exchange > 0) return Math.floor(exchange);
    // Nanoseconds are too many digits for a number, but not by more than the microseconds that are cut anyway.
    const nanoseconds = Number(ownField(record, 'recv_ns') ?? Number.NaN);
    if (nanoseconds > 0) return Math.floor(nanoseconds / 1e6);
    const seconds = Number(ownField(record, 'recv_s') ?? Number.NaN);
    if (seconds > 0) return Math.floor(seconds * 1_000);
    throw inputFileError(this.#file, this.#line, {
      expected: 'a time: T or E of the frame, or recv_ns or recv_s of the recorder',
      received: 'none',
    });
  }
}

function isPriceLike(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
