import type { PriceSource } from '../../../model/price.js';

/** What an event tells: a mark price, the best bid and ask, a trade. */
export type EventKind = 'mark' | 'book' | 'trade';

export const EVENT_KINDS: readonly EventKind[] = ['mark', 'book', 'trade'];

/** Sources that the feed can deliver, best known first. */
export const FEED_SOURCES: readonly PriceSource[] = ['MARK', 'LAST', 'BID', 'ASK'];

/** Mark prices of all symbols, every second. */
export const ALL_MARK_PRICES = '!markPrice@arr@1s';

const KIND_OF: Readonly<Partial<Record<PriceSource, EventKind>>> = {
  MARK: 'mark',
  LAST: 'trade',
  BID: 'book',
  ASK: 'book',
};

export function kindOf(source: PriceSource): EventKind | null {
  return KIND_OF[source] ?? null;
}

/** The source that the price of an event belongs to; its ask is of another one. */
export function priceSourceOf(kind: EventKind): PriceSource {
  if (kind === 'mark') return 'MARK';
  return kind === 'trade' ? 'LAST' : 'BID';
}

/** Names are lower case; letters that have no lower case, such as Chinese ones, stay. */
export function streamName(symbol: string, kind: EventKind): string {
  const name = symbol.toLowerCase();
  if (kind === 'mark') return `${name}@markPrice@1s`;
  return kind === 'book' ? `${name}@bookTicker` : `${name}@aggTrade`;
}

/** Whether the stream brings mark prices, and so something every second. */
export function isMarkStream(name: string): boolean {
  return name === ALL_MARK_PRICES || name.endsWith('@markPrice@1s');
}
