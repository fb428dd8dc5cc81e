import { type Decimal, maxDecimal, minDecimal } from '../model/decimal.js';
import { isOpen, type WorkingOrder } from '../model/order.js';
import { freshPrice, stopSource } from './price-sources.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * Until when a stop that covers may not be moved, `null` when it may.
 *
 * Moves are paced, and avoid the moment in which the price is at one of the levels; cover is never delayed by this.
 */
export function waitBeforeMove(
  step: Step,
  node: TrancheNode,
  working: readonly WorkingOrder[],
  level: Decimal | null,
): number | null {
  const { stopMovePauseMs, stopMoveWaitMs } = step.state.settings;
  const resting = working.filter((order) => isOpen(order.status) && order.cancelStatus === 'none');
  if (resting.length === 0) return null;
  const pacedUntil = node.movedAt + stopMovePauseMs;
  if (step.mono < pacedUntil) return pacedUntil;
  const { tranche } = node;
  if (level === null || stopMoveWaitMs === 0) return null;
  if (resting.every((order) => order.terms.triggerPrice?.eq(level) ?? false)) return null;
  const symbol = step.symbol(tranche.symbol);
  const price = freshPrice(step.state, symbol, stopSource(step.state, tranche), step.mono);
  if (price === null) return null;
  const near = nearness(step, node, level);
  const levels = [level, ...resting.flatMap((order) => order.terms.triggerPrice ?? [])];
  if (!levels.some((candidate) => candidate.minus(price).abs().lte(near))) return null;
  node.moveWaitingSince ??= step.mono;
  const until = node.moveWaitingSince + stopMoveWaitMs;
  return step.mono < until ? until : null;
}

function nearness(step: Step, node: TrancheNode, level: Decimal): Decimal {
  const { tranche } = node;
  const { tickSize } = step.instrument(tranche.symbol);
  const { stopRule } = tranche.levels;
  /** A trail's distance is from the best price, not from the entry. */
  const reference = stopRule === 'trailing-stop' ? tranche.progress.peak : null;
  const distance = (reference ?? tranche.entryPrice).minus(level).abs();
  return maxDecimal(tickSize.times(2), minDecimal(level.times('0.001'), distance.div(4)));
}
