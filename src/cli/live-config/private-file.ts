import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { KEY_FILE_BYTES_MAX } from '../../limits.js';
import { inputFileError, unreadableFile } from '../input-file-error.js';

/** Everything but reading and writing by the owner. */
const OTHERS = 0o177;

/**
 * Reads a file that holds a secret. Judged and read through one handle: what was judged is what is read.
 *
 * @throws ValidationError `INPUT_FILE_INVALID` also when others than its owner may read it; it never quotes the text
 */
export async function readPrivateFile(file: string): Promise<string> {
  let handle: FileHandle;
  try {
    // A pipe without a writer must not hang the start.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadableFile(file, error);
  }
  try {
    const { mode, size, isFile } = await handle
      .stat()
      .then((stats) => ({ mode: stats.mode, size: stats.size, isFile: stats.isFile() }));
    if (!isFile) {
      throw inputFileError(file, null, { expected: 'a file', received: 'something else' });
    }
    // Windows has no such modes.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw inputFileError(file, null, {
        expected: 'a key file that only its owner may read (mode 0600)',
        received: `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`,
        remedy: `chmod 600 ${file}`,
      });
    }
    if (size > KEY_FILE_BYTES_MAX) {
      throw inputFileError(file, null, {
        expected: `at most ${KEY_FILE_BYTES_MAX} bytes`,
        received: `${size}`,
      });
    }
    return (await handle.readFile('utf8')).replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}
