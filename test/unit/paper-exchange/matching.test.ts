import { describe, expect, it } from 'vitest';
import { codeOf, PaperBench, SYMBOL } from './paper-fixture.js';

describe('market orders', () => {
  it('fill inside the call: acknowledged, traded, booked', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    const placed = bench.enterLong();
    expect(bench.sink.sequence).toEqual([
      'connected',
      'order:accepted',
      'order:filled',
      'fill',
      'position',
    ]);
    expect(await placed).toMatchObject({
      kind: 'accepted',
      report: { status: 'filled', executedQty: '0.1', avgPrice: '45000' },
    });
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
  });

  it('sell at the bid and buy at the ask, else at last, else at mark', async () => {
    const bench = new PaperBench();
    bench.price(100, 'MARK');
    await bench.enterLong('1');
    bench.price(101, 'LAST');
    await bench.enterLong('1');
    bench.price(102, 'ASK');
    await bench.enterLong('1');
    await bench.exitLong('1');
    bench.price(99, 'BID');
    await bench.exitLong('1');
    expect(bench.trades()).toEqual([
      'BUY 1 @ 100',
      'BUY 1 @ 101',
      'BUY 1 @ 102',
      'SELL 1 @ 101',
      'SELL 1 @ 99',
    ]);
  });

  it('are refused while no price is known', async () => {
    expect(codeOf(await new PaperBench().enterLong())).toBe('market-closed');
  });

  it('fill at the price they were placed at, also when judging begins with the next', async () => {
    const bench = new PaperBench({ judgeFrom: 'next-price' });
    bench.price(45_000);
    await bench.enterLong();
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45000']);
  });
});

describe('stops', () => {
  it('trigger inclusively, say so, and fill at the current price', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    await bench.stop('44000');
    bench.price(44_000.1);
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(43_990);
    expect(bench.sink.ordersOf('c2').map(({ status }) => status)).toEqual([
      'accepted',
      'triggered',
      'filled',
    ]);
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 43990');
    expect(await bench.held()).toBe('');
    expect(bench.sink.positions.at(-1)).toMatchObject({ side: 'LONG', quantity: '0' });
  });

  it.each([
    ['stop-market', 'SELL', 44_000, 44_000.1],
    ['stop-market', 'BUY', 46_000, 45_999.9],
    ['take-profit-market', 'SELL', 46_000, 45_999.9],
    ['take-profit-market', 'BUY', 44_000, 44_000.1],
  ] as const)('%s %s triggers at %s and not at %s', async (kind, side, level, before) => {
    const positionSide = side === 'SELL' ? 'LONG' : 'SHORT';
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.place({ side: side === 'SELL' ? 'BUY' : 'SELL', positionSide });
    await bench.place({ kind, side, positionSide, triggerPrice: `${level}`, reduceOnly: true });
    bench.price(before);
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(level);
    expect(await bench.status('c2')).toBe('filled');
  });

  it('are judged on the source they name', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    bench.price(45_000, 'MARK');
    await bench.enterLong();
    await bench.stop('44000', '0.1', { triggerSource: 'MARK' });
    bench.price(43_000);
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(44_000, 'MARK');
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 43000');
  });

  it('on last are judged on the quote while only quotes are fed: LONG on the bid, SHORT on the ask', async () => {
    const bench = new PaperBench();
    bench.price(44_999, 'BID');
    bench.price(45_001, 'ASK');
    await bench.enterLong();
    await bench.place({ side: 'SELL', positionSide: 'SHORT' });
    await bench.stop('44000', '0.1', { triggerSource: 'LAST' });
    await bench.place({
      side: 'BUY',
      positionSide: 'SHORT',
      kind: 'stop-market',
      triggerPrice: '46000',
      reduceOnly: true,
    });
    bench.price(43_999, 'ASK');
    bench.price(46_001, 'BID');
    expect([await bench.status('c3'), await bench.status('c4')]).toEqual(['accepted', 'accepted']);
    bench.price(44_000, 'BID');
    bench.price(46_000, 'ASK');
    expect(bench.trades().slice(2)).toEqual(['SELL 0.1 @ 44000', 'BUY 0.1 @ 46000']);
  });

  it('move over to their own source at its first price', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    await bench.stop('44000', '0.1', { triggerSource: 'MARK' });
    bench.price(45_000, 'MARK');
    bench.price(43_000, 'LAST');
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(43_500, 'MARK');
    expect(await bench.status('c2')).toBe('filled');
  });

  it('that are passed already are refused', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    expect(codeOf(await bench.stop('45000'))).toBe('would-trigger');
    expect(codeOf(await bench.stop('44999.9'))).toBe('accepted');
    const takeProfit = { kind: 'take-profit-market', triggerPrice: '45000' } as const;
    expect(codeOf(await bench.exitLong('0.1', takeProfit))).toBe('would-trigger');
  });

  it('are not judged on the price they were placed at when judging begins with the next', async () => {
    const bench = new PaperBench({ judgeFrom: 'next-price' });
    bench.price(45_000);
    await bench.enterLong();
    expect(codeOf(await bench.stop('45000'))).toBe('accepted');
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(45_000);
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45000', 'SELL 0.1 @ 45000']);
  });

  it('hit by one price go in the order in which it passed them', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.3');
    await bench.stop('43000', '0.1');
    await bench.stop('44500', '0.1');
    await bench.stop('44500', '0.1');
    bench.price(42_000);
    expect(bench.sink.fills.slice(1).map(({ clientOrderId }) => clientOrderId)).toEqual([
      'c3',
      'c4',
      'c2',
    ]);
  });
});

