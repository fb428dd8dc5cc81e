import { describe, expect, it } from 'vitest';
import { VenueClock } from '../../../src/execution/venue-clock.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const START = 1_700_000_000_000;

/** An answer that takes `tripMs`, made by an exchange whose clock is ahead by `aheadMs`. */
async function measured(clock: VirtualClock, venue: VenueClock, aheadMs: number, tripMs: number) {
  const answer = venue.measure(async () => {
    const told = START + clock.monotonic() + tripMs / 2 + aheadMs;
    clock.advanceBy(tripMs);
    return told;
  });
  return answer;
}

describe('the clock of the exchange', () => {
  it('is the wall clock until it was measured', () => {
    const clock = new VirtualClock(START);
    const venue = new VenueClock(clock);
    clock.advanceBy(5);
    clock.jumpWallBy(1_000);
    expect(venue.now()).toBe(START + 1_005);
  });

  it('stays as it is while the answer can be explained by the time it took', async () => {
    const clock = new VirtualClock(START);
    const venue = new VenueClock(clock);
    await measured(clock, venue, 40, 100);
    expect(venue.now()).toBe(START + 100);
  });

  it('is corrected by as little as explains the answer', async () => {
    const clock = new VirtualClock(START);
    const ahead = new VenueClock(clock);
    await measured(clock, ahead, 5_000, 100);
    expect(ahead.now() - clock.now()).toBe(4_950);
    const behind = new VenueClock(clock);
    await measured(clock, behind, -5_000, 100);
    expect(behind.now() - clock.now()).toBe(-4_950);
  });

  it('does not follow a jump of the wall clock once it was measured', async () => {
    const clock = new VirtualClock(START);
    const venue = new VenueClock(clock);
    await measured(clock, venue, 0, 10);
    clock.jumpWallBy(3_600_000);
    expect(venue.now()).toBe(START + 10);
    await measured(clock, venue, 0, 10);
    expect(venue.now()).toBe(START + 20);
    expect(venue.toVenue(clock.now())).toBe(START + 20);
  });

  it('believes no answer that is not a time', async () => {
    const clock = new VirtualClock(START);
    const venue = new VenueClock(clock);
    expect(await venue.measure(async () => Number.NaN)).toBe(START);
    expect(await venue.measure(async () => 0)).toBe(START);
  });
});
