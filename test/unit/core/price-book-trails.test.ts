import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, HUNDRED, ONE, roundDecimal } from '../../../src/model/decimal.js';
import type { TrancheId } from '../../../src/model/ids.js';
import type { PositionSide } from '../../../src/model/side.js';
import type { ArmedTrail } from '../../../src/triggers/armed-trail.js';
import { type ArmedLevel, PriceBook } from '../../../src/triggers/price-book.js';

/** What a test watches of its trails: the price book asks for both when it touches one. */
interface Touches {
  levels: number;
  callbacks: number;
}

function trail(
  id: string,
  side: PositionSide,
  callback: string,
  tick = '0.1',
  touches: Touches = { levels: 0, callbacks: 0 },
): ArmedTrail {
  const callbackPct = decimal(callback);
  return {
    trancheId: id as TrancheId,
    side,
    get callbackPct() {
      touches.callbacks += 1;
      return callbackPct;
    },
    levelAt: (peak: Decimal) => {
      touches.levels += 1;
      const away = peak.times(callbackPct).div(HUNDRED);
      return side === 'LONG'
        ? roundDecimal(peak.minus(away), decimal(tick), 'ceil')
        : roundDecimal(peak.plus(away), decimal(tick), 'floor');
    },
    tickSize: Number(tick),
  };
}

function level(
  price: string,
  direction: 'up' | 'down',
  rule: ArmedLevel['rule'] = 'stop-loss',
): ArmedLevel {
  return {
    trancheId: `${rule} ${price}` as TrancheId,
    rule,
    slot: 0,
    price: decimal(price),
    direction,
  };
}

/** A book with a band of 50 % at a last price of 100. */
function bookAt100(): PriceBook {
  const book = new PriceBook(50);
  book.accept(100, 5, 1);
  return book;
}

/** Accepts a price as the engine does, whether quietly or not. Returns what it hits, or `quiet`. */
function tick(book: PriceBook, price: number): readonly string[] | 'quiet' {
  if (book.acceptQuiet(price, 5, 2)) return 'quiet';
  book.accept(price, 5, 2);
  return names(book.takeHits(decimal(price)));
}

function names(hits: readonly ArmedLevel[]): readonly string[] {
  return hits.map((hit) => `${hit.trancheId} ${hit.rule} ${hit.direction} ${hit.price.toFixed()}`);
}

function ticks(book: PriceBook, ...prices: readonly number[]) {
  return prices.map((price) => tick(book, price));
}

