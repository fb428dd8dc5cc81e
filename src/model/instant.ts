/** A moment in three times, all in ms. */
export interface Instant {
  /** Wall time: names the moment for people. It may jump. */
  readonly now: number;
  /** Monotonic time: measures from one moment to another. */
  readonly mono: number;
  /** The exchange's time, as far as it is known: what is compared with times that the exchange tells. */
  readonly venue: number;
}
