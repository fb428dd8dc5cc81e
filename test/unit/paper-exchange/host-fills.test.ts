import { describe, expect, it } from 'vitest';
import { PaperBench, SYMBOL } from './paper-fixture.js';

describe('host fills', () => {
  it('are booked once, however often they are reported', async () => {
    const bench = new PaperBench();
    const fill = { executedQty: '0.1', avgPrice: '45000' };
    bench.hostFill(fill);
    bench.hostFill(fill);
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
    expect(bench.sink.sequence).toEqual(['connected', 'position']);
  });

  it('grow with their cumulative quantity, at the price of the growth', async () => {
    const bench = new PaperBench();
    bench.hostFill({ executedQty: '0.1', avgPrice: '45000' });
    bench.hostFill({ executedQty: '0.3', avgPrice: '45200' });
    bench.hostFill({ executedQty: '0.2', avgPrice: '45150' });
    expect(await bench.held()).toBe('LONG 0.3 @ 45200');
  });

  it('count each trade once', async () => {
    const bench = new PaperBench();
    const trade = (tradeId: string, price: string) => ({
      trade: { tradeId, quantity: '0.1', price },
    });
    bench.hostFill(trade('t1', '45000'));
    bench.hostFill(trade('t1', '45000'));
    bench.hostFill(trade('t2', '46000'));
    expect(await bench.held()).toBe('LONG 0.2 @ 45500');
  });

  it('may be reported both ways for one order', async () => {
    const bench = new PaperBench();
    bench.hostFill({ trade: { tradeId: 't1', quantity: '0.1', price: '45000' } });
    bench.hostFill({ executedQty: '0.2', avgPrice: '45500' });
    bench.hostFill({ trade: { tradeId: 't2', quantity: '0.1', price: '46000' } });
    bench.hostFill({
      executedQty: '0.3',
      avgPrice: '45500',
      trade: { tradeId: 't3', quantity: '0.1', price: '45500' },
    });
    expect(await bench.held()).toBe('LONG 0.3 @ 45500');
  });

  it('of different orders and symbols are different', async () => {
    const bench = new PaperBench();
    bench.hostFill({ executedQty: '0.1', avgPrice: '45000' });
    bench.hostFill({ orderId: 'host-2', executedQty: '0.1', avgPrice: '45000' });
    bench.hostFill({ symbol: 'ETHUSDT', executedQty: '1', avgPrice: '3000' });
    expect(await bench.held()).toBe('LONG 0.2 @ 45000');
    expect(await bench.exchange.fetchPositions()).toHaveLength(2);
  });

  it('of orders that were executed here are not booked again', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.1');
    const own = await bench.order('c1');
    const fill = { executedQty: '0.1', avgPrice: '45000' };
    bench.hostFill({ ...fill, orderId: own?.orderId ?? '' });
    bench.hostFill({ ...fill, orderId: 'seen-elsewhere', clientOrderId: 'c1' });
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
    bench.hostFill({ ...fill, clientOrderId: 'unknown-here' });
    expect(await bench.held()).toBe('LONG 0.2 @ 45000');
    // An order that was placed here and never executed is executed by the host.
    await bench.place({ kind: 'limit', price: '1000', clientOrderId: 'idle' });
    await bench.exchange.cancelOrder({ symbol: SYMBOL, clientOrderId: 'idle', kind: 'limit' });
    bench.hostFill({ ...fill, orderId: 'host-3', clientOrderId: 'idle' });
    expect(await bench.held()).toBe('LONG 0.3 @ 45000');
  });

  it('let protective orders execute against what they opened', async () => {
    const bench = new PaperBench();
    bench.hostFill({ executedQty: '0.1', avgPrice: '45000' });
    bench.price(45_000);
    await bench.stop('44000');
    bench.price(44_000);
    expect(bench.trades()).toEqual(['SELL 0.1 @ 44000']);
    expect(await bench.held()).toBe('');
  });

  it('that reduce take out no more than is held', async () => {
    const bench = new PaperBench();
    bench.hostFill({ executedQty: '0.1', avgPrice: '45000' });
    bench.hostFill({
      ...{ orderId: 'host-2', side: 'SELL', reduceOnly: true },
      executedQty: '0.5',
      avgPrice: '46000',
    });
    expect(await bench.held()).toBe('');
  });

  it('flip a one-way position unless they only reduce', async () => {
    const flip = new PaperBench({ positionMode: 'one-way' });
    flip.hostFill({ executedQty: '0.1', avgPrice: '45000' });
    const sell = {
      orderId: 'host-2',
      side: 'SELL',
      executedQty: '0.3',
      avgPrice: '46000',
    } as const;
    flip.hostFill(sell);
    expect(await flip.held()).toBe('SHORT 0.2 @ 46000');

    const clamped = new PaperBench({ positionMode: 'one-way' });
    clamped.hostFill({ executedQty: '0.1', avgPrice: '45000' });
    clamped.hostFill({ ...sell, reduceOnly: true });
    expect(await clamped.held()).toBe('');
  });

  it('of the other mode are understood', async () => {
    const hedge = new PaperBench();
    hedge.hostFill({ positionSide: 'BOTH', side: 'SELL', executedQty: '1', avgPrice: '10' });
    expect(await hedge.held()).toBe('SHORT 1 @ 10');
    hedge.hostFill({
      ...{ orderId: 'host-2', positionSide: 'BOTH', side: 'BUY', reduceOnly: true },
      executedQty: '0.4',
      avgPrice: '9',
    });
    expect(await hedge.held()).toBe('SHORT 0.6 @ 10');

    const oneWay = new PaperBench({ positionMode: 'one-way' });
    oneWay.hostFill({ positionSide: 'SHORT', side: 'SELL', executedQty: '1', avgPrice: '10' });
    oneWay.hostFill({
      ...{ orderId: 'host-2', positionSide: 'SHORT', side: 'BUY' },
      executedQty: '4',
      avgPrice: '9',
    });
    expect(await oneWay.held()).toBe('');
  });

  it('without a price are believed on the quantity and take the market price', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    bench.hostFill({ executedQty: '0.1', avgPrice: '0' });
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
    // What came without a price is not used to work out the price of what follows.
    bench.hostFill({ executedQty: '0.2', avgPrice: '46000' });
    expect(await bench.held()).toBe('LONG 0.2 @ 45500');
    const blind = new PaperBench();
    blind.hostFill({ executedQty: '0.1' });
    expect(await blind.exchange.fetchPositions(SYMBOL)).toEqual([
      { symbol: SYMBOL, side: 'LONG', quantity: '0.1' },
    ]);
  });
});
