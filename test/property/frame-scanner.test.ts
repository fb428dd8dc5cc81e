import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DecodedFrame,
  decodeFrame,
} from '../../src/adapters/feeds/binance-dialect/decode-frame.js';
import { FrameScanner } from '../../src/adapters/feeds/binance-dialect/frames/frame-scanner.js';

const RUNS = 1_500;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What an exchange of this dialect writes, in the orders that were seen. */
const LAYOUTS: readonly string[] = [
  '{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256319}',
  '{"e":"bookTicker","u":400900217,"E":1568014460893,"T":1568014460891,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000","st":1,"ps":"BNBUSDT"}',
  '{"e":"bookTicker","u":51,"s":"1000PEPEUSDT","b":"0.0123450","B":"7","a":"0.0123460","A":"1","T":1,"E":20}',
  '{"e":"aggTrade","E":1771263510195,"a":3141966230,"s":"BTCUSDT","p":"68005.00","q":"2.695","nq":"2.695","f":7297376181,"l":7297376207,"T":1771263510041,"m":true}',
  '{"e":"aggTrade","E":1568693103463,"s":"BTCUSDT","p":"10223.74","q":"0.236","f":181349,"l":181349,"T":1568693103463,"m":false}',
  '{"e":"trade","E":1771263510064,"T":1771263510064,"s":"BTCUSDT","t":7297376207,"p":"68005.00","q":"0.100","X":"MARKET","m":true}',
  '{"e":"trade","E":1596034530241,"T":1596034530235,"s":"ETHUSDT","t":73701056,"p":"2366.55","q":"0.070","X":"INSURANCE_FUND","m":true}',
  '{"e":"trade","E":123456789,"s":"BTCUSDT","t":5933014,"p":"0.001","q":"100","T":123456785,"m":true}',
  '{"e":"markPriceUpdate","E":1771263510000,"s":"BTCUSDT","p":"68005.80802899","ap":"68001.1","P":"67836.82194783","i":"68035.14043478","r":"-0.00004435","T":1771286400000,"st":1}',
  '{"e":"markPriceUpdate","E":1609830121004,"s":"BTCBUSD_210129","p":"31799.27730000","P":"31235.82439517","i":"31307.03400000","r":"0.00000000","T":0}',
  '{"e":"markPriceUpdate","E":1771263510000,"s":"BTCUSD_PERP","p":"68005.80802899","st":2}',
  '{"e":"markPriceUpdate","E":1771263510000,"s":"币安人生USDT","p":"0.12","r":"0","T":0}',
  '{"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{"t":1638747660000,"s":"BTCUSDT","o":"0.0010","c":"0.0020"}}',
  '{"result":null,"id":3}',
  '{"error":{"code":2,"msg":"x"},"id":3}',
];

const WRAPPINGS: readonly ((frames: readonly string[]) => string)[] = [
  ([frame = '']) => frame,
  ([frame = '']) => `{"stream":"btcusdt@bookTicker","data":${frame}}`,
  (frames) => `[${frames.join()}]`,
  (frames) => `{"stream":"!markPrice@arr@1s","data":[${frames.join()}]}`,
];

const ODD_VALUES: readonly string[] = [
  ...['"1e5"', '"1E-3"', '"-5"', '"+5"', '" 5"', '"5 "', '".5"', '"5."', '"."', '""', '"007.50"'],
  ...['"NaN"', '"Infinity"', '"0x10"', '"0"', '"0.00"', '"12345678901234567890"', '"1.5e"'],
  ...['"0.1234567890123456789"', '"9007199254740993"', '"99999999.99999999"', '"1_000"', '"١"'],
  ...['5', '0', '-0', '1.5', '1e21', '12345678901234567890', '9007199254740993', 'true', 'null'],
  ...['{}', '[]', '{"s":"ETHUSDT"}', '"\\"s\\":\\"ETHUSDT\\""', '"\\u0042TCUSDT"', '"\\ud800"'],
  ...['"\ud800"', '"\ufffd"', '"MARKET"', '"ADL"', '"aggTrade"', '2', '1', '"2"', '01', '1.', '-'],
];

const EXTRA_FIELDS: readonly string[] = [
  ...['"p":"5"', '"s":"ETHUSDT"', '"e":"aggTrade"', '"st":2', '"b":"1","b":"2"', '"x":null'],
  ...['"z":{"s":"ETHUSDT","p":"1"}', '"z":"\\"s\\":\\"ETHUSDT\\",\\"p\\":\\"1\\""', '"z":[1,2]'],
  ...['"X":"ADL"', '"X":"MARKET"', '"data":{"e":"aggTrade","s":"X","p":"1","a":1}', '"data":"1"'],
  ...[
    '"z":"1,\\"p\\":\\"2"',
    '"toString":"1"',
    '"__proto__":{"p":"3"}',
    '"n":"grüße 币安"',
    '"q":12',
  ],
];

