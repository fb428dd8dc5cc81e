import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkDatabase } from '../../../src/cli/migrate/check-database.js';
import { DURABLE_FILES } from '../../../src/cli/migrate/files/durable-files.js';
import { OLD_SCHEMAS, OWNER_SETTINGS } from '../../support/old-databases.js';
import { OPEN_IN_SCRIPT, openDatabase } from '../../support/sqlite-of-runtime.js';
import { SYMBOL } from './live-world.js';
import { MigrateWorld } from './migrate-world.js';

/** The owner's worked example: 0.1 at 45000, 0.05 at 44550 joins, 0.08 at 42300 opens the next tranche. */
function workedExample(world: MigrateWorld, options?: { readonly log?: boolean }): void {
  world.old(
    (old) =>
      old
        .trade({ order_id: '1', qty: 0.1, price: 45_000 })
        .trade({ order_id: '2', qty: 0.05, price: 44_550 })
        .trade({ order_id: '3', qty: 0.08, price: 42_300, tranche_id: 1 })
        .tranche({ tranche_id: 0, total_quantity: 0.1 + 0.05, avg_entry_price: 44_850 })
        .tranche({ tranche_id: 1, total_quantity: 0.08, avg_entry_price: 42_300 }),
    undefined,
    options,
  );
}

