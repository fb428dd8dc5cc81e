import { describe, expect, it } from 'vitest';
import type {
  RequestFault,
  RequestMatch,
} from '../../../src/testing/exchange-server/request-faults.js';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';
import { clientIdOf, roleOf } from '../../support/sent-orders.js';

const SPEED = 8;
/** The stop, alone or first in a batch. */
const STOP: RequestMatch = {
  method: 'POST',
  where: ({ params }) => JSON.stringify(params).includes('STOP_MARKET'),
};
const CLOSE: RequestMatch = {
  method: 'POST',
  where: (request) => roleOf(clientIdOf(request)) === 'close',
};

const UNKNOWN: readonly (readonly [string, RequestFault])[] = [
  ['503 unknown, executed', { do: 'unknown', executed: true }],
  ['503 unknown, not executed', { do: 'unknown', executed: false }],
  ['a lost reply', { do: 'lose-reply' }],
  ['a reset before anything happened', { do: 'reset' }],
  ['an answer that is no JSON', { do: 'garble' }],
  ['no answer at all, executed', { do: 'hang', executed: true }],
  ['-1007, executed', { do: 'answer', status: 408, code: -1007, msg: 'Timeout', executed: true }],
];
const REFUSED: readonly (readonly [string, RequestFault])[] = [
  ['503 service unavailable', { do: 'unavailable' }],
  ['503 overloaded', { do: 'overloaded' }],
];

describe.each(DIALECTS)('at %s, unknown', (dialect) => {
  it.each([...UNKNOWN, ...REFUSED])('%s of a stop ends with one stop', async (_what, fault) => {
    const world = await LiveWorld.start(dialect, { speed: SPEED });
    world.server.faults.next(STOP, fault);
    world.enter('LONG', '0.1');
    await world.until(() => world.server.faults.pending.length === 0, 'the fault is met');
    await world.untilResting(world.exits('LONG', '0.1'));
    await world.calm(60);
    expect(world.resting).toEqual(world.exits('LONG', '0.1'));
    expect(world.tranche.coverage).toBe('resting');
    expect(world.monitor.getHealth()).toMatchObject({ unresolvedOrders: 0, unprotected: 0 });
  });

  it('nothing is sent again while it is not known whether a stop rests', async () => {
    const world = await LiveWorld.start(dialect, { speed: SPEED });
    world.server.faults.next(STOP, { do: 'unknown', executed: true });
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'));
    await world.calm(60);
    const placements = world.server.requests.filter((one) => STOP.where?.(one));
    expect(placements).toHaveLength(1);
  });

  it.each(UNKNOWN)('%s of a close ends flat, once, never beyond', async (_what, fault) => {
    const world = await LiveWorld.start(dialect, { positionMode: 'one-way', speed: SPEED });
    await world.enterProtected('LONG', '0.1');
    world.server.faults.next(CLOSE, fault);
    const closing = world.monitor.closeTranche(world.tranche.id);
    await world.until(() => world.server.faults.pending.length === 0, 'the fault is met');
    await world.untilFlat();
    expect(await closing).toMatchObject({ closed: true });
    await world.calm(60);
    expect(world.held).toBe('');
    expect(world.placed('close').every(({ reduceOnly }) => reduceOnly)).toBe(true);
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'manual', quantity: '0.1' }]);
  });

  it.each(UNKNOWN)('%s of a cancellation leaves nothing behind', async (_what, fault) => {
    const world = await LiveWorld.start(dialect, { speed: SPEED, server: { triggerMs: 0 } });
    await world.enterProtected('LONG', '0.1');
    world.server.faults.next({ method: 'DELETE' }, fault);
    world.price(44_500);
    await world.until(() => world.server.faults.pending.length === 0, 'the fault is met');
    await world.untilFlat();
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss' }]);
  });
});
