import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/errors/exchange-error.js';
import {
  evidenceOf,
  normaliseAccount,
  normaliseAll,
  normaliseFill,
  normaliseFunding,
  normaliseOrder,
  normaliseOutcome,
  normalisePosition,
  normalisePrice,
} from '../../../src/execution/normalise-reports.js';

const TIME = 1_700_000_000_000;
const TRADE = { tradeId: 'T1', quantity: '0.10', price: '100.0', fee: '-0.02' };
const ORDER = {
  symbol: 'BTCUSDT',
  orderId: '17',
  clientOrderId: 'pm-1',
  side: 'SELL',
  positionSide: 'LONG',
  kind: 'stop-market',
  status: 'accepted',
  quantity: '0.30',
  executedQty: 0,
  triggerPrice: '99.50',
  triggerSource: 'LAST',
  time: TIME,
};
const FILL = {
  symbol: 'BTCUSDT',
  orderId: 17,
  side: 'SELL',
  positionSide: 'LONG',
  trade: TRADE,
  time: TIME,
};

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

function refuses(run: () => unknown, message: RegExp): void {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ExchangeError);
  expect(error).toMatchObject({ code: 'EXCHANGE_PROTOCOL', outcome: 'unknown' });
  expect((error as Error).message).toMatch(message);
}

describe('normaliseOrder', () => {
  it('reads an order with the defaults filled in', () => {
    const report = normaliseOrder(ORDER);
    expect(plain(report)).toEqual({
      symbol: 'BTCUSDT',
      orderId: '17',
      clientOrderId: 'pm-1',
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'stop-market',
      status: 'accepted',
      quantity: '0.3',
      executedQty: '0',
      avgPrice: null,
      price: null,
      triggerPrice: '99.5',
      triggerSource: 'LAST',
      reduceOnly: false,
      trade: null,
      cause: 'order',
      time: TIME,
    });
    expect(Object.isFrozen(report)).toBe(true);
  });

  it('reads trade, cause and flag; prices of 0 mean none', () => {
    const more = {
      ...ORDER,
      status: 'filled',
      executedQty: '0.3',
      avgPrice: '100.1',
      price: '0',
      reduceOnly: true,
      cause: 'liquidation',
      trade: TRADE,
      clientOrderId: '',
    };
    expect(plain(normaliseOrder(more))).toMatchObject({
      clientOrderId: null,
      avgPrice: '100.1',
      price: null,
      reduceOnly: true,
      cause: 'liquidation',
      trade: { tradeId: 'T1', quantity: '0.1', price: '100', fee: '-0.02' },
    });
  });

  it('takes position-bound stops, which have no quantity', () => {
    expect(normaliseOrder({ ...ORDER, quantity: 0 }).quantity.toFixed()).toBe('0');
  });

  it.each([
    ['symbol', 'BTC USDT', /order report, field symbol: expected a symbol/],
    ['symbol', undefined, /symbol: .*received nothing/],
    ['orderId', null, /orderId/],
    ['orderId', 2 ** 60, /orderId/],
    ['clientOrderId', 5, /clientOrderId/],
    ['side', 'sell', /side: expected "BUY" or "SELL", received "sell"/],
    ['positionSide', undefined, /positionSide/],
    ['kind', 'STOP_MARKET', /kind: expected "market" or/],
    ['status', 'NEW', /status: expected "accepted" or .*received "NEW"/],
    ['status', undefined, /status/],
    ['quantity', -1, /quantity: expected a plain decimal of zero or more, received -1/],
    ['quantity', 'abc', /quantity/],
    ['quantity', Number.NaN, /quantity/],
    ['executedQty', undefined, /executedQty/],
    ['executedQty', '1e5', /executedQty/],
    ['avgPrice', -1, /avgPrice/],
    ['price', Number.POSITIVE_INFINITY, /price/],
    ['triggerPrice', {}, /triggerPrice/],
    ['triggerSource', 'CONTRACT_PRICE', /triggerSource/],
    ['reduceOnly', 'true', /reduceOnly/],
    ['trade', 'x', /field trade: expected an object/],
    [
      'trade',
      { ...TRADE, quantity: 0 },
      /field trade, field quantity: expected a plain decimal above zero/,
    ],
    ['trade', { ...TRADE, fee: 'x' }, /field trade, field fee/],
    ['cause', 'margin', /cause/],
    ['time', undefined, /time: expected whole milliseconds/],
    ['time', -1, /time/],
    ['time', 1.5, /time/],
  ])('refuses %s = %j', (field, value, message) => {
    refuses(() => normaliseOrder({ ...ORDER, [field]: value }), message);
  });

  it('refuses a filled order that executed nothing', () => {
    refuses(
      () => normaliseOrder({ ...ORDER, status: 'filled' }),
      /executedQty: .*since the order is filled/,
    );
  });

  it.each([null, undefined, 'x', 3, [], () => 1])('refuses %s', (raw) => {
    refuses(() => normaliseOrder(raw), /order report: expected an object/);
  });

  it('reads own properties only', () => {
    refuses(() => normaliseOrder(Object.create(ORDER)), /received nothing/);
  });
});

