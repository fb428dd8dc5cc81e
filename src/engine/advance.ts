import { RESOLVE_ALARM_MS, TRIGGERED_UNFILLED_MS } from '../limits.js';
import { isOpen, isSettled, type WorkingOrder } from '../model/order.js';
import { isImmediateKind } from '../model/order-kind.js';
import { remaining } from '../model/tranche.js';
import { newSearch } from '../orders/absence-proof.js';
import { advanceClose } from './close-flow.js';
import { forgetEndedOrders } from './forget-orders.js';
import { answerCovered, REPLACED, sendCancel, startSearch, tellFailure } from './order-traffic.js';
import { isProtectedAsPlanned, protect } from './protect.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { trackCoverage } from './track-coverage.js';

/** Brings one tranche forward from whatever is known now. Looks at the whole; safe to call at any time. */
export function advance(step: Step, node: TrancheNode): void {
  if (step.state.phase === 'booting') return;
  if (node.tranche.state === 'CLOSED') {
    sweepClosed(step, node);
    return;
  }
  node.wakeAt = null;
  reviewReplacements(node);
  pursueOrders(step, node);
  /** Before it is told as closed: what was missing until then is in its account. */
  if (remaining(node.tranche).lte(0)) trackCoverage(step, node);
  if (step.state.settings.usePositionMonitor) {
    if (node.tranche.state === 'OPEN') protect(step, node);
    if (node.tranche.state === 'CLOSING') advanceClose(step, node);
  } else if (remaining(node.tranche).lte(0)) {
    /** Observing only: what others closed is booked; nothing is placed. */
    if (node.tranche.state === 'OPEN') protect(step, node);
    advanceClose(step, node);
  }
  trackCoverage(step, node);
  answerWaiters(step, node);
  forgetEndedOrders(step, node);
  step.setTimer(timerKey(node), node.wakeAt);
}

/** Orders of a closed tranche that came to light again are seen to their end. */
function sweepClosed(step: Step, node: TrancheNode): void {
  if (node.orders.every(isSettled)) return;
  node.wakeAt = null;
  pursueOrders(step, node);
  step.setTimer(timerKey(node), node.wakeAt);
}

export function timerKey(node: TrancheNode): string {
  return `tranche:${node.tranche.id}`;
}

/**
 * A stop that was to be replaced and whose cancellation has not left may be needed again: more came in meanwhile. What
 * is not needed is asked to go again in the same step.
 */
function reviewReplacements(node: TrancheNode): void {
  for (const order of node.orders) {
    const waits = order.role === 'stop-loss' && order.cancelStatus === 'requested';
    if (!waits || order.cancelReason !== REPLACED) continue;
    order.cancelStatus = 'none';
    order.cancelReason = null;
  }
}

/** Every order that is not settled and not simply resting is looked for until something is known. */
function pursueOrders(step: Step, node: TrancheNode): void {
  for (const order of node.orders) {
    if (isSettled(order) || order.unsent) continue;
    sendCancel(step, order);
    const unpriced = order.reportedQty.gt(order.execution.bookedQty);
    if (order.status === 'unresolved' || order.cancelStatus === 'unresolved' || unpriced)
      startSearch(step, order);
    else if (isImmediateKind(order.terms.kind) && isOpen(order.status)) searchLater(step, order);
    pursue(step, node, order);
  }
}

/** What ends at once was accepted and nothing more is heard: it is asked for. */
function searchLater(step: Step, order: WorkingOrder): void {
  const { searches } = step.state;
  if (searches.has(order.clientOrderId)) return;
  searches.set(order.clientOrderId, {
    ...newSearch(step.mono),
    nextMono: step.mono + TRIGGERED_UNFILLED_MS,
  });
}

function pursue(step: Step, node: TrancheNode, order: WorkingOrder): void {
  const search = step.state.searches.get(order.clientOrderId);
  if (search === undefined || search.running) return;
  if (step.mono - search.startedMono >= RESOLVE_ALARM_MS && !search.alarmed) {
    search.alarmed = true;
    tellFailure(
      step,
      node,
      order.role,
      `unresolved: order ${order.clientOrderId} is still being looked for`,
    );
  }
  if (step.mono < search.nextMono) {
    step.wake(node, search.nextMono);
    return;
  }
  search.running = true;
  step.send({
    kind: 'resolve',
    clientOrderId: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    symbol: order.terms.symbol,
    orderKind: order.terms.kind,
    sinceMs: order.createdAt,
  });
}

/** Callers that handed a fill over hear `true` when what they asked for is in place, `false` when time is up. */
function answerWaiters(step: Step, node: TrancheNode): void {
  if (node.waiters.length === 0) return;
  if (node.tranche.state !== 'OPEN' || isProtectedAsPlanned(step, node)) {
    answerCovered(step, node);
    return;
  }
  if (!step.state.settings.usePositionMonitor) {
    for (const waiter of node.waiters) step.settle(waiter.requestId, false);
    node.waiters = [];
    return;
  }
  const late = node.waiters.filter((waiter) => step.mono >= waiter.deadline);
  if (late.length > 0) {
    /** Telling the failure answers everybody who waits, so only those in time are kept first. */
    const inTime = node.waiters.filter((waiter) => !late.includes(waiter));
    node.waiters = late;
    tellFailure(step, node, null, 'timeout: not everything planned rests yet');
    node.waiters = inTime;
  }
  for (const waiter of node.waiters) step.wake(node, waiter.deadline);
}
