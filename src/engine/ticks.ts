import { AMOUNT_LENGTH_MAX, PRICE_CONFIRM_MS, PRICE_PERSIST_MS } from '../limits.js';
import { amountFrom } from '../model/amount.js';
import { type Decimal, decimal } from '../model/decimal.js';
import type { Input } from '../model/input.js';
import { PRICE_SOURCES, type PriceSource } from '../model/price.js';
import type { PriceBook } from '../triggers/price-book.js';
import { judgeConfirmations } from './confirmation.js';
import { forgetLevel } from './guards.js';
import { isStopHit, onLevelHit } from './level-hits.js';
import { openBook } from './price-sources.js';
import { restsAtLevel } from './shared-stops.js';
import type { EngineState, Suspicion, SymbolState } from './state.js';
import type { Step } from './step-context.js';
import { addToBars, endsBar, takeIntoBars } from './volatility.js';

/**
 * Takes a price that changes nothing; `false` means that `step` has to look at it. No allocation, no effect.
 *
 * The shell asks this before every tick: almost all of them end here.
 */
export function acceptQuietTick(
  state: EngineState,
  symbol: string,
  source: PriceSource,
  price: number,
  exchangeTime: number,
  receivedAt: number,
): boolean {
  const known = state.symbols.get(symbol);
  if (known === undefined || known.stale || known.confirming.size > 0) return false;
  const book = known.books.get(source);
  /** The price ends a silence: guards on it count again, and that is noticed. */
  if (book === undefined || receivedAt - book.lastHeardAt > state.settings.staleAfterMs)
    return false;
  if (known.bars.length === 0) return book.acceptQuiet(price, exchangeTime, receivedAt);
  if (endsBar(known, source, exchangeTime)) return false;
  if (!book.acceptQuiet(price, exchangeTime, receivedAt)) return false;
  addToBars(known, source, price);
  return true;
}

/** A price that hits something, or that must be doubted first. */
export function applyTick(step: Step, tick: Extract<Input, { kind: 'tick' }>): void {
  const { state } = step;
  if (
    !PRICE_SOURCES.includes(tick.source) ||
    !(tick.price > 0) ||
    amountFrom(tick.price) === null
  ) {
    reject(
      step,
      tick,
      `not a price: expected a number above zero of at most ${AMOUNT_LENGTH_MAX} characters`,
    );
    return;
  }
  const symbol = state.symbols.get(tick.symbol);
  /** Nobody holds anything of it. */
  if (symbol === undefined) return;
  const book = openBook(state, symbol, tick.source);
  if (tick.exchangeTime !== 0 && tick.exchangeTime < book.lastExchangeTime) {
    if (!isSilencedByFuture(step, book, tick.receivedAt)) return;
    book.restartTimeAt(tick.exchangeTime);
  }
  if (state.settings.pricesConfirmThemselves || book.insideBand(tick.price)) {
    symbol.suspicions.delete(tick.source);
    acceptPrice(step, symbol, tick.source, tick);
    return;
  }
  doubt(step, symbol, book, tick);
}

/**
 * A single tick with a time far ahead would make every later one look old, for ever. Only when that time is ahead of our
 * clock as well *and* nothing was accepted for a while: either alone happens to honest streams.
 */
function isSilencedByFuture(step: Step, book: PriceBook, receivedAt: number): boolean {
  const ahead = book.lastExchangeTime - step.venue > PRICE_PERSIST_MS;
  return ahead && receivedAt - book.lastReceivedAt > PRICE_PERSIST_MS;
}

/** A jump, or the first price of all: a second witness is asked before it may act. */
function doubt(
  step: Step,
  symbol: SymbolState,
  book: PriceBook,
  tick: Extract<Input, { kind: 'tick' }>,
): void {
  if (secondSourceAgrees(step, symbol, tick)) {
    symbol.suspicions.delete(tick.source);
    acceptPrice(step, symbol, tick.source, tick);
    return;
  }
  let known = symbol.suspicions.get(tick.source);
  /** A plausible price came in between: what is doubted now is something new. */
  if (known !== undefined && book.lastReceivedAt > known.receivedAt) known = undefined;
  if (known === undefined || !near(known.price, tick.price, step.state.settings.maxJumpPct)) {
    symbol.suspicions.set(tick.source, {
      price: tick.price,
      exchangeTime: tick.exchangeTime,
      receivedAt: tick.receivedAt,
      since: step.mono,
      askedAt: step.mono,
      unanswered: false,
    });
    step.setTimer(confirmKey(symbol.symbol, tick.source), step.mono + PRICE_CONFIRM_MS);
    askForPrice(step, symbol, tick.source);
    return;
  }
  known.price = tick.price;
  known.exchangeTime = tick.exchangeTime;
  known.receivedAt = tick.receivedAt;
  if (!known.unanswered) return;
  /** Without any last price it takes less: but a tick that is repeated at once is no second look. */
  const patience = Number.isNaN(book.last) ? PRICE_CONFIRM_MS : PRICE_PERSIST_MS;
  if (step.mono - known.since >= patience) {
    /** Nobody can be asked, and the price stays: it is the price. */
    symbol.suspicions.delete(tick.source);
    acceptPrice(step, symbol, tick.source, tick);
    return;
  }
  hitUnguardedStops(step, book, tick);
  if (step.mono - known.askedAt >= PRICE_CONFIRM_MS) {
    known.askedAt = step.mono;
    askForPrice(step, symbol, tick.source);
  }
}

/**
 * Nobody answered within the time, and a second fresh tick lies beyond: tranches without a resting stop must not wait any
 * longer. Those with one leave it to the exchange. The price does not become the last one.
 */
