/** A moment, in both times: wall time names it, monotonic time measures from it. Both in ms. */
export interface Instant {
  readonly now: number;
  readonly mono: number;
}
