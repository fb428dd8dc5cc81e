import type { Step } from './step-context.js';
import { interruptBars } from './volatility.js';

/** Name of the timer that judges how old the prices are. */
export const STALENESS_TIMER = 'staleness:all';

/** A guard is only as good as its price: silence for too long is told, and counts as no guard. */
export function judgeStaleness(current: Step): void {
  const { state } = current;
  const { staleAfterMs } = state.settings;
  if (!Number.isFinite(staleAfterMs)) return;
  for (const symbol of state.symbols.values()) {
    if (!symbol.watched || symbol.stale) continue;
    let youngest = Number.NEGATIVE_INFINITY;
    for (const book of symbol.books.values()) youngest = Math.max(youngest, book.lastHeardAt);
    if (current.mono - youngest > staleAfterMs)
      applyStaleness(current, symbol.symbol, true, 'no price came');
  }
  current.setTimer(STALENESS_TIMER, current.mono + staleAfterMs / 3);
}

export function applyStaleness(current: Step, name: string, stale: boolean, reason: string): void {
  const symbol = current.state.symbols.get(name);
  if (symbol === undefined || symbol.stale === stale) return;
  symbol.stale = stale;
  let youngest = Number.NEGATIVE_INFINITY;
  for (const book of symbol.books.values()) youngest = Math.max(youngest, book.lastHeardAt);
  const ageMs = Number.isFinite(youngest) ? current.mono - youngest : 0;
  if (stale) interruptBars(current, symbol, false);
  if (stale) current.emit('price:stale', { symbol: name, ageMs, reason });
  else current.emit('price:recovered', { symbol: name, reason });
  current.revisitAll(symbol);
}

export function applyExchangeConnection(current: Step, up: boolean, detail: string): void {
  const { state } = current;
  const was = state.exchangeUp;
  state.exchangeUp = up;
  state.streamHeard = true;
  /** What happened in between is not known until everything is compared. */
  state.comparedAt = null;
  if (up) current.emit('exchange:connected', { reason: detail });
  else if (was) current.emit('exchange:disconnected', { reason: detail });
  if (up && state.phase === 'running')
    current.send({ kind: 'compare-account', reason: 'the exchange is connected again' });
}

export function applyFeedConnection(
  current: Step,
  to: 'connected' | 'disconnected' | 'reconnected',
  detail: string,
): void {
  const { state } = current;
  const up = to !== 'disconnected';
  if (up) current.emit('feed:connected', { reason: detail });
  else if (state.feedUp) current.emit('feed:disconnected', { reason: detail });
  state.feedUp = up;
  for (const symbol of state.symbols.values()) {
    if (!symbol.watched) continue;
    if (!up) applyStaleness(current, symbol.symbol, true, 'the price feed is disconnected');
    current.revisitAll(symbol);
    if (to === 'reconnected') {
      interruptBars(current, symbol, true);
      const sources = [...state.feedSources];
      current.send({ kind: 'watch-prices', symbol: symbol.symbol, sources });
      for (const source of sources)
        current.send({
          kind: 'confirm-price',
          symbol: symbol.symbol,
          source,
          askedAt: current.mono,
        });
    }
  }
}
