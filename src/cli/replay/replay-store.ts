import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../adapters/stores/sqlite/sqlite-store.js';
import { inputFileError } from '../input-file-error.js';

/** The store of a replay, and how to be rid of it. Its removal is synchronous: a signal leaves no time. */
export interface ReplayStore {
  readonly store: SqliteStore;
  /** Removes what the replay put on the disk. A file that was asked for is as it was before. */
  discard(): void;
  /** Removes it only when it is temporary. */
  finish(): void;
}

/**
 * @param path file to keep; `null` = a temporary one
 * @throws ValidationError `INPUT_FILE_INVALID` when there is something at the path
 */
export async function replayStoreAt(path: string | null): Promise<ReplayStore> {
  if (path === null) return temporaryStore();
  const found = await stat(path).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw error;
  });
  if (found !== null && (found.size > 0 || !found.isFile())) {
    throw inputFileError(path, null, {
      expected: 'a store path without a file, or with an empty one',
      received: found.isFile() ? `a file of ${found.size} bytes` : 'something that is no file',
      remedy: 'Give another path, or remove it first',
    });
  }
  return {
    store: new SqliteStore({ path }),
    discard: () => {
      for (const suffix of ['', '-wal', '-shm', '-journal', '-lock']) {
        rmSync(`${path}${suffix}`, { force: true });
      }
      if (found !== null) writeFileSync(path, '');
    },
    finish: () => {},
  };
}

function temporaryStore(): ReplayStore {
  const folder = mkdtempSync(join(tmpdir(), 'position-monitor-replay-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return {
    store: new SqliteStore({ path: join(folder, 'replay.db') }),
    discard: remove,
    finish: remove,
  };
}
