import { UNPROTECTED_NOTICE_MS } from '../limits.js';
import type { ExecutionLedger, Registration } from '../model/ledger.js';
import { isTerminal, type WorkingOrder } from '../model/order.js';
import type { Tranche } from '../model/tranche.js';
import { newSearch } from '../orders/absence-proof.js';
import { newCloseProgress } from './begin-close.js';
import { symbolState } from './create-state.js';
import { repairLedgers } from './repair-ledgers.js';
import { isSharedStop } from './shared-stops.js';
import { ADOPTED_ORDER_ID, type EngineState, ledgerKey, newNode } from './state.js';

export interface RestoredValues {
  readonly tranches: readonly Tranche[];
  readonly orders: readonly WorkingOrder[];
  readonly ledgers: readonly ExecutionLedger[];
  readonly registrations: readonly Registration[];
  readonly marks: ReadonlyMap<string, string>;
}

/** Puts what a store remembered into a fresh state. Nothing is believed of the exchange before it was asked. */
export function restoreState(state: EngineState, values: RestoredValues, mono: number): void {
  const oldestFirst = [...values.tranches].sort((a, b) => a.openedSeq - b.openedSeq);
  for (const tranche of oldestFirst) {
    const node = newNode(tranche, mono);
    state.nodes.set(tranche.id, node);
    state.openedSeq = Math.max(state.openedSeq, tranche.openedSeq);
    if (tranche.state === 'CLOSED') {
      state.closed.push(tranche.id);
      continue;
    }
    if (tranche.state === 'CLOSING') node.close = newCloseProgress(false, mono);
    node.gap = { since: mono, tellAt: mono + UNPROTECTED_NOTICE_MS };
    symbolState(state, tranche.symbol).live[tranche.side].push(node);
  }
  for (const order of values.orders) {
    state.orders.set(order.clientOrderId, order);
    /** Whatever the exchange allows now: what is shared is known as such until it is gone. */
    if (isSharedStop(order) && !isTerminal(order.status)) state.sharesStops = true;
    state.nodes.get(order.trancheId)?.orders.push(order);
    if (order.venueOrderId !== null) {
      state.byVenueId.set(ledgerKey(order.terms.symbol, order.venueOrderId), order.clientOrderId);
    }
    /** When it was triggered is not stored: it gets its time to fill from now on. */
    if (order.status === 'triggered') order.triggeredAt = mono;
    if (order.status === 'unresolved' || order.cancelStatus === 'unresolved') {
      state.searches.set(order.clientOrderId, newSearch(mono));
    }
  }
  for (const ledger of values.ledgers) {
    state.ledgers.set(ledgerKey(ledger.symbol, ledger.orderId), ledger);
    if (ADOPTED_ORDER_ID.test(ledger.orderId))
      symbolState(state, ledger.symbol).adopted.push(ledger);
  }
  for (const registration of values.registrations)
    state.registrations.set(registration.key, registration);
  for (const [name, value] of values.marks) state.marks.set(name, value);
  repairLedgers(state);
}
