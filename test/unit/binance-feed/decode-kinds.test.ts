import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../src/adapters/feeds/binance-dialect/decode-frame.js';

const decode = (message: unknown) => decodeFrame(JSON.stringify(message));
const MARK = { e: 'markPriceUpdate', E: 50, s: 'BTCUSDT', p: '10.5', i: '11', T: 99_999 };
const BOOK = {
  e: 'bookTicker',
  u: 7,
  s: 'BTCUSDT',
  b: '10',
  B: '1',
  a: '11',
  A: '2',
  T: 40,
  E: 41,
};
const TRADE = { e: 'aggTrade', E: 61, s: 'BTCUSDT', a: 9, p: '12', q: '1', f: 1, l: 2, T: 60 };

describe('decodeFrame, by kind of frame', () => {
  it.each([
    ['bare', (message: unknown) => message],
    ['wrapped', (message: unknown) => ({ stream: 'x@y', data: message })],
    ['in a list', (message: unknown) => [message]],
    ['in a wrapped list', (message: unknown) => ({ stream: '!x@arr', data: [message] })],
  ])('reads each kind, %s', (_name, wrap) => {
    expect(decode(wrap(MARK))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'mark',
          symbol: 'BTCUSDT',
          id: 50,
          price: 10.5,
          ask: Number.NaN,
          time: 50,
          sentAt: 50,
        },
      ],
    });
    expect(decode(wrap(BOOK))).toMatchObject({
      events: [{ kind: 'book', id: 7, price: 10, ask: 11, time: 40, sentAt: 41 }],
    });
    expect(decode(wrap(TRADE))).toMatchObject({
      events: [{ kind: 'trade', id: 9, price: 12, time: 60, sentAt: 61 }],
    });
  });

  it('leaves out prices that are none of the market', () => {
    const trade = { e: 'trade', E: 1, T: 1, s: 'ETHUSDT', t: 5, p: '2366.55' };
    expect(decode({ ...trade, X: 'INSURANCE_FUND' })).toEqual({ kind: 'other' });
    expect(decode({ ...trade, X: 'ADL' })).toEqual({ kind: 'other' });
    expect(decode({ ...trade, X: 'MARKET' }).kind).toBe('events');
    expect(decode(trade).kind).toBe('events');
  });

  it('leaves out contracts with coins as margin', () => {
    expect(decode({ ...MARK, st: 2 })).toEqual({ kind: 'other' });
    expect(decode({ ...MARK, st: 1 }).kind).toBe('events');
    expect(decode([{ ...MARK, st: 2 }, MARK])).toMatchObject({ events: [{ symbol: 'BTCUSDT' }] });
  });

  it('takes an empty side of the book for none', () => {
    expect(decode({ ...BOOK, b: '0.00' })).toMatchObject({
      events: [{ price: Number.NaN, ask: 11 }],
    });
    expect(decode({ ...BOOK, b: '0', a: '0' })).toEqual({ kind: 'other' });
  });

  it('reads answers and the notice of a shutdown', () => {
    expect(decode({ result: null, id: 3 })).toEqual({ kind: 'answer', id: 3, error: null });
    expect(decode({ result: null, id: '3' })).toEqual({ kind: 'answer', id: 3, error: null });
    const refused = { kind: 'answer', id: 3, error: 'refused with code 2' };
    expect(decode({ error: { code: 2, msg: 'Invalid request' }, id: 3 })).toEqual(refused);
    expect(decode({ code: 2, msg: 'Invalid request', id: 3 })).toEqual(refused);
    expect(decode({ event: { e: 'serverShutdown', E: 1 } })).toEqual({ kind: 'shutdown' });
    expect(decode({ e: 'serverShutdown', E: 1 })).toEqual({ kind: 'shutdown' });
  });

  it.each([
    '',
    'x',
    '{',
    'null',
    '1',
    '"a"',
    '[]',
    '[null]',
    '{}',
    '[[1]]',
    '{"data":null}',
    '{"e":"bookTicker"}',
    '{"e":"markPriceUpdate","s":"A","p":"x","E":1}',
    '{"e":"markPriceUpdate","s":7,"p":"1","E":1}',
    '{"e":"aggTrade","s":"A","p":"-1","a":1}',
    '{"e":"aggTrade","s":"A","p":"Infinity","a":1}',
    '{"e":"kline","s":"A"}',
    '{"stream":"x"}',
  ])('takes %j for nothing', (data) => {
    expect(decodeFrame(data)).toEqual({ kind: 'other' });
  });
});
