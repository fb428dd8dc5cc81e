import { describe, expect, it } from 'vitest';
import { PAPER_BATCH_SIZE } from '../../../src/limits.js';
import type { InstrumentInput } from '../../../src/model/instrument.js';
import type { OrderKind } from '../../../src/model/order.js';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { codeOf, detailOf, INSTRUMENT, PaperBench, SYMBOL } from './paper-fixture.js';

const cancel = (clientOrderId: string, kind: OrderKind = 'stop-market') => ({
  symbol: SYMBOL,
  clientOrderId,
  kind,
});

describe('client order ids', () => {
  it('are unique among open orders only', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    const same = { clientOrderId: 'same' };
    expect(codeOf(await bench.stop('44000', '0.1', same))).toBe('accepted');
    expect(codeOf(await bench.stop('44000', '0.1', same))).toBe('duplicate-client-id');
    const first = await bench.order('same');
    await bench.exchange.cancelOrder(cancel('same'));
    expect(await bench.status('same')).toBe('canceled');
    expect(codeOf(await bench.stop('43000', '0.1', same))).toBe('accepted');
    expect(await bench.order('same')).toMatchObject({ status: 'accepted', triggerPrice: '43000' });
    expect(
      await bench.exchange.fetchOrder({ symbol: SYMBOL, orderId: first?.orderId ?? '' }),
    ).toMatchObject({ status: 'canceled', triggerPrice: '44000' });
  });

  it.each(['', 'has space', 'x'.repeat(37), 'quote"'])('such as "%s" are refused', async (id) => {
    const bench = new PaperBench();
    bench.price(45_000);
    expect(codeOf(await bench.place({ clientOrderId: id }))).toBe('other');
  });
});

describe('a request that is too late', () => {
  it('is refused, up to its last moment it is not', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    const now = bench.clock.now();
    expect(codeOf(await bench.place({ expiresAt: now - 1 }))).toBe('expired-request');
    expect(codeOf(await bench.place({ expiresAt: now }))).toBe('accepted');
  });

  it('is judged when it arrives at the book', async () => {
    const bench = new PaperBench({ latencyMs: 100 });
    bench.price(45_000);
    const placed = bench.place({ expiresAt: bench.clock.now() + 49 });
    bench.clock.advanceBy(100);
    expect(codeOf(await placed)).toBe('expired-request');
  });
});

describe('filters', () => {
  const band: InstrumentInput = {
    ...INSTRUMENT,
    minPrice: '0.05',
    maxPrice: '100000',
    priceBand: { up: '1.05', down: '0.95' },
    minMarketQty: '0.01',
    marketStepSize: '0.01',
  };
  it.each<[string, Partial<PlaceOrderRequest>, string]>([
    ['off the step', { kind: 'limit', price: '45000.05', quantity: '0.0015' }, 'off the step'],
    ['off the market step', { quantity: '0.015' }, 'off the step'],
    ['zero', { quantity: '0' }, 'not above zero'],
    ['negative', { quantity: '-1' }, 'not above zero'],
    ['no number', { quantity: 'a lot' }, 'not a decimal'],
    ['too small', { kind: 'limit', price: '45000.05', quantity: '0' }, 'not above zero'],
    ['too small for a market order', { quantity: '0.00' }, 'not above zero'],
    ['too large', { kind: 'limit', price: '45000.05', quantity: '100.001' }, 'above the maximum'],
    ['too large for a market order', { quantity: '10.01' }, 'above the maximum'],
    [
      'too large for a stop',
      { kind: 'stop-market', triggerPrice: '46000.05', quantity: '11' },
      'above the maximum',
    ],
    ['off the tick', { kind: 'limit', price: '45000', quantity: '0.1' }, 'off the tick'],
    ['off the tick (trigger)', { kind: 'stop-market', triggerPrice: '46000' }, 'off the tick'],
    ['without a price', { kind: 'limit' }, 'price is not'],
    ['without a trigger', { kind: 'stop-market' }, 'triggerPrice is not'],
    ['priced at zero', { kind: 'limit', price: '0' }, 'not above zero'],
    ['priced too low', { kind: 'limit', price: '0.01' }, 'below the minimum'],
    ['priced too high', { kind: 'limit', price: '100000.05' }, 'above the maximum'],
    ['outside the band', { kind: 'limit', price: '47250.15' }, 'outside the band'],
    ['too cheap', { kind: 'limit', price: '45000.05', quantity: '0.001' }, ''],
    ['worth too little', { kind: 'limit', price: '100.05', quantity: '0.01' }, 'below the minimum'],
  ])('refuse what is %s', async (_what, terms, detail) => {
    const bench = new PaperBench({ instruments: [band] });
    bench.price(45_000);
    const outcome = await bench.place(terms);
    expect(codeOf(outcome)).toBe(detail === '' ? 'accepted' : 'filter');
    expect(detailOf(outcome)).toContain(detail);
  });

  it('band limits around the mark, not around last', async () => {
    const bench = new PaperBench({ instruments: [{ ...band, minPrice: '0' }] });
    bench.price(45_000);
    bench.price(40_000, 'MARK');
    await bench.enterLong();
    const outcome = await bench.takeProfit('37999.9');
    expect(detailOf(outcome)).toContain('outside the band');
    expect(codeOf(await bench.takeProfit('46000'))).toBe('accepted');
  });

  it('count contracts by their size', async () => {
    const contract = { size: '0.01' };
    const bench = new PaperBench({
      instruments: [{ ...INSTRUMENT, contract }],
      fees: { takerPct: '0.1' },
    });
    bench.price(1_000);
    expect(detailOf(await bench.enterLong('0.4'))).toContain('notional 4 is below');
    await bench.enterLong('1');
    expect(bench.sink.fills[0]?.trade.fee).toBe('0.01');
  });

  it.each<[string, Partial<PlaceOrderRequest>, string]>([
    ['kind', { kind: 'iceberg' as never }, 'unsupported-order-kind'],
    ['side', { side: 'HOLD' as never }, 'other'],
    [
      'trigger source',
      {
        ...{ kind: 'stop-market', triggerPrice: '46000', triggerSource: 'MOON' as never },
      },
      'other',
    ],
  ])('refuse an unknown %s', async (_what, terms, code) => {
    const bench = new PaperBench();
    bench.price(45_000);
    expect(codeOf(await bench.place(terms))).toBe(code);
  });
});

