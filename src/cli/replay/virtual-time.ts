import { setImmediate as nextTurn } from 'node:timers/promises';
import type { VirtualClock } from '../../platform/virtual-clock.js';

/** Waits for something that may itself wait for virtual time: lets the next timer fire whenever nothing else moves. */
export async function drive<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  let idleTurns = 0;
  while (!isDone) {
    await nextTurn();
    idleTurns += 1;
    const due = clock.nextTimerAt;
    // Real input and output (the store) gets some turns first: a timeout must not win against a disk.
    if (isDone || due === null || idleTurns < TURNS_BEFORE_TIME_MOVES) continue;
    idleTurns = 0;
    clock.advanceTo(due);
  }
  return work;
}

const TURNS_BEFORE_TIME_MOVES = 3;
