import { ValidationError } from '../errors/validation-error.js';
import type { TrancheView } from '../model/views.js';
import { planWithLevels } from '../positions/plan-with-levels.js';
import { Problems } from './config/problems.js';
import { refuseContradictions } from './config/rules/contradictions.js';
import type { ReadLevels } from './level-update.js';

/**
 * Absolute levels must leave rules that can hold together, like those of a configuration.
 *
 * A breakeven that was reached already counts no levels any more: it stays in force whatever they are.
 *
 * @throws ValidationError `PLAN_INVALID` naming both keys
 */
export function checkNewLevels(tranches: readonly TrancheView[], levels: ReadLevels): void {
  const given = { tpPrice: levels.takeProfit, slPrice: levels.stopLoss };
  for (const { state, plan, breakevenReached } of tranches) {
    if (state !== 'OPEN') continue;
    const changed = planWithLevels(plan, levels);
    const problems = new Problems('levels');
    refuseContradictions(
      breakevenReached ? { ...changed, breakeven: null } : changed,
      given,
      [],
      problems,
    );
    if (problems.count > 0) {
      throw new ValidationError('PLAN_INVALID', problems.summary('The exit plan'));
    }
  }
}
