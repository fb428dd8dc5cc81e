import type { Clock, TimerHandle } from '../../src/ports/clock.js';

/** The clock of one process: when the process dies, its timers die with it. */
export class LifeClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<TimerHandle>();
  #dead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    if (this.#dead) return null;
    const timer: TimerHandle = this.#clock.setTimer(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    this.#timers.delete(handle);
    this.#clock.clearTimer(handle);
  }

  die(): void {
    this.#dead = true;
    for (const timer of this.#timers) this.#clock.clearTimer(timer);
    this.#timers.clear();
  }
}
