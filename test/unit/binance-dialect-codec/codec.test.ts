import { describe, expect, it } from 'vitest';
import {
  feeOf,
  readPositionMode,
  readPositions,
  readTrades,
} from '../../../src/adapters/exchanges/binance-dialect/codec/account.js';
import { readExchangeInfo } from '../../../src/adapters/exchanges/binance-dialect/codec/instruments.js';
import {
  causeOf,
  kindOf,
} from '../../../src/adapters/exchanges/binance-dialect/codec/order-words.js';
import {
  readAlgoOrder,
  readOrder,
} from '../../../src/adapters/exchanges/binance-dialect/codec/orders.js';
import { readUserEvent } from '../../../src/adapters/exchanges/binance-dialect/codec/user-events.js';

const PLAIN = {
  orderId: '9223372036854775807',
  symbol: 'BTCUSDT',
  status: 'NEW',
  clientOrderId: 'id-1',
  price: '0.000',
  origQty: '0.120',
  executedQty: '0.000',
  type: 'STOP_MARKET',
  origType: 'STOP_MARKET',
  side: 'SELL',
  positionSide: 'LONG',
  stopPrice: '44000.10',
  workingType: 'MARK_PRICE',
  updateTime: 7,
  somethingNew: { of: 'tomorrow' },
};

describe('orders', () => {
  it('keep numbers and ids as they were written', () => {
    expect(readOrder(PLAIN)).toEqual({
      symbol: 'BTCUSDT',
      orderId: '9223372036854775807',
      clientOrderId: 'id-1',
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'stop-market',
      status: 'accepted',
      quantity: '0.120',
      executedQty: '0.000',
      triggerPrice: '44000.10',
      triggerSource: 'MARK',
      reduceOnly: false,
      cause: 'order',
      time: 7,
    });
  });

  it('that became market orders were triggered', () => {
    expect(readOrder({ ...PLAIN, type: 'MARKET' }).status).toBe('triggered');
    expect(readOrder({ ...PLAIN, type: 'MARKET', status: 'FILLED' }).status).toBe('filled');
  });

  it.each([
    ['orderId', 2 ** 53],
    ['orderId', undefined],
    ['symbol', 5],
    ['status', 'ODD'],
    ['side', 'sell'],
    ['positionSide', 'UP'],
    ['origQty', 'many'],
    ['executedQty', {}],
    ['updateTime', 'later'],
  ])('with a garbled %s are refused', (field, value) => {
    expect(() => readOrder({ ...PLAIN, [field]: value })).toThrow(
      expect.objectContaining({ code: 'EXCHANGE_PROTOCOL', outcome: 'unknown' }),
    );
  });

  it.each([null, [], 'text', 5])('that are none (%j) are refused', (body) => {
    expect(() => readOrder(body)).toThrow(/expected an object/);
  });

  it('that a stop with a limit became were triggered, however much they executed', () => {
    const stop = { ...PLAIN, type: 'STOP', origType: 'STOP', price: '43780' };
    expect(readOrder(stop)).toMatchObject({
      kind: 'stop-limit',
      status: 'accepted',
      price: '43780',
      triggerPrice: '44000.10',
    });
    const resting = { ...stop, type: 'LIMIT', status: 'PARTIALLY_FILLED', executedQty: '0.010' };
    expect(readOrder(resting)).toMatchObject({ kind: 'stop-limit', status: 'triggered' });
    expect(readOrder({ ...resting, status: 'CANCELED' }).status).toBe('canceled');
  });

  it('are told from others of their type by how long they work', () => {
    const limit = { ...PLAIN, type: 'LIMIT', origType: 'LIMIT', price: '44900' };
    expect(readOrder({ ...limit, timeInForce: 'IOC', status: 'EXPIRED' })).toMatchObject({
      kind: 'ioc-limit',
      status: 'expired',
    });
    for (const timeInForce of ['GTC', 'GTX', undefined, 7]) {
      expect(readOrder({ ...limit, timeInForce }).kind).toBe('limit');
    }
    expect(readOrder({ ...PLAIN, timeInForce: 'IOC' }).kind).toBe('stop-market');
  });

  it('of kinds that we never send stand for the nearest of ours', () => {
    expect(kindOf('TRAILING_STOP_MARKET', undefined)).toBe('stop-market');
    expect(kindOf('TAKE_PROFIT', '5')).toBe('take-profit-market');
    expect(kindOf('OF_TOMORROW', '5')).toBe('limit');
    expect(kindOf('OF_TOMORROW', undefined)).toBe('market');
  });
});

describe('conditional orders', () => {
  const ALGO = {
    algoId: 900,
    clientAlgoId: 'sl-1',
    orderType: 'STOP_MARKET',
    symbol: 'BTCUSDT',
    side: 'SELL',
    positionSide: 'BOTH',
    quantity: '0.12',
    algoStatus: 'FINISHED',
    actualOrderId: '77',
    triggerPrice: '44000',
    workingType: 'CONTRACT_PRICE',
    updateTime: 7,
  };

  it.each([
    ['0.12', 'filled'],
    ['0.05', 'canceled'],
    ['0', 'expired'],
    // Older senders do not say: only the child knows.
    [undefined, 'triggered'],
  ])('that are finished with %s executed are %s', (actualQty, status) => {
    const { report } = readAlgoOrder({ ...ALGO, actualQty });
    expect(report.status).toBe(status);
    expect(report.orderId).toBe('77');
  });

  it('that close the whole position are filled with whatever they executed', () => {
    const { report } = readAlgoOrder({
      ...ALGO,
      quantity: '0',
      closePosition: true,
      actualQty: '3',
    });
    expect(report).toMatchObject({ status: 'filled', reduceOnly: true });
  });

  it('carry an id of their own until an order exists that can execute', () => {
    const waiting = { ...ALGO, algoStatus: 'NEW', actualOrderId: '' };
    expect(readAlgoOrder(waiting).report.orderId).toBe('algo:900');
  });
});

