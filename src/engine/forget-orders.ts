import { ENDED_ORDER_KEPT_MS, ENDED_ORDERS_KEPT } from '../limits.js';
import { isSettled } from '../model/order.js';
import { ledgerKey, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * A tranche that is filled in many parts, or whose stop is moved often, leaves replaced orders behind: the oldest of those
 * that ended without an execution are forgotten, so that looking at the tranche stays cheap.
 *
 * Orders that executed something are kept, and so is what ended lately: its late and doubled reports are recognised. The
 * store forgets nothing.
 */
export function forgetEndedOrders(step: Step, node: TrancheNode): void {
  const { state, now } = step;
  let surplus = node.orders.length - ENDED_ORDERS_KEPT;
  if (surplus <= 0) return;
  const kept = node.orders.filter((order) => {
    const idle = isSettled(order) && order.execution.bookedQty.eq(0);
    if (surplus <= 0 || !idle || now - order.updatedAt < ENDED_ORDER_KEPT_MS) return true;
    surplus -= 1;
    state.orders.delete(order.clientOrderId);
    state.searches.delete(order.clientOrderId);
    if (order.venueOrderId !== null) {
      state.byVenueId.delete(ledgerKey(order.terms.symbol, order.venueOrderId));
    }
    return false;
  });
  if (kept.length < node.orders.length) node.orders.splice(0, node.orders.length, ...kept);
}
