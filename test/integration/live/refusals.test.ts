import { describe, expect, it } from 'vitest';
import type { RequestMatch } from '../../../src/testing/exchange-server/request-faults.js';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';
import { clientIdOf, roleOf } from '../../support/sent-orders.js';

const SPEED = 5;
/** One request for each order, so that a refusal is of one order. */
const SINGLY = { speed: SPEED, globals: { tpSlBatchEnabled: false } } as const;
const STOP: RequestMatch = {
  method: 'POST',
  where: (request) => roleOf(clientIdOf(request)) === 'stop-loss',
};
const CLOSE: RequestMatch = {
  method: 'POST',
  where: (request) => roleOf(clientIdOf(request)) === 'close',
};

describe.each(DIALECTS)('%s refuses', (dialect) => {
  it('-2021 of a stop whose level is passed: closed at market, for our own price says so', async () => {
    const world = await LiveWorld.start(dialect, {
      ...SINGLY,
      symbol: { takeProfitEnabled: false },
    });
    world.enter('SHORT', '0.1');
    await world.untilHeard();
    world.enter('LONG', '0.2');
    world.price(44_000);
    await world.until(() => world.held === 'SHORT 0.1', 'what was to be protected is closed');
    await world.calm();
    // The price may come before the refusal does: closed either way.
    expect(world.placed('close')).toHaveLength(1);
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss', quantity: '0.2' }]);
  });

  it('-2021 of a stop whose level is not passed: tried again, nothing is closed', async () => {
    const world = await LiveWorld.start(dialect, SINGLY);
    const msg = 'Order would immediately trigger.';
    world.server.faults.next(STOP, { do: 'answer', status: 400, code: -2021, msg }, 2);
    world.enter('LONG', '0.1');
    await world.untilHeard();
    await world.untilResting(world.exits('LONG', '0.1'));
    await world.calm();
    expect(world.placed('close')).toEqual([]);
    expect(world.named('order:rejected')[0]).toMatchObject({ code: 'would-trigger' });
    expect(world.named('protection:failed')[0]).toMatchObject({ role: 'stop-loss' });
  });

  it.each([
    [-2022, 'ReduceOnly Order is rejected.'],
    [-4118, 'ReduceOnly Order Failed. Please check your existing position and open orders.'],
  ])('%i of a close while the position is there: read, and closed once', async (code, msg) => {
    const world = await LiveWorld.start(dialect, { ...SINGLY, positionMode: 'one-way' });
    await world.enterProtected('LONG', '0.1');
    world.server.faults.next(CLOSE, { do: 'answer', status: 400, code, msg });
    const mark = world.mark();
    const closing = world.monitor.closeTranche(world.tranche.id);
    await world.untilFlat();
    expect(await closing).toMatchObject({ closed: true });
    await world.calm();
    const names = world.since(mark).map(({ method, name }) => `${method} ${name}`);
    expect(names).toContain('GET positionRisk');
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'manual', quantity: '0.1' }]);
  });

  it('a close of what somebody else closed without a word: read, booked, nothing flips', async () => {
    const world = await LiveWorld.start(dialect, { ...SINGLY, positionMode: 'one-way' });
    await world.enterProtected('LONG', '0.1');
    world.server.streams.events.next('any', { do: 'drop' }, 100);
    world.server.person.sell('BTCUSDT', '0.1', { reduceOnly: true });
    await world.monitor.closeTranche(world.tranche.id);
    await world.untilFlat(8_000);
    await world.calm();
    expect(world.held).toBe('');
    expect(world.named('tranche:closed')).toHaveLength(1);
    const executed = world.placed('close');
    expect(executed.every(({ reduceOnly }) => reduceOnly)).toBe(true);
  });

  it('-4120 of a stop: guarded by us, and said', async () => {
    const world = await LiveWorld.start(dialect, SINGLY);
    const msg = 'Order type not supported for this endpoint.';
    world.server.faults.next(STOP, { do: 'answer', status: 400, code: -4120, msg }, 50);
    world.enter('LONG', '0.1');
    await world.until(() => world.named('protection:failed').length > 0, 'it is told');
    await world.untilHeard();
    expect(world.named('order:rejected')[0]).toMatchObject({ code: 'unsupported-order-kind' });
    expect(world.tranche.coverage).toBe('local');
    expect(world.monitor.getHealth()).toMatchObject({ unprotected: 0, unprotectedIfCrashed: 1 });
    world.price(44_500);
    await world.untilFlat();
    await world.calm();
    expect(world.placed('close')).toHaveLength(1);
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss', quantity: '0.1' }]);
  });

  it('-4130 of a stop: somebody closes the position elsewhere; tried again meanwhile guarded', async () => {
    const world = await LiveWorld.start(dialect, SINGLY);
    const msg = 'An open stop or take profit order with GTE and closePosition is existing.';
    world.server.faults.next(STOP, { do: 'answer', status: 400, code: -4130, msg }, 2);
    world.enter('LONG', '0.1');
    await world.untilHeard();
    await world.untilResting(world.exits('LONG', '0.1'));
    expect(world.named('order:rejected')[0]).toMatchObject({ code: 'other' });
  });

  it.each([-4045, -2025])('%i of a stop: guarded by us, and said', async (code) => {
    const world = await LiveWorld.start(dialect, SINGLY);
    const msg = 'Reach max stop order limit.';
    world.server.faults.next(STOP, { do: 'answer', status: 400, code, msg }, 50);
    world.enter('SHORT', '0.1');
    await world.until(() => world.named('protection:failed').length > 0, 'it is told');
    await world.untilHeard();
    expect(world.named('order:rejected')[0]).toMatchObject({ code: 'order-cap' });
    expect(world.tranche.coverage).toBe('local');
    world.price(45_500);
    await world.untilFlat();
    expect(world.placed('close')).toHaveLength(1);
  });

  it('a stop beyond the cap of the exchange: guarded by us', async () => {
    const world = await LiveWorld.start(dialect, { ...SINGLY, server: { conditionalCap: 1 } });
    await world.enterProtected('LONG', '0.1');
    await world.untilHeard();
    const short = world.enter('SHORT', '0.2');
    await world.until(
      () => world.tranches.some(({ side, coverage }) => side === 'SHORT' && coverage === 'local'),
      'our guard is armed',
    );
    // One exchange says its cap beforehand; the other one refuses.
    if (dialect === 'binance') {
      await world.until(
        () => world.named('order:rejected').some(({ code }) => code === 'order-cap'),
        'it is told',
      );
    }
    expect(world.monitor.getHealth()).toMatchObject({ unprotected: 0, unprotectedIfCrashed: 1 });
    world.price(45_600);
    await world.until(() => world.held === 'LONG 0.1', 'our guard closes it');
    await world.calm();
    expect(world.placed('close')).toHaveLength(1);
    expect(world.monitor.trancheForOrder(short.orderId)?.closeReason).toBe('stop-loss');
  });

  it('-1021 after the clocks parted: measured anew, and protected', async () => {
    const world = await LiveWorld.start(dialect, { ...SINGLY, speed: 2 });
    world.server.market.skewClock(8_000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'));
    expect(world.server.requests.some(({ status }) => status === 400)).toBe(true);
    expect(world.tranche.coverage).toBe('resting');
  });

  it.each([
    [-2019, 'Margin is insufficient.', 'insufficient-margin'],
    [-4014, 'Price not increased by tick size.', 'filter'],
    [-2015, 'Invalid API-key, IP, or permissions for action.', 'unauthorized'],
    [-4061, "Order's position side does not match user's setting.", 'position-mode'],
  ])('%i of a stop is said, and a later one rests', async (code, msg, told) => {
    const world = await LiveWorld.start(dialect, SINGLY);
    const status = code === -2015 ? 401 : 400;
    world.server.faults.next(STOP, { do: 'answer', status, code, msg });
    world.enter('LONG', '0.1');
    await world.untilHeard();
    await world.untilResting(world.exits('LONG', '0.1'));
    expect(world.named('order:rejected')[0]).toMatchObject({ code: told });
  });
});
