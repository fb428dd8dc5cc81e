import type { EventKind } from '../stream-names.js';
import { FRAME } from './frame-memory.js';
import type { ScannedEvent } from './scanned-event.js';

/** Digits that write a number, by their place in the frame. */
export interface NumberPlace {
  /** What the digits before `from` are worth, which are fixed. */
  readonly base: number;
  readonly from: number;
  /** Where the whole number ends. */
  readonly to: number;
  /** Behind the digits after the point; 0 without a point. */
  readonly partTo: number;
}

/** What the numbers of a frame say, as far as it has them. */
export interface NumberPlaces {
  readonly id: NumberPlace | null;
  readonly price: NumberPlace | null;
  readonly ask: NumberPlace | null;
  readonly happenedAt: NumberPlace | null;
  readonly sentAt: NumberPlace | null;
}

export interface TemplateParts {
  readonly kind: EventKind;
  readonly symbol: string;
  readonly length: number;
  readonly isWrapped: boolean;
  readonly chunks: number;
  readonly numbers: NumberPlaces;
}

/**
 * A frame that was parsed in full, kept byte for byte. One that differs from it in digits only has its keys, its words
 * and its order: it is read without being parsed.
 *
 * Digits stand for digits where a number stays one: not at the beginning of a number without quotes, which must not
 * become a zero, and not in the words that say what the frame is.
 */
export class FrameTemplate {
  readonly kind: EventKind;
  readonly symbol: string;
  /** Bytes. */
  readonly length: number;
  /** Whether the frame names its stream beside what it tells. */
  readonly isWrapped: boolean;
  readonly #keptAt: number;
  readonly #chunks: number;
  /** Where the digits stand of id, times, prices and what is behind their points. */
  readonly #places: Int32Array;
  readonly #idBase: number;
  readonly #happenedBase: number;
  readonly #sentBase: number;
  /** What a price is divided by: ten to the number of digits behind its point. */
  readonly #priceScale: number;
  readonly #askScale: number;

  /** @param keptAt where the frame memory keeps it */
  constructor({ kind, symbol, length, isWrapped, chunks, numbers }: TemplateParts, keptAt: number) {
    const { id, price, ask, happenedAt, sentAt } = numbers;
    this.kind = kind;
    this.symbol = symbol;
    this.length = length;
    this.isWrapped = isWrapped;
    this.#keptAt = keptAt;
    this.#chunks = chunks;
    this.#places = new Int32Array(2 * FRAME.numbers.length);
    this.#place(0, id?.from, id?.to);
    this.#place(1, happenedAt?.from, happenedAt?.to);
    this.#place(2, sentAt?.from, sentAt?.to);
    this.#place(3, price?.from, price?.to);
    this.#place(4, ask?.from, ask?.to);
    if (price !== null && price.partTo > 0) this.#place(5, price.to + 1, price.partTo);
    if (ask !== null && ask.partTo > 0) this.#place(6, ask.to + 1, ask.partTo);
    this.#idBase = id?.base ?? Number.NaN;
    this.#happenedBase = happenedAt?.base ?? 0;
    this.#sentBase = sentAt?.base ?? 0;
    this.#priceScale = scaleOf(price);
    this.#askScale = scaleOf(ask);
  }

  #place(number: number, from = 0, to = 0): void {
    this.#places[2 * number] = from;
    this.#places[2 * number + 1] = to;
  }

  /** Whether the frame that is looked at differs in digits only. What is behind its length is not looked at. */
  matches(): boolean {
    return FRAME.matches(this.#keptAt, this.#chunks);
  }

  /** Writes the event of the frame that matched just now; `false` when it tells no price. */
  read(into: ScannedEvent): boolean {
    const { numbers } = FRAME;
    FRAME.readNumbers(this.#places);
    const happened = this.#happenedBase + (numbers[1] as number);
    const sent = this.#sentBase + (numbers[2] as number);
    const price = priceOf(numbers[3] as number, numbers[5] as number, this.#priceScale);
    const ask = priceOf(numbers[4] as number, numbers[6] as number, this.#askScale);
    into.kind = this.kind;
    into.symbol = this.symbol;
    into.price = price;
    into.ask = ask;
    into.time = happened || sent;
    into.sentAt = sent || happened;
    // The id of a mark price is its time.
    into.id = this.kind === 'mark' ? sent : this.#idBase + (numbers[0] as number);
    return price > 0 || ask > 0;
  }
}

/** `NaN` without the number. */
function scaleOf(place: NumberPlace | null): number {
  if (place === null) return Number.NaN;
  return place.partTo === 0 ? 1 : 10 ** (place.partTo - place.to - 1);
}

/**
 * `NaN` for none, and for zero: an empty side of the book is written so. The dividend is a whole number below 2^53: one
 * division, rounded once, is what `Number` makes of the text.
 */
function priceOf(whole: number, part: number, scale: number): number {
  const price = (whole * scale + part) / scale;
  return price > 0 ? price : Number.NaN;
}
