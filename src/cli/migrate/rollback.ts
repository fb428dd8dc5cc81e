import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDriver } from '../../adapters/stores/sqlite/find-driver.js';
import { takeWriterLock } from '../../adapters/stores/sqlite/writer-lock.js';
import { StoreError } from '../../errors/store-error.js';
import { ValidationError } from '../../errors/validation-error.js';
import {
  type Backup,
  backedUpFile,
  copyOf,
  newestBackup,
  originalOf,
  removePartialBackups,
  verifyBackup,
} from './files/backup.js';
import { digestOf } from './files/digest.js';
import type { DurableFiles } from './files/durable-files.js';
import type { MigratePaths, OldPaths } from './files/migrate-paths.js';
import type { MigrateHost } from './migrate.js';
import { otherUsersOf } from './old/other-users.js';

/** What `migrate --rollback --json` prints. */
export interface RollbackReport {
  readonly did: 'rolled-back' | 'declined' | 'nothing-to-do';
  /** Folder of the backup; `null` when there is none, because nothing came so far. */
  readonly backup: string | null;
  /** Old files that are as they were backed up without anything being done. */
  readonly unchanged: readonly string[];
  /** Old files that were put back. */
  readonly restored: readonly string[];
  /** What stood in their place, and the new store and configuration: kept under these names. */
  readonly kept: readonly string[];
}

export interface RollbackOptions {
  readonly paths: MigratePaths;
  /** As given; the ones of the manifest count. `null` = not given. */
  readonly old: Partial<OldPaths>;
  readonly yes: boolean;
}

/**
 * Takes a migration back: the new files go out of the way, the old ones are what the manifest says.
 *
 * Every step may be repeated, so a rollback that was killed is run again. Nothing is deleted that somebody may have
 * written since: it is kept beside its place.
 *
 * @throws ValidationError `INPUT_FILE_INVALID` when the backup is not what was written, `CONFIRMATION_MISSING` ·
 *   StoreError `STORE_LOCKED` while a monitor holds the new store, or somebody the old database
 */
export async function rollBack(
  { paths, old, yes }: RollbackOptions,
  { host, files }: MigrateHost,
): Promise<RollbackReport> {
  const backup = await newestBackup(paths.backups);
  if (backup === null) return nothingBegun(paths, files);
  refuseOthers(backup, old);
  await verifyBackup(backup);
  if (!yes) {
    if (!host.isInteractive) throw unconfirmed(backup);
    const question = `Go back to the backup of ${backup.manifest.createdAt}?`;
    if (!(await host.confirm(question))) {
      return { did: 'declined', backup: backup.folder, unchanged: [], restored: [], kept: [] };
    }
  }
  const kept: string[] = [];
  const lock = await takeWriterLock(await findDriver(), paths.store);
  try {
    await files.remove(paths.work);
    await removePartialBackups(paths, files);
    kept.push(...(await putAside(paths, files)));
  } finally {
    await files.remove(`${paths.store}-lock`);
    lock.release();
  }
  const unchanged: string[] = [];
  const restored: string[] = [];
  for (const restore of [restoreDatabase, restoreSettings]) {
    const { path, aside, isUnchanged } = await restore(backup, files);
    (isUnchanged ? unchanged : restored).push(path);
    kept.push(...aside);
  }
  return { did: 'rolled-back', backup: backup.folder, unchanged, restored, kept };
}

/** Killed before its backup was complete, a migration has changed nothing. */
async function nothingBegun(paths: MigratePaths, files: DurableFiles): Promise<RollbackReport> {
  if (existsSync(paths.store) || !(existsSync(paths.work) || existsSync(paths.backups))) {
    throw new ValidationError('INPUT_FILE_INVALID', paths.backups, {
      expected: 'a folder with a backup of a migration',
      received: 'none',
      remedy: 'Nothing was changed. Name its folder with --backup-dir',
    });
  }
  await files.remove(paths.work);
  await removePartialBackups(paths, files);
  return { did: 'nothing-to-do', backup: null, unchanged: [], restored: [], kept: [] };
}

