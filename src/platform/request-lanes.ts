import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { isMonitorError } from '../errors/position-monitor-error.js';
import { LANE_CONCURRENCY, SAFE_RETRIES, SAFE_RETRY_PAUSE_MS } from '../limits.js';
import type { Clock } from '../ports/clock.js';
import type { RequestLane, RequestScheduler } from '../ports/request-scheduler.js';

import { SystemClock } from './system-clock.js';

/**
 * The default scheduler: one queue per lane, so that a close never waits behind reads.
 *
 * `read` tries a failed task again `SAFE_RETRIES` times, pausing outside the lane so that waiting takes no slot. It
 * does not repeat what cannot get better: an error of this package that says `retryable: false`, a thrown
 * non-error, or a programming mistake (`TypeError` that is not the network's).
 *
 * @param clock measures the pauses: with a clock that a test moves, nothing waits in real time
 */
export function createRequestLanes(clock: Clock = new SystemClock()): RequestScheduler {
  const queues: Record<RequestLane, PQueue> = {
    emergency: new PQueue({ concurrency: LANE_CONCURRENCY.emergency }),
    protective: new PQueue({ concurrency: LANE_CONCURRENCY.protective }),
    routine: new PQueue({ concurrency: LANE_CONCURRENCY.routine }),
  };
  /** Reads between a failure and their last attempt; they still count as pending while they pause. */
  let retrying = 0;
  /** Of those, attempts that sit in a queue and are counted there. */
  let retryingInLane = 0;

  function run<Result>(lane: RequestLane, task: () => Promise<Result>): Promise<Result> {
    return queues[lane].add(() => task());
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.setTimer(resolve, ms);
    });
  }

  async function attemptAgain<Result>(task: () => Promise<Result>): Promise<Result> {
    retryingInLane += 1;
    try {
      return await run('routine', task);
    } finally {
      retryingInLane -= 1;
    }
  }

  async function read<Result>(task: () => Promise<Result>): Promise<Result> {
    // The library is entered only after a failure: the common case pays for one queue and nothing else.
    try {
      return await run('routine', task);
    } catch (failure) {
      if (!mayRetry(failure)) throw failure;
      retrying += 1;
      try {
        return await pRetry(
          // The first attempt has been made, so the library begins with its pause.
          (attempt) => (attempt === 1 ? Promise.reject(failure) : attemptAgain(task)),
          {
            retries: SAFE_RETRIES,
            /** The library's own timers are real ones: the pause is made here. */
            minTimeout: 0,
            onFailedAttempt: ({ attemptNumber, retriesLeft }) =>
              retriesLeft > 0 ? pause(SAFE_RETRY_PAUSE_MS * 2 ** (attemptNumber - 1)) : undefined,
            shouldRetry: ({ error }) => mayRetry(error),
          },
        );
      } finally {
        retrying -= 1;
      }
    }
  }

  return {
    run,
    read,
    get pending() {
      let count = retrying - retryingInLane;
      for (const queue of Object.values(queues)) count += queue.size + queue.pending;
      return count;
    },
  };
}

function mayRetry(error: unknown): boolean {
  return error instanceof Error && !(isMonitorError(error) && !error.retryable);
}
