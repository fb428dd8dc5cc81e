import { describe, expect, it } from 'vitest';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';
import { clientIdOf, roleOf } from '../../support/sent-orders.js';

const MODES = ['hedge', 'one-way'] as const;
const CASES = DIALECTS.flatMap((dialect) =>
  MODES.map((positionMode) => ({ dialect, positionMode })),
);

describe.each(CASES)('an entry at $dialect, $positionMode', ({ dialect, positionMode }) => {
  it('that the account stream tells of is protected at the exchange', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'));
    await world.until(() => world.named('protection:placed').length === 1, 'it is told');
    expect(world.tranche).toMatchObject({ quantity: '0.1', coverage: 'resting', side: 'LONG' });
    const stops = world.placed('stop-loss');
    expect(stops).toHaveLength(1);
    expect(stops[0]).toMatchObject({ type: 'STOP_MARKET', reduceOnly: positionMode === 'one-way' });
    expect(world.held).toBe('LONG 0.1');
  });

  it('that is handed over while the stream says nothing is protected, and counts once', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    world.server.streams.events.next('any', { do: 'drop' }, 3);
    const fill = world.enter('SHORT', '0.1');
    expect(await world.monitor.handleOrderFill(fill)).toBe(true);
    expect(world.resting).toEqual(world.exits('SHORT', '0.1'));
    expect(await world.monitor.handleOrderFill(fill)).toBe(true);
    expect(world.tranche.openedQty).toBe('0.1');
    expect(world.placed()).toHaveLength(2);
  });

  it('that comes both ways counts once', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    const fill = world.enter('LONG', '0.1');
    expect(await world.monitor.handleOrderFill(fill)).toBe(true);
    await world.calm();
    expect(world.tranche.openedQty).toBe('0.1');
    expect(world.resting).toEqual(world.exits('LONG', '0.1'));
    expect(world.named('fill:applied')).toHaveLength(1);
  });

  it('that joins a tranche grows its orders, never through zero', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    await world.enterProtected('LONG', '0.1');
    world.enter('LONG', '0.2');
    await world.untilResting(world.exits('LONG', '0.3'));
    expect(world.tranche.quantity).toBe('0.3');
    const cancelled = new Set(world.cancelled('stop-loss'));
    const kept = world.placed('stop-loss').filter((stop) => !cancelled.has(stop.clientOrderId));
    expect(kept).toHaveLength(1);
    const firstCancel = world.server.requests.findIndex(
      (one) => one.method === 'DELETE' && roleOf(clientIdOf(one)) === 'stop-loss',
    );
    const lastStop = world.server.requests.findLastIndex(
      ({ method, params }) =>
        method === 'POST' && JSON.stringify(params).includes(kept[0]?.clientOrderId ?? ''),
    );
    expect(lastStop).toBeGreaterThan(-1);
    expect(lastStop).toBeLessThan(firstCancel);
  });

  it('far below the first one is a tranche of its own with orders of its own', async () => {
    const world = await LiveWorld.start(dialect, { positionMode, symbol: { stopLossPct: 8 } });
    await world.enterProtected('LONG', '0.1');
    world.price(42_000);
    world.enter('LONG', '0.2');
    await world.until(() => world.resting.length === 4, 'two tranches are protected');
    expect(world.tranches.map(({ quantity }) => quantity).sort()).toEqual(['0.1', '0.2']);
    const side = positionMode === 'hedge' ? 'LONG' : 'BOTH';
    expect(world.resting).toEqual([
      `stop-loss SELL ${side} 0.1 @ 41400`,
      `stop-loss SELL ${side} 0.2 @ 38640`,
      `take-profit SELL ${side} 0.1 @ 45900`,
      `take-profit SELL ${side} 0.2 @ 42840`,
    ]);
  });

  it('filled in parts is covered as it grows', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    world.server.market.fillInParts(3);
    world.enter('LONG', '0.3');
    await world.untilResting(world.exits('LONG', '0.3'));
    expect(world.tranche.openedQty).toBe('0.3');
  });
});