describe('instruments', () => {
  it('that are unknown are refused', async () => {
    const bench = new PaperBench();
    const outcome = await bench.place({ symbol: 'ETHUSDT' });
    expect([codeOf(outcome), detailOf(outcome)]).toEqual(['other', 'unknown symbol ETHUSDT']);
    await expect(bench.exchange.fetchInstrument('ETHUSDT')).rejects.toMatchObject({
      code: 'EXCHANGE_REJECTED',
      outcome: 'rejected',
      retryable: false,
    });
    expect(await bench.exchange.fetchInstrument(SYMBOL)).toBe(INSTRUMENT);
  });

  it('may come from a function, at once or later, and are asked for once', async () => {
    const asked: string[] = [];
    const instruments = (symbol: string) => {
      asked.push(symbol);
      const input = { ...INSTRUMENT, symbol };
      return symbol === SYMBOL ? input : Promise.resolve(input);
    };
    const bench = new PaperBench({ instruments });
    bench.price(45_000);
    bench.exchange.acceptPrice('ETHUSDT', 'LAST', 3_000, 0);
    void bench.enterLong();
    expect(bench.trades()).toHaveLength(1);
    const [one, two] = await Promise.all([
      bench.place({ symbol: 'ETHUSDT' }),
      bench.place({ symbol: 'ETHUSDT' }),
    ]);
    expect([codeOf(one), codeOf(two)]).toEqual(['accepted', 'accepted']);
    void bench.place({ symbol: 'ETHUSDT' });
    expect(bench.trades()).toHaveLength(4);
    expect(asked).toEqual([SYMBOL, 'ETHUSDT']);
  });

  it('that cannot be had mean that nothing was sent; the next order asks again', async () => {
    let isUp = false;
    const bench = new PaperBench({
      instruments: () => {
        if (isUp) return INSTRUMENT;
        throw new Error('venue is down');
      },
    });
    bench.price(45_000);
    const outcome = await bench.enterLong();
    expect([codeOf(outcome), detailOf(outcome)]).toEqual([
      'not-sent',
      'no instrument: Error: venue is down',
    ]);
    await expect(bench.exchange.fetchInstrument(SYMBOL)).rejects.toThrow('venue is down');
    isUp = true;
    expect(codeOf(await bench.enterLong())).toBe('accepted');
    const later = new PaperBench({ instruments: () => Promise.reject(new Error('later')) });
    expect(codeOf(await later.enterLong())).toBe('not-sent');
    const batch = await later.exchange.placeOrders([later.request({}), later.request({})]);
    expect(batch.map(codeOf)).toEqual(['not-sent', 'not-sent']);
  });

  it('must be usable, listed once, and the ones that were asked for', async () => {
    expect(() => new PaperBench({ instruments: [INSTRUMENT, INSTRUMENT] })).toThrow('twice');
    expect(() => new PaperBench({ instruments: [{ ...INSTRUMENT, kind: 'spot' }] })).toThrow(
      'linear',
    );
    const bench = new PaperBench({ instruments: () => ({ ...INSTRUMENT, symbol: 'OTHER' }) });
    expect(detailOf(await bench.enterLong())).toContain('OTHER');
  });
});

