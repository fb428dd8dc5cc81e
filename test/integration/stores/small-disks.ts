import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteDriver } from '../../../src/adapters/stores/sqlite/driver.js';
import { FaultyDriver } from './drivers.js';

/** A place for a store that can be filled to the last byte and freed again. */
export interface SmallDisk {
  readonly path: string;
  readonly driver: SqliteDriver;
  fill(): void;
  free(): void;
  remove(): void;
}

export interface SmallDiskKind {
  readonly name: string;
  /** Why it cannot be had here; `null` when it can. */
  readonly reason: string | null;
  make(driver: SqliteDriver): SmallDisk;
}

/** SQLite's own bound, and a file system that is really full where mounting is permitted. Both end in `SQLITE_FULL`. */
export function smallDisks(): readonly SmallDiskKind[] {
  return [
    { name: 'a database at its largest size', reason: null, make: boundedDatabase },
    { name: 'a full file system', reason: whyNoMounts(), make: smallFileSystem },
  ];
}

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'pm-full-')));
}

/** The bound holds for the store's own connection until it is closed. */
function boundedDatabase(real: SqliteDriver): SmallDisk {
  const folder = newFolder();
  const path = join(folder, 'monitor.db');
  const driver = new FaultyDriver(real);
  return {
    path,
    driver,
    fill() {
      const connection = driver.connection(path);
      const row = connection.prepare('PRAGMA page_count').get() as { page_count: number };
      connection.exec(`PRAGMA max_page_count = ${row.page_count}`);
    },
    free() {
      try {
        driver.connection(path).exec('PRAGMA max_page_count = 1000000');
      } catch {
        // Its connection is closed: the bound went with it.
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const FILE_SYSTEM_BYTES = 1024 * 1024;

function smallFileSystem(driver: SqliteDriver): SmallDisk {
  const folder = newFolder();
  mount(folder);
  const filler = join(folder, 'filler');
  return {
    path: join(folder, 'monitor.db'),
    driver,
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (let bytes = 0; bytes <= FILE_SYSTEM_BYTES; bytes += 512)
          writeSync(file, Buffer.alloc(512));
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        return;
      } finally {
        closeSync(file);
      }
      throw new Error('the file system does not become full');
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mount(folder: string): void {
  const options = ['-t', 'tmpfs', '-o', `size=${FILE_SYSTEM_BYTES}`, 'tmpfs', folder];
  execFileSync('mount', options, { stdio: 'pipe' });
}

function whyNoMounts(): string | null {
  const folder = newFolder();
  try {
    mount(folder);
    execFileSync('umount', ['-l', folder]);
    return null;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n').at(-2) ?? '') : `${error}`;
    return `mounting is not permitted: ${message.trim()}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
