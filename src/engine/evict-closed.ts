import { CLOSED_TRANCHES_KEPT } from '../limits.js';
import { ledgerKey, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** Closed tranches stay in memory for a while, so that late and doubled reports are recognised; then the oldest goes. */
export function evictClosed(step: Step, node: TrancheNode): void {
  const { state } = step;
  state.closed.push(node.tranche.id);
  if (state.closed.length <= CLOSED_TRANCHES_KEPT) return;
  const oldest = state.closed.shift();
  const evicted = oldest === undefined ? undefined : state.nodes.get(oldest);
  if (evicted === undefined) return;
  state.nodes.delete(evicted.tranche.id);
  for (const order of evicted.orders) {
    state.orders.delete(order.clientOrderId);
    state.searches.delete(order.clientOrderId);
    state.cancelPauses.delete(order.clientOrderId);
    if (order.venueOrderId !== null)
      state.byVenueId.delete(ledgerKey(order.terms.symbol, order.venueOrderId));
  }
}
