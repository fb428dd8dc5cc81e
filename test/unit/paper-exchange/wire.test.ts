import { describe, expect, it, vi } from 'vitest';
import { PaperExchange } from '../../../src/adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../../src/adapters/exchanges/paper/paper-exchange-options.js';
import { SILENT_LOGGER } from '../../../src/ports/logger.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import { codeOf, INSTRUMENT, PaperBench, SYMBOL } from './paper-fixture.js';

describe('latency', () => {
  it('delays the request, then its events and its answer, in their order', async () => {
    const bench = new PaperBench({ latencyMs: 100 });
    bench.price(45_000);
    const answers: string[] = [];
    void bench.enterLong().then((outcome) => answers.push(outcome.kind));
    bench.clock.advanceBy(49);
    bench.price(45_010);
    bench.clock.advanceBy(1);
    bench.price(45_020);
    expect(bench.trades()).toEqual([]);
    bench.clock.advanceBy(49);
    await Promise.resolve();
    expect([bench.sink.sequence, answers]).toEqual([['connected'], []]);
    bench.clock.advanceBy(1);
    await Promise.resolve();
    expect(bench.trades()).toEqual(['BUY 0.1 @ 45010']);
    expect(answers).toEqual(['accepted']);
  });

  it('delays what the exchange does by itself as well', async () => {
    const bench = new PaperBench({
      latencyMs: 100,
      positions: [{ symbol: SYMBOL, side: 'LONG', quantity: '0.1', entryPrice: '45000' }],
    });
    bench.price(45_000);
    void bench.stop('44000');
    bench.clock.advanceBy(100);
    bench.price(44_000);
    expect(bench.sink.ordersOf('c1').at(-1)?.status).toBe('accepted');
    bench.clock.advanceBy(50);
    expect(bench.sink.ordersOf('c1').at(-1)?.status).toBe('filled');
  });

  it('lets a request meet the price at its arrival, not at its sending', async () => {
    const bench = new PaperBench({ latencyMs: 100 });
    bench.price(45_000);
    const placed = bench.stop('44000');
    bench.price(43_000);
    bench.clock.advanceBy(100);
    expect(codeOf(await placed)).toBe('would-trigger');
  });

  it('passes errors of queries on', async () => {
    const bench = new PaperBench({ latencyMs: 100 });
    const read = bench.exchange.fetchPositions();
    await bench.exchange.close();
    await expect(read).rejects.toMatchObject({ code: 'EXCHANGE_UNREACHABLE' });
  });
});

describe('close', () => {
  it('says which requests had not arrived, and which answers are lost', async () => {
    const bench = new PaperBench({ latencyMs: 100 });
    bench.price(45_000);
    const arrived = bench.enterLong();
    bench.clock.advanceBy(60);
    const onTheWay = bench.enterLong();
    await bench.exchange.close();
    await bench.exchange.close();
    expect([codeOf(await arrived), codeOf(await onTheWay)]).toEqual(['unknown', 'not-sent']);
    expect(bench.clock.pendingTimers).toBe(0);
    bench.clock.advanceBy(1_000);
    expect(bench.sink.sequence).toEqual(['connected']);
  });

  it('makes later writes not sent and later reads fail', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.exchange.close();
    expect(codeOf(await bench.enterLong())).toBe('not-sent');
    const batch = await bench.exchange.placeOrders([bench.request({})]);
    expect(batch.map(codeOf)).toEqual(['not-sent']);
    const query = { symbol: SYMBOL, clientOrderId: 'c1', kind: 'market' } as const;
    expect(codeOf(await bench.exchange.cancelOrder(query))).toBe('not-sent');
    for (const read of [
      () => bench.exchange.fetchAccount(),
      () => bench.exchange.fetchOpenOrders(),
      () => bench.exchange.fetchOrder(query),
      () => bench.exchange.fetchInstrument(SYMBOL),
    ]) {
      await expect(read()).rejects.toMatchObject({ code: 'EXCHANGE_UNREACHABLE' });
    }
  });

  it('cancels nothing: prices still match, and a new listener finds the account as it is', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong();
    await bench.stop('44000');
    await bench.takeProfit('46000');
    await bench.exchange.close();
    bench.price(44_000);
    const sink = new RecordingExchangeSink();
    await bench.exchange.connect(sink);
    expect(sink.sequence).toEqual(['connected']);
    expect(await bench.status('c2')).toBe('filled');
    expect(await bench.status('c3')).toBe('accepted');
    expect(await bench.held()).toBe('');
    expect(await bench.exchange.fetchFills(SYMBOL, 0)).toHaveLength(2);
  });
});

