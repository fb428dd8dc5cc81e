import { describe, expect, it } from 'vitest';
import { DIALECTS, LiveWorld, SYMBOL } from '../../support/live-world.js';

const EARNING = {
  speed: 10,
  server: { triggerMs: 0 },
  symbol: {
    stopLossPct: 5,
    takeProfitPct: 10,
    breakeven: { activationPct: 1, includeFees: true },
  },
} as const;

/** A LONG whose stop stands where it earns its fees, and the price far above. */
async function earning(world: LiveWorld): Promise<number> {
  await world.enterProtected('LONG', '0.1');
  await world.untilHeard();
  world.price(46_000);
  await world.until(() => world.tranche.breakevenReached, 'breakeven is reached');
  // 0.05 % in and out.
  expect(world.tranche.levels.stopLoss).toBe('45045.1');
  return 45_045.1;
}

const asks = (world: LiveWorld): number => world.server.sent('GET income').length;

describe.each(DIALECTS)('funding at %s', (dialect) => {
  it('moves the stop that is to earn it as well', async () => {
    const world = await LiveWorld.start(dialect, EARNING);
    await earning(world);
    world.server.account.payFunding(SYMBOL, '4.5');
    await world.until(() => world.tranche.funding === '4.5', 'it is booked', 15_000);
    // 45 more on each, and its fees.
    await world.until(
      () => world.resting.includes('stop-loss SELL LONG 0.1 @ 45090.1'),
      'the stop rests there',
    );
  });

  it.each([
    ['is never answered', { do: 'hang', executed: true }],
    ['cannot be read', { do: 'garble' }],
    ['is refused', { do: 'answer', status: 400, code: -1102, msg: 'a text' }],
  ] as const)('that %s harms nothing', async (_what, fault) => {
    const world = await LiveWorld.start(dialect, EARNING);
    world.server.faults.next({ method: 'GET', path: 'income' }, fault, 1_000);
    const stop = await earning(world);
    await world.until(() => asks(world) > 0, 'it was asked for', 10_000);
    const compared = world.named('reconcile:completed').length;
    await world.until(
      () => world.named('reconcile:completed').length > compared + 1,
      'comparisons go on',
      10_000,
    );
    expect(world.monitor.getHealth().errors).toBe(0);
    expect(world.tranche.levels.stopLoss).toBe(String(stop));
  });

  it('is not asked for where no stop goes by it', async () => {
    const world = await LiveWorld.start(dialect, { ...EARNING, symbol: { stopLossPct: 5 } });
    await world.enterProtected('LONG', '0.1');
    await world.monitor.reconcile();
    await world.monitor.reconcile();
    expect(asks(world)).toBe(0);
  });
});
