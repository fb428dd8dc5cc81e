import { FEED_OFFSET_WINDOW_MS } from '../../../limits.js';

/**
 * How late events are, although the exchange's clock and ours differ.
 *
 * The smallest distance between reception and the exchange's own time in the last one to two windows stands for the
 * difference of the clocks plus the shortest way. What is above it is delay: a stream that still delivers, but minutes
 * late, is as good as silent. Measured against monotonic time, so that a jump of the wall clock is no delay.
 */
export class ClockOffset {
  #windowEnd = Number.NEGATIVE_INFINITY;
  #smallest = Number.POSITIVE_INFINITY;
  #smallestBefore = Number.POSITIVE_INFINITY;

  /**
   * Notes one event and answers how late it is, ms, at least 0.
   *
   * @param receivedAt monotonic ms
   * @param sentAt the exchange's time, ms; 0 = unknown, which is never late
   */
  lateness(receivedAt: number, sentAt: number): number {
    if (sentAt === 0) return 0;
    const distance = receivedAt - sentAt;
    if (receivedAt >= this.#windowEnd) {
      // After a long silence neither window says anything any more.
      const isRecent = receivedAt < this.#windowEnd + FEED_OFFSET_WINDOW_MS;
      this.#smallestBefore = isRecent ? this.#smallest : Number.POSITIVE_INFINITY;
      this.#smallest = Number.POSITIVE_INFINITY;
      this.#windowEnd = receivedAt + FEED_OFFSET_WINDOW_MS;
    }
    if (distance < this.#smallest) this.#smallest = distance;
    return Math.max(distance - Math.min(this.#smallest, this.#smallestBefore), 0);
  }
}
