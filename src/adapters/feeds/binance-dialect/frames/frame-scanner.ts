import { type DecodedFrame, decodeFrame, type MarketEvent } from '../decode-frame.js';
import type { EventKind } from '../stream-names.js';
import { flatObjectAt } from './flat-object.js';
import { FRAME, LIST_AT, textOf } from './frame-memory.js';
import { type FramePlace, isListEnd, listStart, singleFrame } from './frame-place.js';
import { learnTemplate } from './learn-template.js';
import { ScannedEvent } from './scanned-event.js';
import { TEMPLATES } from './template-store.js';

const COMMA = 0x2c;

/**
 * Reads frames as `decodeFrame` does, and without parsing those that differ in digits only from one that was parsed.
 *
 * Whatever else comes is parsed in full, and the next one like it is not. So a field that the exchange adds, leaves out
 * or moves costs one parsed frame a symbol, and nothing has to be known here of the order in which it writes.
 */
export class FrameScanner {
  readonly #isWanted: (kind: EventKind, symbol: string) => boolean;
  readonly #event = new ScannedEvent();
  /** The answer to every frame of one event: nothing is allocated for it. */
  readonly #single: DecodedFrame = { kind: 'events', events: [this.#event] };

  /** @param isWanted whether anybody is told the prices of the symbol: events of a list that nobody is told are left out */
  constructor(isWanted: (kind: EventKind, symbol: string) => boolean) {
    this.#isWanted = isWanted;
  }

  /**
   * Never throws.
   *
   * @param data the frame as text, or as the bytes of it
   * @returns what holds until the next frame is read: an event is written over by then
   */
  read(data: string | Uint8Array): DecodedFrame {
    const length = FRAME.load(data, 0);
    if (length > 0) {
      const template = TEMPLATES.find(length);
      if (template?.read(this.#event)) return this.#single;
    }
    return this.#readList(data) ?? this.#parse(data);
  }

  /** A list of which every element is like one that was parsed before, else `null`. */
  #readList(data: string | Uint8Array): DecodedFrame | null {
    const end = LIST_AT + FRAME.load(data, LIST_AT);
    const first = end > LIST_AT ? listStart(LIST_AT, end) : -1;
    if (first < 0) return null;
    const events: MarketEvent[] = [];
    let isAnyPriced = false;
    for (let at = first; ; at += 1) {
      FRAME.take(at);
      const template = TEMPLATES.find(0);
      if (template === null || template.isWrapped) return null;
      const isWanted = this.#isWanted(template.kind, template.symbol);
      const event = isWanted ? new ScannedEvent() : this.#event;
      if (isWanted || !isAnyPriced) {
        const isPriced = template.read(event);
        if (isPriced && isWanted) events.push(event);
        isAnyPriced ||= isPriced;
      }
      at += template.length;
      if (at >= end || FRAME.bytes[at] !== COMMA) {
        const isWhole = isAnyPriced && isListEnd(LIST_AT, first, at, end);
        return isWhole ? { kind: 'events', events } : null;
      }
    }
  }

  #parse(data: string | Uint8Array): DecodedFrame {
    const decoded = decodeFrame(typeof data === 'string' ? data : textOf(data));
    const [event] = decoded.kind === 'events' ? decoded.events : [];
    const end = LIST_AT + (event === undefined ? -1 : FRAME.load(data, LIST_AT));
    if (event === undefined || end < LIST_AT) return decoded;
    const list = listStart(LIST_AT, end);
    if (list > 0) this.#learnList(list, end);
    else {
      const length = end - LIST_AT;
      FRAME.take(LIST_AT);
      if (TEMPLATES.mayLearn(length)) learn(singleFrame(LIST_AT, end), event, length);
    }
    return decoded;
  }

  /** Learns the elements that are not known yet, up to one that is unusual. */
  #learnList(first: number, end: number): void {
    for (let at = first; ; at += 1) {
      FRAME.take(at);
      const known = TEMPLATES.find(0);
      if (known === null) {
        const object = flatObjectAt(at, end);
        if (object === null) return;
        if (TEMPLATES.mayLearn(0)) learnElement({ start: at, end: object.end, object });
        at = object.end;
      } else at += known.length;
      if (at >= end || FRAME.bytes[at] !== COMMA) return;
    }
  }
}

function learnElement(place: FramePlace): void {
  const decoded = decodeFrame(textOf(FRAME.bytes.subarray(place.start, place.end)));
  const [event = null] = decoded.kind === 'events' ? decoded.events : [];
  learn(place, event, 0);
}

/**
 * Keeps a template of the frame, which lies at the beginning of the frame memory as well. It is tried on the frame first:
 * it has to say what parsing said.
 */
function learn(place: FramePlace | null, event: MarketEvent | null, length: number): void {
  const learnt = place === null ? null : learnTemplate(place, event);
  const template = learnt === null ? null : TEMPLATES.keep(learnt);
  const told = new ScannedEvent();
  const isPriced = template?.matches() && template.read(told);
  const isAlike = event === null ? isPriced === false : isPriced && isSame(told, event);
  if (template !== null && isAlike) TEMPLATES.add(template, length);
  else TEMPLATES.refuse(length);
}

function isSame(one: MarketEvent, other: MarketEvent): boolean {
  return (
    one.kind === other.kind &&
    one.symbol === other.symbol &&
    Object.is(one.id, other.id) &&
    Object.is(one.price, other.price) &&
    Object.is(one.ask, other.ask) &&
    Object.is(one.time, other.time) &&
    Object.is(one.sentAt, other.sentAt)
  );
}
