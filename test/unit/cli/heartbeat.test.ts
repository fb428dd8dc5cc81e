import { describe, expect, it } from 'vitest';
import { freshBeat } from '../../../src/cli/run/heartbeat.js';

const NOW = 1_700_000_000_000;
const beat = (at: unknown, guards: unknown = []): string => JSON.stringify({ at, guards });
const GUARD = { symbol: 'BTCUSDT', side: 'LONG', quantity: '0.1' };

describe('a heartbeat', () => {
  it('counts while it is of now', () => {
    expect(freshBeat(beat(NOW - 5_000, [GUARD]), NOW)?.guards).toMatchObject([
      { symbol: 'BTCUSDT', side: 'LONG' },
    ]);
  });

  it.each([
    ['none', null],
    ['one that was taken back', ''],
    ['an old one', beat(NOW - 5_001, [GUARD])],
    ['one of the future', beat(NOW + 5_001, [GUARD])],
    ['no JSON', '{'],
    ['no time', beat('soon')],
    ['no list', beat(NOW, {})],
    ['a guard of no side', beat(NOW, [{ ...GUARD, side: 'BOTH' }])],
    ['a guard without a symbol', beat(NOW, [{ ...GUARD, symbol: 5 }])],
    ['a guard of no quantity', beat(NOW, [{ ...GUARD, quantity: 'much' }])],
    ['a guard below zero', beat(NOW, [{ ...GUARD, quantity: '-1' }])],
  ])('counts for nothing: %s', (_name, text) => {
    expect(freshBeat(text, NOW)).toBeNull();
  });
});
