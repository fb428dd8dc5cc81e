import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type DecodedFrame,
  decodeFrame,
  type MarketEvent,
} from '../../../src/adapters/feeds/binance-dialect/decode-frame.js';
import { FrameScanner } from '../../../src/adapters/feeds/binance-dialect/frames/frame-scanner.js';

const encoder = new TextEncoder();

function trade(price: string, symbol = 'BTCUSDT', id = 3_141_966_230): string {
  return `{"e":"aggTrade","E":1771263510195,"a":${id},"s":"${symbol}","p":"${price}","q":"2.695","T":1771263510041,"m":true}`;
}

function mark(symbol: string, price: string, more = ''): string {
  return `{"e":"markPriceUpdate","E":1771263510000,"s":"${symbol}","p":"${price}","r":"-0.00004435","T":1771286400000${more}}`;
}

/** A copy: an event is written over by the next frame. */
function eventsOf(frame: DecodedFrame): readonly MarketEvent[] {
  return frame.kind === 'events' ? frame.events.map((event) => ({ ...event })) : [];
}

/** What is said of frames, in order, and how many of them were parsed. */
function readAll(
  frames: readonly (string | Uint8Array)[],
  isWanted: (kind: string, symbol: string) => boolean = () => true,
): { readonly said: readonly (readonly MarketEvent[])[]; readonly parsed: number } {
  const scanner = new FrameScanner(isWanted);
  const parse = vi.spyOn(JSON, 'parse');
  const said = frames.map((frame) => eventsOf(scanner.read(frame)));
  const parsed = parse.mock.calls.length;
  parse.mockRestore();
  return { said, parsed };
}

afterEach(() => vi.restoreAllMocks());

describe('a frame like one that was parsed', () => {
  it('is not parsed, as text or as bytes', () => {
    const frames = ['68005.00', '68005.10', '68111.99', '70000.01'].map((price) => trade(price));
    const { said, parsed } = readAll([...frames, ...frames.map((frame) => encoder.encode(frame))]);
    expect(parsed).toBeLessThanOrEqual(1);
    expect(said.flat().map(({ price }) => price)).toEqual([
      ...[68_005, 68_005.1, 68_111.99, 70_000.01],
      ...[68_005, 68_005.1, 68_111.99, 70_000.01],
    ]);
  });

  it('is known again when it comes under the name of its stream, and in a list', () => {
    const wrapped = (price: string) => `{"stream":"btcusdt@aggTrade","data":${trade(price)}}`;
    const listed = (price: string) => `[${trade(price)},${trade('5.00', 'ETHUSDT')}]`;
    const both = (price: string) => `{"stream":"!x@arr","data":${listed(price)}}`;
    for (const write of [wrapped, listed, both]) {
      const { said, parsed } = readAll(['1.5', '2.5', '3.5', '4.5'].map(write));
      // One of the frame, and one of each element that is learned.
      expect(parsed).toBeLessThanOrEqual(3);
      expect(said.map(([first]) => first?.price)).toEqual([1.5, 2.5, 3.5, 4.5]);
    }
  });

  it('says the price that its text says, to the last bit', () => {
    const digits = fc.stringMatching(/^(\d{1,9}\.\d{1,6}|\d{1,6}\.\d{1,9}|\d{1,9})$/);
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1, maxLength: 20 }), (prices) => {
        const { said } = readAll(
          prices.flatMap((price) => [trade(price.replace(/\d/g, '9')), trade(price)]),
        );
        const wanted = prices.map((price) => decodeFrame(trade(price)));
        expect(said.filter((_events, index) => index % 2 === 1)).toEqual(wanted.map(eventsOf));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['12345678.12345678', '99999999.99999999', '90071992.54740993', '0.1234567891'])(
    'is parsed when its price has as many digits as %s',
    (price) => {
      const other = price.replace(/\d$/, '1');
      const { said, parsed } = readAll([trade(price), trade(other), trade(price)]);
      expect(parsed).toBe(3);
      expect(said.flat().map((event) => event.price)).toEqual([
        Number(price),
        Number(other),
        Number(price),
      ]);
    },
  );

  it('tells nothing when its price is zero', () => {
    const { said } = readAll([trade('10.5'), trade('00.0'), trade('20.5')]);
    expect(said.map(([event]) => event?.price)).toEqual([10.5, undefined, 20.5]);
  });

  it('is none when other bytes that are no text stand for its symbol', () => {
    const [first, second] = [encoder.encode(trade('1.5')), encoder.encode(trade('2.5'))];
    const at = trade('1.5').indexOf('BTC');
    first[at] = 0xff;
    second[at] = 0xfe;
    const { parsed } = readAll([first, first, second]);
    expect(parsed).toBe(3);
    const [lone, other] = [trade('1.5', '\ud800USDT'), trade('2.5', '\udbffUSDT')];
    expect(
      readAll([lone, other])
        .said.flat()
        .map(({ symbol }) => symbol),
    ).toEqual(['\ud800USDT', '\udbffUSDT']);
  });

  it('may name a symbol in any letters', () => {
    const { said, parsed } = readAll(
      ['1.5', '2.5', '3.5'].map((price) => trade(price, '币安人生USDT')),
    );
    expect(parsed).toBeLessThanOrEqual(1);
    expect(said.flat().map(({ symbol }) => symbol)).toEqual(Array(3).fill('币安人生USDT'));
  });

  it('is still known, or parsed, when there are more symbols than can be kept', () => {
    const symbols = Array.from({ length: 12_000 }, (_, index) => `S${index}USDT`);
    const frames = symbols.map((symbol, index) => trade(`${index}.5`, symbol));
    for (const { said } of [readAll(frames), readAll(frames)]) {
      expect(said.map(([event]) => event)).toMatchObject(
        symbols.map((symbol, index) => ({ symbol, price: index + 0.5 })),
      );
    }
  });

  it('is not looked for any more where frames turned out too unusual to be kept', () => {
    const usual = (symbol: string) =>
      [1, 2, 3].map((digit) => trade(`12345678${digit}.123456`, symbol));
    const unusual = (symbol: string) =>
      Array.from({ length: 100 }, (_, index) => trade(`0.${100 + index}${'1'.repeat(11)}`, symbol));
    expect(readAll(usual('EVENUSDT')).parsed).toBe(1);
    expect(readAll(unusual('ODDUSDT')).parsed).toBe(100);
    expect(readAll(usual('ODDUSDT')).parsed).toBe(3);
  });

  it('may have a name that is longer than anything else', () => {
    const named = trade('1.5').replace('"q":', `"${'q'.repeat(400_000)}":`);
    expect(readAll([named, encoder.encode(named)]).said.flat()).toHaveLength(2);
  });

  it('may be longer than is kept, and a list longer than is looked at', () => {
    const long = trade('1.5').replace('"q":"2.695"', `"q":"${'1'.repeat(2_000)}"`);
    expect(readAll([long, long, long])).toMatchObject({ parsed: 3 });
    const list = `[${Array.from({ length: 5_000 }, () => trade('1.5')).join()}]`;
    const { said } = readAll([list, encoder.encode(list)]);
    expect(said.map(({ length }) => length)).toEqual([5_000, 5_000]);
  });
});