/** Where in the text, from 0 to below 1, and what to make of it. */
type Change = (text: string) => string;

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const placed = (at: number, text: string): number => Math.floor(at * (text.length + 1));

const digits: fc.Arbitrary<Change> = fc
  .array(fc.nat({ max: 19 }), { minLength: 1, maxLength: 24 })
  .map((drawn) => (text) => {
    let next = 0;
    return text.replace(/\d/g, (digit) => {
      const other = drawn[next++ % drawn.length] ?? 0;
      return other < 10 ? `${other}` : digit;
    });
  });
const lastDigits: fc.Arbitrary<Change> = fc
  .nat({ max: 9 })
  .map((digit) => (text) => text.replace(/\d(?=[",}])/g, `${digit}`));
const oneCharacter: fc.Arbitrary<Change> = fc
  .tuple(
    share,
    fc.constantFrom(...'0123456789"\\,:{}[]. -+eE\tsbaX\u0000\u007fä', ''),
    fc.boolean(),
  )
  .map(([at, character, isReplaced]) => (text) => {
    const place = placed(at, text);
    return text.slice(0, place) + character + text.slice(place + (isReplaced ? 1 : 0));
  });
const cut: fc.Arbitrary<Change> = share.map((at) => (text) => text.slice(0, placed(at, text)));
const oddValue: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom(...'esuabpPTEtqXfl', 'st', 'ps'), fc.constantFrom(...ODD_VALUES))
  .map(
    ([key, value]) =>
      (text) =>
        text.replace(new RegExp(`("${key}":)("[^"]*"|[^,}]+)`), (_all, name) => name + value),
  );
const extraField: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom(...EXTRA_FIELDS), fc.boolean())
  .map(([field, isFirst]) => (text) => {
    if (isFirst) return text.replace('{"e"', `{${field},"e"`);
    const end = text.lastIndexOf('}');
    return end < 0 ? text : `${text.slice(0, end)},${field}${text.slice(end)}`;
  });
const otherOrder: fc.Arbitrary<Change> = fc.nat().map((seed) => (text) => {
  const fields = text.match(/"[a-zA-Z]{1,2}":("[^"]*"|[^,{}[\]]+)/g) ?? [];
  const by = (field: string): number =>
    Math.imul(field.length * 31 + field.charCodeAt(1), seed | 1);
  return `{${[...fields].sort((a, b) => by(a) - by(b)).join()}}`;
});
const spaced: fc.Arbitrary<Change> = fc
  .constantFrom(' ', '\n', '\t ')
  .map((space) => (text) => text.replace(/([,:{}[\]])/g, `$1${space}`));

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: digits },
  { weight: 4, arbitrary: lastDigits },
  { weight: 4, arbitrary: oneCharacter },
  { weight: 4, arbitrary: oddValue },
  { weight: 3, arbitrary: extraField },
  { weight: 1, arbitrary: otherOrder },
  { weight: 1, arbitrary: cut },
  { weight: 1, arbitrary: spaced },
);

/** A frame as an exchange writes it, and what may become of it: the same ones again, changed. */
const frames: fc.Arbitrary<readonly string[]> = fc
  .record({
    layouts: fc.array(fc.constantFrom(...LAYOUTS), { minLength: 1, maxLength: 4 }),
    wrap: fc.constantFrom(...WRAPPINGS),
    changes: fc.array(fc.array(change, { maxLength: 2 }), { minLength: 1, maxLength: 8 }),
  })
  .map(({ layouts, wrap, changes }) => [
    wrap(layouts),
    ...changes.map((some) =>
      wrap(layouts.map((frame) => some.reduce((text, one) => one(text), frame))),
    ),
    ...changes.map((some) => some.reduce((text, one) => one(text), wrap(layouts))),
  ]);

/** What is written over by the next frame, kept. */
function kept(frame: DecodedFrame): DecodedFrame {
  return frame.kind === 'events'
    ? { ...frame, events: frame.events.map((one) => ({ ...one })) }
    : frame;
}

describe('a frame scanner', () => {
  it.each([
    ['text', (frame: string) => frame],
    ['bytes', (frame: string) => encoder.encode(frame)],
  ])('says of %s what parsing says, whatever comes', (_form, form) => {
    const scanner = new FrameScanner(() => true);
    let single: DecodedFrame | null = null;
    let scanned = 0;
    fc.assert(
      fc.property(frames, (texts) => {
        for (const text of texts) {
          const data = form(text);
          const parsed = decodeFrame(typeof data === 'string' ? data : decoder.decode(data));
          const read = scanner.read(data);
          // The answer for a frame that is not parsed is always the same object.
          if (read === single) scanned += 1;
          else if (read.kind === 'events' && read.events.length === 1) single = read;
          expect(kept(read)).toEqual(parsed);
        }
      }),
      { numRuns: RUNS },
    );
    expect(scanned).toBeGreaterThan(RUNS / 10);
  });
});
