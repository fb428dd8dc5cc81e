import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type {
  ExchangeAdapter,
  OrderOutcome,
  PlaceOrderRequest,
} from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import { runFor, runUntil } from '../../../src/testing/run-time.js';
import { SimExchange } from '../../../src/testing/sim/sim-exchange.js';
import type { SimExchangeOptions } from '../../../src/testing/sim/sim-exchange-options.js';

const SYMBOL = 'BTCUSDT';
const INSTRUMENTS = [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }];

let clock: VirtualClock;
let sink: RecordingExchangeSink;
let exchange: SimExchange;

beforeEach(async () => {
  await connect();
});

async function connect(options: Partial<SimExchangeOptions> = {}): Promise<void> {
  clock = new VirtualClock();
  sink = new RecordingExchangeSink();
  exchange = new SimExchange({
    clock,
    instruments: INSTRUMENTS,
    latencyMs: 10,
    prices: { [SYMBOL]: 45_000 },
    ...options,
  });
  await exchange.connect(sink);
}

/** Waits for a call of the adapter. */
function ask<Result>(call: Promise<Result>): Promise<Result> {
  return runUntil(clock, call);
}

function stop(clientOrderId: string, changes: Partial<PlaceOrderRequest> = {}): PlaceOrderRequest {
  return {
    clientOrderId,
    symbol: SYMBOL,
    side: 'SELL',
    positionSide: 'LONG',
    kind: 'stop-market',
    quantity: '0.1',
    triggerPrice: '44550',
    triggerSource: 'LAST',
    reduceOnly: true,
    expiresAt: clock.now() + 2_000,
    ...changes,
  };
}

function takeProfit(clientOrderId: string): PlaceOrderRequest {
  const { triggerPrice: _, triggerSource: __, ...rest } = stop(clientOrderId);
  return { ...rest, kind: 'limit', price: '46000' };
}

function marketExit(clientOrderId: string): PlaceOrderRequest {
  const { price: _, ...rest } = takeProfit(clientOrderId);
  return { ...rest, kind: 'market' };
}

function place(request: PlaceOrderRequest): Promise<OrderOutcome> {
  return ask(exchange.placeOrder(request));
}

function ids(): (string | undefined)[] {
  return exchange.account.openOrders().map(({ clientOrderId }) => clientOrderId);
}

describe('the account', () => {
  it('trades for the bot, tells the stream, and gives the fill to hand over', async () => {
    const fill = exchange.account.buy(SYMBOL, '0.1');
    expect(fill).toEqual({
      orderId: expect.any(String),
      clientOrderId: 'bot-1',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
      executedQty: '0.1',
      avgPrice: '45000',
      status: 'FILLED',
      time: clock.now(),
    });
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0.1');
    await runFor(clock, 5);
    expect(sink.fillsOf('bot-1')).toHaveLength(1);
    expect(sink.positions.at(-1)).toMatchObject({ side: 'LONG', quantity: '0.1' });
  });

  it('is traded on by hand', async () => {
    exchange.account.buy(SYMBOL, '0.3');
    exchange.account.sell(SYMBOL, '0.1', { positionSide: 'LONG', clientOrderId: 'human' });
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0.2');
    exchange.account.sell(SYMBOL, '0.5');
    expect(exchange.account.held(SYMBOL, 'SHORT')).toBe('0.5');
    await place(stop('pm-stop'));
    expect(exchange.account.stops()).toHaveLength(1);
    exchange.account.cancelByHand(SYMBOL, 'pm-stop');
    expect(exchange.account.stops()).toHaveLength(0);
  });

  it('is liquidated', async () => {
    exchange.account.buy(SYMBOL, '0.3');
    exchange.account.liquidate(SYMBOL, 'LONG', '0.1', 'adl');
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0.2');
    exchange.account.liquidate(SYMBOL, 'LONG');
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0');
    await runFor(clock, 5);
    expect(sink.fills.map(({ cause }) => cause)).toEqual(['order', 'adl', 'liquidation']);
  });

  it('nets in one-way mode', async () => {
    await connect({ positionMode: 'one-way' });
    exchange.account.buy(SYMBOL, '0.3');
    exchange.account.sell(SYMBOL, '0.5', { reduceOnly: true });
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0');
    exchange.account.sell(SYMBOL, '0.5');
    expect(exchange.account.held(SYMBOL, 'SHORT')).toBe('0.5');
  });

  it('shows what takes profit apart from stops', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    await place(stop('sl'));
    await place(takeProfit('tp'));
    expect(exchange.account.takeProfits().map(({ price }) => price)).toEqual(['46000']);
    expect(exchange.account.stops(SYMBOL).map(({ triggerPrice }) => triggerPrice)).toEqual([
      '44550',
    ]);
  });

  it.each([
    ['a symbol that does not trade', () => exchange.account.buy('X', 1), 'X does not trade here'],
    ['a quantity off the step', () => exchange.account.buy(SYMBOL, '0.00001'), 'filter'],
    ['an order that is not there', () => exchange.account.tradeOf(SYMBOL, 'x'), 'no order x'],
    ['to cancel it', () => exchange.account.cancelByHand(SYMBOL, 'x'), 'x: no such order'],
    ['a flat position', () => exchange.account.liquidate(SYMBOL, 'LONG'), 'no LONG position'],
    ['a price off the tick', () => exchange.setPrice(SYMBOL, '45000.05'), 'in steps of 0.1'],
    ['a profile', () => new SimExchange({ instruments: [], profile: 'x' as never }), 'no profile'],
    [
      'a mode',
      () => new SimExchange({ instruments: [], profile: 'hyperliquidLike', positionMode: 'hedge' }),
      'has the modes one-way',
    ],
  ])('refuses %s', (_what, act, message) => {
    expect(act).toThrow(message);
  });

  it('wants a price first', async () => {
    await connect({ prices: {} });
    expect(() => exchange.account.buy(SYMBOL, '0.1')).toThrow('has no price yet');
  });
});

