import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadOnlySqlite } from '../../../src/adapters/stores/sqlite/sqlite-store-reader.js';
import { processHost } from '../../../src/cli/live-config/process-host.js';
import { DURABLE_FILES, type DurableFiles } from '../../../src/cli/migrate/files/durable-files.js';
import { migrateCommand } from '../../../src/cli/migrate/migrate-command.js';
import { BOT_SCHEMAS, OldDatabaseWriter, OWNER_SETTINGS } from '../../support/old-databases.js';
import { openDatabase } from '../../support/sqlite-of-runtime.js';
import { everyChange } from './every-change.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** More changes than a migration or a rollback makes. */
const CHANGES_MAX = 60;
const folders: string[] = [];
let child = '';

beforeAll(async () => {
  // Inside the checkout, so that packages are found; bundled, so that a hundred processes start in time.
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  folders.push(mkdtempSync(join(cache, 'migrate-')));
  child = join(folders[0] ?? '', 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('migrate-child.ts', import.meta.url))],
    outfile: child,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
}, 60_000);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An older system with a log that was not folded in. */
function oldSystem(): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-kill-'));
  folders.push(folder);
  const writer = new OldDatabaseWriter(join(folder, 'old.db'), ...BOT_SCHEMAS).withLog();
  writer
    .trade({ order_id: '1', qty: 0.1 })
    .trade({ order_id: '2', qty: 0.2, price: 42_000, tranche_id: 1 })
    .trade({ order_id: '3', symbol: 'ETHUSDT', qty: 2, price: 3_000 });
  writer.close();
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(OWNER_SETTINGS));
  return folder;
}

function argsIn(folder: string): string[] {
  const at = (name: string): string => join(folder, name);
  return ['--from', at('old.db'), '--settings', at('settings.json'), '--to', at('new.db')];
}

/** Runs the command in a process that ends itself at a change. Whether it came to that. */
async function killedAt(change: number, how: 'before' | 'torn', args: readonly string[]) {
  const process_ = spawn(process.execPath, [child, `${change}`, how, ...args], { stdio: 'ignore' });
  const [, signal] = await once(process_, 'exit');
  return signal === 'SIGKILL';
}

/** Runs it here; what it printed. */
async function runHere(args: readonly string[], files: DurableFiles = DURABLE_FILES) {
  const out: string[] = [];
  const status = { code: 0 };
  const host = () => ({
    ...processHost(),
    print: (line: string) => void out.push(line),
    tell() {},
  });
  await new Command()
    .addCommand(migrateCommand(host, status, '1.2.3', files))
    .parseAsync(['migrate', ...args, '--json'], { from: 'user' });
  return { code: status.code, ...JSON.parse(out.join('\n')) };
}

