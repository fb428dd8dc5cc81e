import { setTimeout as realTime } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { runFor, runUntil } from '../../../src/testing/run-time.js';

function elapsed(clock: VirtualClock, ms: number): Promise<number> {
  return new Promise((resolve) => {
    clock.setTimer(() => resolve(clock.monotonic()), ms);
  });
}

describe('runUntil', () => {
  it('moves time from timer to timer, and no further than needed', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.setTimer(() => seen.push(1), 100);
    clock.setTimer(() => seen.push(2), 10_000);
    const chained = elapsed(clock, 50).then(() => elapsed(clock, 200));
    expect(await runUntil(clock, chained)).toBe(250);
    expect(clock.monotonic()).toBe(250);
    expect(seen).toEqual([1]);
  });

  it('moves nothing for what is settled', async () => {
    const clock = new VirtualClock();
    clock.setTimer(() => {}, 5);
    expect(await runUntil(clock, Promise.resolve('at once'))).toBe('at once');
    expect(clock.monotonic()).toBe(0);
  });

  it('passes a rejection on', async () => {
    const clock = new VirtualClock();
    const failing = elapsed(clock, 10).then(() => Promise.reject(new Error('refused')));
    await expect(runUntil(clock, failing)).rejects.toThrow('refused');
  });

  it('gives up after the limit', async () => {
    const clock = new VirtualClock();
    const tick = (): void => void clock.setTimer(tick, 700);
    tick();
    await expect(runUntil(clock, new Promise(() => {}), { withinMs: 2_000 })).rejects.toThrow(
      'does not settle within 2000 ms of virtual time',
    );
    expect(clock.monotonic()).toBe(2_000);
  });

  it('gives up when nothing is due any more', async () => {
    await expect(runUntil(new VirtualClock(), new Promise(() => {}))).rejects.toThrow(
      'no timer is due',
    );
  });

  it('waits for files and threads while nothing is due', async () => {
    expect(await runUntil(new VirtualClock(), realTime(20, 'read'))).toBe('read');
  });

  it('holds time while work of real time is under way', async () => {
    const clock = new VirtualClock();
    let isBusy = true;
    const work = realTime(20).then(() => {
      isBusy = false;
      return clock.monotonic();
    });
    clock.setTimer(() => {}, 1);
    expect(await runUntil(clock, work, { isBusy: () => isBusy })).toBe(0);
  });

  it('reaches due times that are no whole ms', async () => {
    const clock = new VirtualClock();
    expect(await runUntil(clock, elapsed(clock, 0.3))).toBe(0.3);
    // Too small to show in wall time.
    expect(await runUntil(clock, elapsed(clock, 0.000_01))).toBeCloseTo(0.3, 3);
  });
});

describe('runFor', () => {
  it('fires what is due in order, with everything in between', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    void elapsed(clock, 10).then(async () => {
      seen.push('first');
      await elapsed(clock, 10);
      seen.push('its follower');
    });
    void elapsed(clock, 15).then(() => seen.push('second'));
    void elapsed(clock, 31).then(() => seen.push('too late'));
    await runFor(clock, 30);
    expect(seen).toEqual(['first', 'second', 'its follower']);
    expect(clock.monotonic()).toBe(30);
  });
});
