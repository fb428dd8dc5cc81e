import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ValidationError } from '../../../errors/validation-error.js';

/** Everything a migration reads and writes. Absolute. */
export interface MigratePaths {
  /** The new store. */
  readonly store: string;
  /** The configuration that goes with it. */
  readonly config: string;
  /** Where both are made, beside their places. Gone when the migration ends, however it ends by itself. */
  readonly work: string;
  /** Holds one folder per backup. */
  readonly backups: string;
}

export interface OldPaths {
  readonly database: string;
  readonly settings: string;
}

/**
 * @param to as given
 * @param backupDir as given; `undefined` = beside the store
 * @throws ValidationError `INPUT_FILE_INVALID` when the folder of the store is not there
 */
export function migratePaths(to: string, backupDir: string | undefined): MigratePaths {
  const store = inFolder(to, '--to');
  const stem = basename(store).replace(/\.(db|sqlite3?)$/i, '');
  const folder = dirname(store);
  return {
    store,
    config: join(folder, `${stem}.config.json`),
    work: join(folder, `.${basename(store)}.migrating`),
    backups: backupDir === undefined ? join(folder, `${stem}.backup`) : resolve(backupDir),
  };
}

/** @throws ValidationError `INPUT_FILE_INVALID` for files that are not there, and for one that is named twice */
export function oldPaths(
  from: string,
  settings: string,
  { store, config }: MigratePaths,
): OldPaths {
  const old = { database: present(from, '--from'), settings: present(settings, '--settings') };
  const named = [old.database, old.settings, store, config];
  const twice = named.find((path, index) => named.indexOf(path) !== index);
  if (twice === undefined) return old;
  throw new ValidationError('INPUT_FILE_INVALID', twice, {
    expected: 'different files for what is read and what is written',
    received: 'one file for two of them',
    remedy: 'Give --to a path of its own: nothing old is ever overwritten',
  });
}

/** A path whose folder is there, without symbolic links. */
export function inFolder(path: string, option: string): string {
  const absolute = resolve(path);
  try {
    return existsSync(absolute)
      ? realpathSync(absolute)
      : join(realpathSync(dirname(absolute)), basename(absolute));
  } catch (cause) {
    throw new ValidationError('INPUT_FILE_INVALID', `${option} ${path}`, {
      expected: 'a path in a folder that is there',
      received: `no folder ${dirname(absolute)}`,
      remedy: 'Create it, or give another path',
      cause,
    });
  }
}

function present(path: string, option: string): string {
  const absolute = inFolder(path, option);
  if (existsSync(absolute)) return absolute;
  throw new ValidationError('INPUT_FILE_INVALID', `${option} ${path}`, {
    expected: 'a file that is there',
    received: 'no such file',
  });
}
