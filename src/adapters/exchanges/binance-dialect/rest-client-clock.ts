import { CLOCK_ROUNDS, SECONDS_LIKE_MAX } from '../../../limits.js';
import type { Clock } from '../../../ports/clock.js';

/**
 * The exchange's time, as a distance from our monotonic clock: a jump of our wall clock changes nothing in what is
 * signed. Until it is measured, our wall clock stands in.
 */
export class RestClientClock {
  readonly #clock: Clock;
  /** Exchange time at monotonic zero, ms. */
  #base: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the exchange told its time once. */
  get isMeasured(): boolean {
    return this.#base !== null;
  }

  now(): number {
    return this.#base === null
      ? this.#clock.now()
      : Math.floor(this.#base + this.#clock.monotonic());
  }

  /**
   * Asks several times, one after the other, and takes the median: one slow answer, or the setting up of the connection,
   * shifts nothing. What was measured before a failure counts; without any, the failure is passed on.
   */
  async measure(ask: () => Promise<number>): Promise<void> {
    const bases: number[] = [];
    for (let round = 0; round < CLOCK_ROUNDS; round += 1) {
      const asked = this.#clock.monotonic();
      let venueMs: number;
      try {
        venueMs = await ask();
      } catch (error) {
        if (bases.length === 0) throw error;
        break;
      }
      bases.push(venueMs - (asked + this.#clock.monotonic()) / 2);
    }
    this.#base = median(bases);
  }
}

/** Whether it can be a time in ms. */
export function isVenueTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > SECONDS_LIKE_MAX;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
