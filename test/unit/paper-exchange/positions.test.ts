import { describe, expect, it } from 'vitest';
import { codeOf, PaperBench, SYMBOL } from './paper-fixture.js';

describe('hedge mode', () => {
  it('keeps both sides apart and averages their entries', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.1');
    await bench.place({ side: 'SELL', positionSide: 'SHORT', quantity: '0.2' });
    bench.price(44_550);
    await bench.enterLong('0.05');
    expect(await bench.held()).toBe('LONG 0.15 @ 44850, SHORT 0.2 @ 45000');
    await bench.exitLong('0.1');
    expect(await bench.held()).toBe('LONG 0.05 @ 44850, SHORT 0.2 @ 45000');
  });

  it('clamps every exit, whether it carries the flag or not', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.1');
    await bench.exitLong('0.3', { reduceOnly: false });
    expect(await bench.order('c2')).toMatchObject({ status: 'expired', executedQty: '0.1' });
    expect(await bench.held()).toBe('');
  });

  it('refuses what cannot be: a reducing entry, a missing position side', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    expect(codeOf(await bench.place({ reduceOnly: true }))).toBe('reduce-only');
    const stopEntry = { kind: 'stop-market', triggerPrice: '46000', reduceOnly: true } as const;
    expect(codeOf(await bench.place(stopEntry))).toBe('reduce-only');
    expect(codeOf(await bench.place({ positionSide: 'BOTH' }))).toBe('position-mode');
    expect(await bench.held()).toBe('');
  });
});

describe('one-way mode', () => {
  it('nets, and flips with an order that may', async () => {
    const bench = new PaperBench({ positionMode: 'one-way' });
    bench.price(45_000);
    await bench.enterLong('0.1');
    bench.price(46_000);
    await bench.place({ side: 'SELL', quantity: '0.25' });
    expect(await bench.held()).toBe('SHORT 0.15 @ 46000');
    expect(bench.sink.positions.slice(-2)).toMatchObject([
      { side: 'LONG', quantity: '0' },
      { side: 'SHORT', quantity: '0.15', entryPrice: '46000' },
    ]);
    bench.price(47_000);
    await bench.place({ side: 'SELL', quantity: '0.05' });
    expect(await bench.held()).toBe('SHORT 0.2 @ 46250');
  });

  it('never flips with a reducing order', async () => {
    const bench = new PaperBench({ positionMode: 'one-way' });
    bench.price(45_000);
    await bench.enterLong('0.1');
    await bench.exitLong('0.3');
    expect(await bench.order('c2')).toMatchObject({
      status: 'expired',
      executedQty: '0.1',
      reason: expect.stringContaining('reduce-only'),
    });
    expect(await bench.held()).toBe('');
    expect(codeOf(await bench.exitLong('0.1'))).toBe('reduce-only');
    expect(codeOf(await bench.place({ reduceOnly: true }))).toBe('reduce-only');
  });

  it('refuses a position side', async () => {
    const bench = new PaperBench({ positionMode: 'one-way' });
    bench.price(45_000);
    expect(codeOf(await bench.place({ positionSide: 'LONG' }))).toBe('position-mode');
  });

  it('lets a filter-less small rest be closed: exits know no smallest notional', async () => {
    const bench = new PaperBench({ positionMode: 'one-way' });
    bench.price(100);
    expect(codeOf(await bench.place({ quantity: '0.001' }))).toBe('filter');
    await bench.enterLong('0.1');
    expect(codeOf(await bench.exitLong('0.001'))).toBe('accepted');
  });
});

describe.each(['hedge', 'one-way'] as const)('reducing orders at rest, %s', (positionMode) => {
  it('may exceed the position together and are clamped at the match', async () => {
    const bench = new PaperBench({ positionMode });
    bench.price(45_000);
    await bench.enterLong('0.1');
    expect(codeOf(await bench.stop('44000', '0.1'))).toBe('accepted');
    expect(codeOf(await bench.stop('43000', '0.1'))).toBe('accepted');
    expect(codeOf(await bench.takeProfit('46000', '0.1'))).toBe('accepted');
    bench.price(43_500);
    expect(await bench.held()).toBe('');
    bench.price(42_000);
    expect(await bench.order('c3')).toMatchObject({ status: 'expired', executedQty: '0' });
    bench.price(47_000);
    expect(await bench.status('c4')).toBe('expired');
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45000', 'SELL 0.1 @ 43500']);
    expect(await bench.exchange.fetchOpenOrders()).toEqual([]);
  });

  it('fill what is left when the position shrank meanwhile', async () => {
    const bench = new PaperBench({ positionMode });
    bench.price(45_000);
    await bench.enterLong('0.3');
    await bench.stop('44000', '0.3');
    await bench.exitLong('0.2');
    bench.price(44_000);
    expect(await bench.order('c2')).toMatchObject({ status: 'expired', executedQty: '0.1' });
    expect(await bench.held()).toBe('');
  });

  it('rest while the position is flat, and serve a later one', async () => {
    const bench = new PaperBench({ positionMode });
    bench.price(45_000);
    expect(codeOf(await bench.stop('44000', '0.1'))).toBe('accepted');
    await bench.enterLong('0.1');
    bench.price(44_000);
    expect(await bench.held()).toBe('');
  });
});

describe('positions from the beginning', () => {
  it('are held without a trade', async () => {
    const bench = new PaperBench({
      positions: [{ symbol: SYMBOL, side: 'SHORT', quantity: '0.4', entryPrice: 45_000 }],
    });
    expect(await bench.held()).toBe('SHORT 0.4 @ 45000');
    expect(await bench.exchange.fetchFills(SYMBOL, 0)).toEqual([]);
  });

  it('are netted in one-way mode', async () => {
    const bench = new PaperBench({
      positionMode: 'one-way',
      positions: [{ symbol: SYMBOL, side: 'LONG', quantity: '0.4', entryPrice: 45_000 }],
    });
    bench.price(45_000);
    await bench.place({ side: 'SELL', quantity: '0.5' });
    expect(await bench.held()).toBe('SHORT 0.1 @ 45000');
  });

  it.each([0, -1, Number.NaN])('of %s are refused', (quantity) => {
    const positions = [{ symbol: SYMBOL, side: 'LONG', quantity, entryPrice: 1 }] as const;
    expect(() => new PaperBench({ positions })).toThrow('above zero');
  });
});
