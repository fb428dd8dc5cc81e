import { describe, expect, it } from 'vitest';
import { createAsterFeed } from '../../../src/aster.js';
import { createBinanceExchange, createBinanceFeed } from '../../../src/binance.js';

const KEYS = { apiKey: 'key', apiSecret: 'secret' };

describe('options of the adapters', () => {
  it('that are mistyped are refused: a default would be the real exchange', () => {
    const typo = { ...KEYS, restURL: 'http://127.0.0.1:1' } as never;
    expect(() => createBinanceExchange(typo)).toThrow(/no option restURL/);
    expect(() => createBinanceFeed({ streamURL: 'ws://127.0.0.1:1' } as never)).toThrow(
      /no option streamURL/,
    );
    expect(() => createAsterFeed({ stale: 1 } as never)).toThrow(/no option stale/);
  });

  it.each([0, -1, Number.NaN])('refuse a time limit of %d', (requestTimeoutMs) => {
    expect(() => createBinanceExchange({ ...KEYS, requestTimeoutMs })).toThrow(/requestTimeoutMs/);
  });
});