describe('a trail', () => {
  it('follows the best price and is hit at its level itself', () => {
    const book = bookAt100();
    const handle = book.armTrail(trail('a', 'LONG', '1'), decimal(100));
    expect(ticks(book, 99.2, 101, 110, 109.1)).toEqual(['quiet', 'quiet', 'quiet', 'quiet']);
    expect(book.peakOf(handle).toFixed()).toBe('110');
    expect(tick(book, 108.9)).toEqual(['a trailing-stop down 108.9']);
    expect([book.isTrailArmed(handle), book.armedCount]).toEqual([false, 0]);
    expect(ticks(book, 60, 89)).toEqual(['quiet', 'quiet']);
  });

  it('follows downwards for a SHORT', () => {
    const book = bookAt100();
    const handle = book.armTrail(trail('a', 'SHORT', '1'), decimal(100));
    expect(ticks(book, 100.8, 99, 90, 90.7)).toEqual(['quiet', 'quiet', 'quiet', 'quiet']);
    expect(book.peakOf(handle).toFixed()).toBe('90');
    expect(tick(book, 90.9)).toEqual(['a trailing-stop up 90.9']);
    expect([book.isTrailArmed(handle), book.armedCount]).toEqual([false, 0]);
  });

  it('has an exact level, rounded to the tick, where doubles and the tick mislead', () => {
    const book = bookAt100();
    /** Unrounded 98.505: rounded up, so that 98.55 is near and 98.6 is at it. */
    book.armTrail(trail('a', 'LONG', '1.495'), decimal(100));
    expect(ticks(book, 98.65, 98.61)).toEqual(['quiet', 'quiet']);
    expect(tick(book, 98.6)).toEqual(['a trailing-stop down 98.6']);
  });

  it.each([
    ['LONG', '104.00000000000000000001', '5', 98.9],
    ['LONG', '120.00000000000000000001', '2', 117.7],
    ['SHORT', '107.99999999999999999999', '5', 113.3],
  ] as const)(
    'is not missed where doubles fall short of a level: %s %s',
    (side, peak, callback, price) => {
      const book = bookAt100();
      book.armTrail(trail('a', side, callback), decimal(peak));
      expect(names(book.takeHits(decimal(price)))).toHaveLength(1);
    },
  );

  it('is asked for its level once, however long the price stays within a tick of it', () => {
    const book = bookAt100();
    const touches = { levels: 0, callbacks: 0 };
    book.armTrail(trail('a', 'LONG', '1', '0.5', touches), decimal(100));
    book.armTrail(trail('b', 'LONG', '1', '0.5', touches), decimal(100));
    expect(ticks(book, 99.4, 99.4, 99.3, 99.01)).toEqual([[], 'quiet', 'quiet', 'quiet']);
    expect(touches.levels).toBe(1);
    expect(tick(book, 99)).toHaveLength(2);
  });

  it('does not wait for trails of other ticks that left long ago', () => {
    const book = bookAt100();
    const coarse = [
      book.armTrail(trail('a', 'LONG', '50', '1'), decimal(100)),
      book.armTrail(trail('b', 'LONG', '50', '10'), decimal(100)),
    ];
    for (const each of coarse) book.disarmTrail(each);
    const touches = { levels: 0, callbacks: 0 };
    book.armTrail(trail('c', 'LONG', '1.03', '0.1', touches), decimal(100));
    book.armTrail(trail('d', 'LONG', '1.04', '0.1', touches), decimal(100));
    expect(ticks(book, 99.2, 99.05, 99.04)).toEqual(['quiet', [], 'quiet']);
    expect(touches.levels).toBe(1);
  });

  it('is raised by a price before the price is held against it', () => {
    const book = bookAt100();
    const handle = book.armTrail(trail('a', 'LONG', '0.001', '1'), decimal('90.5'));
    /** A callback below one tick: whatever raises the trail is at its level. */
    expect(book.acceptQuiet(101, 6, 2)).toBe(false);
    expect([book.last, book.lastExchangeTime, book.peakOf(handle).toFixed()]).toEqual([
      100,
      5,
      '90.5',
    ]);
    book.accept(101, 6, 2);
    expect([book.peakOf(handle).toFixed(), book.isTrailArmed(handle)]).toEqual(['101', true]);
    expect(names(book.takeHits(decimal(101)))).toEqual(['a trailing-stop down 101']);
    expect(book.peakOf(handle).toFixed()).toBe('101');
  });

  it('leaves those of the other side alone when one of them would be hit', () => {
    const book = bookAt100();
    const long = book.armTrail(trail('a', 'LONG', '5'), decimal(90));
    const short = book.armTrail(trail('b', 'SHORT', '0.001', '1'), decimal(110));
    expect(book.acceptQuiet(100, 5, 2)).toBe(false);
    expect([long, short].map((each) => book.peakOf(each).toFixed())).toEqual(['90', '110']);
    expect(tick(book, 100)).toEqual(['b trailing-stop up 100']);
    expect(book.peakOf(long).toFixed()).toBe('100');
  });

  it('can be held against a price that is not accepted, which raises nothing', () => {
    const book = bookAt100();
    const handle = book.armTrail(trail('a', 'LONG', '1'), decimal(100));
    expect(book.takeHits(decimal(140))).toEqual([]);
    expect(book.peakOf(handle).toFixed()).toBe('100');
    expect(names(book.takeHits(decimal(30)))).toEqual(['a trailing-stop down 99']);
    expect([book.last, book.peakOf(handle).toFixed()]).toEqual([100, '100']);
  });

  it.each([
    ['a jump', 151, 5],
    ['a late price', 110, 4],
    ['what is no number', Number.NaN, 5],
    ['an endless one', Number.POSITIVE_INFINITY, 5],
  ])('is not raised by %s that is refused', (_what, price, time) => {
    const book = bookAt100();
    const handle = book.armTrail(trail('a', 'LONG', '1'), decimal(100));
    expect(book.acceptQuiet(price, time, 2)).toBe(false);
    expect(book.peakOf(handle).toFixed()).toBe('100');
    expect(ticks(book, 99.2)).toEqual(['quiet']);
  });

  it('is not raised by the price of a fill, only by one of the feed', () => {
    const book = bookAt100();
    const handle = book.armTrail(trail('a', 'LONG', '1'), decimal(100));
    book.acceptInferred(120, 2, 5);
    expect(book.peakOf(handle).toFixed()).toBe('100');
    expect(tick(book, 119)).toBe('quiet');
    expect(book.peakOf(handle).toFixed()).toBe('119');
  });

  it('keeps the best price that it had when it was taken out', () => {
    const book = bookAt100();
    const [hit, gone] = [
      book.armTrail(trail('a', 'LONG', '1'), decimal(100)),
      book.armTrail(trail('b', 'LONG', '20'), decimal(100)),
    ];
    ticks(book, 110, 100);
    book.disarmTrail(gone);
    book.disarmTrail(gone);
    ticks(book, 90, 130);
    expect([hit, gone].map((each) => book.peakOf(each).toFixed())).toEqual(['110', '110']);
    expect([hit, gone].map((each) => book.isTrailArmed(each))).toEqual([false, false]);
  });

  it.each([
    ['a best price of zero', trail('a', 'LONG', '1'), decimal(0), 'best price'],
    ['no tick', trail('a', 'LONG', '1', '0'), ONE, 'a tick'],
    ['a tick without end', { ...trail('a', 'LONG', '1'), tickSize: Infinity }, ONE, 'a tick'],
  ])('is refused with %s', (_what, wrong, peak, statement) => {
    expect(() => bookAt100().armTrail(wrong, peak)).toThrow(statement);
  });
});

