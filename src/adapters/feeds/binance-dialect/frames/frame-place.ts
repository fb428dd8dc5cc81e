import { type FlatObject, flatObjectAt, isTextAt, textEnd } from './flat-object.js';
import { FRAME } from './frame-memory.js';

const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const STREAM = '{"stream":"';
const DATA = '","data":';

/** A frame, or one element of a list, in the frame memory, and the object in it that tells something. */
export interface FramePlace {
  readonly start: number;
  readonly end: number;
  readonly object: FlatObject;
}

/** A frame of one event; `null` when it is none, bare or with the name of its stream, or an unusual one. */
export function singleFrame(start: number, end: number): FramePlace | null {
  const data = dataStart(start, end);
  const object = flatObjectAt(data, end);
  if (object === null) return null;
  const isWhole = data === start ? object.end === end : closes(object.end, end);
  return isWhole ? { start, end, object } : null;
}

/** Where the first element of a list begins; -1 when the frame is none. */
export function listStart(start: number, end: number): number {
  const data = dataStart(start, end);
  return FRAME.bytes[data] === OPEN_BRACKET ? data + 1 : -1;
}

/** Whether the list of a frame is over at `at`, and the frame with it. */
export function isListEnd(start: number, first: number, at: number, end: number): boolean {
  if (FRAME.bytes[at] !== CLOSE_BRACKET) return false;
  return first === start + 1 ? at + 1 === end : closes(at + 1, end);
}

/** Where that begins which is wrapped with the name of its stream; the start of the frame when nothing is. */
function dataStart(start: number, end: number): number {
  if (!isTextAt(start, STREAM)) return start;
  const nameEnd = textEnd(start + STREAM.length, end);
  return nameEnd > 0 && isTextAt(nameEnd, DATA) ? nameEnd + DATA.length : start;
}

function closes(at: number, end: number): boolean {
  return FRAME.bytes[at] === CLOSE_BRACE && at + 1 === end;
}