describe('writes that go wrong', () => {
  it.each<[string, () => void, Partial<OrderOutcome>, string[]]>([
    [
      'refused',
      () => exchange.script.rejectNext('stop', 'throttled', { retryAfterMs: 7 }),
      {
        kind: 'rejected',
        rejection: { code: 'throttled', detail: 'scripted refusal', retryAfterMs: 7 },
      },
      [],
    ],
    ['lost on the way', () => exchange.script.loseNextRequest('stop'), { kind: 'unknown' }, []],
    [
      'lost on the way back',
      () => exchange.script.loseNextReply('any'),
      { kind: 'unknown' },
      ['a'],
    ],
    ['not sent', () => exchange.script.failToSendNext('stop'), { kind: 'not-sent' }, []],
    ['without report', () => exchange.script.omitNextReport('stop'), { kind: 'accepted' }, ['a']],
  ])('%s', async (_name, script, outcome, open) => {
    exchange.account.buy(SYMBOL, '0.1');
    script();
    const result = await place(stop('a'));
    expect(result).toMatchObject(outcome);
    expect(result).not.toHaveProperty('report');
    expect(ids()).toEqual(open);
    expect(exchange.script.pending).toEqual([]);
    expect((await place(stop('b'))).kind).toBe('accepted');
    expect(exchange.sent('stop').map((record) => record.outcome?.kind)).toEqual([
      outcome.kind,
      'accepted',
    ]);
  });

  it('never answered, executed or not', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.hangNext('stop');
    exchange.script.hangNext('stop', { executed: false });
    const both = Promise.race([exchange.placeOrder(stop('a')), exchange.placeOrder(stop('b'))]);
    await expect(ask(both)).rejects.toThrow('does not settle');
    expect(ids()).toEqual(['a']);
  });

  it('answered with garbage', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.garbleNextReply('stop');
    expect(await place(stop('a'))).toBe('<html>502 Bad Gateway</html>');
    expect(ids()).toEqual(['a']);
  });

  it('late on the way, until its time is over', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.delayNextRequest('stop', 1_000);
    const first = clock.now();
    expect((await place(stop('a'))).kind).toBe('accepted');
    expect(clock.now() - first).toBe(1_010);
    exchange.script.delayNextRequest('stop', 3_000);
    expect(await place(stop('b'))).toMatchObject({ rejection: { code: 'expired-request' } });
  });

  it('late on the way back', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.delayNextReply('stop', 1_000);
    const call = exchange.placeOrder(stop('a'));
    await runFor(clock, 5);
    expect(ids()).toEqual(['a']);
    await runFor(clock, 1_004);
    expect(exchange.sent('stop')[0]?.outcome).toBeNull();
    expect((await ask(call)).kind).toBe('accepted');
  });

  it('told apart by what they are for, and by a function', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    const { script } = exchange;
    for (const name of ['stop', 'take-profit', 'close', 'entry', 'cancel'] as const) {
      script.rejectNext(name, 'other');
    }
    script.rejectNext((id) => id === 'chosen', 'market-closed');
    const rejected = [
      await place(stop('a')),
      await place(takeProfit('b')),
      await place(marketExit('c')),
      await place({ ...takeProfit('d'), side: 'BUY', price: '44000' }),
      await ask(exchange.cancelOrder({ symbol: SYMBOL, clientOrderId: 'e', kind: 'limit' })),
    ];
    expect(rejected.map(({ kind }) => kind)).toEqual(Array(5).fill('rejected'));
    expect(script.pending).toEqual(['rejectNext market-closed (function)']);
    expect(await place(stop('chosen'))).toMatchObject({ rejection: { code: 'market-closed' } });
  });

  it('as often as was said, in the order of the calls', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.rejectNext('any', 'throttled', { times: 2 });
    exchange.script.loseNextRequest('stop');
    expect(exchange.script.pending).toEqual([
      'rejectNext throttled any (2 times)',
      'loseNextRequest stop',
    ]);
    const kinds: string[] = [];
    for (const id of ['a', 'b', 'c', 'd']) kinds.push((await place(stop(id))).kind);
    expect(kinds).toEqual(['rejected', 'rejected', 'unknown', 'accepted']);
  });

  it('no more after clear()', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    const { script } = exchange;
    script.rejectNext('any', 'throttled', { times: 5 });
    script.failNextRead('fetchPositions');
    script.answerNextRead('fetchPositions', () => []);
    script.dropNextEvent();
    script.rejectNextTrigger();
    script.fillNextInParts(2);
    script.goSilentFor(1_000);
    expect(script.pending).toHaveLength(6);
    script.clear();
    expect(script.pending).toEqual([]);
    expect((await place(stop('a'))).kind).toBe('accepted');
    expect(await ask(exchange.fetchPositions())).toHaveLength(1);
    await runFor(clock, 5);
    expect(sink.ordersOf('a')).toHaveLength(1);
  });

  it.each<[string, Partial<PlaceOrderRequest>]>([
    ['a market order with a level', { kind: 'market' }],
    ['a limit without a price', { kind: 'limit' }],
    ['a stop with a price', { price: '46000' }],
    ['a price off the tick', { triggerPrice: '44550.05' }],
  ])('because they make no sense: %s', async (_what, changes) => {
    exchange.account.buy(SYMBOL, '0.1');
    expect(await place(stop('a', changes))).toMatchObject({ rejection: { code: 'filter' } });
  });

  it('because a stop has no level', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    const request = { ...marketExit('a'), kind: 'stop-market' } as const;
    expect(await place(request)).toMatchObject({ rejection: { code: 'filter' } });
  });

  it('one by one in a batch, which has a bound', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.rejectNext('stop', 'throttled');
    const send = exchange.placeOrders as NonNullable<ExchangeAdapter['placeOrders']>;
    const outcomes = await ask(send([stop('a'), stop('b')]));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'accepted']);
    const many = await ask(send(Array.from({ length: 6 }, (_, at) => stop(`m${at}`))));
    expect(new Set(many.map(({ kind }) => kind))).toEqual(new Set(['rejected']));
    expect(ids()).toEqual(['b']);
  });
});