/** The old system as it was: digests of its files. A reader that is killed leaves an empty log, which is none. */
function oldFiles(folder: string): readonly string[] {
  return ['old.db', 'old.db-wal', 'settings.json']
    .map((name) => ({ name, path: join(folder, name) }))
    .filter(({ path }) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0)
    .map(
      ({ name, path }) =>
        `${name} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
    );
}

/** No store, or the whole one; no configuration, or the whole one, and none without its store. */
async function expectOldOrNew(folder: string): Promise<'old' | 'new'> {
  const store = join(folder, 'new.db');
  const config = join(folder, 'new.config.json');
  if (existsSync(config)) {
    expect(existsSync(store)).toBe(true);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({ store: { path: store } });
  }
  if (!existsSync(store)) return 'old';
  const reader = await openReadOnlySqlite({ path: store });
  const { tranches, marks } = await reader.snapshot();
  await reader.close();
  expect(tranches.map(({ symbol, openedQty }) => `${symbol} ${openedQty}`)).toEqual([
    'BTCUSDT 0.1',
    'BTCUSDT 0.2',
    'ETHUSDT 2',
  ]);
  expect(marks.map(({ name }) => name)).toContain('migrated');
  return 'new';
}

/** A copy of the folder as it was left: the work goes on there in another way. */
function twinOf(folder: string): string {
  const twin = mkdtempSync(join(tmpdir(), 'migrate-kill-'));
  folders.push(twin);
  cpSync(folder, twin, { recursive: true });
  return twin;
}

describe('migrate, killed', () => {
  it.each(['before', 'torn'] as const)(
    '%s each of its changes: old or new',
    async (how) => {
      const seen = new Set<string>();
      for (let change = 1; ; change += 1) {
        expect(change).toBeLessThan(CHANGES_MAX);
        const folder = oldSystem();
        const before = oldFiles(folder);
        const args = argsIn(folder);
        const isKilled = await killedAt(change, how, [...args, '--yes']);
        seen.add(await expectOldOrNew(folder));
        expect(oldFiles(folder)).toEqual(before);
        if (!isKilled) break;

        const twin = twinOf(folder);
        const hasTrace = readdirSync(folder).some((name) => /^new|migrating/.test(name));
        const again = await runHere([...args, '--yes']);
        // Killed behind its last rename, there is nothing left to be done.
        if (again.did === 'not-ready') {
          expect(readdirSync(folder)).toContain('new.config.json');
        } else
          expect(again).toMatchObject({ code: 0, did: expect.stringMatching(/migrated|finished/) });
        expect(await expectOldOrNew(folder)).toBe('new');
        expect(oldFiles(folder)).toEqual(before);
        expect(readdirSync(folder).filter((name) => name.includes('migrating'))).toEqual([]);

        if (!hasTrace) continue;
        const wasNew = existsSync(join(twin, 'new.db'));
        const back = await runHere(['--to', join(twin, 'new.db'), '--rollback', '--yes']).catch(
          (error: unknown) => error,
        );
        // Killed before there was anything to go back to, it says so.
        if (back instanceof Error) expect(wasNew).toBe(false);
        else expect(back.code).toBe(0);
        expect(await expectOldOrNew(twin)).toBe('old');
        expect(oldFiles(twin)).toEqual(before);
        expect(readdirSync(twin).filter((name) => /migrating|partial/.test(name))).toEqual([]);
      }
      expect([...seen].sort()).toEqual(['new', 'old']);
    },
    240_000,
  );

  it('at any moment of its own, by somebody else: old or new', async () => {
    for (let moment = 1; moment <= 12; moment += 1) {
      const folder = oldSystem();
      const before = oldFiles(folder);
      const running = spawn(process.execPath, [child, '0', 'before', ...argsIn(folder), '--yes'], {
        stdio: 'ignore',
      });
      let changes = 0;
      const watcher = watch(folder, { recursive: true }, () => {
        changes += 1;
        if (changes >= moment * 2) running.kill('SIGKILL');
      });
      await once(running, 'exit');
      watcher.close();
      await expectOldOrNew(folder);
      expect(oldFiles(folder)).toEqual(before);
      const again = await runHere([...argsIn(folder), '--yes']);
      expect(['migrated', 'finished', 'not-ready']).toContain(again.did);
      expect(await expectOldOrNew(folder)).toBe('new');
    }
  }, 120_000);
});

describe('migrate, failing', () => {
  it('at each of its changes: nothing is left but backups', async () => {
    let isDone = false;
    for (let change = 1; !isDone; change += 1) {
      expect(change).toBeLessThan(CHANGES_MAX);
      const folder = oldSystem();
      const before = oldFiles(folder);
      let changes = 0;
      const files = everyChange(DURABLE_FILES, (name) => {
        changes += 1;
        if (changes === change) throw new Error(`the disk is full (${name})`);
      });
      const result = await runHere([...argsIn(folder), '--yes'], files).catch((error) => error);
      isDone = changes < change;
      expect(oldFiles(folder)).toEqual(before);
      const state = await expectOldOrNew(folder);
      if (isDone) expect(result).toMatchObject({ did: 'migrated' });
      // What cannot even be copied is a check that fails.
      else if (!(result instanceof Error)) expect(result).toMatchObject({ code: 1 });
      if (state === 'old') {
        const left = readdirSync(folder).filter((name) => !/^(old|settings)/.test(name));
        expect(left.filter((name) => !/^new\.(backup|db-lock)$|migrating$/.test(name))).toEqual([]);
      }
      const again = await runHere([...argsIn(folder), '--yes']);
      expect(['migrated', 'finished', 'not-ready']).toContain(again.did);
      expect(await expectOldOrNew(folder)).toBe('new');
    }
  }, 120_000);
});

describe('rollback', () => {
  /** Migrated, then lived on: the old files have changed since. */
  async function changed(): Promise<{ readonly folder: string; readonly settings: string }> {
    const folder = oldSystem();
    const settings = readFileSync(join(folder, 'settings.json'), 'utf8');
    expect(await runHere([...argsIn(folder), '--yes'])).toMatchObject({ did: 'migrated' });
    const old = openDatabase(join(folder, 'old.db'));
    old.exec("UPDATE trades SET status = 'CLOSED'");
    old.close();
    writeFileSync(join(folder, 'settings.json'), '{}');
    return { folder, settings };
  }

  function statuses(folder: string): readonly unknown[] {
    const old = openDatabase(join(folder, 'old.db'), true);
    const rows = (old.prepare('SELECT status FROM trades').all() as { status: unknown }[]).map(
      ({ status }) => status,
    );
    old.close();
    return rows;
  }

  const rollBack = (folder: string) => ['--to', join(folder, 'new.db'), '--rollback', '--yes'];

  it('restores exactly what was backed up, and keeps what stood there', async () => {
    const { folder, settings } = await changed();
    const result = await runHere(rollBack(folder));
    expect(result).toMatchObject({
      code: 0,
      did: 'rolled-back',
      unchanged: [],
      restored: [join(folder, 'old.db'), join(folder, 'settings.json')],
    });
    expect(statuses(folder)).toEqual(['FILLED', 'FILLED', 'FILLED']);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe(settings);
    const names = readdirSync(folder).filter(
      (name) => !name.endsWith('-shm') && !name.endsWith('-wal'),
    );
    expect(names.sort()).toEqual([
      'new.backup',
      'new.config.json.rolled-back',
      'new.db.rolled-back',
      'old.db',
      'old.db.before-rollback',
      'settings.json',
      'settings.json.before-rollback',
    ]);
    // And the way is free for another migration.
    expect(await runHere([...argsIn(folder), '--yes'])).toMatchObject({ did: 'migrated' });
  });

  it('touches no old file that is as it was backed up', async () => {
    const folder = oldSystem();
    const before = oldFiles(folder);
    await runHere([...argsIn(folder), '--yes']);
    const result = await runHere(rollBack(folder));
    expect(result).toMatchObject({
      unchanged: [join(folder, 'old.db'), join(folder, 'settings.json')],
      restored: [],
    });
    expect(oldFiles(folder)).toEqual(before);
  });

  it('restores old files that are gone', async () => {
    const { folder, settings } = await changed();
    rmSync(join(folder, 'old.db'));
    rmSync(join(folder, 'settings.json'));
    await runHere(rollBack(folder));
    expect(statuses(folder)).toEqual(['FILLED', 'FILLED', 'FILLED']);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe(settings);
  });

  it('restores a database that was damaged, without the log of the damaged one', async () => {
    const { folder } = await changed();
    writeFileSync(join(folder, 'old.db'), 'damaged');
    writeFileSync(join(folder, 'old.db-wal'), 'damaged as well');
    await runHere(rollBack(folder));
    expect(statuses(folder)).toEqual(['FILLED', 'FILLED', 'FILLED']);
    expect(readdirSync(folder)).toContain('old.db.before-rollback-wal');
  });

  it.each(['database.db', 'settings.json', 'manifest.json'])(
    'refuses a backup whose %s was changed',
    async (name) => {
      const { folder } = await changed();
      const backups = join(folder, 'new.backup');
      const [stamp = ''] = readdirSync(backups);
      writeFileSync(join(backups, stamp, name), 'changed');
      const before = readdirSync(folder);
      await expect(runHere(rollBack(folder))).rejects.toMatchObject({ code: 'INPUT_FILE_INVALID' });
      expect(readdirSync(folder)).toEqual(before);
      expect(statuses(folder)).toEqual(['CLOSED', 'CLOSED', 'CLOSED']);
    },
  );

  it('refuses without a backup, and with old files that are not those of the backup', async () => {
    const folder = oldSystem();
    await expect(runHere(rollBack(folder))).rejects.toMatchObject({ code: 'INPUT_FILE_INVALID' });
    await runHere([...argsIn(folder), '--yes']);
    const other = [...rollBack(folder), '--from', join(folder, 'settings.json')];
    await expect(runHere(other)).rejects.toMatchObject({ code: 'INPUT_FILE_INVALID' });
    const needsYes = rollBack(folder).slice(0, -1);
    await expect(runHere(needsYes)).rejects.toMatchObject({ code: 'CONFIRMATION_MISSING' });
  });

  it('uses the backup directory that is named', async () => {
    const folder = oldSystem();
    const backups = ['--backup-dir', join(folder, 'safe')];
    const { backup } = await runHere([...argsIn(folder), ...backups, '--yes']);
    expect(backup.startsWith(join(folder, 'safe'))).toBe(true);
    await expect(runHere(rollBack(folder))).rejects.toMatchObject({ code: 'INPUT_FILE_INVALID' });
    const named = [...rollBack(folder), '--backup-dir', backup];
    expect(await runHere(named)).toMatchObject({ did: 'rolled-back' });
  });

  it('refuses while somebody writes the new store', async () => {
    const folder = oldSystem();
    await runHere([...argsIn(folder), '--yes']);
    const lock = openDatabase(join(folder, 'new.db-lock'));
    lock.exec('BEGIN EXCLUSIVE');
    try {
      await expect(runHere(rollBack(folder))).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      expect(await expectOldOrNew(folder)).toBe('new');
    } finally {
      lock.close();
    }
  });

  it.each(['before', 'torn'] as const)(
    'killed %s each of its changes: run again, it is done',
    async (how) => {
      for (let change = 1; ; change += 1) {
        expect(change).toBeLessThan(CHANGES_MAX);
        const { folder, settings } = await changed();
        const isKilled = await killedAt(change, how, rollBack(folder));
        // The database is the old or the new one, never a part of one.
        expect(['FILLED', 'CLOSED']).toContain(statuses(folder)[0]);
        if (isKilled) expect(await runHere(rollBack(folder))).toMatchObject({ did: 'rolled-back' });
        expect(statuses(folder)).toEqual(['FILLED', 'FILLED', 'FILLED']);
        expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe(settings);
        expect(readdirSync(folder).filter((name) => /^new\.(db|config\.json)$/.test(name))).toEqual(
          [],
        );
        expect(readdirSync(folder).filter((name) => /restoring$|migrating$/.test(name))).toEqual(
          [],
        );
        if (!isKilled) return;
      }
    },
    240_000,
  );
});