describe('evidenceOf', () => {
  it('is null while nothing executed', () => {
    expect(evidenceOf(normaliseOrder(ORDER))).toBeNull();
  });

  it('carries total, trade and end', () => {
    const report = normaliseOrder({
      ...ORDER,
      status: 'canceled',
      executedQty: '0.1',
      avgPrice: 100,
      trade: TRADE,
    });
    expect(plain(evidenceOf(report))).toEqual({
      orderId: '17',
      clientOrderId: 'pm-1',
      symbol: 'BTCUSDT',
      side: 'SELL',
      positionSide: 'LONG',
      cumulative: { quantity: '0.1', avgPrice: '100' },
      trade: { tradeId: 'T1', quantity: '0.1', price: '100', fee: '-0.02' },
      reduceOnly: false,
      terminal: true,
      cause: 'order',
      time: TIME,
    });
  });

  it('is not terminal while the order lives', () => {
    const report = normaliseOrder({ ...ORDER, status: 'triggered', executedQty: '0.1' });
    expect(evidenceOf(report)).toMatchObject({ terminal: false, cumulative: { avgPrice: null } });
  });
});

describe('normaliseFill', () => {
  it('reads one trade', () => {
    expect(plain(normaliseFill(FILL))).toEqual({
      orderId: '17',
      clientOrderId: null,
      symbol: 'BTCUSDT',
      side: 'SELL',
      positionSide: 'LONG',
      cumulative: null,
      trade: { tradeId: 'T1', quantity: '0.1', price: '100', fee: '-0.02' },
      reduceOnly: false,
      terminal: false,
      cause: 'order',
      time: TIME,
    });
  });

  it('takes no fee as none', () => {
    const { fee: _, ...trade } = TRADE;
    expect(normaliseFill({ ...FILL, trade }).trade?.fee.toFixed()).toBe('0');
  });

  it.each([
    ['trade', undefined, /fill report, field trade: expected an object, received nothing/],
    ['trade', { ...TRADE, tradeId: '' }, /tradeId/],
    ['trade', { ...TRADE, price: 0 }, /price/],
    ['side', 'LONG', /side/],
    ['time', 'now', /time/],
  ])('refuses %s = %j', (field, value, message) => {
    refuses(() => normaliseFill({ ...FILL, [field]: value }), message);
  });
});

