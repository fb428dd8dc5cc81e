import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import { ValidationError } from '../../../src/errors/validation-error.js';
import type { OrderFill } from '../../../src/model/fill.js';
import { exchangeCauseOf } from '../../../src/monitor/fills/exchange-cause.js';
import { parseOrderFill } from '../../../src/monitor/fills/parse-order-fill.js';

const TIME = 1_700_000_000_000;
const HEAD = { orderId: 'A-1', symbol: 'BTCUSDT', side: 'BUY' } as const;
const FILL = { ...HEAD, executedQty: '0.10', avgPrice: '45000.0', time: TIME };

const parse = (fill: unknown) => parseOrderFill(fill as OrderFill);
/** Evidence as plain data. */
function evidence(fill: unknown): unknown {
  const parsed = parse(fill);
  expect(parsed.kind).toBe('executed');
  return JSON.parse(JSON.stringify((parsed as { evidence: unknown }).evidence));
}
const refusal = (fill: unknown, message: RegExp) => {
  expect(() => parse(fill)).toThrow(ValidationError);
  expect(() => parse(fill)).toThrow(expect.objectContaining({ code: 'FILL_INVALID' }));
  expect(() => parse(fill)).toThrow(message);
};

describe('parseOrderFill, cumulative form', () => {
  it('reads total and average', () => {
    expect(evidence(FILL)).toEqual({
      orderId: 'A-1',
      clientOrderId: null,
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'BOTH',
      cumulative: { quantity: '0.1', avgPrice: '45000' },
      trade: null,
      reduceOnly: false,
      terminal: false,
      cause: 'order',
      time: TIME,
    });
  });

  it('reads every field', () => {
    const full = {
      ...FILL,
      orderId: 12345,
      positionSide: 'LONG',
      lastFilledQty: 0.04,
      lastFilledPrice: '45010',
      tradeId: 99,
      status: 'FILLED',
      clientOrderId: 'mine',
      reduceOnly: true,
      fee: '-0.01',
    };
    expect(evidence(full)).toMatchObject({
      orderId: '12345',
      clientOrderId: 'mine',
      positionSide: 'LONG',
      cumulative: { quantity: '0.1', avgPrice: '45000' },
      trade: { tradeId: '99', quantity: '0.04', price: '45010', fee: '-0.01' },
      reduceOnly: true,
      terminal: true,
    });
  });

  it.each([undefined, null, 0, '0', '0.00000'])(
    'leaves average price %s to be asked for',
    (avgPrice) => {
      expect(evidence({ ...FILL, avgPrice })).toMatchObject({
        cumulative: { quantity: '0.1', avgPrice: null },
      });
    },
  );

  it('takes the average as price of a trade only while there is no other trade', () => {
    const trade = { lastFilledQty: '0.1', tradeId: 1 };
    expect(evidence({ ...FILL, ...trade })).toMatchObject({ trade: { price: '45000' } });
    expect(evidence({ ...FILL, ...trade, lastFilledQty: '0.04' })).toMatchObject({ trade: null });
  });

  it('does not need a trade id beside a total', () => {
    expect(evidence({ ...FILL, lastFilledQty: '0.1' })).toMatchObject({ trade: null });
  });

  it('takes the time of reception for a fill without one', () => {
    for (const time of [undefined, null, 0]) {
      const parsed = parseOrderFill({ ...FILL, time } as OrderFill, 42);
      expect(parsed).toMatchObject({ evidence: { time: 42 } });
    }
  });
});

describe('parseOrderFill, per-trade form', () => {
  const TRADE = { ...HEAD, lastFilledQty: '0.02', tradeId: '7', lastFilledPrice: '100' };

  it('reads one trade', () => {
    expect(evidence(TRADE)).toMatchObject({
      cumulative: null,
      trade: { tradeId: '7', quantity: '0.02', price: '100', fee: '0' },
    });
  });

  it('takes avgPrice where the price of the trade is missing', () => {
    expect(evidence({ ...TRADE, lastFilledPrice: undefined, avgPrice: 101 })).toMatchObject({
      trade: { price: '101' },
    });
  });

  it.each([
    [{ tradeId: undefined }, /tradeId: expected .*since executedQty is missing.*repeated fill/],
    [{ lastFilledPrice: undefined }, /lastFilledPrice: expected the price of the trade above zero/],
    [{ lastFilledPrice: 0 }, /lastFilledPrice/],
    [
      { lastFilledQty: undefined },
      /executedQty: expected executedQty \(in all\), or lastFilledQty with tradeId/,
    ],
    [{ lastFilledQty: 0 }, /lastFilledQty: expected a quantity above zero/],
  ])('without %j is refused', (change, message) => {
    refusal({ ...TRADE, ...change }, message);
  });
});