describe('reads that go wrong', () => {
  it('fail, as often as was said', async () => {
    exchange.script.failNextRead('fetchPositions', { times: 2 });
    for (let time = 0; time < 2; time += 1) {
      await expect(ask(exchange.fetchPositions())).rejects.toMatchObject({
        code: 'EXCHANGE_UNREACHABLE',
        retryable: true,
      });
    }
    expect(await ask(exchange.fetchPositions())).toEqual([]);
  });

  it('never answer', async () => {
    exchange.script.hangNextRead('fetchOpenOrders');
    await expect(ask(exchange.fetchOpenOrders())).rejects.toThrow('does not settle');
    expect(await ask(exchange.fetchOpenOrders())).toEqual([]);
  });

  it('are late, with the answer of before', async () => {
    exchange.script.delayNextRead('fetchPositions', 1_000);
    const call = exchange.fetchPositions();
    await runFor(clock, 100);
    exchange.account.buy(SYMBOL, '0.1');
    expect(await ask(call)).toEqual([]);
    expect(clock.monotonic()).toBe(1_010);
  });

  it('hide an order', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    await place(stop('a'));
    exchange.script.hideNextOrder();
    const query = { symbol: SYMBOL, clientOrderId: 'a' };
    expect(await ask(exchange.fetchOrder(query))).toBeNull();
    expect(await ask(exchange.fetchOrder(query))).toMatchObject({ status: 'accepted' });
  });

  it('lie', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.answerNextRead('fetchPositions', (truth) =>
      truth.map((row) => ({ ...row, quantity: '9' })),
    );
    expect(await ask(exchange.fetchPositions())).toMatchObject([{ side: 'LONG', quantity: '9' }]);
    expect(await ask(exchange.fetchPositions())).toMatchObject([{ side: 'LONG', quantity: '0.1' }]);
  });

  it('reject for a symbol that does not trade, and the clock goes on', async () => {
    await expect(ask(exchange.fetchInstrument('X'))).rejects.toMatchObject({
      code: 'EXCHANGE_REJECTED',
    });
    expect(await ask(exchange.fetchInstrument(SYMBOL))).toMatchObject(INSTRUMENTS[0] ?? {});
  });
});

