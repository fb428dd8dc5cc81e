import { describe, expect, it } from 'vitest';
import { readStreamPath } from '../../../src/testing/exchange-server/stream-connection.js';

describe('the address of a stream', () => {
  it.each([
    ['/public/ws/a@bookTicker/b@bookTicker', 'public', false, ['a@bookTicker', 'b@bookTicker']],
    [
      '/market/stream?streams=a@aggTrade/!markPrice@arr',
      'market',
      true,
      ['a@aggTrade', '!markPrice@arr'],
    ],
    ['/private/ws?listenKey=k', 'private', false, ['k']],
    ['/private/stream?listenKey=k', 'private', true, ['k']],
    ['/ws/k', 'lost', false, ['k']],
    ['/elsewhere', 'lost', false, []],
  ])('%s at Binance', (url, route, isCombined, streams) => {
    expect(readStreamPath(url, true, false)).toMatchObject({ route, isCombined, streams });
  });

  it.each([
    ['/ws/k', 'all'],
    ['/stream', 'all'],
    ['/private/ws/k', 'lost'],
  ])('%s at Aster', (url, route) => {
    expect(readStreamPath(url, false, false).route).toBe(route);
  });

  it('may be unsplit on a test network', () => {
    expect(readStreamPath('/ws/k', true, true).route).toBe('all');
  });

  it('names the events that are wanted', () => {
    const { events } = readStreamPath('/private/ws?listenKey=k&events=A/B', true, false);
    expect(events).toEqual(['A', 'B']);
  });
});
