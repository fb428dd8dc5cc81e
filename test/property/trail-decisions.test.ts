import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, HUNDRED, roundDecimal } from '../../src/model/decimal.js';
import type { TrancheId } from '../../src/model/ids.js';
import type { ArmedTrail } from '../../src/triggers/armed-trail.js';
import {
  type ArmedLevel,
  type LevelHandle,
  PriceBook,
  type TrailHandle,
} from '../../src/triggers/price-book.js';

const JUMP_PCT = 10;

interface Following {
  readonly handle: TrailHandle;
  readonly trail: ArmedTrail;
  peak: Decimal;
}

/** What a price book promises, by looking at everything on every tick. */
class EveryTrail {
  readonly book = new PriceBook(JUMP_PCT);
  readonly trails: Following[] = [];
  readonly left: Following[] = [];
  readonly levels = new Map<LevelHandle, ArmedLevel>();

  raise(price: Decimal): void {
    for (const each of this.trails) each.peak = betterOf(each, price);
  }

  /** Levels and trails at or past the price, taken out. */
  take(price: Decimal): ArmedLevel[] {
    const hits: ArmedLevel[] = [];
    for (const [handle, level] of this.levels) {
      if (!isPassed(price, level)) continue;
      hits.push(level);
      this.levels.delete(handle);
    }
    for (const each of [...this.trails]) {
      const level = levelAt(each.trail, each.peak);
      if (!isPassed(price, level)) continue;
      hits.push(level);
      this.drop(each);
    }
    return hits;
  }

  drop(one: Following): void {
    this.trails.splice(this.trails.indexOf(one), 1);
    this.left.push(one);
  }

  /** Whether every level is further away from the price than rounding explains. */
  isClearOf(price: Decimal): boolean {
    for (const level of this.levels.values()) if (isPassed(price, level)) return false;
    return this.trails.every((each) => {
      const { side, tickSize, callbackPct } = each.trail;
      const peak = betterOf(each, price);
      const away = peak.times(callbackPct).div(HUNDRED);
      const slack = peak.times('0.00000001').plus(Math.max(tickSize, ...this.tickSizes()));
      return side === 'LONG'
        ? price.gt(peak.minus(away).plus(slack))
        : price.lt(peak.plus(away).minus(slack));
    });
  }

  tickSizes(): readonly number[] {
    return [...this.trails, ...this.left].map(({ trail }) => trail.tickSize);
  }
}

function betterOf({ trail, peak }: Following, price: Decimal): Decimal {
  return (trail.side === 'LONG' ? price.gt(peak) : price.lt(peak)) ? price : peak;
}

function isPassed(price: Decimal, { price: level, direction }: ArmedLevel): boolean {
  return direction === 'up' ? price.gte(level) : price.lte(level);
}

function levelAt({ trancheId, side, levelAt }: ArmedTrail, peak: Decimal): ArmedLevel {
  const direction = side === 'LONG' ? 'down' : 'up';
  return { trancheId, rule: 'trailing-stop', slot: 0, price: levelAt(peak), direction };
}

function trailOf(id: string, long: boolean, callback: string, tick: string): ArmedTrail {
  const callbackPct = decimal(callback);
  const levelAt = (peak: Decimal): Decimal => {
    const away = peak.times(callbackPct).div(HUNDRED);
    const raw = long ? peak.minus(away) : peak.plus(away);
    return roundDecimal(raw, decimal(tick), long ? 'ceil' : 'floor');
  };
  return {
    trancheId: id as TrancheId,
    side: long ? 'LONG' : 'SHORT',
    callbackPct,
    levelAt,
    tickSize: Number(tick),
  };
}

/** Whole prices near each other and some between them, so that prices, peaks and levels coincide. */
const price = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 970, max: 1030 }).map(String) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 970_000, max: 1_030_000 }).map((n) => String(n / 1000)),
  },
  { weight: 1, arbitrary: fc.double({ min: 990, max: 1010, noNaN: true }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('850', '1200', '999.9999999999999', '1000') },
);
/** Best prices that no double holds lie around those that one does. */
const peak = fc.oneof(
  { weight: 3, arbitrary: price },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '999.99999999999999999999',
      '1000.00000000000000000001',
      '1000.00000000000000000002',
      '333.33333333333333333333',
      '1003.66666666666666666667',
    ),
  },
);
const callback = fc.oneof(
  fc.constantFrom('0.01', '0.05', '0.5', '1', '1', '1', '2', '2', '2', '5', '20'),
  fc.constantFrom('1.00000000000000000001', '0.99999999999999999999', '0.3333333333'),
);
const rule = fc.constantFrom<ArmedLevel['rule']>(
  'stop-loss',
  'stop-floor',
  'take-profit',
  'trail-step',
);
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('trail' as const),
      long: fc.boolean(),
      callback,
      peak: fc.option(peak, { freq: 3 }),
      otherTick: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('level' as const), up: fc.boolean(), rule, price }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disarm' as const), index: fc.nat(12) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('disarm-level' as const), index: fc.nat(6) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tick' as const), price }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      by: fc.integer({ min: -6, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const), price }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unaccepted' as const), price }) },
);
const sequence = fc.record({
  ticks: fc.constantFrom(
    ['1', '1'],
    ['0.1', '0.1'],
    ['0.001', '0.001'],
    ['1', '0.1'],
    ['0.3', '0.7'],
  ),
  acts: fc.array(act, { minLength: 5, maxLength: 60, size: 'max' }),
});