describe('a best price that no double holds', () => {
  it('is kept exactly, until a better price comes', () => {
    const book = bookAt100();
    const peak = decimal(200).div(3);
    const handle = book.armTrail(trail('a', 'LONG', '10', '0.0001'), peak);
    expect(peak.toFixed()).toBe('66.66666666666666666667');
    expect(ticks(book, 66, 66.666)).toEqual(['quiet', 'quiet']);
    expect(book.peakOf(handle).eq(peak)).toBe(true);
    ticks(book, 66.667);
    expect(book.peakOf(handle).toFixed()).toBe('66.667');
  });

  it.each([
    /** Number: 100 for all four. */
    ['LONG', '99.99999999999999999999', 100, '100'],
    ['LONG', '100.00000000000000000001', 100, '100.00000000000000000001'],
    ['SHORT', '100.00000000000000000001', 100, '100'],
    ['SHORT', '99.99999999999999999999', 100, '99.99999999999999999999'],
  ] as const)(
    'is raised by the double next to it only where that is better: %s %s',
    (side, peak, price, best) => {
      const book = bookAt100();
      const handle = book.armTrail(trail('a', side, '10'), decimal(peak));
      expect(Number(peak)).toBe(100);
      ticks(book, price);
      expect(book.peakOf(handle).toFixed()).toBe(best);
    },
  );

  it('parts two trails that only decimals tell apart', () => {
    const book = bookAt100();
    const peaks = ['100.00000000000000000002', '100', '100.00000000000000000001', '100'];
    const handles = peaks.map((peak, index) =>
      book.armTrail(trail(`t${index}`, 'LONG', '10'), decimal(peak)),
    );
    ticks(book, 100);
    expect(handles.map((each) => book.peakOf(each).toFixed())).toEqual(peaks);
    ticks(book, 100.1);
    expect(handles.map((each) => book.peakOf(each).toFixed())).toEqual(peaks.map(() => '100.1'));
  });
});

