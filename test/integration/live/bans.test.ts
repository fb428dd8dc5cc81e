import { describe, expect, it } from 'vitest';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';

const SPEED = 8;
/** What the feed asks of the same address when trades are rare is not counted by the adapter. */
const QUIET_FEED = { feed: { fetchJson: null } } as const;
/** Answers that were under way when the ban began, ms of the exchange. */
const UNDER_WAY_MS = 100;

describe.each(DIALECTS)('%s asks for silence', (dialect) => {
  it.each([429, 418] as const)(
    '%i on the stop: nothing is asked meanwhile, then it rests',
    async (status) => {
      const world = await LiveWorld.start(dialect, { speed: SPEED, ...QUIET_FEED });
      await world.calm(60);
      world.server.faults.next(
        { method: 'POST', path: /(order|algoOrder|batchOrders)$/i },
        { do: 'throttle', status, retryAfterSeconds: 3 },
      );
      world.enter('LONG', '0.1');
      await world.until(
        () => world.server.requests.some((one) => one.status === status),
        'the ban begins',
      );
      const banned = world.server.requests.find((one) => one.status === status);
      const begin = banned?.time ?? 0;
      expect(world.monitor.getHealth()).toMatchObject({ unprotectedIfCrashed: 1 });
      await world.untilResting(world.exits('LONG', '0.1'));
      const during = world.server.requests.filter(
        ({ time }) => time > begin + UNDER_WAY_MS && time < begin + 3_000,
      );
      expect(during.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
      await world.until(() => world.tranche.coverage === 'resting', 'it is protected');
      expect(world.monitor.getHealth()).toMatchObject({ unprotectedIfCrashed: 0, unprotected: 0 });
    },
  );

  it('a ban of everything: silence, our guard meanwhile, protected afterwards', async () => {
    const world = await LiveWorld.start(dialect, {
      speed: SPEED,
      ...QUIET_FEED,
      globals: { reconcileIntervalMs: 500 },
    });
    await world.enterProtected('LONG', '0.1');
    await world.untilHeard();
    world.server.ban(4_000);
    const until = world.server.now() + 4_000;
    await world.until(() => world.server.requests.at(-1)?.status === 418, 'the ban is met');
    const mark = world.mark();
    world.enter('LONG', '0.2');
    await world.until(() => world.tranche.quantity === '0.3', 'the fill is booked');
    expect(['resting', 'local']).toContain(world.tranche.coverage);
    await world.untilResting(world.exits('LONG', '0.3'));
    // One that left together with the one that met the ban may come in after it.
    const early = world.since(mark).filter(({ time }) => time < until);
    expect(early.length).toBeLessThanOrEqual(1);
    await world.until(() => world.named('reconcile:completed').at(-1) !== undefined, 'compared');
    expect(world.monitor.getHealth()).toMatchObject({ unprotected: 0, unresolvedOrders: 0 });
  });

  it('a price through the stop while we are banned is closed by the exchange and found after', async () => {
    const world = await LiveWorld.start(dialect, {
      speed: SPEED,
      ...QUIET_FEED,
      globals: { reconcileIntervalMs: 500 },
      server: { triggerMs: 0 },
    });
    await world.enterProtected('LONG', '0.1');
    await world.untilHeard();
    world.server.ban(3_000);
    await world.until(() => world.server.requests.at(-1)?.status === 418, 'the ban is met');
    world.price(44_000);
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss', quantity: '0.1' }]);
    expect(world.placed('close')).toEqual([]);
  });

  it('a ban at the start is waited for, and what was filled meanwhile is protected', async () => {
    const world = await LiveWorld.prepare(dialect, { speed: SPEED, ...QUIET_FEED });
    world.server.ban(2_000);
    const until = world.server.now() + 2_000;
    const starting = world.monitor.start();
    await world.until(() => world.server.requests.length > 0, 'the ban is met');
    world.enter('LONG', '0.1');
    await starting;
    await world.untilResting(world.exits('LONG', '0.1'));
    const early = world.server.requests.filter(({ time }) => time < until);
    expect(early.length).toBeLessThanOrEqual(1);
  });

  it('the order limit: no order for a while, other requests go on', async () => {
    const world = await LiveWorld.start(dialect, { speed: SPEED, ...QUIET_FEED });
    world.server.faults.next(
      { method: 'POST', path: /(order|algoOrder|batchOrders)$/i },
      { do: 'answer', status: 429, code: -1015, msg: 'Too many new orders.' },
    );
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'), 8_000);
    await world.until(() => world.tranche.coverage === 'resting', 'it is protected');
  });
});
