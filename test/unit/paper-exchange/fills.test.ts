import { describe, expect, it } from 'vitest';
import { FillArchive } from '../../../src/adapters/exchanges/paper/fill-archive.js';
import { PAPER_FILLS_KEPT, PAPER_ORDERS_KEPT } from '../../../src/limits.js';
import type { FillReport } from '../../../src/ports/exchange-adapter.js';
import { PaperBench, SYMBOL } from './paper-fixture.js';

describe('partial fills', () => {
  it('give a limit one part at each price that reaches it', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 3 } });
    bench.price(45_000);
    await bench.enterLong('0.1');
    await bench.takeProfit('46000', '0.1');
    bench.price(46_000);
    bench.price(45_999);
    bench.price(46_001);
    expect(await bench.order('c2')).toMatchObject({ status: 'accepted', executedQty: '0.066' });
    expect(await bench.held()).toBe('LONG 0.034 @ 45000');
    bench.price(46_000);
    expect(bench.trades().slice(1)).toEqual([
      'SELL 0.033 @ 46000',
      'SELL 0.033 @ 46000',
      'SELL 0.034 @ 46000',
    ]);
    expect(await bench.status('c2')).toBe('filled');
  });

  it('give a market order, and a triggered stop, several trades at once', async () => {
    const bench = new PaperBench({ partialFills: { marketParts: 3 } });
    bench.price(45_000);
    await bench.enterLong('0.1');
    expect(
      bench.sink.ordersOf('c1').map(({ status, executedQty }) => [status, executedQty]),
    ).toEqual([
      ['accepted', '0'],
      ['accepted', '0.033'],
      ['accepted', '0.066'],
      ['filled', '0.1'],
    ]);
    await bench.stop('44000', '0.002');
    bench.price(44_000);
    expect(bench.trades().slice(3)).toEqual(['SELL 0.001 @ 44000', 'SELL 0.001 @ 44000']);
    expect(new Set(bench.sink.fills.map(({ trade }) => trade.tradeId)).size).toBe(5);
  });

  it('clamp each part at its own match', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 2 } });
    bench.price(45_000);
    await bench.enterLong('0.2');
    await bench.takeProfit('46000', '0.2');
    bench.price(46_000);
    await bench.exitLong('0.06');
    bench.price(46_000);
    expect(await bench.order('c2')).toMatchObject({ status: 'expired', executedQty: '0.14' });
    expect(await bench.held()).toBe('');
  });

  it('fill the first part of a marketable limit as taker and let the rest wait', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 2 } });
    bench.price(45_000);
    await bench.place({ kind: 'limit', price: '45500', quantity: '0.2' });
    bench.price(45_400);
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45000', 'BUY 0.1 @ 45500']);
  });
});

describe('slippage', () => {
  it('worsens market fills, exactly and in basis points', async () => {
    const bench = new PaperBench({ slippageBps: '2.5' });
    bench.price(45_000);
    await bench.enterLong();
    await bench.stop('44000');
    bench.price(44_000);
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45011.25', 'SELL 0.1 @ 43989']);
  });

  it('never makes a limit worse than its price', async () => {
    const bench = new PaperBench({ slippageBps: 100 });
    bench.price(45_000);
    await bench.place({ kind: 'limit', price: '45100' });
    await bench.place({ kind: 'limit', price: '46000' });
    bench.price(46_000);
    await bench.takeProfit('45900', '0.1');
    await bench.takeProfit('47000', '0.1');
    bench.price(47_000);
    expect(bench.trades()).toEqual([
      'BUY 0.1 @ 45100',
      'BUY 0.1 @ 45450',
      'SELL 0.1 @ 45900',
      'SELL 0.1 @ 47000',
    ]);
  });
});

describe('what the exchange remembers', () => {
  it('is bounded: the oldest terminal orders are forgotten, open ones never', async () => {
    const bench = new PaperBench({ instruments: [{ symbol: SYMBOL, tickSize: 1, stepSize: 1 }] });
    bench.price(100);
    void bench.place({ kind: 'limit', price: '1', clientOrderId: 'open', quantity: '1' });
    for (let index = 0; index <= PAPER_ORDERS_KEPT; index += 1) {
      void bench.place({ quantity: '1', clientOrderId: `m${index}` });
    }
    expect(await bench.order('m0')).toBeNull();
    expect(await bench.status('m1')).toBe('filled');
    expect(await bench.status(`m${PAPER_ORDERS_KEPT}`)).toBe('filled');
    expect(await bench.status('open')).toBe('accepted');
  });

  it('finds the latest order of a client id after its first one was forgotten', async () => {
    const bench = new PaperBench({ instruments: [{ symbol: SYMBOL, tickSize: 1, stepSize: 1 }] });
    bench.price(100);
    void bench.place({ quantity: '1', clientOrderId: 'again' });
    void bench.place({ quantity: '2', clientOrderId: 'again' });
    for (let index = 1; index < PAPER_ORDERS_KEPT; index += 1) void bench.enterLong('1');
    expect(await bench.order('again')).toMatchObject({ quantity: '2' });
  });

  it('refuses a range of trades that it no longer knows completely', () => {
    const archive = new FillArchive();
    const fillAt = (time: number) => ({ symbol: SYMBOL, time }) as FillReport;
    for (let time = 0; time < 2 * PAPER_FILLS_KEPT; time += 1) archive.add(fillAt(time));
    expect(() => archive.since(SYMBOL, PAPER_FILLS_KEPT - 1)).toThrow('not kept that long');
    expect(archive.since(SYMBOL, PAPER_FILLS_KEPT)).toHaveLength(PAPER_FILLS_KEPT);
  });
});
