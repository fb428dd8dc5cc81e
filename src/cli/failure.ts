import { InvariantError } from '../errors/invariant-error.js';
import { isMonitorError } from '../errors/position-monitor-error.js';

/** Exit codes that every command shares; a command may give 1 a meaning of its own. */
export const EXIT_OK = 0;
/** A defect of ours, or of the machine: nothing that other input would change. */
export const EXIT_DEFECT = 1;
/** What was given cannot be used. */
export const EXIT_BAD_INPUT = 2;

/** Set to anything, stacks are shown. */
const DEBUG = 'POSITION_MONITOR_DEBUG';

/** Tells a failure in one line, and how the process ends. */
export function tellFailure(
  error: unknown,
  tell: (line: string) => void = (line) => console.error(line),
): number {
  tell(`error: ${messageOf(error)}`);
  if (process.env[DEBUG]) console.error(error);
  const isOurs = isMonitorError(error) && !(error instanceof InvariantError);
  if (!isOurs && !process.env[DEBUG]) tell(`Set ${DEBUG}=1 to see where it comes from.`);
  return isOurs ? EXIT_BAD_INPUT : EXIT_DEFECT;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
