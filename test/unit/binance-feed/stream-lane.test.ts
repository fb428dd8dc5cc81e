import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MarketEvent } from '../../../src/adapters/feeds/binance-dialect/decode-frame.js';
import { StreamLane } from '../../../src/adapters/feeds/binance-dialect/stream-lane.js';

function event(id: number, time = id): MarketEvent {
  return { kind: 'trade', symbol: 'BTCUSDT', id, price: id, ask: Number.NaN, time, sentAt: time };
}

class LaneBench {
  readonly lane = new StreamLane('BTCUSDT', 'trade', 0);
  readonly told: number[] = [];
  readonly tell = (_lane: StreamLane, { id }: MarketEvent): void => {
    this.told.push(id);
  };

  old(...ids: readonly number[]): this {
    for (const id of ids) this.lane.take(event(id), false, 0, this.tell);
    return this;
  }

  fresh(...ids: readonly number[]): this {
    for (const id of ids) this.lane.take(event(id), true, 0, this.tell);
    return this;
  }
}

describe('a stream lane', () => {
  it('holds a new connection back until the old one has come to where it began', () => {
    const bench = new LaneBench().old(1, 2).fresh(5, 6);
    expect(bench.told).toEqual([1, 2]);
    bench.old(3, 4);
    expect(bench.told).toEqual([1, 2, 3, 4]);
    bench.old(5);
    expect(bench.told).toEqual([1, 2, 3, 4, 5, 6]);
    bench.fresh(7).old(6, 7, 8).fresh(8);
    expect(bench.told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('tells what is held when the old connection ends', () => {
    const bench = new LaneBench().old(1).fresh(5, 6);
    bench.lane.endOverlap(bench.tell);
    expect(bench.told).toEqual([1, 5, 6]);
    bench.old(7);
    expect(bench.told).toEqual([1, 5, 6, 7]);
  });

  it('forgets what is held when the new connection fails', () => {
    const bench = new LaneBench().old(1).fresh(3);
    bench.lane.dropReplacement();
    bench.old(2, 3, 4);
    expect(bench.told).toEqual([1, 2, 3, 4]);
  });

  it('says how long something is held', () => {
    const bench = new LaneBench().old(1);
    expect(bench.lane.isHoldOver(5_000)).toBe(false);
    bench.fresh(3);
    expect(bench.lane.isHoldOver(999)).toBe(false);
    expect(bench.lane.isHoldOver(1_000)).toBe(true);
  });

  it('holds a bounded number of events, and says when it is too many', () => {
    const bench = new LaneBench().old(1);
    const results = Array.from({ length: 10_000 }, (_, index) =>
      bench.lane.take(event(index + 10), true, 0, bench.tell),
    );
    expect(results.filter((isComplete) => !isComplete)).toHaveLength(1);
    expect(bench.told).toHaveLength(10_001);
  });

  it('tells nothing that is older than what came by request', () => {
    const bench = new LaneBench().old(1);
    bench.lane.toldByRequest(100);
    bench.lane.take(event(2, 99), false, 0, bench.tell);
    bench.lane.take(event(3, 100), false, 0, bench.tell);
    expect(bench.told).toEqual([1, 3]);
  });

  it('follows an exchange that counts anew, rather than to be blind', () => {
    const bench = new LaneBench().old(1_000);
    for (let id = 1; id <= 60; id += 1)
      bench.lane.take(event(id, 2_000 + id), false, 0, bench.tell);
    expect(bench.told).toEqual([1_000, ...Array.from({ length: 11 }, (_, index) => 50 + index)]);
  });

  it('does not follow a stream that lags', () => {
    const bench = new LaneBench().old(1);
    bench.lane.toldByRequest(1_000_000);
    bench.lane.isLate = true;
    for (let id = 2; id <= 200; id += 1) bench.lane.take(event(id), false, 0, bench.tell);
    expect(bench.told).toEqual([1]);
  });

  it('tells two mark prices of one moment, and a repeated one once', () => {
    const lane = new StreamLane('BTCUSDT', 'mark', 0);
    const told: number[] = [];
    for (const price of [1, 2, 2, 1]) {
      const mark = { ...event(5), kind: 'mark' as const, price };
      lane.take(mark, false, 0, (_lane, one) => told.push(one.price));
    }
    expect(told).toEqual([1, 2, 1]);
  });

  it('loses, repeats and reorders nothing, however two connections overlap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.boolean(), { maxLength: 120 }),
        (count, start, overlapEnd, turns) => {
          // The old connection brings everything up to its end, the new one everything from its start.
          const freshFrom = Math.min(start, count);
          const oldUntil = Math.min(Math.max(overlapEnd, freshFrom), count);
          const old = Array.from({ length: oldUntil + 1 }, (_, index) => index + 1);
          const fresh = Array.from(
            { length: count - freshFrom },
            (_, index) => freshFrom + 1 + index,
          );
          const bench = new LaneBench();
          for (const isFresh of turns) {
            const id = (isFresh ? fresh : old).shift();
            if (id === undefined) continue;
            if (isFresh) bench.fresh(id);
            else bench.old(id);
          }
          bench.old(...old);
          bench.lane.endOverlap(bench.tell);
          for (const id of fresh) bench.old(id);
          expect(bench.told).toEqual(
            Array.from({ length: bench.told.length }, (_, index) => index + 1),
          );
          expect(bench.told.length).toBeGreaterThanOrEqual(count);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
