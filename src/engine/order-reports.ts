import { SHORT_LIFE_MS } from '../limits.js';
import { type Decimal, maxDecimal } from '../model/decimal.js';
import type { StopRule } from '../model/exit-plan.js';
import type { FillEvidence } from '../model/fill.js';
import type { ClientOrderId } from '../model/ids.js';
import type { ResolveEvidence } from '../model/input.js';
import { isSettled, isTerminal, type WorkingOrder } from '../model/order.js';
import type { Rejection, WriteOutcome } from '../model/outcome.js';
import type { OrderReport } from '../model/reports.js';
import { bookFailure, bookMiss } from '../orders/absence-proof.js';
import { isOwnClientOrderId, parseClientOrderId, trancheTag } from '../orders/client-order-id.js';
import { absorbEvidence } from '../orders/execution-ledger.js';
import { applyReport, newIntent } from '../orders/order-lifecycle.js';
import { bookOwnExecution } from './executions.js';
import {
  announce,
  applyCancelOutcome,
  attemptsOf,
  becomeUnresolved,
  becomeUnsent,
  bookRefusal,
  clearAttempts,
  REPLACED,
  rememberVenueId,
  sendCancel,
  tellFailure,
} from './order-traffic.js';
import { onRefusedClose, onRefusedProfit, onRefusedStop } from './refusals.js';
import { isSharedStop } from './shared-stops.js';
import { ledgerKey, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** The order of ours that a report or fill speaks of, by our id first. */
export function ownOrder(
  step: Step,
  symbol: string,
  clientOrderId: string | null,
  venueOrderId: string,
): WorkingOrder | undefined {
  const { orders, byVenueId } = step.state;
  if (clientOrderId !== null) {
    const order = orders.get(clientOrderId as ClientOrderId);
    if (order) return order;
  }
  const known = byVenueId.get(ledgerKey(symbol, venueOrderId));
  return known === undefined ? undefined : orders.get(known);
}

/** Takes a report on an order of ours in. */
export function applyOwnReport(step: Step, order: WorkingOrder, report: OrderReport): void {
  order.doubted = false;
  learnTerms(order, report);
  const { became, executed } = applyReport(order, report, step.now, step.mono);
  rememberVenueId(step, order);
  order.touchedAt = step.state.inputs;
  if (executed) bookOwnExecution(step, order, executed, report.time);
  const node = step.survivor(order.trancheId);
  if (became !== null) {
    step.saveOrder(order);
    if (node) step.touch(node);
    announceStatus(step, order, became);
    if (became === 'accepted') {
      const attempts = node && attemptsOf(node, order.role);
      if (attempts) clearAttempts(attempts);
    }
    paceShortLived(step, order, became);
  }
  if (isSettled(order)) step.state.searches.delete(order.clientOrderId);
  else if (
    order.status !== 'unresolved' &&
    order.cancelStatus === 'none' &&
    order.reportedQty.lte(order.execution.bookedQty)
  ) {
    /** While a cancellation is pursued the search stays, and its pause with it: the two must not chase each other. */
    step.state.searches.delete(order.clientOrderId);
  }
  /** Whether a stop that was to be replaced may still go is for its tranche to say: more may have come in. */
  if (order.cancelReason === REPLACED && node) step.revisit(node);
  else sendCancel(step, order);
}

/** An order that a fill told of first is at least as large as that fill; only its report says how large it is. */
function learnTerms(order: WorkingOrder, report: OrderReport): void {
  if (report.quantity.lte(order.terms.quantity)) return;
  const { quantity, price, triggerPrice, triggerSource } = report;
  order.terms = { ...order.terms, quantity, price, triggerPrice, triggerSource };
  const isOver = order.execution.bookedQty.gte(quantity);
  if (order.status === 'filled' && !isTerminal(report.status) && !isOver) order.status = 'accepted';
}

/**
 * An order that ends by itself right after it was sent would be sent again right away, for ever: its successor waits.
 * One that rested for a while and was taken away is replaced at once.
 */
function paceShortLived(step: Step, order: WorkingOrder, became: OrderReport['status']): void {
  const ended = became === 'canceled' || became === 'expired' || became === 'rejected';
  if (!ended || order.cancelReason !== null || order.execution.bookedQty.gt(0)) return;
  /** It was to end by itself if the price is not there: its successor has a pace of its own. */
  if (order.terms.kind === 'ioc-limit' && became !== 'rejected') return;
  const node = step.survivor(order.trancheId);
  const attempts = node && attemptsOf(node, order.role);
  if (!node || !attempts) return;
  const shortLived = step.venue - order.createdAt < SHORT_LIFE_MS;
  if (shortLived || became === 'rejected') bookRefusal(step, attempts, { code: 'other' });
  /** Accepted once and refused when it was to execute: our own guard is all there is now. */
  if (became === 'rejected')
    tellFailure(step, node, order.role, 'rejected: refused after it was accepted');
}

function announceStatus(step: Step, order: WorkingOrder, became: OrderReport['status']): void {
  if (became === 'accepted') announce(step, 'order:accepted', order, order.role);
  else if (became === 'triggered') announce(step, 'order:accepted', order, 'triggered');
  else if (became === 'filled') announce(step, 'order:filled', order, order.role);
  else if (became === 'rejected')
    announce(step, 'order:rejected', order, 'rejected by the exchange', 'other');
  else announce(step, 'order:cancelled', order, order.cancelReason ?? became);
}

/** Executions of an order of ours that came as fills. */
export function applyOwnFill(step: Step, order: WorkingOrder, evidence: FillEvidence): void {
  order.venueOrderId ??= evidence.orderId;
  rememberVenueId(step, order);
  if (evidence.cumulative)
    order.reportedQty = maxDecimal(order.reportedQty, evidence.cumulative.quantity);
  const executed = absorbEvidence(order.execution, evidence, step.now);
  if (executed) bookOwnExecution(step, order, executed, evidence.time);
  /** An execution proves that the order arrived. */
  if (
    order.status === 'submitted' ||
    order.status === 'unresolved' ||
    order.status === 'initialized'
  ) {
    order.status = 'accepted';
    order.unsent = false;
    step.saveOrder(order);
  }
  if (order.execution.bookedQty.gte(order.terms.quantity) && !isTerminal(order.status)) {
    order.status = 'filled';
    order.cancelStatus = 'none';
    step.saveOrder(order);
    announceStatus(step, order, 'filled');
  }
  if (isSettled(order)) step.state.searches.delete(order.clientOrderId);
  const node = step.survivor(order.trancheId);
  if (node) step.touch(node);
}

/** How a placement ended. */
export function applyPlaceOutcome(
  step: Step,
  order: WorkingOrder,
  outcome: WriteOutcome,
  attempt: number,
): void {
  const node = step.survivor(order.trancheId);
  if (node) step.revisit(node);
  if (outcome.kind === 'accepted') {
    if (outcome.report) applyOwnReport(step, order, outcome.report);
    else if (order.status === 'submitted' || order.status === 'unresolved') {
      order.status = 'accepted';
      order.updatedAt = step.now;
      step.saveOrder(order);
      announceStatus(step, order, 'accepted');
      sendCancel(step, order);
    }
    return;
  }
  if (order.status !== 'submitted' && order.status !== 'unresolved') return;
  /** What became of an earlier request says nothing about the one under way. */
  if (attempt !== order.attempt) return;
  if (outcome.kind === 'unknown') becomeUnresolved(step, order, outcome.detail);
  else if (outcome.kind === 'not-sent') planAgain(step, order);
  else applyRejection(step, order, outcome.rejection);
}

function applyRejection(step: Step, order: WorkingOrder, rejection: Rejection): void {
  const node = step.survivor(order.trancheId);
  const attempts = node ? attemptsOf(node, order.role) : null;
  if (rejection.code === 'duplicate-client-id') {
    /** An order with our id is live: it is the one we asked for, and now we look at it. */
    becomeUnresolved(step, order, rejection.detail);
    return;
  }
  if (rejection.code === 'throttled' || rejection.code === 'expired-request') {
    if (rejection.code === 'throttled') {
      becomeUnsent(step, order);
      if (attempts) bookRefusal(step, attempts, rejection);
    } else {
      /** The clocks disagree: a comparison measures the difference anew. */
      step.send({ kind: 'compare-account', reason: 'a request came too late for the exchange' });
      planAgain(step, order);
    }
    return;
  }
  order.status = 'rejected';
  order.rejection = rejection.code;
  order.cancelStatus = 'none';
  order.updatedAt = step.now;
  step.saveOrder(order);
  step.state.searches.delete(order.clientOrderId);
  announce(step, 'order:rejected', order, rejection.detail, rejection.code);
  if (!node) return;
  step.touch(node);
  if (attempts) bookRefusal(step, attempts, rejection);
  if (order.role === 'close') onRefusedClose(step, node, rejection);
  else if (order.role === 'stop-loss') onRefusedStop(step, node, order, rejection);
  else onRefusedProfit(step, node, order, rejection);
}

/** It did not arrive, for sure. The first time it goes again at once; after that with growing pauses. */
function planAgain(step: Step, order: WorkingOrder): void {
  becomeUnsent(step, order);
  const node = step.survivor(order.trancheId);
  const attempts = node && order.attempt > 0 ? attemptsOf(node, order.role) : null;
  if (attempts) bookRefusal(step, attempts, { code: 'throttled' });
}

export function applyCancelResult(step: Step, order: WorkingOrder, outcome: WriteOutcome): void {
  if (outcome.kind === 'accepted' && outcome.report) applyOwnReport(step, order, outcome.report);
  applyCancelOutcome(step, order, outcome);
  const node = step.survivor(order.trancheId);
  if (node) step.revisit(node);
}

/** What a search brought. `null` = it could not ask. */
export function applySearch(
  step: Step,
  order: WorkingOrder,
  evidence: ResolveEvidence | null,
): void {
  const search = step.state.searches.get(order.clientOrderId);
  const node = step.survivor(order.trancheId);
  if (node) step.revisit(node);
  if (evidence === null) {
    if (search) bookFailure(search, step.mono);
    return;
  }
  if (search) {
    search.running = false;
    search.nextMono = step.mono;
  }
  const wasUnresolved = order.status === 'unresolved';
  for (const fill of evidence.fills) applyOwnFill(step, order, fill);
  if (evidence.report) {
    if (order.cancelStatus === 'unresolved' && !isTerminal(evidence.report.status))
      order.cancelStatus = 'requested';
    applyOwnReport(step, order, evidence.report);
    if (wasUnresolved) announce(step, 'order:resolved', order, order.status);
    /** Still something to find out (fills without a price): ask again, not at once. */
    if (search && step.state.searches.has(order.clientOrderId)) bookFailure(search, step.mono);
    return;
  }
  if (!search) return;
  const proven = bookMiss(search, order.deadline, evidence.venueTime, evidence.places, step.mono);
  if (!proven) return;
  step.state.searches.delete(order.clientOrderId);
  if (order.status === 'unresolved') {
    if (order.role === 'close') {
      order.status = 'absent';
      order.updatedAt = step.now;
      step.saveOrder(order);
    } else becomeUnsent(step, order);
    announce(step, 'order:resolved', order, 'absent');
  } else if (!isTerminal(order.status)) {
    /** It was live and is in no list any more: what it executed is in the fills, the rest is gone. */
    order.status = 'canceled';
    order.cancelStatus = 'none';
    order.reportedQty = order.execution.bookedQty;
    order.updatedAt = step.now;
    step.saveOrder(order);
    announce(step, 'order:cancelled', order, order.cancelReason ?? 'not found at the exchange');
  } else order.reportedQty = order.execution.bookedQty;
  if (node) step.touch(node);
}

/**
 * An order that carries our mark and that the store does not know: sent without a record, or its record was lost.
 *
 * It is adopted by the tranche that its id names; the tranche's generations move past it.
 */
export function adoptStray(
  step: Step,
  report: OrderReport,
  heir: TrancheNode | null = null,
): WorkingOrder | null {
  const { state } = step;
  if (!isOwnClientOrderId(report.clientOrderId, state.issuer.instanceId)) return null;
  const parts = parseClientOrderId(report.clientOrderId, state.issuer.instanceId);
  if (parts === null) return null;
  for (const node of heir === null ? state.nodes.values() : [heir]) {
    const named =
      node.tranche.symbol === report.symbol && trancheTag(node.tranche.id) === parts.trancheTag;
    if (!named && node !== heir) continue;
    const { tranche } = node;
    /** What was merged lives on in another tranche, and its orders with it. */
    const home = step.survivor(tranche.id) ?? node;
    const order = newIntent({
      clientOrderId: report.clientOrderId,
      trancheId: home.tranche.id,
      role: parts.role,
      slot: parts.slot,
      rule: parts.role === 'stop-loss' ? ruleAt(home, report.triggerPrice) : null,
      generation: parts.generation,
      terms: {
        symbol: report.symbol,
        side: report.side,
        positionSide: report.positionSide,
        kind: report.kind,
        quantity: report.quantity,
        price: report.price,
        triggerPrice: report.triggerPrice,
        triggerSource: report.triggerSource,
        priceProtect: false,
        reduceOnly: report.reduceOnly,
      },
      now: step.now,
      venue: step.venue,
      sendWithinMs: 0,
      recvWindowMs: state.settings.recvWindowMs,
    });
    order.status = 'submitted';
    if (isSharedStop(order)) state.sharesStops = true;
    if (named) {
      tranche.nextGeneration[parts.role] = Math.max(
        tranche.nextGeneration[parts.role],
        parts.generation + 1,
      );
    }
    state.orders.set(order.clientOrderId, order);
    home.orders.push(order);
    step.saveOrder(order);
    step.touch(home);
    return order;
  }
  return null;
}

/** Which rule a stop that came to light was for: the one in force if it lies there. */
function ruleAt({ tranche: { levels } }: TrancheNode, triggerPrice: Decimal | null): StopRule {
  const inForce = triggerPrice !== null && (levels.stopLoss?.eq(triggerPrice) ?? false);
  return inForce ? levels.stopRule : 'stop-loss';
}
