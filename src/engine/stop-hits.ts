import { type Decimal, toDecimalString } from '../model/decimal.js';
import type { StopRule } from '../model/exit-plan.js';
import { isOpen } from '../model/order.js';
import type { TriggerEvidence } from '../model/tranche.js';
import { isTighter } from '../positions/stop-in-force.js';
import { beginClose } from './begin-close.js';
import { restsAtLevel, stopsFor } from './shared-stops.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

export interface StopHit {
  readonly rule: StopRule;
  readonly level: Decimal;
  readonly trigger: TriggerEvidence;
}

/** A stop was hit, and if need be seen again: an order that rests there gets its chance first. */
export function actOnStop(step: Step, node: TrancheNode, hit: StopHit): void {
  const { slGraceMs } = step.state.settings;
  node.confirming = null;
  const grace = slGraceMs > 0 && restsAt(step, node, hit.level);
  tellHit(step, node, hit.rule, hit.level, hit.trigger, grace ? 'grace' : 'close');
  if (grace) node.grace['stop-loss'] = { until: step.mono + slGraceMs, ...hit };
  else beginClose(step, node, { reason: hit.rule, level: hit.level, trigger: hit.trigger });
}

/** Whether stops rest that trigger at this level or before it, for all that is held. */
function restsAt(step: Step, node: TrancheNode, level: Decimal): boolean {
  const { side } = node.tranche;
  return (
    restsAtLevel(step.state, node) &&
    stopsFor(step.state, node).every(
      ({ status, terms: { triggerPrice } }) =>
        !isOpen(status) || triggerPrice === null || !isTighter(level, triggerPrice, side),
    )
  );
}

const WHY = {
  close: null,
  grace: 'an order for this level rests and gets its chance first',
  confirm: 'the plan wants to see it confirmed',
} as const;

/** Tells that a price passed a level, and what follows. */
export function tellHit(
  step: Step,
  node: TrancheNode,
  rule: StopRule | 'take-profit',
  level: Decimal,
  trigger: TriggerEvidence,
  decision: keyof typeof WHY,
): void {
  step.emit('trigger:hit', {
    symbol: node.tranche.symbol,
    positionId: node.tranche.positionId,
    trancheId: node.tranche.id,
    side: node.tranche.side,
    rule,
    level: toDecimalString(level),
    source: trigger.source,
    price: toDecimalString(trigger.price),
    decision,
    reason: WHY[decision] ?? rule,
  });
}
