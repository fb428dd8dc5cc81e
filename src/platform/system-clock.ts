import { NATIVE_TIMER_DELAY_MAX_MS } from '../limits.js';
import type { Clock, TimerHandle } from '../ports/clock.js';

export interface SystemClockOptions {
  /**
   * Whether a pending timer keeps a Node process alive. Default true.
   *
   * True, because a timer may be the grace period before a close or the next check of a guard: a process that ends
   * silently in between leaves a position bare. `PositionMonitor.stop()` clears every timer, so a process that stops
   * its monitor ends. False is for hosts whose own handles decide how long the process lives.
   */
  readonly keepAlive?: boolean;
}

/** Real time. Works in Node and in browsers. */
export class SystemClock implements Clock {
  readonly #keepAlive: boolean;

  constructor(options: SystemClockOptions = {}) {
    this.#keepAlive = options.keepAlive ?? true;
  }

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  /** Never early: native timers may fire a fraction of a millisecond too soon and are then set again. */
  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer: SystemTimer = {
      callback,
      dueAt: performance.now() + Math.max(delayMs || 0, 0),
      native: undefined,
    };
    this.#arm(timer);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    if (handle === undefined || handle === null) return;
    clearTimeout((handle as SystemTimer).native);
  }

  #arm(timer: SystemTimer): void {
    const left = Math.ceil(timer.dueAt - performance.now());
    timer.native = setTimeout(
      () => {
        if (performance.now() < timer.dueAt) this.#arm(timer);
        else timer.callback();
      },
      Math.min(Math.max(left, 0), NATIVE_TIMER_DELAY_MAX_MS),
    );
    // Browsers hand out numbers, which have nothing to unreference.
    if (!this.#keepAlive) (timer.native as { unref?: () => void }).unref?.();
  }
}

interface SystemTimer {
  readonly callback: () => void;
  /** Monotonic ms. */
  readonly dueAt: number;
  native: ReturnType<typeof setTimeout> | undefined;
}
