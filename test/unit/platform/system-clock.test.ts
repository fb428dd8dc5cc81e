import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../src/platform/system-clock.js';

describe('SystemClock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('tells wall time in whole ms and monotonic time', () => {
    const clock = new SystemClock();
    const before = clock.monotonic();
    expect(clock.now()).toBe(1_700_000_000_000);
    vi.advanceTimersByTime(1_500);
    expect(clock.now()).toBe(1_700_000_001_500);
    expect(clock.monotonic() - before).toBe(1_500);
  });

  it('fires once after the delay, never inside the call', () => {
    const clock = new SystemClock();
    const fired = vi.fn();
    clock.setTimer(fired, 100);
    clock.setTimer(fired, -1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(99);
    expect(fired).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    expect(fired).toHaveBeenCalledTimes(2);
  });

  it('fires no cleared timer', () => {
    const clock = new SystemClock();
    const fired = vi.fn();
    const timer = clock.setTimer(fired, 100);
    clock.clearTimer(timer);
    clock.clearTimer(undefined);
    vi.advanceTimersByTime(200);
    expect(fired).not.toHaveBeenCalled();
  });

  it('is never early: a native timer that fires too soon is set again', () => {
    const clock = new SystemClock();
    const fired = vi.fn();
    const measured = vi.spyOn(performance, 'now');
    const origin = performance.now();
    measured.mockReturnValue(origin);
    clock.setTimer(fired, 100);
    measured.mockReturnValue(origin + 99.5);
    vi.advanceTimersByTime(100);
    expect(fired).not.toHaveBeenCalled();
    measured.mockReturnValue(origin + 100.5);
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('chains delays that are longer than a native timer can hold', () => {
    const clock = new SystemClock();
    const fired = vi.fn();
    const days = 40 * 86_400_000;
    const timer = clock.setTimer(fired, days);
    vi.advanceTimersByTime(days - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    clock.clearTimer(timer);
  });

  it('keeps the process alive unless told otherwise', () => {
    vi.useRealTimers();
    const native = vi.spyOn(globalThis, 'setTimeout');
    const clocks = [new SystemClock(), new SystemClock({ keepAlive: false })];
    const timers = clocks.map((clock) => clock.setTimer(() => {}, 60_000));
    const handles = native.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(handles.map((handle) => handle.hasRef())).toEqual([true, false]);
    clocks.forEach((clock, index) => {
      clock.clearTimer(timers[index]);
    });
  });
});
