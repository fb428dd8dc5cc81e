import { describe, expect, it } from 'vitest';
import { hostSilence, silenceHost } from '../../../src/platform/host-silence.js';
import { SystemClock } from '../../../src/platform/system-clock.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const HOST = 'https://exchange.test';

describe('the silence that a host asked for', () => {
  it('is one for all clocks of the system: a ban is of the address', () => {
    const [exchange, feed] = [new SystemClock(), new SystemClock({ keepAlive: false })];
    const before = exchange.monotonic();
    silenceHost(exchange, `${HOST}/fapi/v1/order`, 60_000);
    expect(hostSilence(feed, HOST).until).toBeGreaterThanOrEqual(before + 60_000);
    expect(hostSilence(feed, HOST)).toBe(hostSilence(exchange, HOST));
  });

  it('is not shared by other clocks, whose times cannot be compared', () => {
    const [one, other] = [new VirtualClock(), new VirtualClock()];
    silenceHost(one, HOST, 1_000);
    expect(hostSilence(one, HOST).until).toBe(1_000);
    for (const clock of [other, new SystemClock()]) {
      expect(hostSilence(clock, 'https://quiet.test').until).toBe(Number.NEGATIVE_INFINITY);
    }
    expect(hostSilence(other, HOST).until).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is of that host alone, whatever the path', () => {
    const clock = new VirtualClock();
    silenceHost(clock, `${HOST}/a?b=c`, 1_000);
    expect(hostSilence(clock, `${HOST}:443/d`).until).toBe(1_000);
    for (const url of [`${HOST}:8443`, 'https://other.exchange.test']) {
      expect(hostSilence(clock, url).until).toBe(Number.NEGATIVE_INFINITY);
    }
  });

  it('is never shortened', () => {
    const clock = new VirtualClock();
    silenceHost(clock, HOST, 5_000);
    clock.advanceBy(1_000);
    silenceHost(clock, HOST, 1_000);
    expect(hostSilence(clock, HOST).until).toBe(5_000);
  });
});
