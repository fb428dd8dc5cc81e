import { describe, expect, it } from 'vitest';
import type { PaperOrder } from '../../../src/adapters/exchanges/paper/paper-order.js';
import { SymbolBook } from '../../../src/adapters/exchanges/paper/symbol-book.js';
import { decimal } from '../../../src/model/decimal.js';

let seq = 0;
function stopAt(level: string): PaperOrder {
  seq += 1;
  return {
    kind: 'stop-market',
    side: 'SELL',
    triggerPrice: decimal(level),
    triggerSource: 'LAST',
    rising: false,
    key: 0,
    seq,
    heapIndex: -1,
    shelf: null,
  } as PaperOrder;
}

describe('SymbolBook', () => {
  it('is quiet again once a level is cancelled or taken', () => {
    const book = new SymbolBook('BTCUSDT');
    book.accept('LAST', 100, 0);
    const cancelled = stopAt('90');
    const taken = stopAt('80');
    book.shelve(cancelled);
    book.shelve(taken);
    expect(book.accept('LAST', 90.1, 0)).toBe(false);
    expect(book.accept('LAST', 90, 0)).toBe(true);
    book.unshelve(cancelled);
    expect(book.accept('LAST', 85, 0)).toBe(false);
    expect(book.accept('LAST', 79, 0)).toBe(true);
    expect(book.takeReached('LAST', decimal(79))).toEqual([taken]);
    expect(book.accept('LAST', 70, 0)).toBe(false);
  });

  it('lets no order wait twice', () => {
    const book = new SymbolBook('BTCUSDT');
    const order = stopAt('90');
    book.unshelve(order);
    book.shelve(order);
    book.unshelve(order);
    book.accept('LAST', 50, 0);
    expect(book.takeReached('LAST', decimal(50))).toEqual([]);
  });
});