describe('a stream that goes wrong', () => {
  it('loses, delays and repeats single events', async () => {
    exchange.script.dropNextEvent('fill');
    exchange.script.delayNextEvent('order', 100);
    exchange.script.duplicateNextEvent('position', 50);
    exchange.account.buy(SYMBOL, '0.1');
    await runFor(clock, 5);
    expect(sink.sequence).toEqual(['connected', 'order:filled', 'position']);
    await runFor(clock, 50);
    expect(sink.sequence).toEqual(['connected', 'order:filled', 'position', 'position']);
    await runFor(clock, 50);
    expect(sink.sequence.at(-1)).toBe('order:accepted');
    expect(sink.fills).toEqual([]);
  });

  it('falls silent without a word', async () => {
    exchange.script.goSilentFor(1_000);
    exchange.account.buy(SYMBOL, '0.1');
    await runFor(clock, 1_000);
    exchange.account.buy(SYMBOL, '0.2');
    await runFor(clock, 5);
    expect(sink.fills.map(({ trade }) => trade.quantity)).toEqual(['0.2']);
    expect(sink.connections).toEqual(['connected']);
    expect(sink.gaps).toEqual([]);
  });

  it('goes down and says so', async () => {
    exchange.script.disconnectFor(1_000);
    exchange.account.buy(SYMBOL, '0.1');
    await runFor(clock, 1_000);
    expect(sink.fills).toEqual([]);
    expect(sink.connections).toEqual(['connected', 'disconnected', 'connected']);
    expect(sink.gaps).toHaveLength(1);
    expect(await ask(exchange.fetchPositions())).toHaveLength(1);
  });
});

describe('an exchange that goes wrong', () => {
  it('bans', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    exchange.script.banFor(5_000);
    expect(await place(stop('a'))).toMatchObject({
      rejection: { code: 'throttled', retryAfterMs: 4_995 },
    });
    await expect(ask(exchange.fetchPositions())).rejects.toThrow();
    await runFor(clock, 5_000);
    expect((await place(stop('b'))).kind).toBe('accepted');
  });

  it('halts trading', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    await place(stop('a'));
    exchange.script.haltFor(1_000);
    exchange.setPrice(SYMBOL, 44_000);
    expect(await place(stop('b'))).toMatchObject({ rejection: { code: 'market-closed' } });
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0.1');
    await runFor(clock, 1_000);
    exchange.setPrice(SYMBOL, 44_000);
    await runFor(clock, 10);
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0');
  });

  it('rejects a stop that is triggered', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    await place(stop('a'));
    exchange.script.rejectNextTrigger();
    exchange.setPrice(SYMBOL, 44_500);
    await runFor(clock, 10);
    expect(sink.ordersOf('a').at(-1)?.status).toBe('rejected');
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0.1');
  });

  it('hesitates with a stop that is triggered', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    await place(stop('a'));
    exchange.script.delayNextTrigger(2_000);
    exchange.setPrice(SYMBOL, 44_500);
    await runFor(clock, 1_999);
    expect(exchange.account.stops()[0]?.status).toBe('triggered');
    await runFor(clock, 1);
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0');
  });

  it('fills in parts, or a part alone', async () => {
    exchange.script.fillNextInParts(2, { pauseMs: 500 });
    const { clientOrderId, executedQty, status } = exchange.account.buy(SYMBOL, '0.1');
    expect([executedQty, status]).toEqual(['0.05', 'PARTIALLY_FILLED']);
    await runFor(clock, 500);
    expect(exchange.account.tradeOf(SYMBOL, clientOrderId)).toMatchObject({
      executedQty: '0.1',
      status: 'FILLED',
    });
    exchange.script.fillNextInParts(4, { restExpires: true });
    exchange.account.buy(SYMBOL, '0.1');
    await runFor(clock, 10_000);
    expect(exchange.account.held(SYMBOL, 'LONG')).toBe('0.125');
  });

  it('has a clock of its own', async () => {
    exchange.script.skewClock(-5_000);
    const time = exchange.fetchServerTime as NonNullable<ExchangeAdapter['fetchServerTime']>;
    expect((await ask(time())) - clock.now()).toBe(-5_005);
  });
});

