import type { StopRule } from '../model/exit-plan.js';
import { isOpen, type WorkingOrder } from '../model/order.js';
import type { TriggerEvidence } from '../model/tranche.js';
import { isReached } from '../positions/favoured.js';
import type { ArmedLevel } from '../triggers/price-book.js';
import { beginClose } from './begin-close.js';
import { confirmLater } from './confirmation.js';
import { beyond, freshPrice, profitSource } from './price-sources.js';
import { stopsAtLevel } from './shared-stops.js';
import { ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { actOnStop, tellHit } from './stop-hits.js';
import { applyTimeLimit } from './time-limit.js';
import { bestPrice, raisePeak } from './trail.js';

/** A price is at or past an armed level. The level is no longer armed. */
export function onLevelHit(
  step: Step,
  node: TrancheNode,
  level: ArmedLevel,
  trigger: TriggerEvidence,
): void {
  const { tranche } = node;
  if (tranche.state !== 'OPEN') return;
  step.revisit(node);
  switch (level.rule) {
    case 'stop-loss':
    case 'stop-floor':
    case 'trailing-stop':
      hitStop(step, node, level, trigger);
      return;
    case 'take-profit':
    case 'take-profit-beyond':
      hitTakeProfit(step, node, level, trigger);
      return;
    case 'trail-activation':
      raisePeak(node, trigger.price);
      step.touch(node);
      return;
    case 'trail-step':
      /** The book does not follow a trail that waits for something: then the price itself is the best one. */
      raisePeak(node, trigger.price);
      raisePeak(node, bestPrice(node) ?? trigger.price);
      step.touch(node);
      return;
    case 'breakeven':
      tranche.progress = { ...tranche.progress, breakevenReached: true };
      step.touch(node);
      return;
    case 'stop-awaited':
      /** The look at the tranche that follows sets the stop. */
      return;
    case 'time-limit':
      applyTimeLimit(step, node, trigger);
      return;
  }
}

/** Whether a hit of this rule is about a stop. */
export function isStopHit({ rule }: Pick<ArmedLevel, 'rule'>): boolean {
  return rule === 'stop-loss' || rule === 'stop-floor' || rule === 'trailing-stop';
}

function hitStop(step: Step, node: TrancheNode, level: ArmedLevel, trigger: TriggerEvidence): void {
  const { tranche } = node;
  /** Of several that one price passes the tightest came first: it is the reason. */
  if (node.grace['stop-loss'] !== undefined) return;
  const rule: StopRule = level.rule === 'trailing-stop' ? level.rule : tranche.levels.stopRule;
  const hit = { rule, level: level.price, trigger };
  if (tranche.plan.confirm !== null && level.rule !== 'stop-floor') {
    if (node.confirming === null && confirmLater(step, node, hit)) {
      tellHit(step, node, rule, level.price, trigger, 'confirm');
      return;
    }
    if (node.confirming !== null) return;
  }
  actOnStop(step, node, hit);
}

function hitTakeProfit(
  step: Step,
  node: TrancheNode,
  level: ArmedLevel,
  trigger: TriggerEvidence,
): void {
  const { settings } = step.state;
  const { side, levels } = node.tranche;
  const { slot } = level;
  const exact = levels.takeProfits[slot]?.price ?? level.price;
  const rests = ordersOf(node, 'take-profit').some(
    (order) => order.slot === slot && isOpen(order.status) && order.cancelStatus === 'none',
  );
  const far = isReached(trigger.price, beyond(exact, side, settings.instantTpBeyondBps), side);
  const grace = rests && !far && settings.tpGraceMs > 0 && level.rule === 'take-profit';
  tellHit(step, node, 'take-profit', exact, trigger, grace ? 'grace' : 'close');
  if (grace) {
    node.profitGraces.set(slot, { until: step.mono + settings.tpGraceMs, trigger, level: exact });
    return;
  }
  node.profitGraces.delete(slot);
  node.taking.set(slot, { level: exact, trigger, since: step.mono, askAt: step.mono });
}

/** Ends graces whose time is over. */
export function endGraces(step: Step, node: TrancheNode): void {
  for (const [slot, grace] of node.profitGraces) {
    const rests = ordersOf(node, 'take-profit').some(
      (order) => order.slot === slot && isOpen(order.status),
    );
    if (rests && step.mono < grace.until) {
      step.wake(node, grace.until);
      continue;
    }
    node.profitGraces.delete(slot);
    /** Judged again: only a price that is still there is taken at market. The level is armed again by the next sync. */
    const source = profitSource(step.state, node.tranche);
    const price = freshPrice(step.state, step.symbol(node.tranche.symbol), source, step.mono);
    if (price !== null && isReached(price, grace.level, node.tranche.side))
      node.taking.set(slot, { ...grace, since: step.mono, askAt: step.mono });
  }
  const stop = node.grace['stop-loss'];
  if (stop === undefined) return;
  const stops = stopsAtLevel(step.state, node);
  /** The grace was the order's: when it rests no more, there is nothing to wait for. */
  if (step.mono < stop.until && isAnyOpen(stops)) {
    step.wake(node, stop.until);
    return;
  }
  const triggered = stops.some((order) => order.status === 'triggered');
  /** A triggered stop has its own watchdog. */
  if (triggered) return;
  beginClose(step, node, { reason: stop.rule, level: stop.level, trigger: stop.trigger });
  /** A stop that should have triggered long ago may have filled unheard: what is held is looked at first. */
  if (node.close && isAnyOpen(stops)) node.close.mustRead = true;
}

function isAnyOpen(orders: readonly WorkingOrder[]): boolean {
  return orders.some((order) => isOpen(order.status));
}