describe('several trails', () => {
  it('have their own best prices until one price is better than all of them', () => {
    const book = bookAt100();
    const peaks = () => handles.map((each) => book.peakOf(each).toFixed());
    const handles = ['100', '104', '98', '104', '102'].map((peak, index) =>
      book.armTrail(trail(`t${index}`, 'LONG', String(10 + index)), decimal(peak)),
    );
    ticks(book, 99);
    expect(peaks()).toEqual(['100', '104', '99', '104', '102']);
    ticks(book, 102);
    expect(peaks()).toEqual(['102', '104', '102', '104', '102']);
    ticks(book, 101, 103);
    expect(peaks()).toEqual(['103', '104', '103', '104', '103']);
    ticks(book, 105);
    expect(peaks()).toEqual(['105', '105', '105', '105', '105']);
    expect(tick(book, 94.5)).toEqual(['t0 trailing-stop down 94.5']);
    expect(tick(book, 92)).toEqual(['t1 trailing-stop down 93.5', 't2 trailing-stop down 92.4']);
  });

  it('wait for the tightest that is left when one is disarmed, whatever its place', () => {
    const callbacks = ['5', '1', '3', '2', '7', '4', '6'];
    for (const gone of callbacks.keys()) {
      const book = bookAt100();
      const handles = callbacks.map((each) =>
        book.armTrail(trail(each, 'LONG', each), decimal(100)),
      );
      book.disarmTrail(handles[gone]!);
      const left = callbacks.filter((_, index) => index !== gone).sort();
      const hits = [99, 98, 97, 96, 95, 94, 93].flatMap((price) => tick(book, price));
      expect(hits.filter((hit) => hit !== 'quiet')).toEqual(
        left.map((each) => `${each} trailing-stop down ${100 - Number(each)}`),
      );
    }
  });

  it('are as far away as the nearest that is left, beneath others or not', () => {
    const book = bookAt100();
    const far = book.armTrail(trail('far', 'LONG', '10'), decimal(120));
    const near = book.armTrail(trail('near', 'LONG', '30'), decimal(140));
    book.armTrail(trail('last', 'LONG', '50'), decimal(110));
    expect(ticks(book, 109, 108.2)).toEqual(['quiet', 'quiet']);
    expect(book.acceptQuiet(108, 5, 2)).toBe(false);
    book.disarmTrail(far);
    expect(ticks(book, 108, 98.2)).toEqual(['quiet', 'quiet']);
    expect(book.acceptQuiet(98, 5, 2)).toBe(false);
    book.disarmTrail(near);
    expect(ticks(book, 98, 60)).toEqual(['quiet', 'quiet']);
    expect(ticks(book, 55)).toEqual([['last trailing-stop down 55']]);
  });

  it('of different tick sizes are hit at their own levels, the larger callback first where it is tighter', () => {
    const book = bookAt100();
    book.armTrail(trail('fine', 'LONG', '1.1', '0.1'), decimal(100));
    book.armTrail(trail('coarse', 'LONG', '1.5', '1'), decimal(100));
    expect(tick(book, 99)).toEqual(['coarse trailing-stop down 99']);
    expect(tick(book, 98.9)).toEqual(['fine trailing-stop down 98.9']);
  });

  it('of callbacks that doubles cannot tell apart are hit at their own levels', () => {
    const book = bookAt100();
    for (const callback of ['1.00000000000000000001', '1', '1.00000000000000000002'])
      book.armTrail(trail(callback, 'LONG', callback, '0.00000000000000000001'), decimal(100));
    expect(tick(book, 99)).toEqual(['1 trailing-stop down 99']);
    expect(book.armedCount).toBe(2);
  });
});

