import { FRAMES_PER_CLOCK_READING } from '../../limits.js';
import type { Clock } from '../../ports/clock.js';
import { SystemClock } from '../system-clock.js';

/**
 * When a frame came, monotonic ms. Frames of one turn of the event loop came together, so that the clock, which costs as
 * much as reading a frame, is read once for them; again after some, should the turn be a long one.
 *
 * A clock that is not the real one is read each time: it costs nothing, and moves within a turn.
 */
export function receptionTime(clock: Clock): () => number {
  if (!(clock instanceof SystemClock)) return () => clock.monotonic();
  let readAt = 0;
  let left = 0;
  const endTurn = (): void => {
    left = 0;
  };
  return () => {
    if (left === 0) {
      readAt = clock.monotonic();
      left = FRAMES_PER_CLOCK_READING;
      queueMicrotask(endTurn);
    }
    left -= 1;
    return readAt;
  };
}
