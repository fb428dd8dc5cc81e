import { EXIT_OK } from './failure.js';

/** How a command that did not fail ends the process. Failures are thrown instead. */
export interface ExitStatus {
  code: number;
}

export function exitStatus(): ExitStatus {
  return { code: EXIT_OK };
}
