import { describe, expect, it } from 'vitest';
import { codeOf, detailOf, PaperBench } from './paper-fixture.js';

/** Statuses that were told of an order. */
function told(bench: PaperBench, id: string): readonly string[] {
  return bench.sink.ordersOf(id).map(({ status }) => status);
}

describe('immediate-or-cancel limits', () => {
  it('fill at the price of now, which is theirs or better', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    const outcome = await bench.exitLong('0.1', { kind: 'ioc-limit', price: '44955' });
    expect(outcome).toMatchObject({ report: { status: 'filled', avgPrice: '45000' } });
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 45000');
    expect(told(bench, 'c2')).toEqual(['accepted', 'filled']);
  });

  it('expire where the price is not there, in part or whole', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 2 } });
    bench.price(45_000);
    await bench.enterLong();
    await bench.exitLong('0.1', { kind: 'ioc-limit', price: '45000.1' });
    expect(await bench.order('c2')).toMatchObject({ status: 'expired', executedQty: '0' });
    await bench.exitLong('0.1', { kind: 'ioc-limit', price: '45000' });
    expect(await bench.order('c3')).toMatchObject({
      status: 'expired',
      executedQty: '0.05',
      reason: 'immediate or cancel',
    });
    bench.price(46_000);
    expect(await bench.held()).toBe('LONG 0.05 @ 45000');
    expect(await bench.exchange.fetchOpenOrders()).toEqual([]);
  });

  it('never slip beyond their price', async () => {
    const bench = new PaperBench({ slippageBps: 100 });
    bench.price(45_000);
    await bench.enterLong();
    await bench.exitLong('0.1', { kind: 'ioc-limit', price: '44955' });
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 44955');
  });

  it('are decided at once, also where judging begins with the next price', async () => {
    const bench = new PaperBench({ judgeFrom: 'next-price' });
    bench.price(45_000);
    await bench.enterLong();
    await bench.exitLong('0.05', { kind: 'ioc-limit', price: '45000.1' });
    await bench.exitLong('0.05', { kind: 'ioc-limit', price: '45000' });
    expect(told(bench, 'c2').at(-1)).toBe('expired');
    expect(told(bench, 'c3').at(-1)).toBe('filled');
  });

  it.each([
    ['reduce-only', 'nothing is held', { price: '44000' }],
    ['filter', 'they have no price', {}],
    ['filter', 'their price is off the tick', { price: '44000.05' }],
  ] as const)('are refused as %s where %s', async (code, _why, terms) => {
    const bench = new PaperBench();
    bench.price(45_000);
    const outcome = await bench.exitLong('0.1', { kind: 'ioc-limit', ...terms });
    expect(codeOf(outcome)).toBe(code);
  });

  it('are refused while no price is known', async () => {
    const outcome = await new PaperBench().place({ kind: 'ioc-limit', price: '44000' });
    expect(codeOf(outcome)).toBe('market-closed');
  });
});

