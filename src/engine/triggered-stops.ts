import { TRIGGERED_UNFILLED_MS } from '../limits.js';
import { isSettled, type WorkingOrder } from '../model/order.js';
import { isLimitKind } from '../model/order-kind.js';
import { ownStops } from './shared-stops.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** Why a stop goes that was triggered and did not fill. */
export const LEFT_BEHIND = 'triggered and not filled';

/**
 * Until when a stop that was triggered is given time to fill, monotonic ms. When it was triggered is not stored: after a
 * restart its time begins anew.
 */
export function fillsUntil(step: Step, order: WorkingOrder): number {
  order.triggeredAt ??= step.mono;
  return order.triggeredAt + TRIGGERED_UNFILLED_MS;
}

/**
 * Stops that are limits, were triggered, and did not fill in their time: the price ran away from them. They cover nothing
 * any more, and rest like any limit until they are cancelled and everything that they executed is booked.
 */
export function stopsLeftBehind(step: Step, node: TrancheNode): readonly WorkingOrder[] {
  return ownStops(node).filter((order) => {
    if (!isLimitKind(order.terms.kind) || isSettled(order)) return false;
    if (order.cancelReason === LEFT_BEHIND) return true;
    const triggered = order.status === 'triggered' || order.triggeredAt !== null;
    return triggered && step.mono >= fillsUntil(step, order);
  });
}