describe('what a tick hits, trails among the levels', () => {
  it('is that of raising and looking at every trail, on the same tick, at the same level', () => {
    let quiet = 0;
    let trailing = 0;
    fc.assert(
      fc.property(sequence, ({ ticks, acts }) => {
        const naive = new EveryTrail();
        const { book } = naive;
        book.accept(1_000, 0, 0);
        for (const [index, one] of acts.entries()) {
          const id = `t${index}`;
          if (one.kind === 'trail') {
            const tick = ticks[one.otherTick ? 1 : 0] as string;
            const trail = trailOf(id, one.long, one.callback, tick);
            const start = decimal(one.peak ?? book.last);
            naive.trails.push({ handle: book.armTrail(trail, start), trail, peak: start });
          } else if (one.kind === 'level') {
            const level: ArmedLevel = {
              trancheId: id as TrancheId,
              rule: one.rule,
              slot: 0,
              price: decimal(one.price),
              direction: one.up ? 'up' : 'down',
            };
            naive.levels.set(book.arm(level), level);
          } else if (one.kind === 'disarm') {
            const gone = naive.trails[one.index];
            if (gone === undefined) continue;
            book.disarmTrail(gone.handle);
            naive.drop(gone);
          } else if (one.kind === 'disarm-level') {
            const handle = [...naive.levels.keys()][one.index];
            if (handle === undefined) continue;
            book.disarm(handle);
            naive.levels.delete(handle);
          } else if (one.kind === 'fill') {
            book.acceptInferred(Number(one.price), 0, 0);
          } else {
            const number = one.kind === 'move' ? book.last + one.by : Number(one.price);
            const at = decimal(number);
            if (one.kind !== 'unaccepted') {
              const inBand = book.insideBand(number);
              const isClear = naive.isClearOf(at);
              const isQuiet = book.acceptQuiet(number, 0, 0);
              if (!inBand) expect(isQuiet).toBe(false);
              else if (isClear) expect(isQuiet).toBe(true);
              if (isQuiet) quiet += 1;
              /** Nothing changed by a price that is not taken quietly, a jump for one. */ else
                expectSamePeaks(naive);
              if (!isQuiet) book.accept(number, 0, 0);
              naive.raise(at);
              if (isQuiet) expect(naive.take(at)).toEqual([]);
            }
            const hits = book.takeHits(at);
            trailing += hits.filter((hit) => hit.rule === 'trailing-stop').length;
            expect(plain(hits)).toEqual(plain(naive.take(at)));
            expectUrgentFirst(hits);
          }
          expectSamePeaks(naive);
          expect(book.armedCount).toBe(naive.trails.length + naive.levels.size);
        }
      }),
      { numRuns: 3_000 },
    );
    /** Neither kind of tick is missing from what was tried. */
    expect(quiet).toBeGreaterThan(5_000);
    expect(trailing).toBeGreaterThan(5_000);
  }, 60_000);
});

function expectSamePeaks({ book, trails, left }: EveryTrail): void {
  for (const { handle, peak } of [...trails, ...left]) {
    if (!book.peakOf(handle).eq(peak)) expect(book.peakOf(handle).toFixed()).toBe(peak.toFixed());
  }
  expect(trails.every(({ handle }) => book.isTrailArmed(handle))).toBe(true);
  expect(left.some(({ handle }) => book.isTrailArmed(handle))).toBe(false);
}

/** In an order of its own: what is equally urgent may come in any order. */
function plain(hits: readonly ArmedLevel[]): readonly string[] {
  return hits
    .map((hit) => `${hit.trancheId} ${hit.rule} ${hit.direction} ${hit.price.toFixed()}`)
    .sort();
}

function expectUrgentFirst(hits: readonly ArmedLevel[]): void {
  const stops = ['stop-loss', 'stop-floor', 'trailing-stop'];
  for (const [index, hit] of hits.entries()) {
    const next = hits[index + 1];
    if (next === undefined || !stops.includes(next.rule)) continue;
    expect(stops).toContain(hit.rule);
    if (hit.direction !== next.direction) continue;
    const away = hit.price.cmp(next.price) * (hit.direction === 'down' ? 1 : -1);
    expect(away).toBeGreaterThanOrEqual(0);
    if (away === 0) expect(stops.indexOf(hit.rule)).toBeLessThanOrEqual(stops.indexOf(next.rule));
  }
}
