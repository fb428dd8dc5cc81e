import type { ExitPlan } from '../../model/exit-plan.js';
import type { GlobalSettings } from './monitor-config.js';
import type { Problems } from './problems.js';

/** What a configuration may say, but hardly wants to. One sentence each, with the path. */
export function configWarnings(
  plans: ReadonlyMap<string, ExitPlan>,
  settings: GlobalSettings,
  instruments: readonly string[],
  words: Problems,
): readonly string[] {
  const warnings: string[] = [];
  if (settings.usePositionMonitor === false) {
    warnings.push(
      `${words.at(['globals', 'usePositionMonitor'])} is false: nothing is protected, the monitor only observes and reports`,
    );
  }
  if (plans.size === 0) {
    warnings.push(
      `${words.at(['symbols'])} is empty: every fill without a plan of its own is refused`,
    );
  }
  for (const [symbol, plan] of plans) {
    const at = words.at(['symbols', symbol]);
    if (plan.stopLoss === null) {
      const rest =
        plan.takeProfits.length === 0
          ? ' and no take-profit: nothing is protected'
          : ', so losses are not limited';
      warnings.push(`${at} has no stop-loss${rest}. Give ${words.key('stopLossPct')}`);
    }
    if (
      settings.instantTpEnabled === false &&
      plan.takeProfitOrder === 'local' &&
      plan.takeProfits.length > 0
    ) {
      warnings.push(
        `${at} keeps its take-profit local while ${words.at(['globals', 'instantTpEnabled'])} is false: nothing takes that profit`,
      );
    }
  }
  if (!plans.has('*')) {
    for (const symbol of instruments.filter((name) => !plans.has(name))) {
      warnings.push(
        `${words.at(['instruments', symbol])} has no entry in ${words.at(['symbols'])}: its fills are refused`,
      );
    }
  }
  return warnings;
}
