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
    const unstopped = whileUnstopped(plan, words);
    if (unstopped !== null) {
      warnings.push(`${at} ${unstopped}. Give ${words.key('stopLossPct')}`);
    }
    if (
      settings.instantTpEnabled === false &&
      plan.takeProfitOrder === 'local' &&
      takesProfit(plan)
    ) {
      warnings.push(
        `${at} keeps its take-profit local while ${words.at(['globals', 'instantTpEnabled'])} is false: it is taken at market all the same`,
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

/** What is said of a plan whose tranches are without a stop, from the beginning or for good; `null` when none is. */
function whileUnstopped(plan: ExitPlan, words: Problems): string | null {
  const { stopLoss, trailingStop, volatility } = plan;
  const isTrailing = trailingStop !== null && trailingStop.activationPct === null;
  if (stopLoss !== null || isTrailing) return null;
  const until: string[] = [];
  if (volatility !== null && volatility.slMultiple !== null) {
    until.push(`the average of ${words.key('volatility')} is known`);
  }
  if (trailingStop !== null) {
    until.push(`the price has reached ${words.key('trailingStop')}.${words.key('activationPct')}`);
  }
  if (until.length > 0) {
    return `has no stop until ${until.join(' or ')}: before that, losses are not limited`;
  }
  return takesProfit(plan)
    ? 'has no stop-loss, so losses are not limited'
    : 'has no stop-loss and no take-profit: nothing is protected';
}

function takesProfit({ takeProfits, volatility }: ExitPlan): boolean {
  return takeProfits.length > 0 || (volatility !== null && volatility.tpMultiple !== null);
}