describe('a list', () => {
  const list = (price: string) =>
    `[${mark('BTCUSDT', price)},${mark('BTCUSD_PERP', price, ',"st":2')},${mark('ETHUSDT', price)}]`;

  it('is read without those that nobody wants, and without those that are for others', () => {
    const isWanted = (kind: string, symbol: string) => kind === 'mark' && symbol !== 'BTCUSDT';
    const { said, parsed } = readAll([list('1.5'), list('2.5'), list('3.5')], isWanted);
    expect(parsed).toBeLessThanOrEqual(4);
    expect(said.slice(1).map((events) => events.map(({ symbol }) => symbol))).toEqual([
      ['ETHUSDT'],
      ['ETHUSDT'],
    ]);
  });

  it('is a sign of life even if nobody wants any of it', () => {
    const scanner = new FrameScanner(() => false);
    for (const price of ['1.5', '2.5', '3.5']) {
      expect(scanner.read(list(price)).kind).toBe('events');
    }
    const others = (price: string) => `[${mark('BTCUSD_PERP', price, ',"st":2')}]`;
    for (const price of ['1.5', '2.5', '3.5', '0.0']) {
      expect(scanner.read(others(price))).toEqual({ kind: 'other' });
    }
  });

  it('with one broken element is nothing', () => {
    const scanner = new FrameScanner(() => true);
    scanner.read(list('1.5'));
    expect(eventsOf(scanner.read(list('2.5')))).toHaveLength(2);
    expect(scanner.read(`${list('3.5').slice(0, -2)}]`)).toEqual({ kind: 'other' });
    expect(scanner.read(`${list('3.5')}]`)).toEqual({ kind: 'other' });
    expect(scanner.read(list('3.5').replace('},{', '}{'))).toEqual({ kind: 'other' });
  });
});

const SHELF = new URL('../../../../shared/data/ws/', import.meta.url);
const RECORDINGS = [
  { file: 'binance-usdm-btcusdt-20240808-trade+bookTicker.jsonl.gz', parsedMax: 0.001 },
  { file: 'binance-usdm-alts-20210722-aggTrade+bookTicker.jsonl.gz', parsedMax: 0.2 },
];

describe.each(RECORDINGS)('$file', ({ file, parsedMax }) => {
  const url = new URL(file, SHELF);
  const isMissing = !existsSync(url);

  it.skipIf(isMissing)(
    'says what parsing says (needs ../shared/data, which is not part of the repository)',
    () => {
      const lines = gunzipSync(readFileSync(url)).toString('utf8').trim().split('\n');
      const texts = lines.map((line) => JSON.stringify(JSON.parse(line).msg));
      const wanted = texts.map((text) => eventsOf(decodeFrame(text)));
      const bare = texts.map((text) => text.replace(/^\{"stream":"[^"]*","data":(.*)\}$/, '$1'));
      for (const frames of [texts, bare.map((text) => encoder.encode(text))]) {
        const { said, parsed } = readAll(frames);
        expect(said).toEqual(wanted);
        expect(parsed / frames.length).toBeLessThan(parsedMax);
      }
    },
  );
});
