import { FEED_ASK_PAUSE_MAX_MS, FEED_ASK_PAUSE_MS } from '../../../limits.js';
import type { Clock } from '../../../ports/clock.js';
import { priceOf, timeOf } from './decode-frame.js';
import type { FeedDialect } from './feed-dialect.js';
import type { FetchJson } from './fetch-json.js';
import { EVENT_KINDS, type EventKind } from './stream-names.js';

/** A price that was asked for. */
export interface AskedPrice {
  readonly kind: EventKind;
  readonly symbol: string;
  /** Mark price, last price, or best bid. `NaN` where there is none. */
  readonly price: number;
  /** Best ask; `NaN` unless the kind is `book`. */
  readonly ask: number;
  /** The exchange's time, ms since 1970 UTC; 0 when it was not told. */
  readonly time: number;
}

/** Symbols whose prices are wanted, by kind. */
export type WantedPrices = ReadonlyMap<EventKind, ReadonlySet<string>>;

/**
 * Prices by request, while streams are silent. One round at a time, with a pause after it that doubles while the
 * exchange does not answer: requests for prices spend the budget that stops need.
 */
export class PriceRequests {
  readonly #clock: Clock;
  readonly #fetchJson: FetchJson;
  readonly #restUrl: string;
  readonly #paths: FeedDialect['paths'];
  #isAsking = false;
  #notBefore = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(clock: Clock, fetchJson: FetchJson, restUrl: string, paths: FeedDialect['paths']) {
    this.#clock = clock;
    this.#fetchJson = fetchJson;
    this.#restUrl = restUrl;
    this.#paths = paths;
  }

  /** Asks, unless it is too early for that. Never rejects. */
  async ask(
    wanted: WantedPrices,
    onPrice: (price: AskedPrice, askedAt: number) => void,
  ): Promise<void> {
    const askedAt = this.#clock.monotonic();
    if (this.#isAsking || askedAt < this.#notBefore) return;
    this.#isAsking = true;
    const requests = EVENT_KINDS.flatMap((kind) => this.#requestsOf(kind, wanted.get(kind)));
    const outcomes = await Promise.allSettled(
      requests.map(async ({ kind, url }) => {
        const rows = await this.#fetchJson(url);
        for (const row of Array.isArray(rows) ? rows : [rows]) {
          const price = askedPrice(kind, row);
          if (price !== null && wanted.get(kind)?.has(price.symbol)) onPrice(price, askedAt);
        }
      }),
    );
    this.#failures = outcomes.some(({ status }) => status === 'rejected') ? this.#failures + 1 : 0;
    const pauseMs = FEED_ASK_PAUSE_MS * 2 ** Math.min(this.#failures, 30);
    this.#notBefore = this.#clock.monotonic() + Math.min(pauseMs, FEED_ASK_PAUSE_MAX_MS);
    this.#isAsking = false;
  }

  #requestsOf(
    kind: EventKind,
    symbols: ReadonlySet<string> = new Set(),
  ): readonly { readonly kind: EventKind; readonly url: string }[] {
    if (symbols.size === 0) return [];
    const url = `${this.#restUrl}${this.#paths[kind]}`;
    if (symbols.size > SINGLES_MAX[kind]) return [{ kind, url }];
    return [...symbols].map((symbol) => ({
      kind,
      url: `${url}?symbol=${encodeURIComponent(symbol)}`,
    }));
  }
}

/** From more symbols on, one request for all of them weighs less than single ones. */
const SINGLES_MAX: Readonly<Record<EventKind, number>> = { mark: 9, book: 2, trade: 2 };

function askedPrice(kind: EventKind, row: unknown): AskedPrice | null {
  if (typeof row !== 'object' || row === null) return null;
  const fields = row as Readonly<Record<string, unknown>>;
  const { symbol } = fields;
  if (typeof symbol !== 'string') return null;
  const price = priceOf(
    kind === 'mark' ? fields.markPrice : kind === 'book' ? fields.bidPrice : fields.price,
  );
  const ask = kind === 'book' ? priceOf(fields.askPrice) : Number.NaN;
  if (Number.isNaN(price) && Number.isNaN(ask)) return null;
  return { kind, symbol, price, ask, time: timeOf(fields.time) };
}