describe('limits', () => {
  it('rest, then fill at their own price as maker', async () => {
    const bench = new PaperBench({ fees: { makerPct: '0.02', takerPct: '0.05' } });
    bench.price(45_000);
    await bench.enterLong();
    await bench.takeProfit('46000');
    bench.price(45_999.9);
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(46_100);
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 46000');
    expect(bench.sink.fills.map(({ trade }) => trade.fee)).toEqual(['2.25', '0.92']);
  });

  it('that are marketable fill at once at the better price as taker', async () => {
    const bench = new PaperBench({ fees: { makerPct: '0.02', takerPct: '0.05' } });
    bench.price(45_000);
    await bench.place({ kind: 'limit', price: '45500' });
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45000']);
    expect(bench.sink.fills[0]?.trade.fee).toBe('2.25');
    bench.price(45_200);
    await bench.takeProfit('45200');
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 45200');
  });

  it('that are marketable wait for the next price when judging begins there', async () => {
    const bench = new PaperBench({ judgeFrom: 'next-price' });
    bench.price(45_000);
    await bench.enterLong();
    await bench.takeProfit('45000');
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(45_001);
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 45000');
  });

  it('are amended in place, keeping what was executed', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 2 } });
    bench.price(45_000);
    await bench.enterLong('0.2');
    await bench.takeProfit('46000', '0.2');
    bench.price(46_000);
    const amend = (price: string, quantity: string, side: 'BUY' | 'SELL' = 'SELL') =>
      bench.exchange.amendOrder({
        symbol: SYMBOL,
        clientOrderId: 'c2',
        kind: 'limit',
        side,
        price,
        quantity,
      });
    expect(codeOf(await amend('47000.05', '0.2'))).toBe('filter');
    expect(codeOf(await amend('47000', '0.2', 'BUY'))).toBe('other');
    expect(await amend('47000', '0.15')).toMatchObject({
      kind: 'accepted',
      report: { price: '47000', quantity: '0.15', executedQty: '0.1', status: 'accepted' },
    });
    bench.price(46_500);
    expect(bench.trades()).toHaveLength(2);
    bench.price(47_000);
    expect(bench.trades().at(-1)).toBe('SELL 0.05 @ 47000');
    expect(await bench.status('c2')).toBe('filled');
    expect(codeOf(await amend('48000', '0.3'))).toBe('unknown-order');
  });

  it('count as the newest at their price once they are amended', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.2');
    await bench.takeProfit('46000', '0.1');
    await bench.takeProfit('46000', '0.1');
    await bench.exchange.amendOrder({
      ...{ symbol: SYMBOL, clientOrderId: 'c2', kind: 'limit', side: 'SELL' },
      price: '46000',
      quantity: '0.15',
    });
    bench.price(46_000);
    expect(bench.sink.fills.slice(1).map(({ clientOrderId }) => clientOrderId)).toEqual([
      'c3',
      'c2',
    ]);
  });

  it('end when they are amended to less than was executed', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 2 } });
    bench.price(45_000);
    await bench.enterLong('0.2');
    await bench.takeProfit('46000', '0.2');
    bench.price(46_000);
    const outcome = await bench.exchange.amendOrder({
      ...{ symbol: SYMBOL, clientOrderId: 'c2', kind: 'limit', side: 'SELL' },
      price: '46000',
      quantity: '0.1',
    });
    expect(outcome).toMatchObject({ kind: 'accepted', report: { status: 'canceled' } });
    expect(await bench.exchange.fetchOpenOrders()).toEqual([]);
  });
});