/** A monitor may have lived on the new store: it is kept, with its log folded in. */
async function putAside(paths: MigratePaths, files: DurableFiles): Promise<readonly string[]> {
  const kept: string[] = [];
  if (existsSync(paths.store)) {
    const aside = freeName(`${paths.store}.rolled-back`);
    const draft = `${aside}.partial`;
    await files.remove(draft);
    await files.copyDatabase(paths.store, draft);
    await files.move(draft, aside);
    kept.push(aside);
  }
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(`${paths.store}${suffix}`)) await files.remove(`${paths.store}${suffix}`);
  }
  if (existsSync(paths.config)) {
    const aside = freeName(`${paths.config}.rolled-back`);
    await files.move(paths.config, aside);
    kept.push(aside);
  }
  return kept;
}

interface Restored {
  readonly path: string;
  readonly isUnchanged: boolean;
  readonly aside: readonly string[];
}

async function restoreDatabase(backup: Backup, files: DurableFiles): Promise<Restored> {
  const file = backedUpFile(backup, 'database');
  const path = originalOf(backup, file);
  const draft = `${path}.restoring`;
  await files.remove(draft);
  if (existsSync(path) && (await contentOf(path, files)) === file.sha256) {
    return { path, isUnchanged: true, aside: [] };
  }
  const users = otherUsersOf(path);
  if (users.length > 0) {
    throw new StoreError('STORE_LOCKED', `${path} is open in process ${users.join(', ')}`, {
      remedy: 'Stop the bot first: it would go on with what is taken away',
      retryable: true,
    });
  }
  await files.copy(copyOf(backup, file), draft);
  await chmod(draft, Number.parseInt(file.mode, 8));
  const aside = [];
  // Its log would be taken for the restored one's.
  for (const suffix of ['', '-wal', '-journal']) {
    if (!existsSync(`${path}${suffix}`)) continue;
    const name = freeName(`${path}.before-rollback${suffix}`);
    await files.copy(`${path}${suffix}`, name);
    aside.push(name);
  }
  for (const suffix of ['-wal', '-shm', '-journal']) {
    if (existsSync(`${path}${suffix}`)) await files.remove(`${path}${suffix}`);
  }
  await files.move(draft, path);
  return { path, isUnchanged: false, aside };
}

async function restoreSettings(backup: Backup, files: DurableFiles): Promise<Restored> {
  const file = backedUpFile(backup, 'settings');
  const path = originalOf(backup, file);
  const draft = `${path}.restoring`;
  await files.remove(draft);
  if (existsSync(path) && (await digestOf(path)).sha256 === file.sha256) {
    return { path, isUnchanged: true, aside: [] };
  }
  const aside = [];
  if (existsSync(path)) {
    const name = freeName(`${path}.before-rollback`);
    await files.copy(path, name);
    aside.push(name);
  }
  await files.copy(copyOf(backup, file), draft);
  await chmod(draft, Number.parseInt(file.mode, 8));
  await files.move(draft, path);
  return { path, isUnchanged: false, aside };
}

/** Digest of a database's content; `null` when it cannot be read. Two copies of one content have one digest. */
async function contentOf(path: string, files: DurableFiles): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'position-monitor-rollback-'));
  try {
    const copy = join(folder, 'copy.db');
    await files.copyDatabase(path, copy);
    return (await digestOf(copy)).sha256;
  } catch {
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A name that is not taken. */
function freeName(wished: string): string {
  for (let count = 2, name = wished; ; count += 1) {
    if (!existsSync(name)) return name;
    name = `${wished}-${count}`;
  }
}

/** Whoever names old files means those of the backup. */
function refuseOthers(backup: Backup, old: Partial<OldPaths>): void {
  for (const what of ['database', 'settings'] as const) {
    const given = old[what];
    const original = originalOf(backup, backedUpFile(backup, what));
    if (given === undefined || given === original) continue;
    throw new ValidationError('INPUT_FILE_INVALID', given, {
      expected: `${original}, as the manifest of the backup says`,
      received: 'another file',
      remedy:
        'Leave --from and --settings out: the backup knows them. Or name another one with --backup-dir',
    });
  }
}

function unconfirmed({ manifest }: Backup): ValidationError {
  return new ValidationError(
    'CONFIRMATION_MISSING',
    `The backup of ${manifest.createdAt} is to be put back`,
    {
      expected: 'a yes at a terminal, or --yes',
      received: 'neither',
      remedy: 'Nothing was changed',
    },
  );
}
