import { constants } from 'node:fs';
import { open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreError } from '../../../errors/store-error.js';
import { corruptError, readError, writeError } from './sqlite-errors.js';

/*
 * Plain file calls around a store. The database, its `-shm` and the held lock file are never opened here: closing
 * such a handle would drop every POSIX lock that this process has on the file. `stat` opens nothing.
 */

/** Absolute path without symbolic links, so that one file has one name. The file need not exist. */
export async function canonicalPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (!isMissing(error)) throw readError(absolute, error);
  }
  try {
    return join(await realpath(dirname(absolute)), basename(absolute));
  } catch (cause) {
    throw new StoreError(
      'STORE_WRITE_FAILED',
      `The directory of the store ${absolute} is missing`,
      {
        remedy: 'Create it, or give another path',
        cause,
      },
    );
  }
}

/** Size in bytes, `null` when there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw readError(path, error);
  }
}

/**
 * Whether a store is there: `false` for no file and for an empty one.
 *
 * @throws StoreError `STORE_CORRUPT` when only its log is there: an empty new database would swallow it
 */
export async function storeExists(path: string): Promise<boolean> {
  if ((await sizeOf(path)) ?? 0) return true;
  for (const leftover of [`${path}-wal`, `${path}-journal`]) {
    if ((await sizeOf(leftover)) ?? 0) {
      throw corruptError(path, `no database, but its log ${leftover}`);
    }
  }
  return false;
}

/** Creates an empty file that only its owner may read and write; leaves an existing one as it is. */
export async function createPrivateFile(path: string): Promise<void> {
  try {
    // With O_EXCL an existing file is never opened.
    const handle = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
    await handle.close();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw writeError(path, error);
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Makes names in the directory durable: a file whose name is lost is lost. */
export async function syncDirectoryOf(path: string): Promise<void> {
  // Windows cannot open directories and keeps names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(dirname(path), constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}
