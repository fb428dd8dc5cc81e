import { REQUEST_TIMEOUT_MS } from '../limits.js';
import type { Clock } from '../ports/clock.js';

/**
 * Runs a read with a time limit: one that never answers is one that failed.
 *
 * Adapters may throw instead of rejecting, and reject with anything; callers get an `Error`.
 */
export function inTime<Result>(clock: Clock, task: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(
      () => reject(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`)),
      REQUEST_TIMEOUT_MS,
    );
    invoke(task).then(
      (result) => {
        clock.clearTimer(timer);
        resolve(result);
      },
      (error: unknown) => {
        clock.clearTimer(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

/** Calls an adapter; what it throws on the spot becomes a rejection. */
export async function invoke<Result>(task: () => Promise<Result>): Promise<Result> {
  return task();
}
