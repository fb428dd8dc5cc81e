import { FEED_TEMPLATE_BYTES_MAX } from '../../../../limits.js';
import { COIN_MARGINED, type MarketEvent } from '../decode-frame.js';
import { asciiAt, type FlatField } from './flat-object.js';
import { FRAME, textOf } from './frame-memory.js';
import type { FramePlace } from './frame-place.js';
import type { NumberPlace, NumberPlaces, TemplateParts } from './frame-template.js';
import { TemplateDraft } from './template-draft.js';

/** Which key says what, by the word that says what a frame is. */
const KEYS: ReadonlyMap<string, Readonly<Partial<Record<keyof NumberPlaces, string>>>> = new Map([
  // Its id is its time; `T` is the time of the next funding here.
  ['markPriceUpdate', { price: 'p', sentAt: 'E' }],
  ['bookTicker', { id: 'u', price: 'b', ask: 'a', happenedAt: 'T', sentAt: 'E' }],
  ['aggTrade', { id: 'a', price: 'p', happenedAt: 'T', sentAt: 'E' }],
  ['trade', { id: 't', price: 'p', happenedAt: 'T', sentAt: 'E' }],
]);

/** What these say decides what a frame tells: it must not change. */
const FIXED_KEYS: readonly string[] = ['e', 's', 'st', 'X'];

/** What stands for bytes that are no text, and for half a character. */
const REPLACEMENT = '\uFFFD';

export interface LearntTemplate {
  readonly parts: TemplateParts;
  /** For the frame memory. */
  readonly bytes: Uint8Array;
}

/**
 * What is kept of a frame that was parsed in full; `null` when it is an unusual one.
 *
 * @param event what the frame tells; `null` = nothing
 */
export function learnTemplate(
  { start, end, object }: FramePlace,
  event: MarketEvent | null,
): LearntTemplate | null {
  if (end - start > FEED_TEMPLATE_BYTES_MAX) return null;
  const draft = new TemplateDraft(start, end);
  const { fields } = object;
  const numbers = event === null ? silent(draft, fields) : told(draft, fields, event.symbol);
  if (numbers === null) return null;
  const { kind, symbol } = event ?? { kind: 'mark', symbol: '' };
  const isWrapped = object.end < end;
  const { chunks } = draft;
  const parts = { kind, symbol, length: end - start, isWrapped, chunks, numbers };
  return { parts, bytes: draft.kept };
}

type Fields = ReadonlyMap<string, FlatField>;

/** `null` when something is not written as expected. */
function told(draft: TemplateDraft, fields: Fields, symbol: string): NumberPlaces | null {
  const [e, s] = [fields.get('e'), fields.get('s')];
  const keys = e === undefined ? undefined : KEYS.get(asciiAt(e.from, e.to));
  if (keys === undefined || s === undefined) return null;
  if (!isWrittenAs(s, symbol)) return null;
  let isUsual = true;
  const placeOf = (
    key: string | undefined,
    read: (field: FlatField) => NumberPlace | null,
  ): NumberPlace | null => {
    const field = key === undefined ? undefined : fields.get(key);
    const place = field === undefined ? null : read(field);
    isUsual &&= field === undefined || place !== null;
    return place;
  };
  const whole = (field: FlatField) => draft.whole(field);
  const price = (field: FlatField) => draft.price(field);
  const numbers = {
    id: placeOf(keys.id, whole),
    price: placeOf(keys.price, price),
    ask: placeOf(keys.ask, price),
    happenedAt: placeOf(keys.happenedAt, whole),
    sentAt: placeOf(keys.sentAt, whole),
  };
  const read = Object.values(keys);
  for (const field of fields.values()) {
    if (!FIXED_KEYS.includes(field.key) && !read.includes(field.key)) draft.loosen(field);
  }
  return isUsual ? numbers : null;
}

/** Bytes that are no text are all read as one and the same character. */
function isWrittenAs({ from, to }: FlatField, symbol: string): boolean {
  if (asciiAt(from, to) === symbol) return true;
  return !symbol.includes(REPLACEMENT) && textOf(FRAME.bytes.subarray(from, to)) === symbol;
}

const NO_NUMBERS: NumberPlaces = {
  id: null,
  price: null,
  ask: null,
  happenedAt: null,
  sentAt: null,
};

/** Of an element of a list that is for others, whatever its prices are. */
function silent(draft: TemplateDraft, fields: Fields): NumberPlaces | null {
  const st = fields.get('st');
  if (st?.form !== 'digits' || asciiAt(st.from, st.to) !== `${COIN_MARGINED}`) return null;
  for (const field of fields.values()) if (!FIXED_KEYS.includes(field.key)) draft.loosen(field);
  return NO_NUMBERS;
}
