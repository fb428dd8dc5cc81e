import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { WATCH_MS_MAX, WATCH_MS_MIN } from '../limits.js';

/**
 * Reads `--every` of a command that watches.
 *
 * @param otherwise when it is not given, ms
 * @throws ValidationError `INPUT_FILE_INVALID`
 */
export function readWatchPause(given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  const pauseMs = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (pauseMs >= WATCH_MS_MIN && pauseMs <= WATCH_MS_MAX) return pauseMs;
  throw new ValidationError('INPUT_FILE_INVALID', 'Option --every', {
    expected: `a number of milliseconds from ${WATCH_MS_MIN} to ${WATCH_MS_MAX}`,
    received: describe(given),
  });
}