describe('parseOrderFill, nothing executed', () => {
  it.each([
    ['NEW', false],
    ['CANCELED', true],
    ['Cancelled', true],
    ['EXPIRED', true],
    ['rejected', true],
    ['EXPIRED_IN_MATCH', true],
    ['PENDING_CANCEL', false],
  ])('with status %s, terminal %s', (status, terminal) => {
    const parsed = parse({ ...FILL, executedQty: 0, avgPrice: '0', status, clientOrderId: 'c' });
    expect(parsed).toEqual({
      kind: 'nothing',
      orderId: 'A-1',
      clientOrderId: 'c',
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'BOTH',
      terminal,
      time: TIME,
    });
    expect(Object.isFrozen(parsed)).toBe(true);
  });

  it('by an event without a trade', () => {
    expect(parse({ ...HEAD, lastFilledQty: '0', status: 'NEW' }).kind).toBe('nothing');
  });

  it('contradicts an executed status, and needs one at all', () => {
    refusal(
      { ...FILL, executedQty: 0, status: 'FILLED' },
      /executedQty: .*received 0.*something was executed/,
    );
    refusal({ ...FILL, executedQty: 0, status: 'partially-filled' }, /PARTIALLY_FILLED/);
    refusal({ ...FILL, executedQty: 0 }, /told apart by its status/);
  });

  it('is not what a partly executed, then canceled order says', () => {
    expect(evidence({ ...FILL, status: 'CANCELED' })).toMatchObject({ terminal: true });
  });
});

describe('parseOrderFill, refusals', () => {
  it.each([
    ['orderId', undefined, /orderId: expected an id .*received nothing/],
    ['orderId', '', /orderId/],
    ['orderId', 'a b', /orderId/],
    ['orderId', 'x'.repeat(129), /orderId/],
    ['orderId', 0, /orderId/],
    ['orderId', 1.5, /orderId: .*received 1.5/],
    [
      'orderId',
      2 ** 60,
      /received 1152921504606847000\. A number of this size has lost digits: give it as a string/,
    ],
    ['orderId', {}, /orderId/],
    ['symbol', undefined, /symbol: expected a symbol such as "BTCUSDT"/],
    ['symbol', '', /symbol/],
    ['symbol', 'BTC USDT', /symbol/],
    ['symbol', "'; DROP TABLE", /symbol/],
    ['symbol', 'X'.repeat(65), /symbol/],
    ['symbol', 5, /symbol: .*received 5/],
    ['side', 'buy', /side: expected "BUY" or "SELL", received "buy"/],
    ['side', 'LONG', /side: .*goes into positionSide/],
    ['side', undefined, /side: .*received nothing/],
    [
      'positionSide',
      'long',
      /positionSide: expected "LONG", "SHORT" or "BOTH", received "long"\. Leave it out/,
    ],
    ['executedQty', -1, /executedQty: .*received -1\. Quantities carry no sign/],
    ['executedQty', Number.NaN, /received NaN/],
    ['executedQty', Number.POSITIVE_INFINITY, /received Infinity/],
    ['executedQty', '1e-3', /received "1e-3"\. Write it without an exponent/],
    ['executedQty', '0x10', /executedQty/],
    ['executedQty', '+5', /executedQty/],
    ['executedQty', '', /executedQty/],
    ['executedQty', { toString: () => '1' }, /a value of type object/],
    ['executedQty', ['1'], /an array of 1/],
    ['executedQty', true, /received true/],
    ['executedQty', 10n, /executedQty/],
    ['executedQty', 1e-100, /at most 30 characters/],
    ['executedQty', '1'.repeat(31), /at most 30 characters/],
    ['avgPrice', -1, /avgPrice: expected a price of zero or more/],
    ['avgPrice', 'abc', /avgPrice/],
    [
      'lastFilledQty',
      '0.2',
      /executedQty: expected at least lastFilledQty \(0\.2\), received 0\.1/,
    ],
    ['lastFilledQty', -1, /lastFilledQty/],
    ['lastFilledPrice', '1,5', /lastFilledPrice/],
    ['status', 5, /status: expected a word/],
    ['status', '', /status/],
    ['clientOrderId', 5, /clientOrderId/],
    ['clientOrderId', 'a\nb', /clientOrderId/],
    ['clientOrderId', 'x'.repeat(129), /clientOrderId/],
    [
      'time',
      1_700_000_000,
      /time: expected whole milliseconds .*looks like seconds: multiply by 1000/,
    ],
    ['time', 1_700_000_000_000_000, /looks like microseconds/],
    ['time', TIME + 0.5, /time/],
    ['time', -1, /time/],
    ['time', '1700000000000', /time/],
    ['time', Number.NaN, /time/],
    ['reduceOnly', 'true', /reduceOnly: expected true or false, received "true"/],
    ['fee', 'free', /fee: /],
  ])('%s = %s', (field, value, message) => {
    refusal({ ...FILL, [field]: value }, message);
  });

  it('checks the trade id where a trade is given', () => {
    refusal({ ...FILL, lastFilledQty: '0.1', tradeId: 2 ** 60 }, /tradeId: .*give it as a string/);
  });

  it.each([null, undefined, 'fill', 5, [], true])('%s is no fill', (fill) => {
    refusal(fill, /expected an object with orderId, symbol, side and executedQty/);
  });

  it('reads own properties only', () => {
    refusal(Object.create(FILL), /received nothing/);
    refusal({ ...FILL, orderId: undefined, __proto__: { orderId: 'x' } }, /orderId/);
  });

  it('survives getters that throw', () => {
    const fill = Object.defineProperty({ ...FILL }, 'symbol', {
      get: () => {
        throw new Error('boo');
      },
    });
    refusal(fill, /symbol/);
  });
});