function hitUnguardedStops(
  step: Step,
  book: PriceBook,
  tick: Extract<Input, { kind: 'tick' }>,
): void {
  const price = decimal(tick.price);
  for (const level of book.takeHits(price)) {
    const node = step.node(level.trancheId);
    if (node === undefined) continue;
    /** Whatever is not acted on is armed again when the tranche is looked at. */
    forgetLevel(node, level);
    step.revisit(node);
    if (!isStopHit(level) || restsAtLevel(step.state, node)) continue;
    onLevelHit(step, node, level, { source: tick.source, price, time: tick.exchangeTime });
  }
}

function secondSourceAgrees(
  step: Step,
  symbol: SymbolState,
  tick: Extract<Input, { kind: 'tick' }>,
): boolean {
  for (const [source, book] of symbol.books) {
    if (source === tick.source || Number.isNaN(book.last)) continue;
    /** A price that was only inferred from a fill is not a witness that spoke. */
    if (step.mono - book.lastReceivedAt > PRICE_CONFIRM_MS || book.isInferred) continue;
    if (near(book.last, tick.price, step.state.settings.maxJumpPct)) return true;
  }
  for (const [source, other] of symbol.suspicions) {
    if (source === tick.source) continue;
    if (
      step.mono - other.receivedAt <= PRICE_CONFIRM_MS &&
      near(other.price, tick.price, step.state.settings.maxJumpPct)
    )
      return true;
  }
  return false;
}

function askForPrice(step: Step, { symbol }: SymbolState, source: PriceSource): void {
  step.send({ kind: 'confirm-price', symbol, source, askedAt: step.mono });
}

function near(a: number, b: number, percent: number): boolean {
  return Math.abs(a - b) <= (a * percent) / 100;
}

/** The answer of the second witness, or that there was none. */
export function applyConfirmation(
  step: Step,
  input: Extract<Input, { kind: 'price-confirmed' }>,
): void {
  const symbol = step.state.symbols.get(input.symbol);
  if (symbol === undefined) return;
  const suspicion = symbol.suspicions.get(input.source);
  if (input.price === null) {
    if (suspicion) suspicion.unanswered = true;
    return;
  }
  step.setTimer(confirmKey(input.symbol, input.source), null);
  const book = openBook(step.state, symbol, input.source);
  /** A price that needed no look leaves the suspicion that it has overtaken where it is. */
  const isOvertaken = suspicion !== undefined && book.lastHeardAt > suspicion.receivedAt;
  if (isOvertaken) symbol.suspicions.delete(input.source);
  if (suspicion === undefined || isOvertaken) {
    /** What the feed told since is newer. */
    if (!Number.isNaN(book.last) && book.lastReceivedAt > input.askedAt) return;
    /** Asked for after a refusal: a price of the exchange itself. */
    acceptPrice(step, symbol, input.source, {
      price: Number(input.price),
      exchangeTime: 0,
      receivedAt: step.mono,
    });
    return;
  }
  symbol.suspicions.delete(input.source);
  if (near(Number(input.price), suspicion.price, step.state.settings.maxJumpPct)) {
    acceptPrice(step, symbol, input.source, suspicion);
    return;
  }
  reject(
    step,
    { ...input, price: suspicion.price },
    `contradicted by the exchange, which says ${input.price.toFixed()}`,
  );
  acceptPrice(step, symbol, input.source, {
    price: Number(input.price),
    exchangeTime: 0,
    receivedAt: step.mono,
  });
}

/** Nobody answered in time. */
export function confirmationTimedOut(step: Step, symbolName: string, source: PriceSource): void {
  const suspicion = step.state.symbols.get(symbolName)?.suspicions.get(source);
  if (suspicion) suspicion.unanswered = true;
}

export function confirmKey(symbol: string, source: PriceSource): string {
  return `confirm:${source}:${symbol}`;
}

/** The price is the last one now; every level that it is at or past is hit, stops first. */
function acceptPrice(
  step: Step,
  symbol: SymbolState,
  source: PriceSource,
  tick: Pick<Suspicion, 'price' | 'exchangeTime' | 'receivedAt'>,
): void {
  const { state } = step;
  const book = openBook(state, symbol, source);
  const silentMs = Number.isNaN(book.last)
    ? Number.POSITIVE_INFINITY
    : tick.receivedAt - book.lastHeardAt;
  book.accept(tick.price, tick.exchangeTime, tick.receivedAt);
  state.lastUpdate = step.now;
  takeIntoBars(step, symbol, source, tick.price, tick.exchangeTime);
  if (symbol.stale || silentMs > state.settings.staleAfterMs) step.revisitAll(symbol);
  if (symbol.stale) {
    symbol.stale = false;
    step.emit('price:recovered', { symbol: symbol.symbol, reason: 'a fresh price came' });
  }
  if (state.phase === 'booting') return;
  const price: Decimal = decimal(tick.price);
  if (symbol.confirming.size > 0)
    judgeConfirmations(step, symbol, source, { source, price, time: tick.exchangeTime });
  for (const level of book.takeHits(price)) {
    const node = step.node(level.trancheId);
    if (node === undefined) continue;
    forgetLevel(node, level);
    step.revisit(node);
    onLevelHit(step, node, level, { source, price, time: tick.exchangeTime });
  }
}

function reject(
  step: Step,
  tick: { readonly symbol: string; readonly source: PriceSource; readonly price: number },
  reason: string,
): void {
  step.state.errors += 1;
  step.emit('price:rejected', {
    symbol: tick.symbol,
    source: tick.source,
    price: String(tick.price),
    reason,
  });
}
