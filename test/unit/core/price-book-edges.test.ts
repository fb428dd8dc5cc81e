import { describe, expect, it } from 'vitest';
import { CLOCK_SPREAD_MS } from '../../../src/limits.js';
import { decimal } from '../../../src/model/decimal.js';
import type { TrancheId } from '../../../src/model/ids.js';
import { type ArmedLevel, PriceBook } from '../../../src/triggers/price-book.js';

function level(
  price: string,
  direction: 'up' | 'down',
  rule: ArmedLevel['rule'] = 'stop-loss',
): ArmedLevel {
  return { trancheId: price as TrancheId, rule, slot: 0, price: decimal(price), direction };
}

/** A book with a band of 50 %, which doubles hold exactly, at a last price of 100. */
function bookAt100(): PriceBook {
  const book = new PriceBook(50);
  book.accept(100, 5, 1);
  return book;
}

describe('the band around the last price', () => {
  it.each([
    [49.9, false],
    [50, true],
    [150, true],
    [150.1, false],
  ])('%d inside: %s, with and without a word', (price, inside) => {
    expect(bookAt100().insideBand(price)).toBe(inside);
    expect(bookAt100().acceptQuiet(price, 5, 2)).toBe(inside);
  });

  it('holds nothing before the first price, and nothing after it was forgotten', () => {
    const book = new PriceBook(50);
    expect(book.insideBand(100)).toBe(false);
    book.acceptInferred(100, 1, 5);
    book.forget();
    expect([book.last, book.isInferred, book.insideBand(100)]).toEqual([Number.NaN, false, false]);
  });
});

describe('the nearest levels', () => {
  it('are hit at the level itself, from above and from below', () => {
    const book = bookAt100();
    book.arm(level('90', 'down'));
    book.arm(level('110', 'up'));
    expect([90, 90.1, 109.9, 110].map((price) => book.acceptQuiet(price, 5, 2))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('come first within a rule, and every stop comes before every take-profit', () => {
    const book = bookAt100();
    const profit = level('120', 'down', 'take-profit');
    const stops = [level('105', 'up'), level('101', 'up'), level('103', 'up')] as const;
    const grace = level('102', 'up', 'take-profit-beyond');
    for (const each of [profit, ...stops, grace]) book.arm(each);
    expect(book.takeHits(decimal('110'))).toEqual([stops[1], stops[2], stops[0], profit, grace]);
  });

  it('stay where they are when doubles alone call them hit', () => {
    const above = bookAt100();
    above.arm(level('100.000000000000000001', 'up'));
    expect(above.takeHits(decimal('100'))).toEqual([]);
    expect([above.acceptQuiet(99, 5, 2), above.acceptQuiet(100, 5, 2)]).toEqual([true, false]);

    const below = bookAt100();
    const almost = level('99.999999999999999999', 'down');
    below.arm(almost);
    expect(below.takeHits(decimal('100'))).toEqual([]);
    expect([below.acceptQuiet(101, 5, 2), below.acceptQuiet(100, 5, 2)]).toEqual([true, false]);
    expect(below.takeHits(decimal('99'))).toEqual([almost]);
  });

  it('have handles from zero, and an unknown handle waits for nothing', () => {
    const book = bookAt100();
    expect([book.isArmed(0), book.arm(level('110', 'up')), book.isArmed(0)]).toEqual([
      false,
      0,
      true,
    ]);
    book.disarm(7);
    expect([book.isArmed(7), book.armedCount]).toEqual([false, 1]);
  });
});

describe('the times of a price', () => {
  it('are those of the latest exchange time and of the last reception', () => {
    const book = bookAt100();
    book.accept(101, 3, 2);
    expect([book.lastExchangeTime, book.lastReceivedAt, book.lastHeardAt]).toEqual([5, 2, 2]);
    expect(book.acceptQuiet(102, 4, 3)).toBe(false);
    expect(book.acceptQuiet(102, 6, 3)).toBe(true);
    expect([book.lastExchangeTime, book.lastReceivedAt, book.lastHeardAt]).toEqual([6, 3, 3]);
  });

  it('begin anew when they are restarted', () => {
    const book = bookAt100();
    book.restartTimeAt(2);
    expect(book.lastExchangeTime).toBe(2);
    expect(book.acceptQuiet(101, 3, 2)).toBe(true);
  });

  it('of a fill lag by the spread of the clocks, and never run back', () => {
    const book = bookAt100();
    book.acceptInferred(101, 2, CLOCK_SPREAD_MS);
    expect(book.lastExchangeTime).toBe(5);
    book.acceptInferred(101, 3, CLOCK_SPREAD_MS + 50);
    expect([book.lastExchangeTime, book.lastReceivedAt]).toEqual([50, 3]);
  });

  it('let a fill count as hearing the feed once, until it is not listened to any more', () => {
    const book = new PriceBook(50);
    expect(book.lastHeardAt).toBe(Number.NEGATIVE_INFINITY);
    book.acceptInferred(100, 7, 5);
    book.acceptInferred(100, 8, 6);
    expect([book.lastHeardAt, book.lastReceivedAt]).toEqual([7, 8]);
    book.stopHearing();
    expect(book.lastHeardAt).toBe(Number.NEGATIVE_INFINITY);
    book.acceptInferred(100, 9, 7);
    expect(book.lastHeardAt).toBe(9);
  });

  it('belong to a price of the feed as soon as it tells one', () => {
    const book = new PriceBook(50);
    expect(book.isInferred).toBe(false);
    book.acceptInferred(100, 1, 5);
    expect(book.isInferred).toBe(true);
    book.accept(100, 5, 2);
    expect(book.isInferred).toBe(false);
  });
});
