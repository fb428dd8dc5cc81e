import { MARGIN_NEWS_PAUSE_MS } from '../../../../limits.js';
import type { Clock, TimerHandle } from '../../../../ports/clock.js';

/**
 * Tells gaps of one kind that may come in a rush, as when margin moves in a falling market: the first at once, then the
 * latest of those that came meanwhile, so that comparisons leave the request budget to stops.
 */
export class PacedGap {
  readonly #clock: Clock;
  readonly #tell: (reason: string) => void;
  #timer: TimerHandle = null;
  #waiting: string | null = null;

  constructor(clock: Clock, tell: (reason: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  gap(reason: string): void {
    if (this.#timer !== null) {
      this.#waiting = reason;
      return;
    }
    this.#timer = this.#clock.setTimer(() => this.#pauseOver(), MARGIN_NEWS_PAUSE_MS);
    this.#tell(reason);
  }

  /** What waits is dropped. */
  close(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#waiting = null;
  }

  #pauseOver(): void {
    const reason = this.#waiting;
    this.#timer = null;
    this.#waiting = null;
    if (reason !== null) this.gap(reason);
  }
}
