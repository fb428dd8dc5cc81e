import {
  FEED_TEMPLATE_ATTEMPTS_MAX,
  FEED_TEMPLATES_BYTES_MAX,
  FEED_TEMPLATES_PER_KEY_MAX,
} from '../../../../limits.js';
import { CHUNK_BYTES, FRAME } from './frame-memory.js';
import { FrameTemplate } from './frame-template.js';
import type { LearntTemplate } from './learn-template.js';

const BUCKETS = 4_096;
/** More than buckets: what is refused must not stand for others. */
const REFUSALS = 65_536;
/** Of `{"e":"bookTicker"`. */
const KIND_AT = 6;
/** Of `{"stream":"btcusdt@bookTicker"`. */
const STREAM_NAME_AT = 11;
const LETTER_S = 0x73;
const SYMBOL_KEY_BYTES = 5;
/** A symbol that begins later is not looked for. */
const SYMBOL_WITHIN_BYTES = 256;

/** Templates by symbol, kind and length. What lies at the beginning of the frame memory is what they are looked up by. */
class TemplateStore {
  readonly #buckets: (FrameTemplate[] | undefined)[] = new Array(BUCKETS);
  /** Where the symbol was found last, by a letter of the kind. */
  readonly #symbolAt = new Int32Array(32).fill(SYMBOL_KEY_BYTES);
  /** How many frames of a symbol, kind and length were too unusual to be learned. */
  readonly #refusals = new Uint8Array(REFUSALS);
  /** Chunks of the frame memory that are taken. */
  #taken = 0;

  /** @param length of the frame, bytes; 0 = an element of a list, whose length is not known */
  find(length: number): FrameTemplate | null {
    const bucket = this.#buckets[this.#keyOf(length) & (BUCKETS - 1)];
    if (bucket === undefined) return null;
    for (let index = 0; index < bucket.length; index += 1) {
      const template = bucket[index] as FrameTemplate;
      if ((length === 0 || template.length === length) && template.matches()) return template;
    }
    return null;
  }

  /** Whether it is worth the attempt to learn what lies at the beginning of the frame memory. */
  mayLearn(length: number): boolean {
    const key = this.#keyOf(length) & (REFUSALS - 1);
    return (this.#refusals[key] as number) < FEED_TEMPLATE_ATTEMPTS_MAX;
  }

  /** What lies at the beginning of the frame memory could not be learned. */
  refuse(length: number): void {
    const key = this.#keyOf(length) & (REFUSALS - 1);
    this.#refusals[key] = (this.#refusals[key] as number) + 1;
  }

  /** Puts a template into the frame memory, where it can be compared with; it is not found yet. */
  keep({ parts, bytes }: LearntTemplate): FrameTemplate {
    const chunks = bytes.length / CHUNK_BYTES;
    if ((this.#taken + chunks) * CHUNK_BYTES > FEED_TEMPLATES_BYTES_MAX) this.#clear();
    const template = new FrameTemplate(parts, this.#taken);
    FRAME.keep(this.#taken, bytes);
    this.#taken += chunks;
    return template;
  }

  /** Lets a template be found for what lies at the beginning of the frame memory. */
  add(template: FrameTemplate, length: number): void {
    const key = this.#keyOf(length) & (BUCKETS - 1);
    // The newest first: it is like the frames that come.
    const bucket = [template, ...(this.#buckets[key] ?? [])];
    this.#buckets[key] = bucket.slice(0, FEED_TEMPLATES_PER_KEY_MAX);
  }

  #clear(): void {
    this.#buckets.fill(undefined);
    this.#refusals.fill(0);
    this.#taken = 0;
  }

  #keyOf(length: number): number {
    const kind = FRAME.bytes[KIND_AT] as number;
    const isWrapped = FRAME.bytes[2] === LETTER_S;
    const at = isWrapped ? STREAM_NAME_AT : this.#symbolIn(kind & 31);
    const mixed = FRAME.mixedAt(at) + Math.imul(1_024 * kind + length, 0xc2b2ae35);
    return mixed ^ (mixed >>> 15);
  }

  /** Where the symbol begins; 0 when it is nowhere, and then nothing is found that matches. */
  #symbolIn(kind: number): number {
    const expected = this.#symbolAt[kind] as number;
    if (FRAME.isSymbolAt(expected)) return expected;
    for (let at = SYMBOL_KEY_BYTES; at < SYMBOL_WITHIN_BYTES; at += 1) {
      if (!FRAME.isSymbolAt(at)) continue;
      this.#symbolAt[kind] = at;
      return at;
    }
    return 0;
  }
}

/** One for all feeds: what a frame says does not depend on who reads it. */
export const TEMPLATES = new TemplateStore();