describe('normalisePosition, normalisePrice, normaliseAccount', () => {
  it('read what is given', () => {
    const position = { symbol: 'BTCUSDT', side: 'LONG', quantity: '0.10', entryPrice: '100.0' };
    expect(plain(normalisePosition(position, TIME))).toEqual({
      symbol: 'BTCUSDT',
      side: 'LONG',
      quantity: '0.1',
      entryPrice: '100',
      liquidationPrice: null,
      time: TIME,
    });
    const flat = normalisePosition({ ...position, quantity: 0, entryPrice: '0.0', time: 5 }, TIME);
    expect(plain(flat)).toMatchObject({ quantity: '0', entryPrice: null, time: 5 });
    const price = normalisePrice({ source: 'MARK', price: 99.5, time: TIME }, 'BTCUSDT');
    expect(plain(price)).toEqual({ symbol: 'BTCUSDT', source: 'MARK', price: '99.5', time: TIME });
    expect(normaliseAccount({ accountId: 'acc-1', positionMode: 'hedge' })).toEqual({
      accountId: 'acc-1',
      positionMode: 'hedge',
    });
  });

  it('do not assume that a key is harmless', () => {
    const account = { accountId: 1, positionMode: 'one-way', permissions: { trade: true } };
    expect(normaliseAccount(account).permissions).toEqual({ trade: true, withdraw: true });
  });

  it.each([
    [
      () => normalisePosition({ symbol: 'X', side: 'BOTH', quantity: 1 }, 0),
      /position report, field side/,
    ],
    [() => normalisePosition({ symbol: 'X', side: 'LONG', quantity: -1 }, 0), /quantity/],
    [() => normalisePosition({ symbol: 'X', side: 'LONG' }, 0), /quantity: .*received nothing/],
    [() => normalisePrice({ source: 'LAST', price: 0, time: 1 }, 'X'), /price report, field price/],
    [() => normalisePrice({ source: 'TRADE', price: 1, time: 1 }, 'X'), /source/],
    [() => normalisePrice({ source: 'LAST', price: 1 }, 'X'), /time/],
    [() => normaliseAccount({ positionMode: 'hedge' }), /account report, field accountId/],
    [() => normaliseAccount({ accountId: 'a', positionMode: 'dual' }), /positionMode/],
    [
      () => normaliseAccount({ accountId: 'a', positionMode: 'hedge', permissions: 1 }),
      /permissions/,
    ],
  ])('refuse %s', (run, message) => refuses(run, message));
});

describe('the liquidation price of a position', () => {
  const POSITION = { symbol: 'BTCUSDT', side: 'LONG', quantity: '0.1' };

  it.each([
    ['90.50', '90.5'],
    [90.5, '90.5'],
    [0, null],
    ['0.0', null],
    [-90, null],
    ['none', null],
    [Number.NaN, null],
    [{}, null],
    [null, null],
  ])('%j is %j: what makes no sense keeps no position from being read', (given, expected) => {
    const report = normalisePosition({ ...POSITION, liquidationPrice: given }, TIME);
    expect(plain(report)).toMatchObject({ quantity: '0.1', liquidationPrice: expected });
  });
});

describe('normaliseFunding', () => {
  const FUNDING = { symbol: 'BTCUSDT', id: 77, amount: '-0.50', side: 'SHORT', time: TIME };

  it('reads what is given', () => {
    expect(plain(normaliseFunding(FUNDING, 'BTCUSDT'))).toEqual({
      symbol: 'BTCUSDT',
      id: '77',
      amount: '-0.5',
      side: 'SHORT',
      time: TIME,
    });
    const { side: _, ...unsided } = FUNDING;
    expect(normaliseFunding(unsided, 'BTCUSDT').side).toBeNull();
  });

  it.each([
    ['symbol', 'ETHUSDT', /field symbol: expected "BTCUSDT"/],
    ['id', '', /field id/],
    ['id', undefined, /field id/],
    ['id', 'a b', /field id/],
    ['amount', undefined, /field amount: .*received nothing/],
    ['amount', 'much', /field amount/],
    ['amount', Number.POSITIVE_INFINITY, /field amount/],
    ['side', 'BOTH', /field side/],
    ['time', -1, /field time/],
  ])('refuses %s = %j', (field, value, message) => {
    refuses(() => normaliseFunding({ ...FUNDING, [field]: value }, 'BTCUSDT'), message);
  });
});

