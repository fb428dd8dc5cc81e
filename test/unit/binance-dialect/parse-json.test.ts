import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/adapters/exchanges/binance-dialect/parse-json.js';
import { redact } from '../../../src/adapters/exchanges/binance-dialect/redact.js';

describe('JSON of an exchange', () => {
  it('keeps every digit of a long id', () => {
    expect(
      parseJson('{"orderId":9223372036854775807,"a":[-9007199254740993 , 9007199254740991,1.5e3]}'),
    ).toEqual({ orderId: '9223372036854775807', a: ['-9007199254740993', 9007199254740991, 1500] });
    expect(parseJson('12345678901234567890')).toBe('12345678901234567890');
    expect(parseJson('1234567890.1234567000000000000')).toBe(1234567890.1234567);
  });

  it('leaves texts alone', () => {
    const text = String.raw`{"m":"a \" 12345678901234567890 \\","n":12345678901234567890}`;
    expect(parseJson(text)).toEqual({
      m: 'a " 12345678901234567890 \\',
      n: '12345678901234567890',
    });
  });

  it.each(['', '<html>', '{"a":12345678901234567890', '{"a":-}', '"1234567890123456', 'nul'])(
    'refuses %j',
    (text) => {
      expect(() => parseJson(text)).toThrow();
    },
  );

  it('reads all other JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }), (value, id) => {
        const text = JSON.stringify(value);
        const expected = JSON.parse(text, (_, part: unknown) =>
          Number.isInteger(part) && !Number.isSafeInteger(part) && /^-?\d+$/.test(String(part))
            ? String(part)
            : part,
        );
        const parsed = parseJson(`{"id":${id},"value":${text}}`) as { id: string; value: unknown };
        expect(parsed.id).toBe(String(id));
        expect(parsed.value).toEqual(expected);
      }),
    );
  });

  it('takes time in proportion to the length of hostile text', () => {
    const hostile = `1234567890123456789${'\\"'.repeat(500_000)}`;
    expect(() => parseJson(hostile)).toThrow();
  });
});

describe('text that may be shown', () => {
  it('holds no secret, nothing like one, and no line breaks', () => {
    const secret = 'short-secret';
    const shown = redact(`bad\n${secret}  and ${'a1'.repeat(32)} ${secret}`, [secret]);
    expect(shown).toBe('bad [hidden] and [hidden] [hidden]');
  });

  it('is short, and never ends in the beginning of a secret', () => {
    const secret = 'abcdefghijklmnopqrstuvwxyz';
    const shown = redact(`${`${'x'.repeat(60)} `.repeat(32)}${' '.repeat(35)}${secret}`, [secret]);
    expect(shown.length).toBeLessThanOrEqual(500);
    expect(shown).not.toContain('abcde');
  });
});
