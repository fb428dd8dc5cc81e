import { describe, expect, it } from 'vitest';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';

const SPEED = 5;
const FAST = { speed: SPEED, server: { triggerMs: 0 } } as const;

describe.each(DIALECTS)('the account stream of %s', (dialect) => {
  it('cut while the stop fills: found after the reconnect', async () => {
    const world = await LiveWorld.start(dialect, FAST);
    await world.enterProtected('LONG', '0.1');
    world.server.streams.refuseNext(1);
    world.server.streams.cut('account');
    world.price(44_000);
    world.price(45_000);
    await world.until(() => world.named('exchange:disconnected').length > 0, 'it is told');
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toMatchObject([
      { reason: 'stop-loss', quantity: '0.1', exitPrice: '44000' },
    ]);
    expect(world.placed('close')).toEqual([]);
    await world.until(() => world.monitor.getHealth().exchangeConnected, 'it is up again');
  });

  it('cut while an entry fills: protected after the reconnect, once', async () => {
    const world = await LiveWorld.start(dialect, FAST);
    world.server.streams.cut('account');
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'));
    await world.calm();
    expect(world.tranche.openedQty).toBe('0.1');
    expect(world.named('fill:applied')).toHaveLength(1);
  });

  it('its key expires: another one is fetched, what was missed is found', async () => {
    const world = await LiveWorld.start(dialect, FAST);
    await world.enterProtected('LONG', '0.1');
    world.server.streams.expireListenKey();
    world.price(44_000);
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss', quantity: '0.1' }]);
    await world.until(
      () =>
        world.server.streams.count('account') === 1 && world.server.sent('listenKey').length > 1,
      'one stream with a new key',
    );
    world.enter('SHORT', '0.1');
    await world.untilResting(world.exits('SHORT', '0.1', 44_000));
  });

  it('connected and silent: an order that is accepted and not told of proves it', async () => {
    const world = await LiveWorld.start(dialect, {
      speed: 10,
      globals: { reconcileIntervalMs: 60_000 },
    });
    world.server.streams.silence('account');
    const fill = world.enter('LONG', '0.1');
    expect(await world.monitor.handleOrderFill(fill)).toBe(true);
    const connections = world.server.sent('POST listenKey').length;
    await world.until(
      () => world.server.sent('POST listenKey').length > connections,
      'the stream is replaced',
    );
    world.server.streams.speak('account');
    await world.until(() => world.monitor.getHealth().exchangeConnected, 'it is up again');
    expect(world.resting).toEqual(world.exits('LONG', '0.1'));
    expect(world.logs.some(({ message }) => /silent/.test(message))).toBe(true);
  });

  it('prices cut off: a stop that we guard is judged again on the first price after it', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, symbol: { stopLossOrder: 'local' } });
    expect(await world.monitor.handleOrderFill(world.enter('LONG', '0.1'))).toBe(true);
    await world.untilHeard();
    world.server.streams.cut('market');
    await world.until(() => world.named('feed:disconnected').length > 0, 'it is told');
    expect(world.tranche.coverage).toBe('none');
    world.price(44_000);
    await world.until(() => world.held === '', 'it is closed');
    await world.untilFlat();
    expect(world.placed('close')).toHaveLength(1);
  });

  it('says that the exchange ends the connection: replaced, nothing is lost', async () => {
    const world = await LiveWorld.start(dialect, FAST);
    await world.enterProtected('LONG', '0.1');
    world.server.streams.push({
      event: { e: 'serverShutdown' },
      e: 'serverShutdown',
      E: world.server.now(),
    });
    world.price(44_000);
    await world.untilFlat();
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss' }]);
  });

  it('old connections are ended by the exchange: replaced, entries are still protected', async () => {
    const world = await LiveWorld.start(dialect, {
      speed: SPEED,
      server: { streamAgeMaxMs: 1_500 },
    });
    await world.until(() => world.named('exchange:disconnected').length > 0, 'it ends');
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'));
    expect(world.tranche.openedQty).toBe('0.1');
  });

  it.each(['duplicate', 'swap', 'delay', 'drop'] as const)(
    'events that come with %s count once',
    async (what) => {
      const world = await LiveWorld.start(dialect, {
        ...FAST,
        globals: { reconcileIntervalMs: 1_000 },
      });
      const fault = what === 'delay' ? { do: what, ms: 200 } : { do: what };
      world.server.streams.events.next('any', fault, 40);
      world.enter('LONG', '0.1');
      await world.untilResting(world.exits('LONG', '0.1'));
      await world.untilHeard();
      world.enter('LONG', '0.1');
      await world.untilResting(world.exits('LONG', '0.2'));
      world.price(44_000);
      await world.untilFlat();
      await world.calm(60);
      expect(world.named('tranche:closed')).toMatchObject([
        { reason: 'stop-loss', quantity: '0.2' },
      ]);
      expect(world.named('fill:applied').filter(({ effect }) => effect === 'entry')).toHaveLength(
        2,
      );
      expect(world.held).toBe('');
    },
  );
});