describe('migrate', () => {
  it('imports what is open, with weighted entries and the levels of the settings', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    const report = await world.report('--yes');
    expect(report).toMatchObject({ did: 'migrated', code: 0, account: null });
    expect(report.positions).toMatchObject([
      {
        symbol: SYMBOL,
        side: 'LONG',
        database: { position_tranches: '0.23', trades: '0.23' },
        store: '0.23',
        verdict: 'agreed',
      },
    ]);
    const { tranches, ledgers, stamp, marks } = await world.stored();
    expect(tranches).toMatchObject([
      {
        number: 0,
        openedQty: '0.15',
        entryPrice: '44850',
        takeProfits: [{ price: '45298.5', portion: '1' }],
        stopLoss: '42607.5',
        sources: [
          { orderId: '1', quantity: '0.1', cost: '4500' },
          { orderId: '2', quantity: '0.05', cost: '2227.5' },
        ],
      },
      { number: 1, openedQty: '0.08', entryPrice: '42300', stopLoss: '40185' },
    ]);
    expect(ledgers.map(({ orderId }) => orderId)).toEqual(['1', '2', '3']);
    expect(stamp).toMatchObject({ exchangeId: 'unclaimed', accountId: 'unclaimed' });
    expect(marks.map(({ name }) => name)).toEqual(['migrated']);
  });

  it('writes a configuration that a monitor takes, for its owner only, without secrets', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    world.write({
      ...world.named,
      api_key: 'canary-a',
      auth: { user: 'canary-b', secret: 'canary-c' },
    });
    world.exchange.account.buy(SYMBOL, '0.23');
    const report = await world.report('--yes');
    expect(report.code).toBe(0);
    const text = readFileSync(world.configPath, 'utf8');
    expect(JSON.parse(text)).toEqual({
      exchange: { id: 'aster' },
      globals: {
        usePositionMonitor: true,
        positionMode: 'hedge',
        tranchePnlIncrementPct: 5,
        maxTranchesPerSymbolSide: 5,
        simulateOnly: false,
      },
      symbols: {
        BTCUSDT: {
          takeProfitEnabled: true,
          takeProfitPct: 1,
          stopLossEnabled: true,
          stopLossPct: 5,
          workingType: 'CONTRACT_PRICE',
        },
        ETHUSDT: { takeProfitPct: 1, stopLossPct: 5 },
      },
      store: { path: world.target },
    });
    expect(statSync(world.configPath).mode & 0o777).toBe(0o600);
    expect(report.settings).toMatchObject({
      shape: 'owner',
      secrets: ['api_key', 'auth.user', 'auth.secret'],
      ignored: ['globals.batch_orders', 'symbols.BTCUSDT.leverage'],
    });
    expect(`${text}${world.text}`).not.toMatch(/canary/);
  });

  it('backs up database and settings before anything else, with a manifest', async () => {
    const world = new MigrateWorld();
    workedExample(world, { log: true });
    const before = world.oldFiles();
    const { backup } = await world.report('--yes');
    const folder = backup ?? '';
    expect(folder.startsWith(join(world.folder, 'new.backup'))).toBe(true);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      format: 1,
      version: '1.2.3',
      files: [
        { what: 'database', copy: 'database.db', original: '../../old.db' },
        { what: 'settings', copy: 'settings.json', original: '../../settings.json' },
      ],
    });
    expect(readFileSync(join(folder, 'settings.json'))).toEqual(readFileSync(world.settings));
    const copy = openDatabase(join(folder, 'database.db'), true);
    expect({ ...(copy.prepare('SELECT count(*) AS rows FROM trades').get() as object) }).toEqual({
      rows: 3,
    });
    copy.close();
    for (const file of ['database.db', 'settings.json', 'manifest.json']) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
    expect(world.oldFiles()).toEqual(before);
  });

  it('reads the log of a database whose last user was killed', async () => {
    const world = new MigrateWorld();
    workedExample(world, { log: true });
    // Committed, not folded in: the copy of the file alone would not have it.
    const writer = `
      ${OPEN_IN_SCRIPT}
      db.exec('PRAGMA wal_autocheckpoint = 0');
      db.exec("INSERT INTO trades (symbol, order_id, side, qty, price, status, filled_qty, avg_price, tranche_id) VALUES ('ETHUSDT', '77', 'BUY', 2, 3000, 'FILLED', 2, 3000, 0)");
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['-e', writer, world.database], { cwd: process.cwd() });
    await once(child, 'exit');
    expect(statSync(`${world.database}-wal`).size).toBeGreaterThan(0);
    const before = world.oldFiles();
    const report = await world.report('--yes');
    expect(report).toMatchObject({ code: 0, did: 'migrated' });
    expect(world.check(report, 'database-unused')?.status).toBe('warning');
    expect((await world.stored()).tranches).toContainEqual(
      expect.objectContaining({ symbol: 'ETHUSDT', openedQty: '2', entryPrice: '3000' }),
    );
    expect(world.oldFiles()).toEqual(before);
  });

  it.each(['--dry-run', ''])(
    'leaves the old files as they are, byte for byte (%s)',
    async (dry) => {
      const world = new MigrateWorld();
      workedExample(world, { log: true });
      const before = { names: world.files(), files: world.oldFiles() };
      const report = await world.report(...(dry === '' ? ['--yes'] : [dry]));
      expect(report).toMatchObject({ code: 0, did: dry === '' ? 'migrated' : 'dry-run' });
      expect(world.oldFiles()).toEqual(before.files);
      if (dry === '') {
        expect(world.files().filter((name) => !before.names.includes(name))).toEqual([
          'new.backup',
          'new.config.json',
          'new.db',
          'new.db-lock',
        ]);
      } else expect(world.files()).toEqual(before.names);
    },
  );

  it('asks, takes a no, and changes nothing by it', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    const before = world.files();
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await world.migrate()).toBe(2);
    expect(told.mock.calls.join('\n')).toMatch(/--yes/);
    world.isInteractive = true;
    world.answer = false;
    expect(await world.migrate()).toBe(1);
    expect(world.asked[0]).toMatch(/^Import 2 tranches into/);
    expect(world.files()).toEqual(before);
    world.answer = true;
    expect(await world.migrate()).toBe(0);
    expect(world.text).toMatch(/Migrated:/);
  });

  it('a second migration onto the same store is refused', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    await world.report('--yes');
    const report = await world.report('--yes');
    expect(report).toMatchObject({ code: 1, did: 'not-ready' });
    expect(world.check(report, 'target')).toMatchObject({ status: 'failure' });
  });

  it('an empty file in the place of the store is no obstacle', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    writeFileSync(world.target, '');
    expect(await world.migrate('--yes')).toBe(0);
    expect((await world.stored()).tranches).toHaveLength(2);
  });
});

describe('readiness', () => {
  const ready = (): MigrateWorld => {
    const world = new MigrateWorld();
    workedExample(world);
    return world;
  };
  const refused = async (world: MigrateWorld, id: string, why: RegExp, ...options: string[]) => {
    const before = world.files();
    const report = await world.report('--yes', ...options);
    expect(report).toMatchObject({ code: 1, did: 'not-ready' });
    const failures = report.checks.filter(({ status }) => status === 'failure');
    expect(failures.map((check) => check.id)).toEqual([id]);
    expect(failures[0]?.detail).toMatch(why);
    expect(failures[0]?.remedy).toEqual(expect.any(String));
    expect(world.files()).toEqual(before);
    expect(await world.migrate('--yes', ...options)).toBe(1);
    expect(world.text).toMatch(/FAILURE/);
  };

  it('refuses a file that is no database', async () => {
    const world = new MigrateWorld();
    writeFileSync(world.database, 'not a database, but long enough to be looked at '.repeat(100));
    await refused(world, 'database-whole', /no SQLite database/);
  });

  it('refuses a damaged database', async () => {
    const world = new MigrateWorld();
    world.old((old) => {
      for (let index = 0; index < 400; index += 1) old.trade({ response: 'x'.repeat(200) });
    });
    const bytes = readFileSync(world.database);
    bytes.fill(0xff, 4_096 * 6, 4_096 * 7);
    writeFileSync(world.database, bytes);
    await refused(world, 'database-whole', /damage/);
  });

  it('refuses a database of something else', async () => {
    const world = new MigrateWorld();
    world.old(() => {}, ['CREATE TABLE recipes (id INTEGER)']);
    await refused(world, 'database-kind', /recipes/);
  });

  it('refuses a table whose columns are others', async () => {
    const world = new MigrateWorld();
    world.old(() => {}, ['CREATE TABLE trades (symbol TEXT, quantity REAL, status TEXT)']);
    await refused(world, 'database-kind', /trades\.side, trades\.qty/);
  });

  it('refuses a store of this package', async () => {
    const world = ready();
    await world.report('--yes');
    const other = new MigrateWorld();
    writeFileSync(other.database, readFileSync(world.target));
    await refused(other, 'database-kind', /store of position-monitor already/);
  });

  it.runIf(process.platform === 'linux')('refuses a database that a process has open', async () => {
    const world = ready();
    const holder = `
      ${OPEN_IN_SCRIPT}
      db.prepare('SELECT 1 FROM trades').all();
      console.log('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', holder, world.database], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await refused(world, 'database-unused', new RegExp(`process ${child.pid}`));
  });

  it('refuses a database that is locked', async () => {
    const world = ready();
    const holder = openDatabase(world.database);
    holder.exec('BEGIN EXCLUSIVE');
    onTestFinished(() => void holder.close());
    await refused(world, 'database-unused', /locked by somebody who writes/);
  });

  it('refuses what cannot be opened', async () => {
    const world = new MigrateWorld();
    mkdirSync(world.database);
    await refused(world, 'database-opens', /cannot be read/);
  });

  it('refuses a database that changes while it is looked at', async () => {
    const world = ready();
    const folder = join(world.folder, 'copies');
    mkdirSync(folder);
    const writer = openDatabase(world.database);
    onTestFinished(() => void writer.close());
    const touch = async (): Promise<void> => {
      writer.exec('UPDATE trades SET commission = commission - 1');
    };
    const files = {
      ...DURABLE_FILES,
      copyDatabase: async (from: string, to: string) => {
        await DURABLE_FILES.copyDatabase(from, to);
        await touch();
      },
    };
    const { checks, surveyed } = await checkDatabase(world.database, folder, files);
    surveyed?.database.close();
    expect(checks).toContainEqual(
      expect.objectContaining({
        id: 'database-unused',
        status: 'failure',
        detail: expect.stringMatching(/changed while/),
      }),
    );
  });

  it.each([
    ['a stop below zero', { symbols: { BTCUSDT: { stop_loss_pct: -3 } } }, /stop_loss_pct/],
    [
      'one of the second shape',
      { global: {}, symbols: { BTCUSDT: { sl_percentage: -3, tp_percentage: 2 } } },
      /stop_loss_pct/,
    ],
    [
      'one of the later bot',
      { global: { paperMode: false }, symbols: { BTCUSDT: { slPercent: -1, tpPercent: 1 } } },
      /stop_loss_pct/,
    ],
    ['malformed JSON', '{ "globals": ', /line 1/],
    ['no object', '[]', /an object with globals and symbols/],
    ['a list as symbols', { globals: {}, symbols: [] }, /symbols/],
  ])('refuses settings: %s', async (_name, settings, why) => {
    const world = ready();
    world.write(settings);
    await refused(world, 'settings', why);
  });

  it('refuses a store that is there already', async () => {
    const world = ready();
    writeFileSync(world.target, 'something');
    await refused(world, 'target', /is there already/);
  });

  it('refuses to write over a configuration', async () => {
    const world = ready();
    writeFileSync(world.configPath, '{}');
    await refused(world, 'target', /new\.config\.json is there already/);
  });

  it.runIf(process.getuid?.() !== 0)('refuses a folder that may not be written', async () => {
    const world = ready();
    const folder = join(world.folder, 'closed');
    mkdirSync(folder, { mode: 0o500 });
    await refused(world, 'target', /may not be written/, '--to', join(folder, 'new.db'));
  });

  it('refuses open positions that no settings cover', async () => {
    const world = ready();
    world.write({ symbols: { ETHUSDT: { stop_loss_pct: 1 } } });
    await refused(world, 'settings-symbols', /BTCUSDT/);
  });

  it('refuses to go on without an exchange that is named, unless the database is accepted', async () => {
    const world = ready();
    world.write(world.named);
    world.connect = () => {
      throw new Error('the line is down');
    };
    await refused(world, 'exchange', /the line is down/);
    const report = await world.report('--yes', '--accept-database');
    expect(report).toMatchObject({ code: 0, did: 'migrated', account: null });
    expect(world.check(report, 'exchange')?.status).toBe('warning');
  });

  it('refuses an account in another position mode', async () => {
    const world = new MigrateWorld({ positionMode: 'one-way' });
    workedExample(world);
    world.write(world.named);
    world.exchange.account.buy(SYMBOL, '0.23');
    await refused(world, 'position-mode', /hedge mode, the account is in one-way mode/);
  });

  it('warns of a simulation, and of orders of the price past their stop', async () => {
    const world = ready();
    world.write({ ...world.named, globals: { ...OWNER_SETTINGS.globals, simulate_only: true } });
    const simulated = await world.report('--dry-run');
    expect(world.check(simulated, 'exchange')?.detail).toMatch(/simulate_only is true/);
    world.write(world.named);
    world.exchange.account.buy(SYMBOL, '0.23');
    world.exchange.setPrice(SYMBOL, 41_000);
    const past = await world.report('--dry-run');
    expect(world.check(past, 'prices')).toMatchObject({ status: 'warning' });
    expect(world.check(past, 'prices')?.detail).toMatch(/BTCUSDT:LONG:1:0/);
  });

  it.each([
    [['--from', 'nowhere.db'], /no such file/],
    [['--settings', 'nowhere.json'], /no such file/],
    [['--to', '/nowhere-at-all/new.db'], /no folder/],
    [['--exchange', 'mtgox'], /mtgox/],
    [['--rollback', '--dry-run'], /one of them/],
  ])('tells what cannot be used: %j', async (options, why) => {
    const world = ready();
    const failed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const written = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    expect(await world.migrate('--yes', ...options)).toBe(2);
    const told = [...failed.mock.calls, ...written.mock.calls].join('\n');
    expect(`${told}\n${world.text}`).toMatch(why);
  });

  it('never reads and writes one file', async () => {
    const world = ready();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await world.migrate('--yes', '--json', '--to', world.database)).toBe(2);
    expect(world.text).toMatch(/one file for two/);
  });
});

