import type { ErrorDetails } from '../errors/position-monitor-error.js';
import { ValidationError } from '../errors/validation-error.js';

/**
 * An input file that cannot be used.
 *
 * @param line counted from 1; `null` when the file as a whole is meant
 */
export function inputFileError(
  file: string,
  line: number | null,
  details: ErrorDetails,
): ValidationError {
  const at = line === null ? file : `${file}, line ${line}`;
  return new ValidationError('INPUT_FILE_INVALID', at, details);
}

/** The same for a file that cannot be read at all. */
export function unreadableFile(file: string, cause: unknown): ValidationError {
  const code = (cause as { code?: unknown } | null)?.code;
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read',
    EISDIR: 'it is a directory',
  };
  const received = why[`${code}`] ?? (cause instanceof Error ? cause.message : 'it cannot be read');
  return inputFileError(file, null, { expected: 'a readable file', received, cause });
}
