import { describe, expectTypeOf, it } from 'vitest';
import type { MonitorEventMap } from '../../src/model/monitor-event.js';
import type { ExchangeAdapter } from '../../src/ports/exchange-adapter.js';
import type { PriceFeed } from '../../src/ports/price-feed.js';
import type { Store } from '../../src/ports/store.js';
import {
  type EventSource,
  exchangeContract,
  type FaultyStore,
  type ScriptedFeed,
  SimExchange,
  type SimScript,
  waitForEvent,
} from '../../src/testing/index.js';

declare const monitor: EventSource;
declare const script: SimScript;
declare const feed: ScriptedFeed;
declare const store: FaultyStore;

describe('the kit', () => {
  it('fits the ports', () => {
    expectTypeOf<SimExchange>().toExtend<ExchangeAdapter>();
    expectTypeOf<ScriptedFeed>().toExtend<PriceFeed>();
    expectTypeOf<FaultyStore>().toExtend<Store>();
    new SimExchange({ instruments: [] });
    // @ts-expect-error a profile has a name that is known, or is one
    new SimExchange({ instruments: [], profile: 'kraken' });
  });

  it('knows the payload of the event that is waited for', () => {
    expectTypeOf(waitForEvent(monitor, 'tranche:closed')).resolves.toEqualTypeOf<
      MonitorEventMap['tranche:closed']
    >();
    waitForEvent(monitor, 'order:rejected', ({ code }) => code === 'filter');
    waitForEvent(monitor, 'order:rejected', { where: ({ code }) => code === 'filter' });
    // @ts-expect-error no event of this name
    waitForEvent(monitor, 'tranche:gone');
    // @ts-expect-error no such field in the payload
    waitForEvent(monitor, 'feed:connected', ({ code }) => code === 'filter');
  });

  it('knows the words of the script', () => {
    script.rejectNext('stop', 'would-trigger', { times: 2, retryAfterMs: 100 });
    script.answerNextRead('fetchPositions', (truth) => truth.slice(1));
    // @ts-expect-error no such reason
    script.rejectNext('stop', 'no-mood');
    // @ts-expect-error no such request
    script.loseNextReply('stops');
    // @ts-expect-error that is a member that writes
    script.failNextRead('placeOrder');
  });

  it('knows the steps of a feed', () => {
    feed.play('BTCUSDT', [1, '2', { wait: 3 }, { wick: 4 }, { bad: Number.NaN }, { gap: 'lost' }]);
    // @ts-expect-error no such step
    feed.play('BTCUSDT', [{ jump: 5 }]);
  });

  it('knows the calls of a store', () => {
    store.failNext('load', 'STORE_CORRUPT');
    // @ts-expect-error commits have a rule of their own
    store.failNext('commit');
    // @ts-expect-error a code of another family
    store.failNext('load', 'EXCHANGE_REJECTED');
  });

  it('wants reasons for cards that exist', () => {
    const factory = (): never => {
      throw new Error('not called');
    };
    exchangeContract({ test: () => {}, factory, skips: { 'EX-16': 'it has no stops' } });
    // @ts-expect-error no such card
    exchangeContract({ test: () => {}, factory, skips: { 'EX-21': 'unknown' } });
  });
});
