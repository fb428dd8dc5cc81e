import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Ids of other processes of this machine that have a file open, as far as this one may see. Linux only. */
export function otherUsersOf(path: string): readonly number[] {
  const files = new Set([path, `${path}-wal`, `${path}-shm`, `${path}-journal`]);
  const users: number[] = [];
  for (const name of names('/proc')) {
    const id = Number(name);
    if (!Number.isInteger(id) || id === process.pid) continue;
    const folder = join('/proc', name, 'fd');
    if (names(folder).some((handle) => files.has(target(join(folder, handle))))) users.push(id);
  }
  return users;
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
