import type { DurableFiles } from '../../../src/cli/migrate/files/durable-files.js';

/**
 * The same files, with a look at every change before it is made.
 *
 * @param look gets the name of the call and the path that it changes; throws or ends the process where it should fail
 */
export function everyChange(
  files: DurableFiles,
  look: (name: keyof DurableFiles, path: string) => void,
): DurableFiles {
  const looked =
    <Rest extends unknown[]>(
      name: keyof DurableFiles,
      change: (...all: Rest) => Promise<void>,
      at: number,
    ) =>
    async (...all: Rest): Promise<void> => {
      look(name, `${all[at]}`);
      await change(...all);
    };
  return {
    makeFolder: looked('makeFolder', files.makeFolder, 0),
    write: looked('write', files.write, 0),
    copyDatabase: looked('copyDatabase', files.copyDatabase, 1),
    copy: looked('copy', files.copy, 1),
    move: looked('move', files.move, 1),
    remove: looked('remove', files.remove, 0),
  };
}
