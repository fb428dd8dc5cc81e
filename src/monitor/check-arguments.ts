import type { EngineState } from '../engine/state.js';
import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';

/**
 * A mistyped symbol or side must not read as a close that succeeded.
 *
 * @throws ValidationError `NOT_FOUND` for a symbol without settings of its own that was never held
 */
export function checkCloseTarget(
  target: { readonly symbol: unknown; readonly side: unknown },
  state: EngineState,
): void {
  const { symbol, side } = target;
  if (side !== null && side !== 'LONG' && side !== 'SHORT') {
    throw new ValidationError('NOT_FOUND', 'The side to close', {
      expected: '"LONG", "SHORT" or nothing',
      received: describe(side),
    });
  }
  const known =
    typeof symbol === 'string' && (state.symbols.has(symbol) || state.settings.plans.has(symbol));
  if (known) return;
  throw new ValidationError('NOT_FOUND', 'The symbol to close', {
    expected: 'a symbol that is configured or held',
    received: describe(symbol),
  });
}

/** @throws ValidationError `NOT_FOUND` for arguments that cannot name tranches */
export function checkIds(positionId: unknown, ids: unknown): void {
  const listed =
    ids === undefined || (Array.isArray(ids) && ids.every((id) => typeof id === 'string'));
  if (typeof positionId === 'string' && listed) return;
  throw new ValidationError('NOT_FOUND', 'The tranches to merge', {
    expected: 'the id of a position, and a list of tranche ids or nothing',
    received: `${describe(positionId)}, ${describe(ids)}`,
  });
}
