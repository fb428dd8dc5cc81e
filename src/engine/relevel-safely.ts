import { ValidationError } from '../errors/validation-error.js';
import { tellFailure } from './order-traffic.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * Moves the levels of a tranche, unless one of them would be impossible: then all stay as they are, and that is told once.
 *
 * A rule that cannot be planned must not keep the others, or another tranche, from being guarded.
 */
export function relevelSafely(step: Step, node: TrancheNode, relevel: () => void): void {
  const { tranche } = node;
  const { levels, progress } = tranche;
  try {
    relevel();
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    tranche.levels = levels;
    tranche.progress = progress;
    /** Without the numbers, which differ with every price: the same failure is told once. */
    tellFailure(step, node, null, 'impossible level: a rule asks for one that cannot be; all stay');
  }
}
