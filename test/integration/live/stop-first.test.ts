import { describe, expect, it } from 'vitest';
import type {
  RequestFault,
  RequestMatch,
} from '../../../src/testing/exchange-server/request-faults.js';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';
import { ownOrders } from '../../support/sent-orders.js';

const STOP: RequestMatch = {
  method: 'POST',
  where: ({ params }) => JSON.stringify(params).includes('STOP_MARKET'),
};

describe.each(DIALECTS)('at %s no take-profit rests before its stop', (dialect) => {
  it.each<readonly [string, RequestFault]>([
    ['slow', { do: 'delay', beforeMs: 400 }],
    ['lost on its way', { do: 'reset' }],
    ['unknown', { do: 'unknown', executed: false }],
    ['unanswered', { do: 'hang', executed: false }],
  ])('whose request is %s', async (_what, fault) => {
    const world = await LiveWorld.start(dialect, { speed: 8 });
    world.server.faults.next(STOP, fault);
    world.enter('LONG', '0.1');
    const wanted = world.exits('LONG', '0.1');
    let isEarly = false;
    await world.until(() => {
      const { resting } = world;
      isEarly ||= resting.length === 1 && resting[0] === wanted[1];
      return resting.join() === wanted.join();
    }, 'both rest');
    expect(isEarly).toBe(false);
    const carriedOut = [...ownOrders(world.server.requests, (one) => one.wasExecuted).values()];
    expect(carriedOut.map(({ role }) => role)).toEqual(['stop-loss', 'take-profit']);
  });
});
