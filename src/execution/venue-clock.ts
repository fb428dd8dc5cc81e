import type { Clock } from '../ports/clock.js';

/** The exchange's clock, as far as it is known: local time plus the last measured difference. */
export class VenueClock {
  readonly #clock: Clock;
  #offsetMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Local wall ms as the exchange's. */
  toVenue(localMs: number): number {
    return localMs + this.#offsetMs;
  }

  /** Takes a measured exchange time and gives it back; what is not a time is ignored. */
  learn(venueMs: number): number {
    if (Number.isFinite(venueMs) && venueMs > 0) this.#offsetMs = venueMs - this.#clock.now();
    return this.now();
  }
}
