import { SystemClock } from '../../src/platform/system-clock.js';
import type { Clock, TimerHandle } from '../../src/ports/clock.js';

/**
 * Real time that passes faster: for tests over sockets, where virtual time cannot wait for the network.
 *
 * Round trips seem longer by the same factor: 5 is safe, above 10 the windows of requests get narrow.
 */
export class FastClock implements Clock {
  readonly #real = new SystemClock({ keepAlive: false });
  readonly #speed: number;
  readonly #began = this.#real.monotonic();
  readonly #beganAt = this.#real.now();

  constructor(speed = 1) {
    this.#speed = speed;
  }

  now(): number {
    return this.#beganAt + Math.floor(this.monotonic());
  }

  monotonic(): number {
    return (this.#real.monotonic() - this.#began) * this.#speed;
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    return this.#real.setTimer(callback, delayMs / this.#speed);
  }

  clearTimer(handle: TimerHandle): void {
    this.#real.clearTimer(handle);
  }
}
