import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import type { OrderFill } from '../../../src/model/fill.js';
import { ownField } from '../../../src/model/own-field.js';
import { orderFillFrom } from '../../../src/monitor/fills/order-fill-from.js';
import { parseOrderFill } from '../../../src/monitor/fills/parse-order-fill.js';

const ORDER = {
  s: 'BTCUSDT',
  c: 'entry-1',
  S: 'BUY',
  o: 'LIMIT',
  q: '0.003',
  ap: '7100.5',
  x: 'TRADE',
  X: 'PARTIALLY_FILLED',
  i: 8886774,
  l: '0.001',
  z: '0.002',
  L: '7101',
  N: 'USDT',
  n: '0.01',
  T: 1568879465651,
  t: 12345678,
  R: false,
  ps: 'LONG',
  cp: false,
};
const event = (change: object = {}) => ({
  e: 'ORDER_TRADE_UPDATE',
  E: 1568879465651,
  T: 1568879465651,
  o: { ...ORDER, ...change },
});
const REST = {
  avgPrice: '7100.5',
  clientOrderId: 'entry-1',
  executedQty: '0.002',
  orderId: 8886774,
  origQty: '0.003',
  reduceOnly: false,
  closePosition: false,
  side: 'BUY',
  positionSide: 'LONG',
  status: 'PARTIALLY_FILLED',
  symbol: 'BTCUSDT',
  time: 1,
  updateTime: 1568879465651,
};
const TRADE = {
  commission: '0.0078',
  commissionAsset: 'USDT',
  id: 698759,
  maker: false,
  orderId: 25851813,
  price: '7819.01',
  qty: '0.002',
  side: 'SELL',
  positionSide: 'SHORT',
  symbol: 'BTCUSDT',
  time: 1569514978020,
};

