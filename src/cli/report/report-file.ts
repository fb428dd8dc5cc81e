import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { inputFileError } from '../input-file-error.js';

/** A file that is there as a whole or not at all. */
export interface ReportFile {
  /** Writes the text and puts it at its path. */
  finish(text: string): void;
  /** Leaves the disk as it was. Synchronous: a signal leaves no time. */
  discard(): void;
}

/**
 * Reserves a place for a report, before the work that fills it: what cannot be written shows at once.
 *
 * Like a store, it replaces nothing: there must be no file at the path, or an empty one.
 *
 * @throws ValidationError `INPUT_FILE_INVALID`
 */
export async function reportFileAt(path: string): Promise<ReportFile> {
  await refuseWhatIsThere(path);
  // Beside the path: only within one file system a file appears as a whole.
  const draft = `${path}.${process.pid}.part`;
  try {
    closeSync(openSync(draft, 'wx'));
  } catch (error) {
    throw unwritable(path, error);
  }
  return {
    finish: (text) => {
      try {
        writeFileSync(draft, text);
        renameSync(draft, path);
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    discard: () => rmSync(draft, { force: true }),
  };
}

async function refuseWhatIsThere(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw unwritable(path, error);
  });
  if (found === null || (found.isFile() && found.size === 0)) return;
  throw inputFileError(path, null, {
    expected: 'a report path without a file, or with an empty one',
    received: found.isFile() ? `a file of ${found.size} bytes` : 'something that is no file',
    remedy: 'Give another path, or remove it first',
  });
}

function unwritable(path: string, cause: unknown): Error {
  const code = (cause as { code?: unknown } | null)?.code;
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder is none',
    EACCES: 'it may not be written',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  return inputFileError(path, null, {
    expected: 'a path that a report can be written to',
    received: why[`${code}`] ?? (cause instanceof Error ? cause.message : 'it cannot be written'),
    remedy: 'Give another path for --report',
    cause,
  });
}
