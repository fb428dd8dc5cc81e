import { InvariantError } from './invariant-error.js';

/**
 * Asserts what must always hold. A broken invariant halts the monitor: it keeps protecting, opens nothing.
 *
 * @throws InvariantError `INVARIANT_BROKEN`
 */
export function invariant(condition: unknown, statement: string): asserts condition {
  if (!condition) {
    throw new InvariantError('INVARIANT_BROKEN', `Invariant broken: ${statement}`, {
      remedy: 'This is a bug: please report it with the history of the store',
    });
  }
}
