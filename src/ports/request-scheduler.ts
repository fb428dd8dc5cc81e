/**
 * Who goes first. `emergency`: stops and closes · `protective`: take-profits and cancels · `routine`: reads.
 *
 * Lanes have concurrency of their own: a priority inside one queue would make a close wait for running calls.
 */
export type RequestLane = 'emergency' | 'protective' | 'routine';

/** Runs requests with bounded concurrency per lane. */
export interface RequestScheduler {
  /** Runs the task when its lane has room. The promise settles as the task does. */
  run<Result>(lane: RequestLane, task: () => Promise<Result>): Promise<Result>;
  /** Like `run` for a task without side effects: tried again after a first failure. */
  read<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Requests that wait or run. */
  readonly pending: number;
}
