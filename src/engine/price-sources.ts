import { type Decimal, decimal } from '../model/decimal.js';
import type { PriceSource } from '../model/price.js';
import type { PositionSide } from '../model/side.js';
import type { Tranche } from '../model/tranche.js';
import { PriceBook } from '../triggers/price-book.js';
import type { EngineState, SymbolState } from './state.js';

/**
 * The source that a wanted one is judged on: itself, or the side of the book that an exit meets where a feed gives
 * only bid and ask. `null` when the feed has neither.
 */
export function judgedSource(
  available: ReadonlySet<PriceSource>,
  wanted: PriceSource,
  side: PositionSide,
): PriceSource | null {
  if (available.has(wanted)) return wanted;
  const bookSide = side === 'LONG' ? 'BID' : 'ASK';
  return wanted === 'LAST' && available.has(bookSide) ? bookSide : null;
}

/** What stops of the tranche are judged on. */
export function stopSource(state: EngineState, tranche: Tranche): PriceSource {
  const wanted = tranche.plan.workingType;
  return judgedSource(state.feedSources, wanted, tranche.side) ?? wanted;
}

/** What the stops of the tranche are judged on now; `null` = no fresh price. */
export function stopPrice(state: EngineState, tranche: Tranche, mono: number): Decimal | null {
  const symbol = state.symbols.get(tranche.symbol);
  return symbol === undefined ? null : freshPrice(state, symbol, stopSource(state, tranche), mono);
}

/** The same, told since the tranche was there: what the market was at before says nothing about it. */
export function stopPriceSince(
  state: EngineState,
  tranche: Tranche,
  mono: number,
  since: number,
): Decimal | null {
  const book = state.symbols.get(tranche.symbol)?.books.get(stopSource(state, tranche));
  if (book === undefined || book.lastReceivedAt < since) return null;
  return stopPrice(state, tranche, mono);
}

/** What fills a take-profit: the side of the book that it meets where the feed gives it, else the last trade. */
export function profitSource(state: EngineState, tranche: Tranche): PriceSource {
  const bookSide = tranche.side === 'LONG' ? 'BID' : 'ASK';
  if (state.feedSources.has(bookSide)) return bookSide;
  return state.feedSources.has('LAST') ? 'LAST' : tranche.plan.workingType;
}

export function bookFor(symbol: SymbolState, source: PriceSource): PriceBook | null {
  return symbol.books.get(source) ?? null;
}

/** The book of a source, made on first use. */
export function openBook(state: EngineState, symbol: SymbolState, source: PriceSource): PriceBook {
  let book = symbol.books.get(source);
  if (book === undefined) {
    book = new PriceBook(state.settings.maxJumpPct);
    symbol.books.set(source, book);
  }
  return book;
}

/** The last price of a source while it is fresh, else `null`. */
export function freshPrice(
  state: EngineState,
  symbol: SymbolState,
  source: PriceSource,
  mono: number,
): Decimal | null {
  const book = symbol.books.get(source);
  if (book === undefined || Number.isNaN(book.last) || symbol.stale) return null;
  return mono - book.lastReceivedAt <= state.settings.staleAfterMs ? decimal(book.last) : null;
}

/** Whether a price is at or past a level: a stop's side or a take-profit's. */
export function isPassed(
  price: Decimal,
  level: Decimal,
  side: PositionSide,
  rule: 'stop-loss' | 'take-profit',
): boolean {
  const fromAbove = (side === 'LONG') === (rule === 'stop-loss');
  return fromAbove ? price.lte(level) : price.gte(level);
}

/** How far past a take-profit nothing is waited for. */
export function beyond(level: Decimal, side: PositionSide, bps: number): Decimal {
  const factor = decimal(10_000 + (side === 'LONG' ? bps : -bps)).div(10_000);
  return level.times(factor);
}
