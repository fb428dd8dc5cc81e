import { invariant } from '../errors/invariant.js';
import { VIRTUAL_CLOCK_START_MS, VIRTUAL_TIMERS_PER_MOMENT_MAX } from '../limits.js';
import type { Clock, TimerHandle } from '../ports/clock.js';
import { type HeapEntry, IndexedHeap } from './indexed-heap.js';

/**
 * Time that moves only when told to: drives replays, simulations and tests.
 *
 * Timers fire inside the advancing call, in order of (due time, order of setting), and see `now()` and `monotonic()`
 * at their due time. A timer set while firing fires in the same call if it is due by then. Nothing fires inside
 * `setTimer`. An advance to the past fires what is due and moves nothing. An error thrown by a timer leaves the
 * advancing call; the clock then stands at that timer's due time, and the next advance goes on from there.
 *
 * @example
 * const clock = new VirtualClock(1_700_000_000_000);
 * clock.setTimer(() => console.log(clock.now()), 250); // 1700000000250
 * clock.advanceBy(1_000);
 */
export class VirtualClock implements Clock {
  readonly #timers = new IndexedHeap<VirtualTimer>();
  /** Monotonic time, ms. */
  #elapsed = 0;
  /** Wall time at monotonic zero, ms. */
  #wallOffset: number;
  /** Due time of the first timer, so that a quiet advance is two comparisons. */
  #nextDue = Number.POSITIVE_INFINITY;
  #seq = 0;

  /** @param startMs wall time to begin at, ms since 1970 UTC; monotonic time begins at 0 */
  constructor(startMs: number = VIRTUAL_CLOCK_START_MS) {
    this.#wallOffset = startMs;
  }

  now(): number {
    return this.#wallOffset + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Timers that are set and have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Wall time at which the next timer is due, ms; `null` without timers. */
  get nextTimerAt(): number | null {
    return this.#timers.size === 0 ? null : this.#wallOffset + this.#nextDue;
  }

  /** A delay that is negative or not a number counts as 0. */
  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer: VirtualTimer = {
      key: this.#elapsed + Math.max(delayMs || 0, 0),
      seq: this.#seq++,
      heapIndex: -1,
      callback,
    };
    this.#timers.push(timer);
    this.#noteNext();
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    if (handle === undefined || handle === null) return;
    this.#timers.remove(handle as VirtualTimer);
    this.#noteNext();
  }

  /** Moves time on by this many ms and fires what becomes due. */
  advanceBy(ms: number): void {
    this.#advance(this.#elapsed + Math.max(ms || 0, 0));
  }

  /** Moves time on to this wall time, ms, and fires what becomes due. A moment in the past moves nothing. */
  advanceTo(wallMs: number): void {
    const target = wallMs - this.#wallOffset;
    /** Compared as `nextTimerAt` adds: the sum of a large and a fractional number is rounded. */
    if (wallMs < this.#wallOffset + this.#nextDue) {
      if (target > this.#elapsed) this.#elapsed = target;
      return;
    }
    this.#advance(Math.max(target, this.#nextDue));
  }

  /** Sets the wall clock forward or back, as an administrator or a time server does; monotonic time stays. */
  jumpWallBy(ms: number): void {
    this.#wallOffset += ms;
  }

  #advance(target: number): void {
    let firedAtMoment = 0;
    while (this.#nextDue <= target) {
      const timer = this.#timers.pop() as VirtualTimer;
      this.#noteNext();
      if (timer.key > this.#elapsed) {
        this.#elapsed = timer.key;
        firedAtMoment = 0;
      }
      firedAtMoment += 1;
      invariant(
        firedAtMoment <= VIRTUAL_TIMERS_PER_MOMENT_MAX,
        'timers of virtual time end: none sets itself again without a delay',
      );
      timer.callback();
    }
    if (target > this.#elapsed) this.#elapsed = target;
  }

  #noteNext(): void {
    this.#nextDue = this.#timers.peek()?.key ?? Number.POSITIVE_INFINITY;
  }
}

interface VirtualTimer extends HeapEntry {
  readonly callback: () => void;
}