describe.each(['binance', 'aster'] as const)('orderFillFrom.%s', (exchange) => {
  const from = orderFillFrom[exchange];

  it('reads an event of the account stream', () => {
    const fill = {
      orderId: 8886774,
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      executedQty: '0.002',
      avgPrice: '7100.5',
      lastFilledQty: '0.001',
      lastFilledPrice: '7101',
      tradeId: 12345678,
      status: 'PARTIALLY_FILLED',
      clientOrderId: 'entry-1',
      time: 1568879465651,
      reduceOnly: false,
      fee: '0.01',
    };
    expect(from(event())).toEqual(fill);
    expect(from({ stream: 'key', data: event() })).toEqual(fill);
    expect(Object.isFrozen(from(event()))).toBe(true);
    expect(parseOrderFill(from(event()))).toMatchObject({ kind: 'executed' });
  });

  it('reads an event without a trade', () => {
    const fill = from(event({ X: 'NEW', x: 'NEW', l: '0', z: '0', L: '0', t: 0, ap: '0', n: '0' }));
    expect(fill).not.toHaveProperty('tradeId');
    expect(parseOrderFill(fill)).toMatchObject({ kind: 'nothing', terminal: false });
  });

  it('reads an order of the REST interface', () => {
    expect(from(REST)).toEqual({
      orderId: 8886774,
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      executedQty: '0.002',
      avgPrice: '7100.5',
      status: 'PARTIALLY_FILLED',
      clientOrderId: 'entry-1',
      time: 1568879465651,
      reduceOnly: false,
    });
  });

  it('reads an order answer without an average price', () => {
    const { avgPrice: _, ...answer } = REST;
    expect(parseOrderFill(from(answer))).toMatchObject({
      evidence: { cumulative: { avgPrice: null } },
    });
  });

  it('reads a row of userTrades', () => {
    const fill = from(TRADE);
    expect(fill).toEqual({
      orderId: 25851813,
      symbol: 'BTCUSDT',
      side: 'SELL',
      positionSide: 'SHORT',
      lastFilledQty: '0.002',
      lastFilledPrice: '7819.01',
      tradeId: 698759,
      time: 1569514978020,
      fee: '0.0078',
    });
    expect(parseOrderFill(fill)).toMatchObject({ evidence: { cumulative: null } });
  });

  it('takes closePosition as reducing', () => {
    expect(from(event({ cp: true })).reduceOnly).toBe(true);
    expect(from({ ...REST, closePosition: true }).reduceOnly).toBe(true);
  });

  it.each([
    ['BTCUSDT', 'USDT', true],
    ['BTCUSDT', 'BNB', false],
    ['BTCUSDT_250627', 'USDT', true],
    ['BNBUSDC', 'BNB', false],
    ['USDT', 'USDT', false],
  ])('fee of %s paid in %s is taken: %s', (symbol, asset, taken) => {
    expect('fee' in from(event({ s: symbol, N: asset }))).toBe(taken);
    expect('fee' in from({ ...TRADE, symbol, commissionAsset: asset })).toBe(taken);
  });

  it.each([
    [null, /received null/],
    ['text', /received "text"/],
    [{}, /received another object/],
    [[REST], /received an array of 1\. Hand over its items/],
    [{ e: 'TRADE_LITE', s: 'BTCUSDT', i: 1 }, /does not name the position side/],
    [{ e: 'ALGO_UPDATE', o: {} }, /through another order/],
    [{ algoId: 1, clientAlgoId: 'x' }, /through another order/],
    [{ e: 'ACCOUNT_UPDATE', a: {} }, /received event "ACCOUNT_UPDATE"/],
    [{ code: -2022, msg: 'ReduceOnly Order is rejected.' }, /received an error answer/],
    [{ e: 'ORDER_TRADE_UPDATE' }, /carries no order/],
    [event({ i: undefined }), /field "i": expected a value/],
    [event({ s: 5 }), /field "s": expected a string, received 5/],
    [event({ z: {} }), /field "z": expected a string or a number/],
    [{ ...REST, reduceOnly: 'true' }, /field "reduceOnly": expected a boolean/],
  ])('refuses %j', (payload, message) => {
    expect(() => from(payload)).toThrow(expect.objectContaining({ code: 'FILL_INVALID' }));
    expect(() => from(payload)).toThrow(message);
  });

  it('survives anything', () => {
    const payload = fc.oneof(
      fc.anything(),
      fc.dictionary(fc.constantFrom(...Object.keys(REST), ...Object.keys(TRADE)), fc.anything()),
      fc.dictionary(fc.constantFrom(...Object.keys(ORDER)), fc.anything()).map(event),
    );
    fc.assert(
      fc.property(payload, (value) => {
        try {
          parseOrderFill(from(value));
        } catch (error) {
          if (!isMonitorError(error)) throw error;
          expect(error.code).toBe('FILL_INVALID');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Samples kept beside the checkout by the developers; not part of the repository. */
const SAMPLES = join(import.meta.dirname, '../../../../shared/data');
const MESSAGES = join(SAMPLES, 'messages/binance-usdm-streams-docs.jsonl');
const ANSWERS = join(SAMPLES, 'rest/binance-usdm-rest-docs.jsonl');
const ABSENT = 'the recorded samples are not beside this checkout';

describe('documented samples', () => {
  it('of the account stream', ({ skip }) => {
    if (!existsSync(MESSAGES)) skip(ABSENT);
    const fills = linesOf(MESSAGES).filter(
      ({ msg }) => ownField(ownField(msg, 'data'), 'e') === 'ORDER_TRADE_UPDATE',
    );
    expect(fills.length).toBeGreaterThan(0);
    for (const { msg } of fills) expect(() => read(msg)).not.toThrow();
  });

  it('of the REST interface', ({ skip }) => {
    if (!existsSync(ANSWERS)) skip(ABSENT);
    const rows = linesOf(ANSWERS)
      .filter(({ path }) => /\/fapi\/v1\/(order|openOrders?|allOrders|userTrades)$/.test(`${path}`))
      .flatMap(({ response }) => response);
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) expect(() => read(row)).not.toThrow();
  });
});

function read(payload: unknown): OrderFill {
  const fill = orderFillFrom.binance(payload);
  parseOrderFill(fill);
  return fill;
}

function linesOf(path: string): readonly Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