describe('cancellations', () => {
  it('end an order and keep what it executed', async () => {
    const bench = new PaperBench({ partialFills: { limitParts: 2 } });
    bench.price(45_000);
    await bench.enterLong('0.2');
    await bench.takeProfit('46000', '0.2');
    bench.price(46_000);
    const outcome = await bench.exchange.cancelOrder(cancel('c2', 'limit'));
    expect(outcome).toMatchObject({
      kind: 'accepted',
      report: { status: 'canceled', executedQty: '0.1', avgPrice: '46000' },
    });
    expect(bench.sink.orders.at(-1)).toMatchObject({ status: 'canceled' });
    bench.price(46_000);
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
  });

  it('of what is not open are refused', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    expect(codeOf(await bench.exchange.cancelOrder(cancel('c1')))).toBe('unknown-order');
    expect(codeOf(await bench.exchange.cancelOrder(cancel('never')))).toBe('unknown-order');
    await bench.stop('44000');
    const elsewhere = { ...cancel('c2'), symbol: 'ETHUSDT' };
    expect(codeOf(await bench.exchange.cancelOrder(elsewhere))).toBe('unknown-order');
  });

  it('find the order by its exchange id as well', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.stop('44000');
    const orderId = (await bench.order('c1'))?.orderId ?? '';
    expect(codeOf(await bench.exchange.cancelOrder({ ...cancel('c1'), orderId }))).toBe('accepted');
  });
});

describe('batches', () => {
  it('are placed and cancelled in order, each with its own outcome', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    const stop = bench.request({
      ...{ side: 'SELL', kind: 'stop-market', reduceOnly: true },
      triggerPrice: '44000',
    });
    const passed = { ...stop, clientOrderId: 'passed', triggerPrice: '46000' };
    const outcomes = await bench.exchange.placeOrders([stop, passed]);
    expect(outcomes.map(codeOf)).toEqual(['accepted', 'would-trigger']);
    const cancelled = await bench.exchange.cancelOrders([
      cancel(stop.clientOrderId),
      cancel('passed'),
    ]);
    expect(cancelled.map(codeOf)).toEqual(['accepted', 'unknown-order']);
  });

  it('that are too large are refused as a whole', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    const requests = Array.from({ length: PAPER_BATCH_SIZE + 1 }, () => bench.request({}));
    const outcomes = await bench.exchange.placeOrders(requests);
    expect(new Set(outcomes.map(codeOf))).toEqual(new Set(['other']));
    const cancels = requests.map(({ clientOrderId }) => cancel(clientOrderId));
    expect((await bench.exchange.cancelOrders(cancels)).map(codeOf)).toHaveLength(requests.length);
    expect(bench.trades()).toEqual([]);
  });
});

describe('queries', () => {
  it('say who the account is and what time it is', async () => {
    const bench = new PaperBench({ positionMode: 'one-way', accountId: 'demo' });
    expect(await bench.exchange.fetchAccount()).toEqual({
      accountId: 'demo',
      positionMode: 'one-way',
      permissions: { trade: true, withdraw: false },
    });
    bench.clock.advanceBy(5);
    expect(await bench.exchange.fetchServerTime()).toBe(bench.clock.now());
  });

  it('list open orders of one symbol or of all', async () => {
    const bench = new PaperBench({ instruments: (symbol) => ({ ...INSTRUMENT, symbol }) });
    await bench.stop('44000');
    await bench.stop('44000', '0.1', { symbol: 'ETHUSDT' });
    const ids = async (symbol?: string) =>
      (await bench.exchange.fetchOpenOrders(symbol)).map((order) => order.clientOrderId);
    expect(await ids()).toEqual(['c1', 'c2']);
    expect(await ids('ETHUSDT')).toEqual(['c2']);
    expect(await ids('SOLUSDT')).toEqual([]);
  });

  it('list trades since a time, inclusively, although the wall clock goes back', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    const start = bench.clock.now();
    await bench.enterLong();
    bench.clock.advanceBy(1_000);
    await bench.enterLong();
    bench.clock.jumpWallBy(-10_000);
    await bench.enterLong('0.1');
    const times = async (since: number) =>
      (await bench.exchange.fetchFills(SYMBOL, since)).map(({ time }) => time - start);
    expect(await times(0)).toEqual([0, 1_000, 1_000]);
    expect(await times(start + 1)).toEqual([1_000, 1_000]);
    expect(await times(start + 1_000)).toEqual([1_000, 1_000]);
    expect(await times(start + 1_001)).toEqual([]);
    expect(await bench.exchange.fetchFills('ETHUSDT', 0)).toEqual([]);
  });

  it('know nothing of orders that never were', async () => {
    const bench = new PaperBench();
    expect(await bench.order('never')).toBeNull();
    expect(await bench.exchange.fetchOrder({ symbol: SYMBOL, orderId: 'never' })).toBeNull();
    expect(await bench.exchange.fetchOrder({ symbol: SYMBOL })).toBeNull();
  });

  it('use ids that two runs do not share', async () => {
    const ids = new Set<string>();
    for (const idPrefix of [undefined, 'demo-']) {
      const bench = new PaperBench(idPrefix === undefined ? {} : { idPrefix });
      bench.price(45_000);
      await bench.enterLong();
      ids.add(`${(await bench.order('c1'))?.orderId} ${bench.sink.fills[0]?.trade.tradeId}`);
    }
    const time = (1_700_000_000_000).toString(36);
    expect([...ids]).toEqual([`paper-${time}-1 paper-${time}-t1`, 'demo-1 demo-t1']);
  });
});
