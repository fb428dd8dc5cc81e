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

  /**
   * Asks the exchange for its time and gives it back.
   *
   * The answer was made somewhere between asking and hearing it. As long as that explains it, the clocks are taken to
   * agree; otherwise the difference is the smallest that explains it. A slow answer therefore never shifts the clock.
   */
  async measure(ask: () => Promise<number>): Promise<number> {
    const asked = this.#clock.now();
    const venueMs = await ask();
    const heard = this.#clock.now();
    if (!Number.isFinite(venueMs) || venueMs <= 0) return this.now();
    if (venueMs < asked) this.#offsetMs = venueMs - asked;
    else if (venueMs > heard) this.#offsetMs = venueMs - heard;
    else this.#offsetMs = 0;
    return venueMs;
  }
}