describe('the line', () => {
  it('is closed before connect() and after close()', async () => {
    const other = new SimExchange({ clock, instruments: INSTRUMENTS });
    expect(await ask(other.placeOrder(stop('a')))).toMatchObject({ kind: 'not-sent' });
    await expect(ask(other.fetchPositions())).rejects.toThrow('the connection is closed');
    await exchange.close();
    await expect(ask(exchange.fetchPositions())).rejects.toThrow('the connection is closed');
  });

  it('ends what was under way at close()', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    const write = exchange.placeOrder(stop('a'));
    const read = exchange.fetchPositions();
    const failed = expect(read).rejects.toThrow('the connection is closed');
    await exchange.close();
    expect(await write).toMatchObject({ kind: 'unknown' });
    await failed;
    await runFor(clock, 100);
    expect(ids()).toEqual(['a']);
  });

  it('dies with the process: what was asked arrives, nothing comes back', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    const write = exchange.placeOrder(stop('a'));
    const dead = exchange;
    exchange = dead.crash();
    const heard = sink.sequence.length;
    const next = new RecordingExchangeSink();
    await exchange.connect(next);
    await runFor(clock, 100);
    expect(ids()).toEqual(['a']);
    expect(sink.sequence).toHaveLength(heard);
    const asked = Promise.race([write, dead.fetchPositions(), dead.placeOrder(stop('b'))]);
    await expect(ask(asked)).rejects.toThrow('does not settle');
    expect(ids()).toEqual(['a']);
    exchange.account.buy(SYMBOL, '0.1');
    await runFor(clock, 5);
    expect(next.fills).toHaveLength(1);
    expect(exchange.requests.map(({ name }) => name)).toEqual(['stop']);
  });

  it('tells the dead nothing, whether or not somebody follows', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    const next = exchange.crash();
    next.account.buy(SYMBOL, '0.1');
    await runFor(clock, 100);
    expect(sink.sequence).toEqual(['connected']);
  });

  it('shows requests with their time and their end', async () => {
    exchange.account.buy(SYMBOL, '0.1');
    await runFor(clock, 100);
    const request = stop('a');
    await place(request);
    await ask(exchange.fetchPositions());
    expect(exchange.requests).toMatchObject([
      { name: 'stop', order: request, sentAt: clock.now() - 20, outcome: { kind: 'accepted' } },
      { name: 'fetchPositions', order: null, outcome: null },
    ]);
  });
});

describe('profiles', () => {
  it('say what the exchange cannot do', async () => {
    await connect({ profile: 'hyperliquidLike' });
    expect(exchange.placeOrders).toBeUndefined();
    expect(exchange.fetchServerTime).toBeUndefined();
    expect(exchange.capabilities).toMatchObject({ positionModes: ['one-way'], batchSize: 1 });
    await connect({ profile: 'worstCase' });
    expect(exchange.fetchPrices).toBeUndefined();
    expect(exchange.capabilities.reduceOnly).toEqual({ hedge: 'none', oneWay: 'none' });
  });

  it('tells prices where the profile does', async () => {
    exchange.setPrice(SYMBOL, '44999.9', 'MARK');
    const prices = exchange.fetchPrices as NonNullable<ExchangeAdapter['fetchPrices']>;
    expect(await ask(prices(SYMBOL))).toMatchObject([
      { source: 'LAST', price: '45000' },
      { source: 'MARK', price: '44999.9' },
    ]);
  });
});
