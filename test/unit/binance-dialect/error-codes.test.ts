import { describe, expect, it } from 'vitest';
import {
  KNOWN_CODES,
  meaningOf,
} from '../../../src/adapters/exchanges/binance-dialect/error-codes.js';
import type { RestAnswer } from '../../../src/adapters/exchanges/binance-dialect/rest-call.js';
import {
  outcomeOfWrite,
  readFailure,
} from '../../../src/adapters/exchanges/binance-dialect/rest-outcome.js';

const BINANCE = { every503IsUnknown: false };
const ASTER = { every503IsUnknown: true };

function refused(
  status: number,
  code: number | null,
  message = '',
  retryAfterMs: number | null = null,
): Extract<RestAnswer, { kind: 'refused' }> {
  return { kind: 'refused', status, code, message, retryAfterMs };
}

function wordFor(answer: RestAnswer, dialect = BINANCE): string {
  const outcome = outcomeOfWrite(answer, dialect);
  return outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind;
}

/** Every code of the fact sheet, part 1.12, and what it must lead to. */
const EXPECTED: Readonly<Record<string, readonly number[]>> = {
  unknown: [-1000, -1001, -1006, -1007],
  throttled: [-1003, -1008, -1015],
  'expired-request': [-1021],
  unauthorized: [-1022, -2014, -2015, -4109],
  other: [
    -1102, -1106, -1130, -1117, -1121, -1125, -2010, -2020, -2023, -4015, -4082, -4083, -4087,
    -4400, -4401, -4117, -4130, -4192, -5000, -5021, -5022, -5024, -5025, -5026, -5028, -5029,
    -5041, -5043,
  ],
  filter: [
    -1111, -4003, -4004, -4005, -4013, -4014, -4016, -4023, -4024, -4131, -4135, -4164, -4183,
    -4184, -4210, -4211,
  ],
  'unsupported-order-kind': [-1116, -2026, -4120, -4137, -4138],
  'unknown-order': [-2011, -2013],
  'insufficient-margin': [-2018, -2019, -2027, -2028],
  'would-trigger': [-2021, -4142],
  'reduce-only': [-2022, -2024, -4062, -4118, -4509, -5047],
  'order-cap': [-2025, -4045],
  accepted: [-4046, -4059, -5027],
  'position-mode': [-4060, -4061, -4067, -4068],
  'duplicate-client-id': [-4116],
  'market-closed': [-4140, -4141, -4517, -4518, -4519],
};

describe('codes', () => {
  for (const [word, codes] of Object.entries(EXPECTED)) {
    it.each(codes)(`%i leads to ${word}`, (code) => {
      expect(KNOWN_CODES).toContain(code);
      expect(wordFor(refused(400, code))).toBe(word);
    });
  }

  it('that nobody listed leave the outcome open, unless they are malformed requests or filters', () => {
    expect([-1, -999, -1099, -2099, -3000, -5999, 7, -9000].map(meaningOf)).toEqual(
      Array(8).fill(null),
    );
    expect(wordFor(refused(400, -2099))).toBe('unknown');
    expect(wordFor(refused(400, -1199))).toBe('other');
    expect(wordFor(refused(400, -4999))).toBe('other');
  });
});

describe('the outcome of a write', () => {
  it.each([
    ['Unknown error, please check your request or try again later.', 'unknown'],
    ['Service Unavailable.', 'throttled'],
    ['Internal error; unable to process your request. Please try again.', 'throttled'],
    ['Request throttled by system-level protection. Reduce-only orders are exempt.', 'throttled'],
    ['', 'unknown'],
    ['Service Unavailable', 'unknown'],
    ['anything else', 'unknown'],
  ])('503 with %j', (message, word) => {
    expect(wordFor(refused(503, null, message))).toBe(word);
    expect(wordFor(refused(503, null, message), ASTER)).toBe('unknown');
  });

  it('-1008 carries a pause where the exchange named none', () => {
    expect(outcomeOfWrite(refused(503, -1008, 'x'), BINANCE)).toMatchObject({
      rejection: { code: 'throttled', retryAfterMs: 200 },
    });
    expect(wordFor(refused(503, -1008, 'x'), ASTER)).toBe('unknown');
  });

  it.each([500, 502, 504, 520, 599])('%i leaves it open, whatever the code', (status) => {
    expect(wordFor(refused(status, null))).toBe('unknown');
    expect(wordFor(refused(status, -2021))).toBe('unknown');
  });

  it.each([
    [408, 'unknown'],
    [400, 'unknown'],
    [302, 'unknown'],
    [401, 'unauthorized'],
    [403, 'throttled'],
    [404, 'other'],
    [418, 'throttled'],
    [429, 'throttled'],
    [451, 'unauthorized'],
  ])('%i without a code: %s', (status, word) => {
    expect(wordFor(refused(status, null))).toBe(word);
  });

  it('tells how long to wait', () => {
    expect(outcomeOfWrite(refused(429, -1003, 'too many', 4_000), BINANCE)).toEqual({
      kind: 'rejected',
      rejection: {
        code: 'throttled',
        detail: 'HTTP 429, code -1003, too many',
        retryAfterMs: 4_000,
      },
    });
    const inBan: RestAnswer = { kind: 'not-sent', detail: 'silence', retryAfterMs: 700 };
    expect(outcomeOfWrite(inBan, BINANCE)).toEqual({
      kind: 'rejected',
      rejection: { code: 'throttled', detail: 'silence', retryAfterMs: 700 },
    });
  });

  it('passes on the rest', () => {
    expect(wordFor({ kind: 'ok', body: {} })).toBe('accepted');
    expect(wordFor({ kind: 'unknown', detail: 'reset' })).toBe('unknown');
    expect(wordFor({ kind: 'not-sent', detail: 'no', retryAfterMs: null })).toBe('not-sent');
  });
});

describe('the failure of a read', () => {
  it.each([
    [refused(400, -1121, 'Invalid symbol.'), 'EXCHANGE_REJECTED', false, 'rejected'],
    [refused(401, -2015, 'no'), 'EXCHANGE_REJECTED', false, 'rejected'],
    [refused(400, -1021, 'late'), 'EXCHANGE_REJECTED', true, 'rejected'],
    [refused(429, -1003, 'slow'), 'EXCHANGE_REJECTED', true, 'rejected'],
    [refused(403, null), 'EXCHANGE_REJECTED', true, 'rejected'],
    [refused(302, null), 'EXCHANGE_PROTOCOL', true, 'unknown'],
    [refused(503, null), 'EXCHANGE_UNREACHABLE', true, 'unknown'],
    [refused(400, -1007), 'EXCHANGE_UNREACHABLE', true, 'unknown'],
    [{ kind: 'unknown', detail: 'reset' }, 'EXCHANGE_UNREACHABLE', true, 'unknown'],
    [{ kind: 'unknown', detail: 'html', unreadable: true }, 'EXCHANGE_PROTOCOL', true, 'unknown'],
    [
      { kind: 'not-sent', detail: 'refused', retryAfterMs: null },
      'EXCHANGE_UNREACHABLE',
      true,
      'not-sent',
    ],
  ] as const)('%j', (answer, code, retryable, outcome) => {
    expect(readFailure(answer)).toMatchObject({ code, retryable, outcome });
  });
});
