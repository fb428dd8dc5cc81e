import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { describe } from '../../../errors/describe.js';
import { ValidationError } from '../../../errors/validation-error.js';
import { type Digest, digestOf } from './digest.js';
import type { DurableFiles } from './durable-files.js';
import type { MigratePaths, OldPaths } from './migrate-paths.js';

const MANIFEST = 'manifest.json';
const DATABASE = 'database.db';
const SETTINGS = 'settings.json';
const PARTIAL = '.partial';
/** Begins the name of every backup's folder: a UTC moment, so that names sort by age. */
const STAMP = /^\d{8}T\d{9}Z$/;

/** One file of a backup. Paths are relative to the manifest, with `/`. */
export interface BackedUpFile extends Digest {
  readonly what: 'database' | 'settings';
  readonly copy: string;
  readonly original: string;
  /** Permissions of the original, octal. */
  readonly mode: string;
}

/** What a backup holds and where it came from. */
export interface BackupManifest {
  readonly format: 1;
  /** ISO, UTC. */
  readonly createdAt: string;
  readonly version: string;
  readonly nodeVersion: string;
  readonly files: readonly BackedUpFile[];
}

export interface Backup {
  readonly folder: string;
  readonly manifest: BackupManifest;
}

/** What a backup is made with. */
export interface BackupRequest {
  readonly old: OldPaths;
  readonly paths: MigratePaths;
  readonly files: DurableFiles;
  readonly now: number;
  readonly version: string;
}

/**
 * Copies database and settings and says so in a manifest. Complete and on disk, or not there: it gets its name last.
 *
 * When the newest backup holds the same already, that one is kept.
 */
export async function makeBackup(request: BackupRequest): Promise<Backup> {
  const { old, paths, files, now, version } = request;
  const stamp = new Date(now).toISOString().replace(/[-:.]/g, '');
  const folder = join(paths.backups, stamp);
  const draft = `${folder}${PARTIAL}`;
  await removePartialBackups(paths, files);
  await files.makeFolder(paths.backups);
  await files.makeFolder(draft);
  await files.copyDatabase(old.database, join(draft, DATABASE));
  await files.copy(old.settings, join(draft, SETTINGS));
  const manifest: BackupManifest = {
    format: 1,
    createdAt: new Date(now).toISOString(),
    version,
    nodeVersion: process.versions.node,
    files: [
      await backedUp('database', draft, DATABASE, folder, old.database),
      await backedUp('settings', draft, SETTINGS, folder, old.settings),
    ],
  };
  const newest = await newestBackup(paths.backups);
  if (newest !== null && holdsSame(newest.manifest, manifest)) {
    await files.remove(draft);
    return newest;
  }
  await files.write(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
  await files.move(draft, folder);
  return { folder, manifest };
}

async function backedUp(
  what: BackedUpFile['what'],
  draft: string,
  copy: string,
  folder: string,
  original: string,
): Promise<BackedUpFile> {
  const { mode } = await stat(original);
  return {
    what,
    copy,
    original: relative(folder, original).split('\\').join('/'),
    mode: (mode & 0o777).toString(8).padStart(4, '0'),
    ...(await digestOf(join(draft, copy))),
  };
}

function holdsSame(a: BackupManifest, b: BackupManifest): boolean {
  return JSON.stringify(a.files) === JSON.stringify(b.files);
}

/** What an earlier migration was killed over. */
export async function removePartialBackups(
  { backups }: MigratePaths,
  files: DurableFiles,
): Promise<void> {
  for (const name of await namesIn(backups)) {
    if (name.endsWith(PARTIAL) && STAMP.test(name.slice(0, -PARTIAL.length)))
      await files.remove(join(backups, name));
  }
}

/** The newest complete backup of a folder of backups, or the one that the folder itself is; `null` without any. */
export async function newestBackup(backups: string): Promise<Backup | null> {
  const names = await namesIn(backups);
  if (names.includes(MANIFEST)) return readBackup(backups);
  const newest = names
    .filter((name) => STAMP.test(name))
    .sort()
    .at(-1);
  return newest === undefined ? null : readBackup(join(backups, newest));
}

async function readBackup(folder: string): Promise<Backup> {
  const path = join(folder, MANIFEST);
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as BackupManifest;
    if (manifest.format !== 1 || manifest.files.length !== 2) throw new Error('another format');
    return { folder, manifest };
  } catch (cause) {
    throw new ValidationError('INPUT_FILE_INVALID', path, {
      expected: 'the manifest of a backup',
      received: describe(cause instanceof Error ? cause.message : cause),
      remedy: 'Nothing was changed. Name the folder of another backup with --backup-dir',
      cause,
    });
  }
}

/** @throws ValidationError `INPUT_FILE_INVALID` when a file is not the one that was backed up */
export async function verifyBackup({ folder, manifest }: Backup): Promise<void> {
  for (const { copy, bytes, sha256 } of manifest.files) {
    const path = join(folder, copy);
    const found = await digestOf(path).catch(() => null);
    if (found?.sha256 === sha256 && found.bytes === bytes) continue;
    throw new ValidationError('INPUT_FILE_INVALID', path, {
      expected: `${bytes} bytes with SHA-256 ${sha256}`,
      received: found === null ? 'nothing' : `${found.bytes} bytes with SHA-256 ${found.sha256}`,
      remedy: 'Nothing was changed. The backup is damaged: name another one with --backup-dir',
    });
  }
}

/** Where a file of a backup came from. */
export function originalOf({ folder }: Backup, file: BackedUpFile): string {
  return resolve(folder, file.original);
}

export function copyOf({ folder }: Backup, file: BackedUpFile): string {
  return join(folder, file.copy);
}

/** The file of one kind. */
export function backedUpFile({ manifest }: Backup, what: BackedUpFile['what']): BackedUpFile {
  const file = manifest.files.find((each) => each.what === what);
  if (file !== undefined) return file;
  throw new ValidationError('INPUT_FILE_INVALID', 'The manifest of the backup', {
    expected: `a file "${what}"`,
    received: 'none',
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(`${(error as { code?: unknown }).code}`)) return [];
    throw error;
  }
}
