/** Time, as the monitor sees it. Wall time names moments, monotonic time measures durations. */
export interface Clock {
  /** Wall time, ms since 1970 UTC. May jump. */
  now(): number;
  /** Monotonic time, ms from an arbitrary origin. Never goes back. */
  monotonic(): number;
  /** Calls once after `delayMs` of monotonic time; at the earliest in a later turn. */
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
}

/** Opaque to everyone but the clock that made it. */
export type TimerHandle = unknown;
