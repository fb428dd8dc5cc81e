import { describe, expect, it } from 'vitest';
import { DelayLine } from '../../../src/adapters/exchanges/paper/delay-line.js';
import type { Clock } from '../../../src/ports/clock.js';

describe('DelayLine', () => {
  it('keeps the order although timers of equal delay change places', () => {
    const timers: (() => void)[] = [];
    const unordered: Clock = {
      now: () => 0,
      monotonic: () => 0,
      setTimer: (callback) => timers.push(callback),
      clearTimer: () => {},
    };
    const line = new DelayLine(unordered, 10);
    const told: string[] = [];
    for (const name of ['first', 'second', 'third']) line.send(() => told.push(name));
    for (const fire of timers.reverse()) fire();
    expect(told).toEqual(['first', 'second', 'third']);
  });
});
