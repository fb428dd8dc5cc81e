import type { RequestScheduler } from '../ports/request-scheduler.js';

/**
 * Sends every request at once, and asks nothing twice: for tests of what happens after a read that failed.
 *
 * The scheduler that a monitor brings tries a failed read again after pauses of real time, which pass beside those of a
 * `ManualClock`. With this one the first failure reaches the monitor, at the same moment in each run.
 *
 * @example
 * const monitor = new PositionMonitor({ config, exchange, feed, clock, scheduler: directScheduler() });
 * exchange.script.failNextRead('fetchPositions');
 */
export function directScheduler(): RequestScheduler {
  let pending = 0;
  async function send<Result>(task: () => Promise<Result>): Promise<Result> {
    pending += 1;
    try {
      return await task();
    } finally {
      pending -= 1;
    }
  }
  return {
    run: (_lane, task) => send(task),
    read: send,
    get pending() {
      return pending;
    },
  };
}
