import type { Clock } from '../ports/clock.js';

/**
 * The exchange's clock, as far as it is known: a measured distance from our monotonic clock, so that a jump of our wall
 * clock changes nothing in what is told to the exchange or concluded from its answers.
 *
 * Until it is measured, and where an exchange does not tell its time, the wall clock is taken for it.
 */
export class VenueClock {
  readonly #clock: Clock;
  /** Exchange time at monotonic zero, ms; `null` = follows the wall clock. */
  #base: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#base === null
      ? this.#clock.now()
      : Math.floor(this.#base + this.#clock.monotonic());
  }

  /** Local wall ms, of a moment not long ago, as the exchange's. */
  toVenue(localMs: number): number {
    return localMs + (this.now() - this.#clock.now());
  }

  /**
   * Asks the exchange for its time and gives it back.
   *
   * The answer was made somewhere between asking and hearing it. As long as that explains it, what was believed stays;
   * otherwise the correction is the smallest that explains it. A slow answer therefore never shifts the clock.
   */
  async measure(ask: () => Promise<number>): Promise<number> {
    const asked = this.now();
    const askedMono = this.#clock.monotonic();
    const venueMs = await ask();
    const heardMono = this.#clock.monotonic();
    if (!Number.isFinite(venueMs) || venueMs <= 0) return this.now();
    /** What was believed at the asking, whatever the wall clock did since. */
    const base = asked - askedMono;
    this.#base = Math.min(Math.max(base, venueMs - heardMono), venueMs - askedMono);
    return venueMs;
  }
}