describe('the event stream', () => {
  it('loses events while it is down and says that there is a gap', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    bench.exchange.interruptStream('rehearsal');
    bench.exchange.interruptStream();
    await bench.enterLong();
    bench.exchange.resumeStream();
    bench.exchange.resumeStream();
    expect(bench.sink.sequence).toEqual(['connected', 'disconnected', 'connected', 'gap']);
    expect(await bench.held()).toBe('LONG 0.1 @ 45000');
  });

  it('loses what is on the way when it goes down', () => {
    const bench = new PaperBench({ latencyMs: 100 });
    bench.price(45_000);
    void bench.enterLong();
    bench.clock.advanceBy(60);
    bench.exchange.interruptStream();
    bench.clock.advanceBy(100);
    expect(bench.trades()).toEqual([]);
  });

  it('loses what happens while it is down, also when it is up again before that would arrive', () => {
    const bench = new PaperBench({ latencyMs: 100 });
    bench.price(45_000);
    void bench.enterLong();
    bench.exchange.interruptStream();
    bench.clock.advanceBy(50);
    bench.exchange.resumeStream();
    bench.clock.advanceBy(50);
    expect(bench.sink.sequence).toEqual(['connected', 'disconnected', 'connected', 'gap']);
  });

  it('is silent before connect, while orders work', async () => {
    const exchange = new PaperExchange({ instruments: [INSTRUMENT] });
    exchange.resumeStream();
    exchange.acceptPrice(SYMBOL, 'LAST', 45_000, 0);
    const outcome = await exchange.placeOrder({
      ...{ clientOrderId: 'e1', symbol: SYMBOL, side: 'BUY', positionSide: 'LONG' },
      ...{ kind: 'market', quantity: '0.1', reduceOnly: false },
      expiresAt: Number.MAX_SAFE_INTEGER,
    });
    expect(outcome.kind).toBe('accepted');
    const sink = new RecordingExchangeSink();
    await exchange.connect(sink);
    expect(sink.sequence).toEqual(['connected']);
  });
});

describe('listeners', () => {
  it('that throw disturb neither the book nor other events, and are logged', async () => {
    const error = vi.fn();
    const bench = new PaperBench({ logger: { ...SILENT_LOGGER, error } });
    bench.price(45_000);
    const order = vi.spyOn(bench.sink, 'order').mockImplementation(() => {
      throw new Error('broken listener');
    });
    expect((await bench.enterLong()).kind).toBe('accepted');
    expect(order).toHaveBeenCalledTimes(2);
    expect(error).toHaveBeenCalledTimes(2);
    expect(bench.sink.sequence).toEqual(['connected', 'fill', 'position']);
  });

  it('that trade inside an event meet a book that is done with the step', async () => {
    const bench = new PaperBench();
    bench.price(45_000);
    await bench.enterLong('0.2');
    await bench.stop('44000', '0.1');
    await bench.stop('43900', '0.1');
    const told: string[] = [];
    const keep = bench.sink.fill.bind(bench.sink);
    let reentered = false;
    vi.spyOn(bench.sink, 'fill').mockImplementation((fill) => {
      keep(fill);
      told.push(`begin ${fill.clientOrderId}`);
      if (!reentered) {
        reentered = true;
        void bench.enterLong('0.5');
        void bench.stop('43800', '0.5');
        bench.price(43_800);
      }
      told.push(`end ${fill.clientOrderId}`);
    });
    bench.price(43_900);
    expect(told).toEqual(['c2', 'c3', 'c4', 'c5'].flatMap((id) => [`begin ${id}`, `end ${id}`]));
    expect(await bench.held()).toBe('');
  });
});

describe('options', () => {
  it.each<[string, Partial<PaperExchangeOptions>]>([
    ['positionMode', { positionMode: 'both' as never }],
    ['judgeFrom', { judgeFrom: 'never' as never }],
    ['slippageBps', { slippageBps: -1 }],
    ['slippageBps', { slippageBps: 10_000 }],
    ['latencyMs', { latencyMs: Number.NaN }],
    ['latencyMs', { latencyMs: -1 }],
    ['fees.takerPct', { fees: { takerPct: 'free' } }],
    ['partialFills.limitParts', { partialFills: { limitParts: 0 } }],
    ['partialFills.marketParts', { partialFills: { marketParts: 1.5 } }],
  ])('%s is checked', (name, options) => {
    expect(() => new PaperBench(options)).toThrow(`option ${name}`);
  });
});
