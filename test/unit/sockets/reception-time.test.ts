import { afterEach, describe, expect, it, vi } from 'vitest';
import { receptionTime } from '../../../src/platform/sockets/reception-time.js';
import { SystemClock } from '../../../src/platform/system-clock.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

afterEach(() => vi.restoreAllMocks());

describe('the time of reception', () => {
  it('is read once for the frames of one turn, and anew for those of the next', async () => {
    let now = 100;
    const read = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const receivedAt = receptionTime(new SystemClock());
    expect([receivedAt(), receivedAt()]).toEqual([100, 100]);
    now = 105;
    expect(receivedAt()).toBe(100);
    expect(read).toHaveBeenCalledTimes(1);
    await null;
    expect([receivedAt(), receivedAt()]).toEqual([105, 105]);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('does not fall behind in a turn of many frames', () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const receivedAt = receptionTime(new SystemClock());
    for (let frame = 0; frame < 1_000; frame += 1) {
      now += 1;
      expect(now - receivedAt()).toBeLessThan(64);
    }
  });

  it('is that of a virtual clock at any moment', () => {
    const clock = new VirtualClock();
    const receivedAt = receptionTime(clock);
    expect(receivedAt()).toBe(0);
    clock.advanceBy(7);
    expect(receivedAt()).toBe(7);
  });
});
