import type { EventKind } from './stream-names.js';

/** One price event of the exchange. */
export interface MarketEvent {
  readonly kind: EventKind;
  readonly symbol: string;
  /** Rises with each event of its kind and symbol: update id, trade id, or event time. */
  readonly id: number;
  /** Mark price, trade price, or best bid. `NaN` where there is none. */
  readonly price: number;
  /** Best ask; `NaN` unless the kind is `book`. */
  readonly ask: number;
  /** When it happened, ms since 1970 UTC; 0 when unknown. */
  readonly time: number;
  /** When the exchange sent it, ms since 1970 UTC; 0 when unknown. */
  readonly sentAt: number;
}

export type DecodedFrame =
  | { readonly kind: 'events'; readonly events: readonly MarketEvent[] }
  /** Answer to a command: `error` is null when it was accepted. */
  | { readonly kind: 'answer'; readonly id: number; readonly error: string | null }
  /** The exchange is about to end the connection. */
  | { readonly kind: 'shutdown' }
  /** Nothing that concerns prices, or nothing that can be read. */
  | { readonly kind: 'other' };

/** Reads one frame, bare or wrapped with the name of its stream. Never throws. */
export function decodeFrame(data: string): DecodedFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return OTHER;
  }
  if (!isRecord(frame)) return OTHER;
  return Array.isArray(frame) ? eventsOf(frame) : decodeRecord(frame);
}

const OTHER: DecodedFrame = { kind: 'other' };
/** Contracts with coins as margin. They share all-symbol streams with the ones that this feed is for. */
export const COIN_MARGINED = 2;

type Fields = Readonly<Record<string, unknown>>;

function decodeRecord(frame: Fields): DecodedFrame {
  const { data } = frame;
  if (isRecord(data)) return Array.isArray(data) ? eventsOf(data) : decodeRecord(data);
  if (frame.e === undefined) return decodeControl(frame);
  if (frame.e === 'serverShutdown') return { kind: 'shutdown' };
  return eventsOf([frame]);
}

function decodeControl(frame: Fields): DecodedFrame {
  if (isRecord(frame.event) && frame.event.e === 'serverShutdown') return { kind: 'shutdown' };
  const id = numberOf(frame.id);
  if (frame.error !== undefined && frame.error !== null) {
    return { kind: 'answer', id, error: errorText(frame.error) };
  }
  // Older servers put code and text beside the id.
  if (frame.code !== undefined && frame.result === undefined) {
    return { kind: 'answer', id, error: errorText(frame) };
  }
  return frame.result === undefined ? OTHER : { kind: 'answer', id, error: null };
}

function errorText(error: unknown): string {
  if (!isRecord(error)) return 'refused';
  return `refused with code ${numberOf(error.code)}`;
}

function eventsOf(items: readonly unknown[]): DecodedFrame {
  const events: MarketEvent[] = [];
  for (const item of items) {
    const event = isRecord(item) ? eventOf(item) : null;
    if (event !== null) events.push(event);
  }
  return events.length === 0 ? OTHER : { kind: 'events', events };
}

function eventOf(fields: Fields): MarketEvent | null {
  const symbol = fields.s;
  if (typeof symbol !== 'string' || symbol === '' || fields.st === COIN_MARGINED) return null;
  switch (fields.e) {
    case 'markPriceUpdate':
      // `T` is the time of the next funding here.
      return priced('mark', symbol, timeOf(fields.E), fields.p, undefined, fields.E, fields.E);
    case 'bookTicker':
      return priced('book', symbol, numberOf(fields.u), fields.b, fields.a, fields.T, fields.E);
    case 'aggTrade':
      return priced('trade', symbol, numberOf(fields.a), fields.p, undefined, fields.T, fields.E);
    case 'trade':
      // Prices of the insurance fund and of deleveraging are no market prices.
      if (fields.X !== undefined && fields.X !== 'MARKET') return null;
      return priced('trade', symbol, numberOf(fields.t), fields.p, undefined, fields.T, fields.E);
    default:
      return null;
  }
}

function priced(
  kind: EventKind,
  symbol: string,
  id: number,
  priceText: unknown,
  askText: unknown,
  happenedAt: unknown,
  sentAt: unknown,
): MarketEvent | null {
  const price = priceOf(priceText);
  const ask = askText === undefined ? Number.NaN : priceOf(askText);
  // An empty side of the book is written as zero.
  if (Number.isNaN(price) && Number.isNaN(ask)) return null;
  const sent = timeOf(sentAt);
  const happened = timeOf(happenedAt);
  return { kind, symbol, id, price, ask, time: happened || sent, sentAt: sent || happened };
}

/** A price above zero, or `NaN`. */
export function priceOf(value: unknown): number {
  const price = numberOf(value);
  return price > 0 && price < Number.POSITIVE_INFINITY ? price : Number.NaN;
}

/** A time in ms, or 0. */
export function timeOf(value: unknown): number {
  const time = numberOf(value);
  return time > 0 && time < Number.POSITIVE_INFINITY ? time : 0;
}

/** The number that is written, as text or not; `NaN` for everything else. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
