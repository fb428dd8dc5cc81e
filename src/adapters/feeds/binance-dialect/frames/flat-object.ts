import { FEED_TEMPLATE_BYTES_MAX } from '../../../../limits.js';
import { FRAME } from './frame-memory.js';

/** One value of an object. `text` and `digits` say how it is written; `from` and `to` leave out quotes. */
export interface FlatField {
  readonly key: string;
  readonly form: 'text' | 'digits' | 'word';
  readonly from: number;
  readonly to: number;
}

/** An object of the loaded frame without anything nested. */
export interface FlatObject {
  readonly fields: ReadonlyMap<string, FlatField>;
  /** Behind its closing brace. */
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;

/**
 * Takes an object of the loaded frame apart; `null` for any that is unusual: whitespace, escapes, nested values, signs,
 * fractions that are no text, a key twice, many bytes. What is taken apart is JSON.
 */
export function flatObjectAt(start: number, frameEnd: number): FlatObject | null {
  const end = Math.min(frameEnd, start + FEED_TEMPLATE_BYTES_MAX);
  const fields = new Map<string, FlatField>();
  if (FRAME.bytes[start] !== OPEN) return null;
  for (let at = start; ; ) {
    const keyEnd = FRAME.bytes[at + 1] === QUOTE ? textEnd(at + 2, end) : -1;
    if (keyEnd < 0 || FRAME.bytes[keyEnd + 1] !== COLON) return null;
    const field = fieldAt(asciiAt(at + 2, keyEnd), keyEnd + 2, end);
    if (field === null || fields.has(field.key)) return null;
    fields.set(field.key, field);
    at = field.form === 'text' ? field.to + 1 : field.to;
    if (at >= end) return null;
    if (FRAME.bytes[at] === CLOSE) return { fields, end: at + 1 };
    if (FRAME.bytes[at] !== COMMA) return null;
  }
}

/** The bytes between two places of the loaded frame, one character each. */
export function asciiAt(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += 1) text += String.fromCharCode(FRAME.bytes[at] as number);
  return text;
}

/** Where the text that begins here has its closing quote; -1 when it has none before `end`, or something escaped. */
export function textEnd(from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const byte = FRAME.bytes[at] as number;
    if (byte === QUOTE) return at;
    if (byte < 0x20 || byte === BACKSLASH) return -1;
  }
  return -1;
}

function fieldAt(key: string, at: number, end: number): FlatField | null {
  if (FRAME.bytes[at] === QUOTE) {
    const to = textEnd(at + 1, end);
    return to < 0 ? null : { key, form: 'text', from: at + 1, to };
  }
  const word = wordEnd(at);
  if (word > 0) return { key, form: 'word', from: at, to: word };
  const to = digitsEnd(at, end);
  // More digits after a zero are no JSON.
  if (to === at || (FRAME.bytes[at] === ZERO && to > at + 1)) return null;
  return { key, form: 'digits', from: at, to };
}

/** Behind the digits that begin here; there may be none. */
export function digitsEnd(from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(FRAME.bytes[at])) at += 1;
  return at;
}

/** Where `true` or `false` ends that stands here; 0 when none does. */
export function wordEnd(at: number): number {
  if (isTextAt(at, 'true')) return at + 4;
  return isTextAt(at, 'false') ? at + 5 : 0;
}

/** Whether this stands there. */
export function isTextAt(at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (FRAME.bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
