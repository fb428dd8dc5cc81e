import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteStore } from '../../../src/sqlite.js';
import { DIALECTS, LiveWorld, type LiveWorldOptions } from '../../support/live-world.js';

function onSqlite(): Pick<LiveWorldOptions, 'store'> {
  const folder = mkdtempSync(join(tmpdir(), 'pm-live-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { store: () => new SqliteStore({ path: join(folder, 'monitor.db') }) };
}

const CASES = DIALECTS.flatMap((dialect) =>
  (['hedge', 'one-way'] as const).map((positionMode) => ({ dialect, positionMode })),
);

describe.each(CASES)(
  'a restart on SQLite at $dialect, $positionMode',
  ({ dialect, positionMode }) => {
    it('beside resting orders doubles nothing', async () => {
      const world = await LiveWorld.start(dialect, { positionMode, ...onSqlite() });
      const fill = await world.enterProtected('LONG', '0.1');
      await world.restart();
      await world.calm(60);
      expect(world.resting).toEqual(world.exits('LONG', '0.1'));
      expect(world.placed()).toHaveLength(2);
      expect(world.tranche).toMatchObject({ quantity: '0.1', coverage: 'resting' });
      expect(await world.monitor.handleOrderFill(fill)).toBe(true);
      expect(world.tranche.openedQty).toBe('0.1');
    });

    it('finds out that the stop filled meanwhile', async () => {
      const world = await LiveWorld.start(dialect, {
        positionMode,
        ...onSqlite(),
        server: { triggerMs: 0 },
      });
      await world.enterProtected('LONG', '0.1');
      await world.restart(() => {
        world.price(44_500);
        world.price(45_000);
      });
      await world.untilFlat();
      await world.calm();
      expect(world.named('tranche:closed')).toMatchObject([
        { reason: 'stop-loss', quantity: '0.1', exitPrice: '44500' },
      ]);
      expect(world.placed('close')).toEqual([]);
    });

    it('protects what was filled meanwhile, and restores a stop that somebody cancelled', async () => {
      const world = await LiveWorld.start(dialect, { positionMode, ...onSqlite() });
      await world.enterProtected('LONG', '0.1');
      const stop = world.placed('stop-loss')[0]?.clientOrderId ?? '';
      await world.restart(() => {
        world.server.person.cancel('BTCUSDT', stop);
        world.enter('LONG', '0.2');
      });
      await world.untilResting(world.exits('LONG', '0.3'));
      await world.calm();
      expect(world.tranche.openedQty).toBe('0.3');
    });

    it('closes what we guarded when the level was passed meanwhile', async () => {
      const world = await LiveWorld.start(dialect, {
        positionMode,
        ...onSqlite(),
        symbol: { stopLossOrder: 'local' },
      });
      expect(await world.monitor.handleOrderFill(world.enter('SHORT', '0.1'))).toBe(true);
      await world.restart(() => world.price(45_600));
      await world.until(() => {
        world.price(45_600);
        return world.held === '';
      }, 'it is closed');
      await world.untilFlat();
      await world.calm();
      expect(world.placed('close')).toHaveLength(1);
      expect(world.named('tranche:closed')).toMatchObject([
        { reason: 'stop-loss', quantity: '0.1' },
      ]);
    });
  },
);
