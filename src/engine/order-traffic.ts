import {
  RECORDING_ALLOWANCE_MAX_MS,
  REPLAN_PAUSE_MAX_MS,
  REPLAN_PAUSE_MS,
  RESOLVE_PAUSE_MAX_MS,
} from '../limits.js';
import type { Lane, PlaceIntent } from '../model/command.js';
import { toDecimalString } from '../model/decimal.js';
import type { DesiredOrder } from '../model/desired-order.js';
import type { MonitorEventName } from '../model/monitor-event.js';
import { isOpen, isTerminal, type OrderRole, type WorkingOrder } from '../model/order.js';
import type { Rejection, WriteOutcome } from '../model/outcome.js';
import { exitSideOf } from '../model/side.js';
import { remaining } from '../model/tranche.js';
import { newSearch } from '../orders/absence-proof.js';
import { clientOrderIdOf } from '../orders/client-order-id.js';
import { newIntent } from '../orders/order-lifecycle.js';
import { coverageOf } from './coverage.js';
import { type Attempts, ledgerKey, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { orderView } from './views.js';

/** Records intents for what should be placed: one generation, deterministic ids. They leave with {@link sendOrders}. */
export function intend(
  step: Step,
  node: TrancheNode,
  role: OrderRole,
  wanted: readonly DesiredOrder[],
): WorkingOrder[] {
  /** Nothing is recorded for nothing: a touched tranche is looked at again, and that must come to an end. */
  if (wanted.length === 0) return [];
  const { tranche } = node;
  const { state, now, venue } = step;
  const generation = tranche.nextGeneration[role];
  tranche.nextGeneration[role] = generation + 1;
  step.touch(node);
  return wanted.map((desired) => {
    const order = newIntent({
      clientOrderId: clientOrderIdOf(state.issuer, tranche.id, {
        role,
        slot: desired.slot,
        generation,
      }),
      trancheId: tranche.id,
      role,
      slot: desired.slot,
      rule: role === 'stop-loss' ? (desired.rule ?? 'stop-loss') : null,
      generation,
      terms: {
        symbol: tranche.symbol,
        side: exitSideOf(tranche.side),
        positionSide: state.settings.positionMode === 'hedge' ? tranche.side : 'BOTH',
        kind: desired.kind,
        quantity: desired.quantity,
        price: desired.price,
        triggerPrice: desired.triggerPrice,
        triggerSource: desired.triggerSource,
        priceProtect: desired.triggerPrice !== null && tranche.plan.priceProtect,
        reduceOnly: true,
      },
      now,
      venue,
      sendWithinMs: sendWithin(step),
      recvWindowMs: state.settings.recvWindowMs,
    });
    state.orders.set(order.clientOrderId, order);
    node.orders.push(order);
    return order;
  });
}

/** Lets recorded orders leave: together where the exchange takes batches, in the given order. */
export function sendOrders(
  step: Step,
  lane: Lane,
  orders: readonly WorkingOrder[],
  evenUnrecorded = false,
): void {
  if (orders.length === 0) return;
  const { settings, venue } = step.state;
  const intents: PlaceIntent[] = [];
  for (const order of orders) {
    if (order.unsent) renew(step, order);
    order.status = 'submitted';
    order.unsent = false;
    order.updatedAt = step.now;
    step.saveOrder(order);
    announce(step, 'order:submitted', order, order.role);
    intents.push({
      clientOrderId: order.clientOrderId,
      terms: order.terms,
      attempt: order.attempt,
      sendBy: order.sendBy,
      deadline: order.deadline,
      evenUnrecorded,
    });
  }
  const size = settings.tpSlBatchEnabled ? Math.max(1, venue.batchSize) : 1;
  for (let from = 0; from < intents.length; from += size) {
    step.send({ kind: 'place', lane, orders: intents.slice(from, from + size) });
  }
}

/** How long a request may wait to leave: the usual time, and what the store needs to record it. */
export function sendWithin({ state }: Step): number {
  return state.settings.sendWithinMs + Math.min(2 * state.recordingMs, RECORDING_ALLOWANCE_MAX_MS);
}

/** Same order, same id, a new time window: it is proven that the earlier attempt did not arrive. */
function renew(step: Step, order: WorkingOrder): void {
  const { recvWindowMs } = step.state.settings;
  order.attempt += 1;
  const within = sendWithin(step);
  order.sendBy = step.now + within;
  order.deadline = step.venue + within + recvWindowMs;
}

/** Why an order goes whose tranche is to have no protection any more. */
export const REMOVED = 'removed on request';
/** Why an order goes whose successor rests. */
export const REPLACED = 'replaced';

/** Asks for an order's cancellation once; it leaves as soon as the order is known to be live. */
export function requestCancel(step: Step, order: WorkingOrder, reason: string): void {
  if (isTerminal(order.status) || order.cancelStatus !== 'none') return;
  order.cancelReason = reason;
  order.cancelStatus = 'requested';
  order.updatedAt = step.now;
  if (order.unsent) {
    /** It never left, so there is nothing to cancel. */
    order.status = 'absent';
    order.cancelStatus = 'none';
  }
  step.saveOrder(order);
  sendCancel(step, order);
}

/** Sends a requested cancellation when the order is live at the exchange. */
export function sendCancel(step: Step, order: WorkingOrder): void {
  if (order.cancelStatus !== 'requested' || !isOpen(order.status)) return;
  /** Before the account was read completely nothing leaves; the first complete look goes on from here. */
  if (!step.state.storeWritable || step.state.phase === 'booting') return;
  const pause = step.state.cancelPauses.get(order.clientOrderId);
  if (pause && step.mono < pause.until) {
    const node = step.survivor(order.trancheId);
    if (node) step.wake(node, pause.until);
    return;
  }
  order.cancelStatus = 'submitted';
  step.saveOrder(order);
  step.send({
    kind: 'cancel',
    lane: 'protective',
    clientOrderId: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    symbol: order.terms.symbol,
    orderKind: order.terms.kind,
    sendBy: cancelBy(step, order),
  });
}

/** A stop of something that is held goes while what was seen when it was decided still says something; the rest may wait. */
function cancelBy(step: Step, { role, trancheId }: WorkingOrder): number {
  const node = step.survivor(trancheId);
  const covers = role === 'stop-loss' && node !== undefined && remaining(node.tranche).gt(0);
  return covers ? step.now + sendWithin(step) : Number.POSITIVE_INFINITY;
}

/** Starts looking for an order everywhere it could be. */
export function startSearch(step: Step, order: WorkingOrder): void {
  if (!step.state.searches.has(order.clientOrderId)) {
    step.state.searches.set(order.clientOrderId, newSearch(step.mono));
  }
}

/** The exchange's id of an order of ours, once it is known. */
export function rememberVenueId(step: Step, order: WorkingOrder): void {
  if (order.venueOrderId !== null) {
    step.state.byVenueId.set(
      ledgerKey(order.terms.symbol, order.venueOrderId),
      order.clientOrderId,
    );
  }
}

/** A write whose outcome nobody knows: a state, not an error. */
export function becomeUnresolved(step: Step, order: WorkingOrder, detail: string): void {
  if (order.status !== 'initialized' && order.status !== 'submitted') return;
  order.status = 'unresolved';
  order.unsent = false;
  order.updatedAt = step.now;
  step.saveOrder(order);
  startSearch(step, order);
  announce(step, 'order:unresolved', order, detail);
}

/** The request is proven not to have arrived: the order is planned anew, under the same id. */
export function becomeUnsent(step: Step, order: WorkingOrder): void {
  if (isTerminal(order.status) || isOpen(order.status)) return;
  order.status = 'initialized';
  order.unsent = true;
  if (order.cancelStatus !== 'none') {
    order.status = 'absent';
    order.unsent = false;
    order.cancelStatus = 'none';
  }
  order.updatedAt = step.now;
  step.saveOrder(order);
}

/** Books a definite refusal against the attempts of its role: the pause doubles. */
export function bookRefusal(
  step: Step,
  attempts: Attempts,
  rejection: Pick<Rejection, 'code' | 'retryAfterMs'>,
): void {
  const { mono } = step;
  attempts.askedUntil = Math.max(attempts.askedUntil, mono + (rejection.retryAfterMs ?? 0));
  if (rejection.code === 'throttled') {
    /** It did not get through, but nobody refused what it asks for: a pause, and no failure. */
    attempts.delays += 1;
    const delay = Math.min(
      REPLAN_PAUSE_MAX_MS,
      REPLAN_PAUSE_MS * 2 ** Math.min(attempts.delays - 1, 10),
    );
    attempts.retryAt = Math.max(mono + delay, attempts.askedUntil);
    return;
  }
  attempts.failures += 1;
  attempts.firstFailureMono ??= mono;
  attempts.lastCode = rejection.code;
  const pause = Math.min(
    REPLAN_PAUSE_MAX_MS,
    REPLAN_PAUSE_MS * 2 ** Math.min(attempts.failures - 1, 10),
  );
  attempts.retryAt = Math.max(mono + pause, attempts.askedUntil);
}

/** Forgets what was refused; a pause that the exchange asked for stays. */
export function clearAttempts(attempts: Attempts): void {
  attempts.delays = 0;
  attempts.failures = 0;
  attempts.firstFailureMono = null;
  attempts.retryAt = attempts.askedUntil;
  attempts.lastCode = null;
}

export function attemptsOf(node: TrancheNode, role: OrderRole): Attempts | null {
  if (role === 'stop-loss') return node.stop;
  return role === 'take-profit' ? node.profit : (node.close?.attempts ?? null);
}

/** How a cancellation request ended. What the order executed meanwhile always has to be known before it counts. */
export function applyCancelOutcome(step: Step, order: WorkingOrder, outcome: WriteOutcome): void {
  if (isTerminal(order.status) || order.cancelStatus !== 'submitted') return;
  pauseCancels(step, order, outcome);
  if (
    outcome.kind === 'not-sent' ||
    (outcome.kind === 'rejected' && outcome.rejection.code === 'throttled')
  ) {
    order.cancelStatus = 'requested';
  } else {
    /** Accepted without a report, refused as unknown, or no answer: only the order itself can tell. */
    order.cancelStatus = 'unresolved';
    startSearch(step, order);
  }
  step.saveOrder(order);
}

/** The next attempt to cancel waits, longer each time. */
function pauseCancels(step: Step, order: WorkingOrder, outcome: WriteOutcome): void {
  const { cancelPauses } = step.state;
  const tries = (cancelPauses.get(order.clientOrderId)?.tries ?? 0) + 1;
  const pause = Math.min(RESOLVE_PAUSE_MAX_MS, REPLAN_PAUSE_MS * 2 ** Math.min(tries - 1, 10));
  const asked = outcome.kind === 'rejected' ? (outcome.rejection.retryAfterMs ?? 0) : 0;
  const until = step.mono + Math.max(pause, asked);
  cancelPauses.set(order.clientOrderId, { tries, until });
  const node = step.survivor(order.trancheId);
  if (node) step.wake(node, until);
}

/** Tells of an order of ours. */
export function announce(
  step: Step,
  name: Extract<MonitorEventName, `order:${string}`>,
  order: WorkingOrder,
  reason: string,
  code?: string,
): void {
  const node = step.survivor(order.trancheId);
  if (node === undefined) return;
  step.emit(name, {
    symbol: order.terms.symbol,
    positionId: node.tranche.positionId,
    trancheId: node.tranche.id,
    side: node.tranche.side,
    role: order.role,
    clientOrderId: order.clientOrderId,
    order: orderView(order),
    reason,
    ...(code === undefined ? {} : { code }),
  } as never);
}

/** Something that the plan wants could not be had. Told once per cause; callers that wait get their `false`. */
export function tellFailure(
  step: Step,
  node: TrancheNode,
  role: OrderRole | null,
  reason: string,
): void {
  const signature = `${role ?? ''}|${reason}`;
  if (node.failureTold !== signature) {
    node.failureTold = signature;
    step.state.errors += 1;
    step.emit('protection:failed', {
      symbol: node.tranche.symbol,
      trancheId: node.tranche.id,
      positionId: node.tranche.positionId,
      side: node.tranche.side,
      role,
      coverage: coverageOf(step.state, node, step.mono),
      exposure: toDecimalString(remaining(node.tranche)),
      reason,
    });
  }
  for (const waiter of node.waiters) step.settle(waiter.requestId, false);
  node.waiters = [];
}

/** Lets a caller wait until every one of these tranches is covered as planned. */
export function waitForCover(step: Step, nodes: readonly TrancheNode[], requestId: number): void {
  const [first, ...more] = nodes;
  first?.waiters.push({
    requestId,
    deadline: step.mono + step.state.settings.ackTimeoutMs,
    others: more.map((node) => node.tranche.id),
  });
  if (first) step.revisit(first);
}

/** The tranche is covered, or gone: who waited for it alone hears `true`, the others wait for the next one. */
export function answerCovered(step: Step, node: TrancheNode): void {
  const { waiters } = node;
  node.waiters = [];
  for (const waiter of waiters) {
    const next = waiter.others
      .map((id) => step.survivor(id))
      .find((candidate) => candidate !== undefined && candidate.tranche.state === 'OPEN');
    if (next === undefined || next === node) {
      step.settle(waiter.requestId, true);
      continue;
    }
    const rest = waiter.others.filter((id) => step.survivor(id) !== next);
    next.waiters.push({ ...waiter, others: rest });
    step.revisit(next);
  }
}
