import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { MigratePaths } from './files/migrate-paths.js';
import type { Check } from './report.js';

/** Whether there is room for the new store: nothing there, or an empty file. */
export function checkTarget({ store, config }: MigratePaths): Check {
  const found = [store, `${store}-wal`, `${store}-journal`, config].filter(
    (path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0,
  );
  if (found.length > 0) {
    return {
      id: 'target',
      status: 'failure',
      detail: `${found.join(' and ')} is there already`,
      remedy: 'Give --to another path, or take an earlier migration back with --rollback',
    };
  }
  try {
    accessSync(dirname(store), constants.W_OK | constants.X_OK);
  } catch {
    return {
      id: 'target',
      status: 'failure',
      detail: `The folder ${dirname(store)} may not be written`,
      remedy: 'Give it permissions, or give --to another path',
    };
  }
  return { id: 'target', status: 'ok', detail: `${store} is free`, remedy: null };
}
