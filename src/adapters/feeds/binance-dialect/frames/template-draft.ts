import { FEED_EXACT_DIGITS_MAX } from '../../../../limits.js';
import { digitsEnd, type FlatField, isDigit } from './flat-object.js';
import { CHUNK_BYTES, DIGIT_MASK, FIXED_MASK, FRAME, KEPT_CHUNKS } from './frame-memory.js';
import type { NumberPlace } from './frame-template.js';

/** Digits that are read as one number. */
const DIGITS_MAX = 9;
const POINT = 0x2e;

/** A frame, all of it fixed at first, in which digits are let vary. */
export class TemplateDraft {
  readonly chunks: number;
  /** What the frame memory keeps of it: of each chunk its bytes, which of them are fixed, and which are digits. */
  readonly kept: Uint8Array;
  readonly #start: number;

  constructor(start: number, end: number) {
    this.#start = start;
    this.chunks = Math.ceil((end - start) / CHUNK_BYTES);
    this.kept = new Uint8Array(this.chunks * KEPT_CHUNKS * CHUNK_BYTES);
    for (let at = start; at < end; at += 1) {
      const place = this.#keptAt(at);
      this.kept[place] = FRAME.bytes[at] as number;
      this.kept[place + CHUNK_BYTES] = FIXED_MASK;
    }
  }

  /** Lets digits vary that nobody reads. */
  loosen({ form, from, to }: FlatField): void {
    // The first digit of a number without quotes must not become a zero.
    this.#vary(form === 'digits' ? from + 1 : from, to);
  }

  /** Lets the last digits vary of a whole number without quotes; `null` when it is written in another way. */
  whole({ form, from, to }: FlatField): NumberPlace | null {
    if (form !== 'digits' || to - from > FEED_EXACT_DIGITS_MAX) return null;
    const first = Math.max(from + 1, to - DIGITS_MAX);
    this.#vary(first, to);
    let base = 0;
    for (let at = from; at < first; at += 1) base = base * 10 + (FRAME.bytes[at] as number) - ZERO;
    base *= 10 ** (to - first);
    return { base, from: first - this.#start, to: to - this.#start, partTo: 0 };
  }

  /** Lets the digits vary of a price, which is text; `null` when it is written in another way. */
  price({ form, from, to }: FlatField): NumberPlace | null {
    const point = digitsEnd(from, to);
    const hasPart = point < to && FRAME.bytes[point] === POINT;
    const [whole, part] = [point - from, hasPart ? to - point - 1 : 0];
    const isWritten = point === to || (part > 0 && digitsEnd(point + 1, to) === to);
    if (form !== 'text' || whole === 0 || !isWritten) return null;
    if (whole > DIGITS_MAX || part > DIGITS_MAX || whole + part > FEED_EXACT_DIGITS_MAX)
      return null;
    this.#vary(from, to);
    const start = this.#start;
    return { base: 0, from: from - start, to: point - start, partTo: hasPart ? to - start : 0 };
  }

  #vary(from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      if (!isDigit(FRAME.bytes[at])) continue;
      const place = this.#keptAt(at);
      this.kept[place + CHUNK_BYTES] = 0;
      this.kept[place + 2 * CHUNK_BYTES] = DIGIT_MASK;
    }
  }

  /** Where a byte of the frame is kept; its masks are one and two chunks further on. */
  #keptAt(at: number): number {
    const offset = at - this.#start;
    const inChunk = offset % CHUNK_BYTES;
    return (offset - inChunk) * KEPT_CHUNKS + inChunk;
  }
}

const ZERO = 0x30;
