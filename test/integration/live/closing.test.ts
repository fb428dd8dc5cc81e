import { describe, expect, it } from 'vitest';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';

const CASES = DIALECTS.flatMap((dialect) =>
  (['hedge', 'one-way'] as const).map((positionMode) => ({ dialect, positionMode })),
);
const LOCAL = { stopLossOrder: 'local', takeProfitOrder: 'local' } as const;

describe.each(CASES)('closing at $dialect, $positionMode', ({ dialect, positionMode }) => {
  it('a spike through the stop at the exchange closes once, and its sibling goes', async () => {
    const world = await LiveWorld.start(dialect, { positionMode, server: { triggerMs: 0 } });
    await world.enterProtected('LONG', '0.1');
    world.price(44_500);
    world.price(45_000);
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toMatchObject([
      { reason: 'stop-loss', quantity: '0.1', exitPrice: '44500' },
    ]);
    expect(world.placed('close')).toEqual([]);
    expect(world.cancelled('take-profit')).toHaveLength(1);
    expect(world.held).toBe('');
  });

  it('a spike through a stop that we guard is closed by us, once', async () => {
    const world = await LiveWorld.start(dialect, { positionMode, symbol: LOCAL });
    const fill = world.enter('SHORT', '0.1');
    expect(await world.monitor.handleOrderFill(fill)).toBe(true);
    expect(world.tranche.coverage).toBe('local');
    await world.untilHeard();
    expect(world.resting).toEqual([]);
    world.price(45_600);
    world.price(45_000);
    await world.untilFlat();
    await world.calm();
    expect(world.placed('close')).toHaveLength(1);
    expect(world.placed('close')[0]).toMatchObject({
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.1',
    });
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss', quantity: '0.1' }]);
  });

  it('a take-profit that we guard is taken once', async () => {
    const world = await LiveWorld.start(dialect, { positionMode, symbol: LOCAL });
    expect(await world.monitor.handleOrderFill(world.enter('LONG', '0.1'))).toBe(true);
    expect(world.tranche.coverage).toBe('local');
    await world.untilHeard();
    world.price(46_000);
    await world.untilFlat();
    await world.calm();
    expect(world.placed('close')).toHaveLength(1);
    expect(world.named('tranche:closed')).toMatchObject([
      { reason: 'take-profit', exitPrice: '46000' },
    ]);
  });

  it('a take-profit that rests fills at the exchange, and the stop goes', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    await world.enterProtected('SHORT', '0.1');
    world.price(44_000);
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toMatchObject([
      { reason: 'take-profit', exitPrice: '44100' },
    ]);
    expect(world.placed('close')).toEqual([]);
    expect(world.cancelled('stop-loss')).toHaveLength(1);
  });

  it('stop and take-profit in one gap close once and never flip', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    await world.enterProtected('LONG', '0.1');
    world.price(44_000);
    world.price(46_500);
    world.price(44_000);
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toHaveLength(1);
    expect(world.named('tranche:closed')[0]?.quantity).toBe('0.1');
    expect(world.held).toBe('');
  });

  it('of two tranches the one whose stop is passed goes, the other one stays protected', async () => {
    const world = await LiveWorld.start(dialect, { positionMode, symbol: { stopLossPct: 8 } });
    await world.enterProtected('LONG', '0.1');
    world.price(42_000);
    await world.enterProtected('LONG', '0.2');
    world.price(41_000);
    await world.until(() => world.named('tranche:closed').length === 1, 'one is closed');
    await world.until(() => world.resting.length === 2, 'the orders of one are gone');
    await world.calm();
    expect(world.named('tranche:closed')[0]?.quantity).toBe('0.1');
    expect(world.held).toBe('LONG 0.2');
    expect(world.resting[0]).toMatch(/^stop-loss SELL \w+ 0\.2 @ 38640$/);
  });

  it('by hand closes at market, then takes the orders away', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    await world.enterProtected('LONG', '0.1');
    const result = await world.monitor.closeTranche(world.tranche.id);
    expect(result).toMatchObject({ closed: true, remaining: '0' });
    await world.untilFlat();
    expect(world.placed('close')).toHaveLength(1);
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'manual' }]);
  });

  it('by somebody else is noticed, and nothing of ours stays', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    await world.enterProtected('LONG', '0.1');
    const hedge = { positionSide: 'LONG' } as const;
    const terms = positionMode === 'hedge' ? hedge : { reduceOnly: true };
    world.server.person.sell('BTCUSDT', '0.1', terms);
    await world.untilFlat();
    await world.calm();
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'external' }]);
    expect(world.placed('close')).toEqual([]);
  });

  it.each(['liquidation', 'adl'] as const)(
    'by %s is booked as that, and siblings go',
    async (cause) => {
      const world = await LiveWorld.start(dialect, { positionMode });
      await world.enterProtected('LONG', '0.1');
      world.server.person.forceClose('BTCUSDT', 'LONG', cause);
      await world.untilFlat();
      await world.calm();
      expect(world.named('tranche:closed')).toMatchObject([
        { reason: 'liquidation', quantity: '0.1' },
      ]);
      expect(world.placed('close')).toEqual([]);
    },
  );

  it('a stop that is refused when it triggers is followed by our close', async () => {
    const world = await LiveWorld.start(dialect, { positionMode });
    await world.enterProtected('LONG', '0.1');
    world.server.market.nextTrigger({ do: 'reject', reason: 'Margin is insufficient' });
    world.price(44_500);
    await world.untilFlat();
    await world.calm();
    expect(world.placed('close')).toHaveLength(1);
    expect(world.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss', quantity: '0.1' }]);
  });
});
