import { TRIGGERED_UNFILLED_MS } from '../limits.js';
import type { CoverPart } from '../model/cover.js';
import type { Decimal } from '../model/decimal.js';
import { type Coverage, remaining } from '../model/tranche.js';
import type { PriceBook } from '../triggers/price-book.js';
import { bookFor, stopSource } from './price-sources.js';
import { ownStopQuantity, RESTING, STAYING, sharedCoverOf } from './shared-stops.js';
import type { EngineState, TrancheNode } from './state.js';

/** What covers the tranche right now. */
export function coverageOf(state: EngineState, node: TrancheNode, mono: number): Coverage {
  const { tranche } = node;
  const held = remaining(tranche);
  if (held.lte(0)) return 'resting';
  if (ownStopQuantity(node, RESTING).gte(held)) return 'resting';
  if (restingStopQuantity(state, node).gte(held)) return 'pooled';
  return isGuardedLocally(state, node, mono) ? 'local' : 'none';
}

/** Quantity of stops that rest at the exchange for it: its own, and its share of one that it shares with others. */
export function restingStopQuantity(state: EngineState, node: TrancheNode): Decimal {
  return ownStopQuantity(node, RESTING).plus(sharedCoverOf(state, node, RESTING));
}

/** Whether orders at the exchange cover all of the tranche. */
export function isCoveredAtExchange(coverage: Coverage): boolean {
  return coverage === 'resting' || coverage === 'pooled';
}

/** Whether our own stop guard is armed on a fresh price, or has fired and is being carried out. */
export function isGuardedLocally(state: EngineState, node: TrancheNode, mono: number): boolean {
  const until = guardedUntil(state, node);
  return until !== null && mono <= until;
}

/**
 * Until when our own guard covers the tranche if nothing more is heard, monotonic ms; `null` = it does not.
 *
 * A price grows old, and a close that does not get through is no cover: both end without anything happening.
 */
export function guardedUntil(state: EngineState, node: TrancheNode): number | null {
  if (node.grace['stop-loss'] !== undefined) return Number.POSITIVE_INFINITY;
  /** A close that takes its time keeps the stop in sight; any other one is the guard in action. */
  if (node.tranche.state === 'CLOSING' && !node.armed.has('stop-loss')) {
    /** What nothing covered before stays uncovered until it is closed. */
    if (node.close === null || node.gap !== null) return null;
    return node.close.startedMono + TRIGGERED_UNFILLED_MS;
  }
  const book = guardingBook(state, node);
  return book === null ? null : book.lastHeardAt + state.settings.staleAfterMs;
}

/** The prices on which our stop guard is armed, `null` when it is not or cannot hear them. */
export function guardingBook(state: EngineState, node: TrancheNode): PriceBook | null {
  const armed = node.armed.has('stop-loss') || node.confirming !== null;
  if (!armed || !state.feedUp) return null;
  const symbol = state.symbols.get(node.tranche.symbol);
  if (symbol === undefined || symbol.stale) return null;
  const book = bookFor(symbol, stopSource(state, node.tranche));
  return book === null || Number.isNaN(book.last) ? null : book;
}

/** Whether something of the tranche is held that a stop should cover. */
export function wantsCover({ tranche }: TrancheNode): boolean {
  return tranche.levels.stopLoss !== null && remaining(tranche).gt(0);
}

/**
 * Since when nothing covers the tranche, monotonic ms; `null` while something does, or nothing is wanted.
 *
 * Exact however late it is asked: a guard that ended by itself ended at a known moment.
 */
export function nakedSince(state: EngineState, node: TrancheNode, mono: number): number | null {
  if (!wantsCover(node) || coverageOf(state, node, mono) !== 'none') return null;
  return node.gap?.since ?? coverEndedAt(state, node, mono);
}

/** When the cover ended that the last look saw: by an input now, or before by itself. */
function coverEndedAt(state: EngineState, { seen, openedMono }: TrancheNode, mono: number): number {
  if (seen === null) return openedMono;
  if (seen.coverage !== 'local') return mono;
  const until =
    seen.book === null ? seen.until : seen.book.lastHeardAt + state.settings.staleAfterMs;
  return Math.min(mono, until);
}

/** How long the tranche was without cover in this process, the running gap included, ms. */
export function unprotectedMsOf(state: EngineState, node: TrancheNode, mono: number): number {
  const since = nakedSince(state, node, mono);
  return node.nakedMs + (since === null ? 0 : mono - since);
}

/** The tranche for the sum of its side. A stop that was asked to go is not counted on. */
export function coverPartOf(state: EngineState, node: TrancheNode, mono: number): CoverPart {
  return {
    trancheId: node.tranche.id,
    held: remaining(node.tranche),
    resting: ownStopQuantity(node, STAYING),
    pooled: sharedCoverOf(state, node, STAYING),
    wantsStop: node.tranche.levels.stopLoss !== null,
    guardedLocally: isGuardedLocally(state, node, mono),
  };
}
