import type { Clock, TimerHandle } from '../../../ports/clock.js';

/**
 * Passes things on after a fixed delay, in the order in which they came.
 *
 * Whichever timer fires, the oldest thing goes first: real timers of equal delay may change places.
 */
export class DelayLine {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #waiting: (() => void)[] = [];
  readonly #timers = new Set<TimerHandle>();

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  send(deliver: () => void): void {
    this.#waiting.push(deliver);
    const timer = this.#clock.setTimer(() => {
      this.#timers.delete(timer);
      this.#waiting.shift()?.();
    }, this.#delayMs);
    this.#timers.add(timer);
  }

  /** Drops what is under way. */
  clear(): void {
    for (const timer of this.#timers) this.#clock.clearTimer(timer);
    this.#timers.clear();
    this.#waiting.length = 0;
  }
}
