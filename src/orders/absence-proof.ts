import {
  ABSENCE_MARGIN_MS,
  ABSENCE_ROUND_PAUSE_MS,
  ABSENCE_ROUNDS,
  RESOLVE_PAUSE_MAX_MS,
} from '../limits.js';

/** How far the search for one order has come. Never stored: after a restart it begins again. */
export interface Search {
  readonly startedMono: number;
  /** Not-founds so far, each from at least two places. */
  rounds: number;
  nextMono: number;
  running: boolean;
  alarmed: boolean;
}

export function newSearch(mono: number): Search {
  return { startedMono: mono, rounds: 0, nextMono: mono, running: false, alarmed: false };
}

/** Places that must have been asked with success for a not-found to count. */
const PLACES_MIN = 2;

/**
 * Books one round of a search.
 *
 * Absence is proven when the exchange's own clock is past the order's deadline plus a margin, and it was not found
 * three times, at least 250 ms apart, in at least two places each. Fewer misses prove nothing: queries lag.
 *
 * @returns whether absence is proven
 */
export function bookMiss(
  search: Search,
  deadline: number,
  venueTime: number,
  places: number,
  mono: number,
): boolean {
  search.running = false;
  const late = venueTime > deadline + ABSENCE_MARGIN_MS;
  /** A miss before the deadline proves nothing: the request may still arrive. */
  if (late && places >= PLACES_MIN) search.rounds += 1;
  search.nextMono = mono + (late ? ABSENCE_ROUND_PAUSE_MS : untilDeadline(deadline, venueTime));
  return search.rounds >= ABSENCE_ROUNDS;
}

/** Books a round that could not ask: the pause grows, nothing is concluded. */
export function bookFailure(search: Search, mono: number): void {
  search.running = false;
  const waited = mono - search.startedMono;
  search.nextMono =
    mono + Math.min(RESOLVE_PAUSE_MAX_MS, Math.max(ABSENCE_ROUND_PAUSE_MS, waited / 2));
}

function untilDeadline(deadline: number, venueTime: number): number {
  return Math.max(
    ABSENCE_ROUND_PAUSE_MS,
    Math.min(RESOLVE_PAUSE_MAX_MS, (deadline + ABSENCE_MARGIN_MS - venueTime) / 2),
  );
}