describe('stops that become limits', () => {
  const STOP = { kind: 'stop-limit', triggerPrice: '44000', price: '43900' } as const;

  async function holding(options = {}): Promise<PaperBench> {
    const bench = new PaperBench(options);
    bench.price(45_000);
    await bench.enterLong();
    await bench.exitLong('0.1', STOP);
    return bench;
  }

  it('show both prices while they wait, and fill at the price that triggers them', async () => {
    const bench = await holding();
    expect(await bench.order('c2')).toMatchObject({
      kind: 'stop-limit',
      status: 'accepted',
      triggerPrice: '44000',
      price: '43900',
    });
    bench.price(43_950);
    expect(told(bench, 'c2')).toEqual(['accepted', 'triggered', 'filled']);
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 43950');
  });

  it('rest where the price has left them behind, and fill at their own price later', async () => {
    const bench = await holding({ partialFills: { limitParts: 2 } });
    bench.price(43_000);
    expect(await bench.order('c2')).toMatchObject({ status: 'triggered', executedQty: '0' });
    bench.price(43_899.9);
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
    bench.price(43_950);
    expect(await bench.order('c2')).toMatchObject({ status: 'triggered', executedQty: '0.05' });
    /** The level that triggered it counts no more. */
    bench.price(43_000);
    expect(await bench.held()).toBe('LONG 0.05 @ 45000');
    bench.price(43_900);
    expect(told(bench, 'c2').at(-1)).toBe('filled');
    expect(bench.trades().slice(-2)).toEqual(['SELL 0.05 @ 43900', 'SELL 0.05 @ 43900']);
  });

  it('are cancelled like limits once they rest', async () => {
    const bench = await holding();
    bench.price(43_000);
    const order = { symbol: 'BTCUSDT', clientOrderId: 'c2', kind: 'stop-limit' } as const;
    expect(await bench.exchange.cancelOrder(order)).toMatchObject({
      kind: 'accepted',
      report: { status: 'canceled' },
    });
    bench.price(44_500);
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
  });

  it('are judged on the source that they name, and filled at the side of the book', async () => {
    const bench = new PaperBench();
    for (const source of ['LAST', 'MARK', 'BID'] as const) bench.price(45_000, source);
    await bench.enterLong();
    await bench.exitLong('0.1', { ...STOP, triggerSource: 'MARK' });
    bench.price(43_800, 'LAST');
    expect(told(bench, 'c2')).toEqual(['accepted']);
    bench.price(43_850, 'BID');
    bench.price(44_000, 'MARK');
    expect(told(bench, 'c2').at(-1)).toBe('triggered');
    bench.price(44_000, 'LAST');
    expect(told(bench, 'c2').at(-1)).toBe('triggered');
    bench.price(43_910, 'BID');
    expect(bench.trades().at(-1)).toBe('SELL 0.1 @ 43900');
  });

  it('go before take-profits that the same price reaches, and after them once they are limits', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.2');
    /** A limit to buy more at a price that also triggers the stop. */
    await bench.place({ kind: 'limit', price: '44000', quantity: '0.1' });
    await bench.exitLong('0.1', STOP);
    bench.price(43_950);
    expect(bench.trades().slice(-2)).toEqual(['SELL 0.1 @ 43950', 'BUY 0.1 @ 44000']);
  });

  it('of a SHORT are the mirror image', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    const short = { positionSide: 'SHORT' } as const;
    await bench.place({ side: 'SELL', ...short });
    await bench.place({
      side: 'BUY',
      ...short,
      kind: 'stop-limit',
      triggerPrice: '46000',
      price: '46100',
      reduceOnly: true,
    });
    bench.price(47_000);
    expect(told(bench, 'c2').at(-1)).toBe('triggered');
    bench.price(46_100);
    expect(bench.trades().at(-1)).toBe('BUY 0.1 @ 46100');
  });

  it.each([
    ['would-trigger', { triggerPrice: '45000' }, 'past the level'],
    ['filter', { price: undefined }, 'price is not a decimal'],
    ['filter', { triggerPrice: undefined }, 'triggerPrice is not a decimal'],
    ['filter', { price: '0' }, 'price 0 is not above zero'],
  ] as const)('are refused as %s with %j', async (code, terms, detail) => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    const outcome = await bench.exitLong('0.1', { ...STOP, ...(terms as object) });
    expect(codeOf(outcome)).toBe(code);
    expect(detailOf(outcome)).toContain(detail);
  });

  it('may have a price outside the band of now: theirs is the band of then', async () => {
    const instruments = [
      {
        symbol: 'BTCUSDT',
        tickSize: '0.1',
        stepSize: '0.001',
        priceBand: { up: '1.05', down: '0.95' },
      },
    ];
    const bench = new PaperBench({ instruments });
    bench.price(45_000);
    await bench.enterLong();
    const far = { triggerPrice: '40000', price: '39800' };
    expect(codeOf(await bench.exitLong('0.1', { ...STOP, ...far }))).toBe('accepted');
    expect(codeOf(await bench.exitLong('0.1', { kind: 'ioc-limit', price: '39800' }))).toBe(
      'filter',
    );
  });
});
