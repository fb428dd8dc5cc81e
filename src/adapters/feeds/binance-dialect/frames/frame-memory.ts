import {
  FEED_LIST_BYTES_MAX,
  FEED_TEMPLATE_BYTES_MAX,
  FEED_TEMPLATES_BYTES_MAX,
} from '../../../../limits.js';

/** Bytes that are compared at once. */
export const CHUNK_BYTES = 8;
/** Chunks that are kept of each one of a template: its bytes, which of them are fixed, and which are digits: 3. */
export const KEPT_CHUNKS = 3;
/** What the mask of a byte is that is fixed, and of one that is a digit: it has the same upper half as every digit. */
export const FIXED_MASK = 0xff;
export const DIGIT_MASK = 0xf0;
/** Where lists lie. A frame of one event, and the element of a list that is looked at, lie at the beginning. */
export const LIST_AT = FEED_TEMPLATE_BYTES_MAX;

/**
 * Where frames are looked at, and what they are compared with. One for all feeds, because a frame is read to its end
 * before anybody is told anything of it.
 *
 * All of it is constants of one closure: only of such arrays does the compiler know for good where they lie and how long
 * they are, and a comparison takes a third of the time.
 */
function createFrameMemory() {
  const memory = new ArrayBuffer(LIST_AT + FEED_LIST_BYTES_MAX + FEED_TEMPLATE_BYTES_MAX);
  const bytes = new Uint8Array(memory);
  const words = new Int32Array(memory);
  const chunks = new Float64Array(memory);
  const single = new Uint8Array(memory, 0, FEED_TEMPLATE_BYTES_MAX);
  const list = new Uint8Array(memory, LIST_AT, FEED_LIST_BYTES_MAX);
  const kept = new ArrayBuffer(FEED_TEMPLATES_BYTES_MAX);
  const keptBytes = new Uint8Array(kept);
  const keptWords = new Int32Array(kept);
  const keptChunks = new Float64Array(kept);
  const numbers = new Int32Array(7);
  const encoder = new TextEncoder();
  const zero = 0x30;
  const quote = 0x22;

  return {
    bytes,

    /** Puts a frame to the beginning or to `LIST_AT`, and answers its length, bytes; -1 when there is no room for it. */
    load(data: string | Uint8Array, at: number): number {
      const room = at === 0 ? single : list;
      if (data.length > room.length) return -1;
      if (typeof data === 'string') {
        const { read, written } = encoder.encodeInto(data, room);
        return read === data.length ? written : -1;
      }
      room.set(data);
      return data.length;
    },

    /** Puts to the beginning what lies here. */
    take(at: number): void {
      bytes.copyWithin(0, at, at + FEED_TEMPLATE_BYTES_MAX);
    },

    /** Keeps what is compared with later, `KEPT_CHUNKS` of each chunk. */
    keep(at: number, template: Uint8Array): void {
      keptBytes.set(template, at * CHUNK_BYTES);
    },

    /** Whether what lies at the beginning is the frame that is kept here, but for digits. */
    matches(keptAt: number, count: number): boolean {
      for (let chunk = 0, at = keptAt; chunk < count; chunk += 1, at += 3) {
        if (chunks[chunk] === keptChunks[at]) continue;
        const low = words[2 * chunk] as number;
        const high = words[2 * chunk + 1] as number;
        const word = 2 * at;
        const lowDigits = low ^ 0x30303030;
        const highDigits = high ^ 0x30303030;
        const wrong =
          ((low ^ (keptWords[word] as number)) & (keptWords[word + 2] as number)) |
          ((high ^ (keptWords[word + 1] as number)) & (keptWords[word + 3] as number)) |
          // What is above 9 without the character zero has something in its upper half, or gets it by 6.
          ((lowDigits | (lowDigits + 0x06060606)) & (keptWords[word + 4] as number)) |
          ((highDigits | (highDigits + 0x06060606)) & (keptWords[word + 5] as number));
        if (wrong !== 0) return false;
        // The next frame is like this one rather than like the one that was learned.
        keptWords[word] = low;
        keptWords[word + 1] = high;
      }
      return true;
    },

    /** Reads seven numbers of at most nine digits, which were checked: each from one place up to another. */
    readNumbers(places: Int32Array): void {
      for (let index = 0; index < 7; index += 1) {
        const to = places[2 * index + 1] as number;
        let at = places[2 * index] as number;
        let value = 0;
        for (; at + 4 <= to; at += 4) {
          const four =
            Math.imul(bytes[at] as number, 1_000) +
            Math.imul(bytes[at + 1] as number, 100) +
            Math.imul(bytes[at + 2] as number, 10) +
            (bytes[at + 3] as number);
          value = (Math.imul(value, 10_000) + four - 1_111 * zero) | 0;
        }
        for (; at < to; at += 1) value = (Math.imul(value, 10) + (bytes[at] as number) - zero) | 0;
        numbers[index] = value;
      }
    },

    /** What was read last. */
    numbers,

    /** Whether a symbol begins here: behind `"s":"`. */
    isSymbolAt(at: number): boolean {
      return (
        bytes[at - 1] === quote &&
        bytes[at - 2] === 0x3a &&
        bytes[at - 4] === 0x73 &&
        bytes[at - 5] === quote
      );
    },

    /** The eight bytes here, mixed into one number. */
    mixedAt(at: number): number {
      const first =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      const second =
        (bytes[at + 4] as number) |
        ((bytes[at + 5] as number) << 8) |
        ((bytes[at + 6] as number) << 16) |
        ((bytes[at + 7] as number) << 24);
      return Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    },
  };
}

export const FRAME = createFrameMemory();

// A byte order mark is none of JSON's characters: it is to be refused, not left out.
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

export function textOf(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}
