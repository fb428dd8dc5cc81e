import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './digest.js';
import type { DurableFiles } from './durable-files.js';
import type { MigratePaths } from './migrate-paths.js';

/** The new store while it is made. */
export function storeIn(work: string): string {
  return join(work, 'store.db');
}

/** The configuration while it is made. */
export function configIn(work: string): string {
  return join(work, 'config.json');
}

/** Says that what is in the work folder was checked: without it, it is only what some run was killed over. */
const CHECKED = 'checked.json';

/**
 * Gives the new files their names: the store first. A configuration without its store would let a monitor begin with an
 * empty one; a store without its configuration is whole, and {@link finishPublishing} gives it.
 *
 * @param told called as soon as the store has its name
 */
export async function publish(
  work: string,
  paths: MigratePaths,
  files: DurableFiles,
  told: () => void,
): Promise<void> {
  const { sha256 } = await digestOf(storeIn(work));
  await files.write(join(work, CHECKED), `${JSON.stringify({ sha256 })}\n`, 0o600);
  await files.move(storeIn(work), paths.store);
  told();
  await files.move(configIn(work), paths.config);
  await files.remove(work);
}

/**
 * Finishes what an earlier run was killed over once the store had its name; takes away what was killed before.
 *
 * @returns whether a migration is complete by it
 */
export async function finishPublishing(paths: MigratePaths, files: DurableFiles): Promise<boolean> {
  const { store, config, work } = paths;
  // The rename took the store out of the folder, and nothing else does.
  const isNamed =
    existsSync(join(work, CHECKED)) && existsSync(store) && !existsSync(storeIn(work));
  if (isNamed && existsSync(configIn(work))) await files.move(configIn(work), config);
  await files.remove(work);
  return isNamed;
}
