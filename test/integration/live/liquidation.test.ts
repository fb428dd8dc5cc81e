import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import { DIALECTS, type DialectName, LiveWorld, SYMBOL } from '../../support/live-world.js';

const SIDES = ['LONG', 'SHORT'] as const;
const MODES = ['hedge', 'one-way'] as const;
const CASES = DIALECTS.flatMap((dialect) =>
  MODES.flatMap((positionMode) => SIDES.map((side) => ({ dialect, positionMode, side }))),
);
/** Comparisons come from news alone: what is tightened was tightened because of it. */
const QUIET = {
  speed: 5,
  server: { triggerMs: 0 },
  globals: { reconcileIntervalMs: 3_600_000 },
  symbol: { stopLossPct: 5 },
} as const;

function held(dialect: DialectName, more: object = {}): Promise<LiveWorld> {
  return LiveWorld.start(dialect, { ...QUIET, ...more });
}

describe.each(CASES)('liquidation of a $side at $dialect, $positionMode', (given) => {
  const { dialect, positionMode, side } = given;
  const isLong = side === 'LONG';
  /** Nearer than the stop, 5 % away, would be. */
  const liquidation = isLong ? 43_000 : 47_000;
  /** Half a percent before it. */
  const loosest = isLong ? '43215' : '46765';
  const order = (): string =>
    `${isLong ? 'SELL' : 'BUY'} ${positionMode === 'hedge' ? side : 'BOTH'}`;
  const stopOf = (world: LiveWorld): string[] =>
    world.resting.filter((text) => text.startsWith('stop-loss'));

  it('a stop beyond it is tightened when the leverage changes, and no other is accepted', async () => {
    const world = await held(dialect, { positionMode });
    await world.enterProtected(side, '0.1');
    expect(stopOf(world)).toEqual([`stop-loss ${order()} 0.1 @ ${isLong ? 42_750 : 47_250}`]);
    world.server.account.setLiquidationPrice(SYMBOL, side, liquidation);
    world.server.account.setLeverage(SYMBOL, 25);
    const tightened = `stop-loss ${order()} 0.1 @ ${loosest}`;
    await world.until(() => stopOf(world).join() === tightened, 'the stop is before it');
    expect(world.named('protection:tightened')).toMatchObject([
      { side, level: loosest, liquidationPrice: String(liquidation) },
    ]);
    expect(world.tranche.levels.stopLoss).toBe(loosest);
    const beyond = { slPrice: isLong ? 43_100 : 46_900 };
    await expect(world.monitor.updateTpSl(world.tranche.id, beyond)).rejects.toMatchObject({
      code: 'LEVEL_BEYOND_LIQUIDATION',
    });
    await world.calm();
    expect(stopOf(world)).toEqual([tightened]);
    const nearer = isLong ? 43_500 : 46_500;
    expect(await world.monitor.updateTpSl(world.tranche.id, { slPrice: nearer })).toBe(true);
    await world.until(
      () => stopOf(world).join() === `stop-loss ${order()} 0.1 @ ${nearer}`,
      'a nearer one is taken',
    );
    expect(world.named('protection:tightened')).toHaveLength(1);
  });

  it.each([
    ['margin is taken away', (world: LiveWorld) => world.server.account.moveMargin(SYMBOL, side)],
    ['margin is called for', (world: LiveWorld) => world.server.account.callMargin(SYMBOL, side)],
    [
      'funding is paid from the margin',
      (world: LiveWorld) => world.server.account.payFunding(SYMBOL, '100'),
    ],
  ])('is looked at again when %s', async (_what, happen) => {
    const world = await held(dialect, { positionMode });
    await world.enterProtected(side, '0.1');
    world.server.account.setLiquidationPrice(SYMBOL, side, liquidation);
    happen(world);
    await world.until(() => world.named('protection:tightened').length > 0, 'the stop is moved');
    await world.until(() => stopOf(world).join().endsWith(`@ ${loosest}`), 'it rests there');
  });
});

describe.each(DIALECTS)('liquidation at %s', (dialect) => {
  it('that came near while the monitor was away is heeded by the start', async () => {
    const store = new MemoryStore();
    const world = await held(dialect, { store: () => store });
    await world.enterProtected('LONG', '0.1');
    await world.restart(() => world.server.account.setLiquidationPrice(SYMBOL, 'LONG', 43_000));
    await world.until(
      () => world.resting.includes('stop-loss SELL LONG 0.1 @ 43215'),
      'the stop is before it',
    );
  });

  it('of both sides in one number is that of the losing side alone', async () => {
    const world = await held(dialect);
    await world.enterProtected('LONG', '0.2');
    await world.enterProtected('SHORT', '0.1');
    // Below the price: none for a SHORT, whose stop would close it at once.
    for (const side of SIDES) world.server.account.setLiquidationPrice(SYMBOL, side, 43_000);
    world.server.account.setLeverage(SYMBOL, 25);
    await world.until(() => world.named('protection:tightened').length > 0, 'the stop is moved');
    await world.calm();
    expect(world.named('protection:tightened').map(({ side }) => side)).toEqual(['LONG']);
    expect(world.held).toBe('LONG 0.2, SHORT 0.1');
  });

  it('that goes away leaves the stop where it is, and lets another be asked for', async () => {
    const world = await held(dialect);
    await world.enterProtected('LONG', '0.1');
    world.server.account.setLiquidationPrice(SYMBOL, 'LONG', 43_000);
    world.server.account.setLeverage(SYMBOL, 25);
    await world.until(() => world.named('protection:tightened').length > 0, 'the stop is moved');
    await world.calm();
    world.server.account.setLiquidationPrice(SYMBOL, 'LONG', null);
    await world.monitor.reconcile();
    expect(world.tranche.levels.stopLoss).toBe('43215');
    expect(await world.monitor.updateTpSl(world.tranche.id, { slPrice: 42_750 })).toBe(true);
    expect(world.tranche.levels.stopLoss).toBe('42750');
  });

  it('is not looked at where the plan says so', async () => {
    const world = await held(dialect, { symbol: { stopLossPct: 5, liquidationGuard: false } });
    await world.enterProtected('LONG', '0.1');
    world.server.account.setLiquidationPrice(SYMBOL, 'LONG', 43_000);
    await world.monitor.reconcile();
    await world.calm();
    expect(world.tranche.levels.stopLoss).toBe('42750');
    expect(world.named('protection:tightened')).toEqual([]);
  });
});