describe('parseOrderFill, accepted', () => {
  it.each([
    ['orderId', 9_007_199_254_740_991],
    ['orderId', 10n ** 18n],
    ['orderId', '8389765500000000001'],
    ['symbol', 'BTC/USDT:USDT'],
    ['symbol', '币安人生USDT'],
    ['executedQty', 1e-7],
    ['executedQty', '.5'],
    ['clientOrderId', 'web_ÄÖ 1'],
    ['clientOrderId', ''],
    ['positionSide', null],
    ['status', 'Partially Filled'],
    ['status', 'SOMETHING_NEW'],
    ['time', 1],
  ])('%s = %s', (field, value) => {
    expect(parse({ ...FILL, [field]: value }).kind).toBe('executed');
  });

  it('is frozen, and its decimals compute', () => {
    const parsed = parse({ ...FILL, lastFilledQty: '0.1', tradeId: 1 });
    if (parsed.kind !== 'executed') throw new Error('nothing executed');
    expect(Object.isFrozen(parsed.evidence)).toBe(true);
    expect(Object.isFrozen(parsed.evidence.cumulative)).toBe(true);
    expect(Object.isFrozen(parsed.evidence.trade)).toBe(true);
    expect(parsed.evidence.cumulative?.quantity.mod('0.03').toFixed()).toBe('0.01');
  });
});

describe('exchangeCauseOf', () => {
  it.each([
    [null, 'order'],
    ['mine', 'order'],
    ['my-autoclose-1', 'order'],
    ['autoclose-1594', 'liquidation'],
    ['adl_autoclose', 'adl'],
    ['adl_autoclose_12345', 'adl'],
    ['settlement_autoclose-9', 'settlement'],
    ['delivery_autoclose-9', 'settlement'],
  ])('%s -> %s', (id, cause) => {
    expect(exchangeCauseOf(id)).toBe(cause);
    if (id !== null) expect(evidence({ ...FILL, clientOrderId: id })).toMatchObject({ cause });
  });
});

describe('hostile fills', () => {
  it('end in frozen evidence or a ValidationError', () => {
    const value = fc.oneof(
      fc.anything({ maxDepth: 2 }),
      fc.constantFrom('BUY', 'LONG', 'BTCUSDT', 'FILLED', 'NEW', '0', '0.1', 0, 1, '1e5', null),
    );
    const fields = [
      ...Object.keys(FILL),
      'lastFilledQty',
      'lastFilledPrice',
      'tradeId',
      'status',
      'fee',
      'positionSide',
      'clientOrderId',
      'reduceOnly',
      '__proto__',
    ];
    const change = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          change.map((over) => ({ ...FILL, ...over })),
        ),
        (fill) => {
          try {
            const parsed = parse(fill);
            expect(Object.isFrozen(parsed)).toBe(true);
            if (parsed.kind === 'nothing') return;
            const { cumulative, trade, time } = parsed.evidence;
            expect(cumulative ?? trade).not.toBeNull();
            expect(cumulative === null || cumulative.quantity.gt(0)).toBe(true);
            expect(trade === null || (trade.quantity.gt(0) && trade.price.gt(0))).toBe(true);
            expect(Number.isSafeInteger(time)).toBe(true);
          } catch (error) {
            if (!isMonitorError(error)) throw error;
            expect(error.code).toBe('FILL_INVALID');
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