describe('normaliseOutcome', () => {
  const sent = { symbol: 'BTCUSDT', clientOrderId: 'pm-1' };

  it('reads each kind', () => {
    expect(normaliseOutcome({ kind: 'accepted' }, sent)).toEqual({
      kind: 'accepted',
      report: null,
    });
    expect(normaliseOutcome({ kind: 'accepted', report: ORDER }, sent)).toMatchObject({
      kind: 'accepted',
      report: { orderId: '17' },
    });
    expect(normaliseOutcome({ kind: 'unknown', detail: 'timeout' })).toEqual({
      kind: 'unknown',
      detail: 'timeout',
    });
    expect(normaliseOutcome({ kind: 'not-sent' })).toEqual({
      kind: 'not-sent',
      detail: 'no detail given',
    });
    const rejection = { code: 'throttled', detail: '429', retryAfterMs: 10.2 };
    expect(normaliseOutcome({ kind: 'rejected', rejection })).toEqual({
      kind: 'rejected',
      rejection: { ...rejection, retryAfterMs: 11 },
    });
  });

  it('keeps a refusal certain when its code is unknown', () => {
    for (const rejection of [
      { code: 'would_trigger', detail: '-2021' },
      {},
      undefined,
      null,
      'no',
    ]) {
      const outcome = normaliseOutcome({ kind: 'rejected', rejection });
      expect(outcome).toMatchObject({ kind: 'rejected', rejection: { code: 'other' } });
    }
    const inherited = { kind: 'rejected', rejection: { code: 'toString', retryAfterMs: -1 } };
    expect(normaliseOutcome(inherited)).toEqual({
      kind: 'rejected',
      rejection: { code: 'other', detail: '"toString" no detail given' },
    });
  });

  it('shortens long texts', () => {
    const outcome = normaliseOutcome({ kind: 'unknown', detail: 'x'.repeat(10_000) });
    expect(outcome).toMatchObject({ detail: 'x'.repeat(500) });
  });

  it.each([
    [{ kind: 'ok' }, /order outcome, field kind/],
    [{}, /kind: .*received nothing/],
    [undefined, /order outcome: expected an object, received nothing/],
    [{ kind: 'accepted', report: { ...ORDER, status: 'NEW' } }, /field report, field status/],
    [
      { kind: 'accepted', report: { ...ORDER, symbol: 'ETHUSDT' } },
      /expected "BTCUSDT", received "ETHUSDT"/,
    ],
    [
      { kind: 'accepted', report: { ...ORDER, clientOrderId: 'pm-2' } },
      /expected "pm-1", received "pm-2"/,
    ],
  ])('refuses %j', (raw, message) => refuses(() => normaliseOutcome(raw, sent), message));
});

describe('normaliseAll', () => {
  it('reads every row', () => {
    const rows = normaliseAll([ORDER, ORDER], 'open orders', normaliseOrder);
    expect(rows).toHaveLength(2);
    expect(Object.isFrozen(rows)).toBe(true);
  });

  it('fails as a whole: a hole would read as "not there"', () => {
    refuses(
      () => normaliseAll([ORDER, {}], 'open orders', normaliseOrder),
      /open orders, row 1, field/,
    );
    refuses(
      () => normaliseAll(new Array(2), 'open orders', normaliseOrder),
      /row 0: expected an object/,
    );
    refuses(
      () => normaliseAll(null, 'open orders', normaliseOrder),
      /open orders: expected a list, received null/,
    );
    refuses(() => normaliseAll(new Array(1e6), 'fills', normaliseFill), /at most 100000 rows/);
  });
});

describe('hostile adapters', () => {
  it('cause frozen reports or EXCHANGE_PROTOCOL, nothing else', () => {
    const value = fc.oneof(
      fc.anything({ maxDepth: 2 }),
      fc.constantFrom('BUY', 'accepted', '1', 0, TRADE),
    );
    const changed = (base: object) =>
      fc
        .dictionary(fc.constantFrom(...Object.keys(base), 'trade', 'cause', '__proto__'), value, {
          maxKeys: 3,
        })
        .map((change) => ({ ...base, ...change }));
    const raw = fc.oneof(
      fc.anything(),
      changed(ORDER),
      changed(FILL),
      changed({ kind: 'accepted', report: ORDER, rejection: {}, detail: '' }),
    );
    fc.assert(
      fc.property(raw, (report) => {
        const readers = [
          () => normaliseOrder(report),
          () => normaliseFill(report),
          () => normalisePosition(report, 0),
          () => normalisePrice(report, 'X'),
          () => normaliseAccount(report),
          () => normaliseOutcome(report),
          () => normaliseAll(report, 'rows', normaliseOrder),
        ];
        for (const read of readers) {
          try {
            expect(Object.isFrozen(read())).toBe(true);
          } catch (error) {
            if (!(error instanceof ExchangeError)) throw error;
            expect(error).toMatchObject({ code: 'EXCHANGE_PROTOCOL', outcome: 'unknown' });
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