describe('stops and limits that one price reaches', () => {
  it('go before other triggers as well', async () => {
    const bench = new PaperBench({ judgeFrom: 'next-price' });
    bench.price(45_000);
    await bench.enterLong('0.1');
    await bench.exitLong('0.1', { kind: 'take-profit-market', triggerPrice: '44000' });
    await bench.stop('46000', '0.1');
    bench.price(45_000);
    expect([await bench.status('c2'), await bench.status('c3')]).toEqual(['expired', 'filled']);
  });

  it('go stop first', async () => {
    const bench = new PaperBench({ judgeFrom: 'next-price' });
    bench.price(45_000);
    await bench.enterLong('0.1');
    await bench.takeProfit('44000', '0.1');
    await bench.stop('46000', '0.1');
    bench.price(45_000);
    expect(await bench.status('c3')).toBe('filled');
    expect(await bench.order('c2')).toMatchObject({
      status: 'expired',
      executedQty: '0',
      reason: expect.stringContaining('reduce-only'),
    });
  });
});

describe('prices', () => {
  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('of %s are ignored', async (price) => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    await bench.stop('44000');
    await bench.takeProfit('46000');
    bench.price(price);
    expect(bench.trades()).toHaveLength(1);
    expect(await bench.exchange.fetchPrices(SYMBOL)).toMatchObject([{ price: 45_000 }]);
  });

  it('of other symbols touch nothing', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    await bench.stop('44000');
    bench.exchange.acceptPrice('ETHUSDT', 'LAST', 1, 0);
    bench.price(44_500);
    bench.exchange.acceptPrice('ETHUSDT', 'LAST', 2, 0);
    expect(bench.trades()).toHaveLength(1);
  });

  it('are reported with their source and time', async () => {
    const bench = new PaperBench();
    bench.exchange.acceptPrice(SYMBOL, 'LAST', 45_000.5, 1_600_000_000_000);
    bench.exchange.acceptPrice(SYMBOL, 'MARK', 45_001, 0);
    expect(await bench.exchange.fetchPrices(SYMBOL)).toEqual([
      { source: 'LAST', price: 45_000.5, time: 1_600_000_000_000 },
      { source: 'MARK', price: 45_001, time: bench.clock.now() },
    ]);
    expect(await bench.exchange.fetchPrices('ETHUSDT')).toEqual([]);
  });

  it('are judged as exact decimals where numbers cannot tell them apart', async () => {
    const bench = new PaperBench({
      instruments: [{ symbol: SYMBOL, tickSize: '0.0000000000000000001', stepSize: '0.1' }],
    });
    bench.price(2);
    await bench.enterLong('1');
    // As a number this level is 1; as a decimal, the price 1 has not fallen to it.
    await bench.stop('0.9999999999999999999', '1');
    bench.price(1);
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(1);
    expect(await bench.status('c2')).toBe('accepted');
    bench.price(0.9999999999999999);
    expect(await bench.status('c2')).toBe('filled');
  });
});