describe('settings of other shapes', () => {
  it('the second shape', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    world.write({
      global: { hedge_mode: true },
      symbols: {
        BTCUSDT: {
          tp_enabled: true,
          tp_percentage: 2,
          sl_enabled: true,
          sl_percentage: 3,
          trade_side: 'counter',
        },
      },
    });
    expect((await world.report('--yes')).settings).toMatchObject({
      shape: 'fixture',
      ignored: ['symbols.BTCUSDT.trade_side'],
    });
    expect(JSON.parse(readFileSync(world.configPath, 'utf8'))).toMatchObject({
      globals: { positionMode: 'hedge' },
      symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 3, takeProfitEnabled: true } },
    });
  });

  it('the later bot: its keys stay behind', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    world.write({
      api: { apiKey: 'canary-key', secretKey: 'canary-secret' },
      symbols: { BTCUSDT: { tpPercent: 1, slPercent: 2, leverage: 10, tradeSize: 0.001 } },
      global: {
        riskPercent: 90,
        paperMode: false,
        positionMode: 'HEDGE',
        server: { dashboardPassword: 'canary-password' },
      },
      version: '1.1.0',
    });
    const report = await world.report('--yes');
    expect(report).toMatchObject({ code: 0 });
    expect(report.settings).toMatchObject({
      shape: 'sibling',
      secrets: ['api.apiKey', 'api.secretKey', 'global.server.dashboardPassword'],
    });
    const text = readFileSync(world.configPath, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      globals: { simulateOnly: false, positionMode: 'hedge' },
      symbols: { BTCUSDT: { takeProfitPct: 1, stopLossPct: 2 } },
    });
    expect(`${text}${world.text}`).not.toMatch(/canary/);
  });

  it('a configuration of this package', async () => {
    const world = new MigrateWorld();
    workedExample(world);
    world.write({ globals: { positionMode: 'hedge' }, symbols: { '*': { stopLossPct: 4 } } });
    expect((await world.report('--yes')).settings?.shape).toBe('camelCase');
    expect((await world.stored()).tranches[0]?.stopLoss).toBe('43056');
  });
});

