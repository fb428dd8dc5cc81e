import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import { AccountBook } from '../../../src/testing/exchange-server/account-book.js';
import { SimInstrument } from '../../../src/testing/sim/sim-instrument.js';

const instrument = new SimInstrument({ symbol: 'XUSDT', tickSize: '0.1', stepSize: '0.01' });

describe('the account book', () => {
  it('averages what opens, realises what closes, and turns round', () => {
    const book = new AccountBook(decimal(1_000));
    const trade = (side: 'BUY' | 'SELL', steps: number, ticks: number): string =>
      book.apply(instrument, {
        side,
        positionSide: 'BOTH',
        quantity: steps,
        price: ticks,
        isMaker: false,
        time: 1,
      }).profit;
    const row = book.row('XUSDT', 'BOTH');
    expect(trade('BUY', 100, 1_000)).toBe('0');
    expect(trade('BUY', 300, 2_000)).toBe('0');
    expect([row.steps, row.entryPrice.toFixed()]).toEqual([400, '175']);
    // 1 of 4 at 200: 1 * (200 - 175)
    expect(trade('SELL', 100, 2_000)).toBe('25');
    expect(row.entryPrice.toFixed()).toBe('175');
    expect(trade('SELL', 500, 1_750)).toBe('0');
    expect([row.steps, row.entryPrice.toFixed()]).toEqual([-200, '175']);
    expect(trade('BUY', 200, 1_000)).toBe('150');
    expect([row.steps, row.entryPrice.toFixed()]).toEqual([0, '0']);
    expect(book.isFlat).toBe(true);
  });

  it('takes fees from the wallet', () => {
    const book = new AccountBook(decimal(1_000));
    const fill = { side: 'SELL', positionSide: 'SHORT', quantity: 100, price: 1_000 } as const;
    expect(book.apply(instrument, { ...fill, isMaker: false, time: 1 }).fee).toBe('0.05');
    expect(book.apply(instrument, { ...fill, isMaker: true, time: 2 }).fee).toBe('0.02');
    expect(book.wallet.toFixed()).toBe('999.93');
    expect(book.row('XUSDT', 'SHORT').steps).toBe(-200);
  });
});
