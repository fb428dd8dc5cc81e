import { describe, expect, it } from 'vitest';
import { DIALECTS, LiveWorld } from '../../support/live-world.js';

const MODES = ['hedge', 'one-way'] as const;
const CASES = DIALECTS.flatMap((dialect) =>
  MODES.map((positionMode) => ({ dialect, positionMode })),
);
const FAST = { speed: 5, server: { triggerMs: 0 } } as const;

describe.each(CASES)('more of life at $dialect, $positionMode', ({ dialect, positionMode }) => {
  it('events of a life that come again later change nothing', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, positionMode });
    const heard: Readonly<Record<string, unknown>>[] = [];
    world.server.streams.events.next(
      (event) => {
        heard.push(event);
        return false;
      },
      { do: 'drop' },
    );
    await world.enterProtected('LONG', '0.1');
    world.price(44_500);
    await world.untilFlat();
    await world.calm();
    expect(heard.length).toBeGreaterThan(5);
    const closed = world.named('tranche:closed');
    for (const event of [...heard, ...[...heard].reverse()]) world.server.streams.push(event);
    await world.calm(80);
    expect(world.tranches).toEqual([]);
    expect(world.resting).toEqual([]);
    expect(world.held).toBe('');
    expect(world.named('tranche:closed')).toEqual(closed);
    expect(world.named('tranche:opened')).toHaveLength(1);
    expect(world.placed('close')).toEqual([]);
  });

  it('a take-profit that fills in parts leaves a stop for what is left', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, positionMode });
    await world.enterProtected('LONG', '0.3');
    await world.untilHeard();
    world.server.market.fillInParts(3);
    world.price(45_900);
    await world.until(
      () => world.tranches.length === 0 || world.tranche.quantity !== '0.3',
      'a part',
    );
    for (const price of [45_900.1, 45_900.2, 45_900.3]) {
      world.price(price);
      await world.calm();
    }
    await world.untilFlat();
    expect(world.named('tranche:closed')).toMatchObject([
      { reason: 'take-profit', quantity: '0.3' },
    ]);
    expect(world.held).toBe('');
  });

  it('levels that are moved rest anew, never through zero', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, positionMode });
    await world.enterProtected('LONG', '0.1');
    expect(await world.monitor.updateTpSl(world.tranche.id, { slPrice: '44700' })).toBe(true);
    const side = positionMode === 'hedge' ? 'LONG' : 'BOTH';
    await world.untilResting([
      `stop-loss SELL ${side} 0.1 @ 44700`,
      `take-profit SELL ${side} 0.1 @ 45900`,
    ]);
    const [first, second] = world.placed('stop-loss');
    const gone = world.server.requests.find(({ method }) => method === 'DELETE');
    expect(second?.time).toBeLessThanOrEqual(gone?.time ?? 0);
    expect(world.cancelled('stop-loss')).toEqual([first?.clientOrderId]);
    expect(world.named('protection:missing')).toEqual([]);
  });

  it('a part that somebody closes shrinks what rests', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, positionMode });
    await world.enterProtected('LONG', '0.3');
    const terms =
      positionMode === 'hedge' ? ({ positionSide: 'LONG' } as const) : { reduceOnly: true };
    world.server.person.sell('BTCUSDT', '0.1', terms);
    await world.untilResting(world.exits('LONG', '0.2'));
    expect(world.tranche.quantity).toBe('0.2');
    expect(world.held).toBe('LONG 0.2');
  });

  it('a stop that somebody cancels is placed again', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, positionMode });
    await world.enterProtected('SHORT', '0.1');
    world.server.person.cancel('BTCUSDT', world.placed('stop-loss')[0]?.clientOrderId ?? '');
    await world.until(() => world.placed('stop-loss').length === 2, 'another stop');
    await world.untilResting(world.exits('SHORT', '0.1'));
  });

  it('closes everything on request', async () => {
    const world = await LiveWorld.start(dialect, {
      ...FAST,
      positionMode,
      symbol: { stopLossPct: 8 },
    });
    await world.enterProtected('LONG', '0.1');
    await world.untilHeard();
    world.price(42_000);
    await world.enterProtected('LONG', '0.2');
    expect(await world.monitor.closeAll({ confirm: true })).toMatchObject({ closed: true });
    await world.untilFlat();
    expect(world.named('tranche:closed').map(({ reason }) => reason)).toEqual(['panic', 'panic']);
  });

  it('what the exchange says protects agrees with what we believe', async () => {
    const world = await LiveWorld.start(dialect, { ...FAST, positionMode });
    await world.enterProtected('LONG', '0.1');
    const report = await world.monitor.verifyProtection();
    expect(report).toMatchObject({ protected: true });
  });
});
