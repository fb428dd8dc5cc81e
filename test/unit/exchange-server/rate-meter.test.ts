import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../../src/testing/exchange-server/rate-meter.js';

const LIMITS = {
  weightPerMinute: 10,
  ordersPer10s: 2,
  ordersPerMinute: 3,
  refusalsBeforeBan: 1,
  banMs: 5_000,
  streamMessagesPerSecond: 10,
};

describe('the rate meter', () => {
  it('counts in windows of the clock', () => {
    let now = 59_000;
    const meter = new RateMeter(LIMITS, () => now);
    expect(meter.take(10, [0, 0])).toBeNull();
    expect(meter.headers(false)).toEqual({ 'x-mbx-used-weight-1m': '10' });
    expect(meter.take(1, [0, 0])).toMatchObject({ status: 429, code: -1003, retryAfterSeconds: 1 });
    now = 60_000;
    expect(meter.take(1, [0, 0])).toBeNull();
    expect(meter.headers(true)).toMatchObject({ 'x-mbx-used-weight-1m': '1' });
  });

  it('counts orders in two windows', () => {
    let now = 0;
    const meter = new RateMeter({ ...LIMITS, refusalsBeforeBan: 9 }, () => now);
    expect(meter.take(0, [2, 2])).toBeNull();
    expect(meter.take(0, [1, 1])).toMatchObject({ code: -1015, retryAfterSeconds: 10 });
    now = 10_000;
    expect(meter.take(0, [1, 1])).toBeNull();
    expect(meter.take(0, [1, 1])).toMatchObject({ code: -1015, retryAfterSeconds: 50 });
  });

  it('bans who goes on', () => {
    let now = 0;
    const meter = new RateMeter(LIMITS, () => now);
    expect(meter.take(11, [0, 0])?.status).toBe(429);
    expect(meter.take(1, [0, 0])).toMatchObject({ status: 418, retryAfterSeconds: 5 });
    now = 4_999;
    expect(meter.take(0, [0, 0])?.status).toBe(418);
    now = 60_000;
    expect(meter.take(0, [0, 0])).toBeNull();
  });
});
