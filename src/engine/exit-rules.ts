import { decimal } from '../model/decimal.js';
import { relevelAt } from '../positions/tranche-arithmetic.js';
import { guardLiquidation } from './liquidation-guard.js';
import { stopPrice } from './price-sources.js';
import { relevelSafely } from './relevel-safely.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { watchTimeLimit } from './time-limit.js';
import { trancheView } from './views.js';
import { averageRangeOf } from './volatility.js';

/**
 * Brings the exit rules of an OPEN tranche up to date: what was reached, what time and bars say, and the levels that
 * follow from it.
 */
export function advanceRules(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  if (!hasRules(step, node)) return;
  const { progress } = tranche;
  armTrail(node);
  followTakeProfits(node);
  followVolatility(step, node);
  watchTimeLimit(step, node);
  if (tranche.state !== 'OPEN') return;
  const before = tranche.levels;
  relevelSafely(step, node, () => {
    relevelAt(tranche, step.instrument(tranche.symbol), stopPrice(step.state, tranche, step.mono));
    guardLiquidation(step, node, before);
  });
  const { levels } = tranche;
  if (tranche.progress !== progress) step.touch(node);
  if (sameLevels(before, levels)) return;
  tranche.updatedAt = step.now;
  step.touch(node);
  step.emit('tranche:updated', {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side: tranche.side,
    tranche: trancheView(step.state, node, step.mono),
    reason: `levels moved: ${levels.stopRule}`,
  });
}

/** Whether anything but fills moves the levels. */
function hasRules(step: Step, { tranche: { plan, symbol, side } }: TrancheNode): boolean {
  const { trailingStop, breakeven, timeLimit, volatility } = plan;
  const rules = trailingStop ?? breakeven ?? timeLimit ?? volatility;
  return rules !== null || step.symbol(symbol).liquidation[side] !== null;
}

function sameLevels(a: TrancheNode['tranche']['levels'], b: typeof a): boolean {
  const same = (x: typeof a.guard, y: typeof a.guard): boolean =>
    x === null || y === null ? x === y : x.eq(y);
  return (
    same(a.guard, b.guard) &&
    same(a.stopLoss, b.stopLoss) &&
    a.stopRule === b.stopRule &&
    a.takeProfits.length === b.takeProfits.length &&
    a.takeProfits.every(({ price }, slot) => same(price, b.takeProfits[slot]?.price ?? null))
  );
}

/** A trail without an activation is armed from the entry on. */
function armTrail({ tranche }: TrancheNode): void {
  const { trailingStop } = tranche.plan;
  if (trailingStop === null || trailingStop.activationPct !== null) return;
  if (tranche.progress.peak === null)
    tranche.progress = { ...tranche.progress, peak: tranche.entryPrice };
}

/** A take-profit level was taken: breakeven may be reached by it. */
function followTakeProfits({ tranche }: TrancheNode): void {
  const { breakeven } = tranche.plan;
  if (breakeven?.trigger.kind !== 'level') return;
  if (tranche.progress.breakevenReached || tranche.progress.levelsTaken < breakeven.trigger.level)
    return;
  tranche.progress = { ...tranche.progress, breakevenReached: true };
}

function followVolatility(step: Step, { tranche }: TrancheNode): void {
  const { volatility } = tranche.plan;
  if (volatility === null) return;
  const average = averageRangeOf(step, tranche.symbol, volatility);
  if (average === null || tranche.progress.averageRange?.eq(decimal(average))) return;
  tranche.progress = { ...tranche.progress, averageRange: decimal(average) };
}