describe('the owner\u2019s tables', () => {
  it('position_tp_sl and order_relationships by main order', async () => {
    const world = new MigrateWorld();
    world.old(
      (old) =>
        old
          .row('position_tp_sl', {
            position_id: 'a',
            symbol: SYMBOL,
            side: 'SHORT',
            quantity: 0.2,
            entry_price: 45_000,
            tp_order_id: '51',
            tp_price: 44_550,
            sl_order_id: '52',
            sl_price: 47_250,
            created_at: '2026-01-12 10:00:00',
          })
          .row('position_tp_sl', {
            position_id: 'b',
            symbol: SYMBOL,
            side: 'LONG',
            quantity: 0.1,
            entry_price: 45_000,
            status: 'CLOSED',
          })
          .row('order_relationships', {
            main_order_id: '50',
            tp_order_id: '51',
            sl_order_id: '52',
            symbol: SYMBOL,
          }),
      [OLD_SCHEMAS.positionTpSl, OLD_SCHEMAS.relationsByMainOrder],
    );
    const report = await world.report('--yes');
    expect(report).toMatchObject({ code: 0 });
    expect(report.exits.map(({ orderId, state }) => [orderId, state])).toEqual([
      ['51', 'unknown'],
      ['52', 'unknown'],
    ]);
    expect((await world.stored()).tranches).toMatchObject([
      {
        side: 'SHORT',
        openedQty: '0.2',
        entryPrice: '45000',
        stopLoss: '47250',
        takeProfits: [{ price: '44550' }],
        openedAt: Date.UTC(2026, 0, 12, 10),
      },
    ]);
  });
});