describe('what one price hits', () => {
  it('begins with the tightest stop, and at one level with the stop-loss', () => {
    const book = bookAt100();
    book.arm(level('101', 'down', 'take-profit'));
    book.arm(level('95', 'down', 'stop-floor'));
    book.armTrail(trail('b', 'LONG', '5'), decimal(100));
    book.arm(level('95', 'down'));
    book.arm(level('90', 'down'));
    book.armTrail(trail('a', 'LONG', '1'), decimal(100));
    book.arm(level('90', 'down', 'breakeven'));
    expect(tick(book, 90)).toEqual([
      'a trailing-stop down 99',
      'stop-loss 95 stop-loss down 95',
      'stop-floor 95 stop-floor down 95',
      'b trailing-stop down 95',
      'stop-loss 90 stop-loss down 90',
      'take-profit 101 take-profit down 101',
      'breakeven 90 breakeven down 90',
    ]);
  });

  it('tells the best price of a trail', () => {
    const book = bookAt100();
    book.armTrail(trail('a', 'LONG', '1'), decimal(100));
    book.arm(level('99', 'down'));
    ticks(book, 110);
    const hits = book.takeHits(decimal(90));
    expect(hits.map(({ peak }) => peak?.toFixed())).toEqual(['110', undefined]);
  });

  it('begins with the lowest stop for a SHORT', () => {
    const book = bookAt100();
    book.arm(level('105', 'up'));
    book.armTrail(trail('a', 'SHORT', '1'), decimal(100));
    book.armTrail(trail('b', 'SHORT', '5'), decimal(100));
    book.arm(level('102', 'up', 'trail-activation'));
    book.arm(level('103', 'up'));
    expect(tick(book, 106)).toEqual([
      'a trailing-stop up 101',
      'stop-loss 103 stop-loss up 103',
      'stop-loss 105 stop-loss up 105',
      'b trailing-stop up 105',
      'trail-activation 102 trail-activation up 102',
    ]);
  });

  it('may be of both sides: each in its own order', () => {
    const book = bookAt100();
    book.armTrail(trail('short', 'SHORT', '1'), decimal(90));
    book.arm(level('99', 'up'));
    book.armTrail(trail('long', 'LONG', '1'), decimal(120));
    book.arm(level('101', 'down'));
    expect(names(book.takeHits(decimal(100)))).toEqual([
      'long trailing-stop down 118.8',
      'stop-loss 101 stop-loss down 101',
      'short trailing-stop up 90.9',
      'stop-loss 99 stop-loss up 99',
    ]);
  });
});

describe('the work of a tick', () => {
  const COUNT = 4_096;

  it('does not grow with the trails: those with one best price move together', () => {
    const book = new PriceBook(50);
    const touches: Touches = { levels: 0, callbacks: 0 };
    const loud: number[] = [];
    const next = (price: number) => {
      if (tick(book, price) !== 'quiet') loud.push(price);
    };
    book.accept(10_000, 0, 0);
    /** Armed while the price falls: every trail has a best price of its own. */
    for (let index = 0; index < COUNT; index += 1) {
      next(10_000 - index);
      book.armTrail(
        trail(`t${index}`, 'LONG', '90.00000000000000000001', '0.1', touches),
        decimal(book.last),
      );
    }
    touches.callbacks = 0;
    for (let price = 10_000 - COUNT; price <= 10_000; price += 1) next(price + 0.5);
    /** Two exact callbacks are compared whenever a trail moves, and none moves more often than its group can double. */
    expect(touches.callbacks).toBeGreaterThan(0);
    expect(touches.callbacks).toBeLessThanOrEqual(2 * COUNT * Math.log2(COUNT));
    touches.callbacks = 0;
    for (let index = 0; index < COUNT; index += 1) next(10_001 + (index % 7) + index / 16);
    expect(touches).toEqual({ levels: 0, callbacks: 0 });
    expect(loud).toEqual([]);
    expect(book.armedCount).toBe(COUNT);
  });
});
