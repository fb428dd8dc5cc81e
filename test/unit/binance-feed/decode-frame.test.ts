import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  type MarketEvent,
} from '../../../src/adapters/feeds/binance-dialect/decode-frame.js';

const SHELF = new URL('../../../../shared/data/', import.meta.url);
const REASON = 'needs ../shared/data, which is not part of the repository';

function linesOf(file: string): readonly string[] {
  const url = new URL(file, SHELF);
  if (!existsSync(url)) return [];
  const bytes = readFileSync(url);
  const text = file.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

function eventsOf(frame: unknown): readonly MarketEvent[] {
  const decoded = decodeFrame(JSON.stringify(frame));
  return decoded.kind === 'events' ? decoded.events : [];
}

describe('a frame', () => {
  it('of a mark price tells the mark price', () => {
    const frame = { e: 'markPriceUpdate', E: 5, s: 'BTCUSDT', p: '100.5', i: '99', T: 9 };
    expect(eventsOf({ stream: 'btcusdt@markPrice@1s', data: frame })).toMatchObject([
      { kind: 'mark', symbol: 'BTCUSDT', price: 100.5, time: 5, id: 5 },
    ]);
  });

  it('of the best bid and ask tells both, each if it is there', () => {
    const frame = { e: 'bookTicker', u: 7, s: 'BTCUSDT', b: '99', a: '101', T: 3, E: 4 };
    expect(eventsOf(frame)).toMatchObject([{ kind: 'book', price: 99, ask: 101, id: 7, time: 3 }]);
    expect(eventsOf({ ...frame, b: '0' })[0]).toMatchObject({ price: Number.NaN, ask: 101 });
    expect(eventsOf({ ...frame, b: '0', a: '0' })).toEqual([]);
  });

  it.each(['INSURANCE_FUND', 'ADL', 'NA'])('of a %s print is no price', (X) => {
    const trade = { e: 'trade', E: 1, T: 1, s: 'ETHUSDT', t: 1, p: '2366.55', q: '1' };
    expect(eventsOf({ ...trade, X })).toEqual([]);
    expect(eventsOf({ ...trade, X: 'MARKET' })).toHaveLength(1);
  });

  it('of a contract with coins as margin is left out', () => {
    const row = { e: 'markPriceUpdate', E: 5, s: 'BTCUSD_PERP', p: '1', st: 2 };
    expect(eventsOf([row, { ...row, s: 'BTCUSDT', st: 1 }])).toMatchObject([{ symbol: 'BTCUSDT' }]);
  });

  it.each([
    '',
    'null',
    '1',
    '{',
    '[]',
    '[null]',
    '{"e":"aggTrade"}',
    '{"e":"aggTrade","s":"X","p":"-1"}',
    '{"e":"aggTrade","s":"X","p":"NaN"}',
    '{"e":"aggTrade","s":5,"p":"1"}',
    '{"data":null}',
  ])('%j is nothing and breaks nothing', (text) => {
    expect(decodeFrame(text)).toEqual({ kind: 'other' });
  });

  it('that answers a command says whether it was accepted', () => {
    expect(decodeFrame('{"result":null,"id":3}')).toEqual({ kind: 'answer', id: 3, error: null });
    expect(decodeFrame('{"error":{"code":2,"msg":"x"},"id":3}')).toMatchObject({
      kind: 'answer',
      id: 3,
      error: expect.stringContaining('2'),
    });
  });
});

describe('recorded frames', () => {
  const live = 'ws/binance-usdm-btcusdt-20240808-trade+bookTicker.jsonl.gz';
  const alts = 'ws/binance-usdm-alts-20210722-aggTrade+bookTicker.jsonl.gz';
  const market = 'copyleft/messages/binance-usdm-market.jsonl';

  it.skipIf(linesOf(live).length === 0)(
    `of six minutes come whole and in order (${REASON})`,
    () => {
      const frames = linesOf(live).map((line) => JSON.parse(line).msg);
      const told = frames.flatMap((frame) => eventsOf(frame));
      const prices = frames.filter(({ data }) => data.e === 'bookTicker' || data.X === 'MARKET');
      expect(frames).toHaveLength(87_402);
      expect(told).toHaveLength(prices.length);
      for (const kind of ['book', 'trade'] as const) {
        const ids = told.filter((event) => event.kind === kind).map(({ id }) => id);
        expect(ids).toEqual([...ids].sort((a, b) => a - b));
        expect(ids.length).toBeGreaterThan(10_000);
      }
      expect(told.every(({ price }) => price > 60_000 && price < 63_000)).toBe(true);
    },
  );

  it.skipIf(linesOf(alts).length === 0)(`of other contracts decode (${REASON})`, () => {
    const events = linesOf(alts).map((line) => eventsOf(JSON.parse(line).msg));
    expect(events.filter((found) => found.length === 1).length).toBeGreaterThan(600);
  });

  it.skipIf(linesOf(market).length === 0)(
    `never show the insurance fund's price (${REASON})`,
    () => {
      const prices = linesOf(market)
        .flatMap((line) => eventsOf(JSON.parse(line).msg ?? JSON.parse(line)))
        .map(({ price }) => price);
      expect(prices).not.toContain(2366.55);
    },
  );
});
