import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExchangeError } from '../../../src/errors/exchange-error.js';
import { LANE_CONCURRENCY, SAFE_RETRIES } from '../../../src/limits.js';
import { createRequestLanes } from '../../../src/platform/request-lanes.js';

/** A task that ends when told to. */
function deferred() {
  let finish = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { done, finish };
}

describe('request lanes', () => {
  it('let a close go at once beside 100 slow routine calls', async () => {
    const lanes = createRequestLanes();
    const slow = deferred();
    let started = 0;
    const routine = Array.from({ length: 100 }, () =>
      lanes.run('routine', () => {
        started += 1;
        return slow.done;
      }),
    );
    expect(await lanes.run('emergency', () => Promise.resolve('closed'))).toBe('closed');
    expect(started).toBe(LANE_CONCURRENCY.routine);
    expect(lanes.pending).toBe(100);
    slow.finish();
    await Promise.all(routine);
    expect([started, lanes.pending]).toEqual([100, 0]);
  });

  it('start a task inside the call while the lane has room', () => {
    const lanes = createRequestLanes();
    let started = false;
    void lanes.run('emergency', () => {
      started = true;
      return Promise.resolve();
    });
    expect(started).toBe(true);
  });

  it.each(['emergency', 'protective', 'routine'] as const)('bound the %s lane', async (lane) => {
    const lanes = createRequestLanes();
    const gate = deferred();
    let running = 0;
    const tasks = Array.from({ length: 40 }, () =>
      lanes.run(lane, () => {
        running += 1;
        return gate.done;
      }),
    );
    expect(running).toBe(LANE_CONCURRENCY[lane]);
    gate.finish();
    await Promise.all(tasks);
    expect(running).toBe(40);
  });

  it('settle as the task does and never repeat a write', async () => {
    const lanes = createRequestLanes();
    const task = vi.fn(() => Promise.reject(new Error('reset')));
    await expect(lanes.run('emergency', task)).rejects.toThrow('reset');
    expect(task).toHaveBeenCalledTimes(1);
    const throws = () => {
      throw new Error('before any promise');
    };
    await expect(lanes.run('routine', throws)).rejects.toThrow('before any promise');
    expect(lanes.pending).toBe(0);
  });
});

describe('reads', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are tried again after a failure, waiting outside the lane', async () => {
    const lanes = createRequestLanes();
    let attempts = 0;
    const reads = Array.from({ length: LANE_CONCURRENCY.routine }, () =>
      lanes.read(() => {
        attempts += 1;
        return attempts <= LANE_CONCURRENCY.routine
          ? Promise.reject(new Error('reset'))
          : Promise.resolve(attempts);
      }),
    );
    await vi.advanceTimersByTimeAsync(1);
    // All pause; the lane is free for others.
    expect(lanes.pending).toBe(LANE_CONCURRENCY.routine);
    expect(await lanes.run('routine', () => Promise.resolve('free'))).toBe('free');
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await Promise.all(reads)).every((result) => result > 0)).toBe(true);
    expect(lanes.pending).toBe(0);
  });

  it('end with the last failure', async () => {
    const lanes = createRequestLanes();
    const task = vi.fn(() => Promise.reject(new Error(`failure ${task.mock.calls.length}`)));
    const read = expect(lanes.read(task)).rejects.toThrow(`failure ${SAFE_RETRIES + 1}`);
    await vi.advanceTimersByTimeAsync(5_000);
    await read;
    expect(task).toHaveBeenCalledTimes(SAFE_RETRIES + 1);
  });

  it.each([
    ['an error that says it cannot get better', new ExchangeError('EXCHANGE_REJECTED', 'no')],
    ['a programming mistake', new TypeError('x is not a function')],
    ['something that is no error', 'a string'],
  ])('are not repeated after %s', async (_what, reason) => {
    const lanes = createRequestLanes();
    const task = vi.fn(() => Promise.reject(reason));
    const caught = lanes.read(task).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await caught).toBe(reason);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('stop when a later failure says that it cannot get better', async () => {
    const lanes = createRequestLanes();
    const final = new ExchangeError('EXCHANGE_REJECTED', 'no');
    let attempts = 0;
    const caught = lanes
      .read(() => {
        attempts += 1;
        return Promise.reject(attempts === 1 ? new Error('reset') : final);
      })
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([await caught, attempts]).toEqual([final, 2]);
  });

  it('count once while they are tried again', async () => {
    const lanes = createRequestLanes();
    const gate = deferred();
    let attempts = 0;
    const read = lanes.read(() => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('reset')) : gate.done;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect([attempts, lanes.pending]).toEqual([2, 1]);
    gate.finish();
    await read;
    expect(lanes.pending).toBe(0);
  });

  it('are repeated after an error of ours that may get better', async () => {
    const lanes = createRequestLanes();
    const busy = new ExchangeError('EXCHANGE_UNREACHABLE', 'busy', { retryable: true });
    let attempts = 0;
    const read = lanes.read(() => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(busy) : Promise.resolve('read');
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe('read');
  });
});
