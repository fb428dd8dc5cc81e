import { decimal, ZERO } from '../model/decimal.js';
import type { ExitProgress } from '../model/exit-progress.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { relevelAt } from '../positions/tranche-arithmetic.js';
import { guardLiquidation } from './liquidation-guard.js';
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
  followTakeProfits(step, node);
  followVolatility(step, node);
  watchTimeLimit(step, node);
  if (tranche.state !== 'OPEN') return;
  const before = tranche.levels;
  relevelAt(tranche, step.instrument(tranche.symbol));
  guardLiquidation(step, node);
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

/** A take-profit level was taken: breakeven may be reached by it, and the stop may follow further. */
function followTakeProfits(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const { breakeven } = tranche.plan;
  if (breakeven?.trigger.kind !== 'level') return;
  const taken = Math.max(levelsTaken(step, node), tranche.progress.followedLevels);
  const progress: ExitProgress = {
    ...tranche.progress,
    followedLevels: taken,
    breakevenReached: tranche.progress.breakevenReached || taken >= breakeven.trigger.level,
  };
  if (taken !== tranche.progress.followedLevels) tranche.progress = progress;
}

/** How many levels, nearest first, have nothing left to take. */
function levelsTaken(step: Step, { tranche }: TrancheNode): number {
  const instrument = step.instrument(tranche.symbol);
  const { minNotionalOnExits } = step.state.venue;
  const left = takeProfitQuantities(tranche, instrument, minNotionalOnExits);
  let taken = 0;
  for (const [slot, quantity] of left.entries()) {
    if (quantity.gt(0) || (tranche.takenBySlot[slot] ?? ZERO).lte(0)) break;
    taken = slot + 1;
  }
  return taken;
}

function followVolatility(step: Step, { tranche }: TrancheNode): void {
  const { volatility } = tranche.plan;
  if (volatility === null) return;
  const average = averageRangeOf(step, tranche.symbol, volatility);
  if (average === null || tranche.progress.averageRange?.eq(decimal(average))) return;
  tranche.progress = { ...tranche.progress, averageRange: decimal(average) };
}