describe('the account', () => {
  it('has the side of a one-way position in its sign', () => {
    const row = { symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: '0.5', entryPrice: '1' };
    expect(readPositions([row])).toMatchObject([{ side: 'LONG', quantity: '0.5' }]);
    expect(() => readPositions([row, {}])).toThrow(/symbol/);
    expect(() => readPositions({})).toThrow(/expected a list/);
  });

  it('is in one of two modes, and nothing is taken for granted', () => {
    expect(readPositionMode({ dualSidePosition: true })).toBe('hedge');
    expect(readPositionMode({ dualSidePosition: 'false' })).toBe('one-way');
    expect(() => readPositionMode({})).toThrow(/dualSidePosition/);
  });

  it('pays fees in the quote, or in something else that is left out', () => {
    expect(feeOf('BTCUSDT', 'USDT', '0.1')).toEqual({ fee: '0.1' });
    expect(feeOf('BTCUSDT_240329', 'USDT', '0.1')).toEqual({ fee: '0.1' });
    expect(feeOf('BTCUSDT', 'BNB', '0.1')).toEqual({});
  });

  it('has trades that are whole or refused', () => {
    expect(() => readTrades([{ id: 1 }])).toThrow(/trade/);
  });

  it('is closed out by others under ids of theirs', () => {
    expect(causeOf('autoclose-1')).toBe('liquidation');
    expect(causeOf('adl_autoclose')).toBe('adl');
    expect(causeOf('delivery_autoclose-1')).toBe('settlement');
    expect(causeOf('mine')).toBe('order');
    expect(causeOf(undefined)).toBe('order');
  });
});

describe('instruments', () => {
  it('need their filters, and one odd row hides no other', () => {
    const trading = { status: 'TRADING', baseAsset: 'A', quoteAsset: 'USDT', marginAsset: 'USDT' };
    const filters = [
      { filterType: 'PRICE_FILTER', tickSize: '0.01' },
      { filterType: 'LOT_SIZE', stepSize: '1' },
    ];
    const info = readExchangeInfo({
      symbols: [
        null,
        { symbol: 'AUSDT', ...trading, pricePrecision: 7, filters },
        { symbol: 'BUSDT', ...trading, filters: [] },
        { symbol: 'CUSDT', ...trading },
      ],
    });
    expect(info.instrument('AUSDT')).toMatchObject({ tickSize: '0.01', stepSize: '1' });
    expect(() => info.instrument('BUSDT')).toThrow(/PRICE_FILTER/);
    expect(() => info.instrument('CUSDT')).toThrow(/filters/);
    expect(info.conditionalsPerSymbol).toBeNull();
    expect(() => readExchangeInfo({})).toThrow(/symbols/);
  });
});

describe('events', () => {
  it('that nobody knows are left alone', () => {
    expect(readUserEvent({ e: 'OF_TOMORROW' })).toEqual({ kind: 'ignored', name: 'OF_TOMORROW' });
    expect(readUserEvent({ result: null, id: 1 })).toEqual({ kind: 'ignored', name: '' });
  });

  it('of limits tell how long they work, and of stops what they have become', () => {
    const limit = {
      s: 'BTCUSDT',
      c: 'id-1',
      S: 'SELL',
      o: 'LIMIT',
      ot: 'LIMIT',
      f: 'GTC',
      q: '0.12',
      p: '44900',
      X: 'NEW',
      z: '0',
      i: 11,
    };
    const told = (more: object) =>
      readUserEvent({ e: 'ORDER_TRADE_UPDATE', E: 1, T: 1, o: { ...limit, ...more } });
    expect(told({})).toMatchObject({ report: { kind: 'limit', status: 'accepted' } });
    expect(told({ f: 'IOC', X: 'EXPIRED' })).toMatchObject({
      report: { kind: 'ioc-limit', status: 'expired' },
    });
    expect(told({ o: 'STOP', ot: 'STOP', sp: '45000' })).toMatchObject({
      isConditional: true,
      report: { kind: 'stop-limit', status: 'accepted', triggerPrice: '45000', price: '44900' },
    });
    expect(told({ ot: 'STOP', sp: '45000', X: 'PARTIALLY_FILLED', z: '0.01' })).toMatchObject({
      isConditional: false,
      report: { kind: 'stop-limit', status: 'triggered', executedQty: '0.01' },
    });
  });

  it('that concern the position mode are told apart from leverage', () => {
    const config = { e: 'ACCOUNT_CONFIG_UPDATE', E: 1, T: 1 };
    expect(readUserEvent({ ...config, ai: { d: true } })).toMatchObject({ positionMode: true });
    expect(readUserEvent({ ...config, ac: { s: 'A', l: 5 } })).toMatchObject({
      positionMode: false,
    });
  });
});
