import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { copyDatabase } from './copy-database.js';

/**
 * Every change that a migration makes to the disk, one call each. What a call did is on the disk when it returns, and a
 * process that dies inside one leaves the change done or not done.
 */
export interface DurableFiles {
  /** Creates a folder that only its owner may enter, with those above it. */
  makeFolder(path: string): Promise<void>;
  /** Creates a file that is not there yet. */
  write(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** A consistent copy of a database in use or not, as SQLite's own backup makes it; mode 0600. */
  copyDatabase(from: string, to: string): Promise<void>;
  /** A plain copy, mode 0600. */
  copy(from: string, to: string): Promise<void>;
  /** Takes the place of what is there, at once. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it. Nothing there is no failure. */
  remove(path: string): Promise<void>;
}

export const DURABLE_FILES: DurableFiles = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(path));
  },
  async write(path, content, mode) {
    const file = await open(path, 'wx', mode);
    try {
      await file.writeFile(content);
      // The mode that was asked for, whatever the process's mask takes away.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dirname(path));
  },
  async copyDatabase(from, to) {
    await copyDatabase(from, to);
    await syncFile(to);
    await syncFolder(dirname(to));
  },
  async copy(from, to) {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    await syncFile(to, 0o600);
    await syncFolder(dirname(to));
  },
  async move(from, to) {
    await rename(from, to);
    await syncFolder(dirname(to));
    if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true });
    await syncFolder(dirname(path));
  },
};

async function syncFile(path: string, mode?: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names durable: a file whose name is lost is lost. */
async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders and keeps names by itself.
  if (process.platform === 'win32') return;
  let folder: Awaited<ReturnType<typeof open>>;
  try {
    folder = await open(path, 'r');
  } catch (error) {
    // What was removed with its folder has no name to keep.
    if ((error as { code?: unknown }).code === 'ENOENT') return;
    throw error;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
