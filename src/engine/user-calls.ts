import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { asksForStop, type ExitPlan, NO_EXITS } from '../model/exit-plan.js';
import type { TrancheId } from '../model/ids.js';
import type { Input } from '../model/input.js';
import type { Registration } from '../model/ledger.js';
import { openedSideOf } from '../model/side.js';
import type { CloseReason } from '../model/tranche.js';
import { takenAnew } from '../positions/level-shares.js';
import { planWithLevels } from '../positions/plan-with-levels.js';
import { replan } from '../positions/tranche-arithmetic.js';
import { beginClose } from './begin-close.js';
import { chooseExit } from './choose-exit.js';
import { settleCloseWaiters } from './close-waiters.js';
import { merge } from './entries.js';
import { clearAttempts, REMOVED, REPLACED, requestCancel, waitForCover } from './order-traffic.js';
import { planProblem, sameLevels } from './plan-problem.js';
import { stopPriceSince } from './price-sources.js';
import { forgetHits, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { keepPeak } from './trail.js';
import { trancheView } from './views.js';

/** `registerOrder`: a plan for an entry that is about to be sent. */
export function register(
  step: Step,
  { requestId, registration }: Extract<Input, { kind: 'register' }>,
): void {
  const { settings } = step.state;
  const side =
    registration.positionSide === 'BOTH'
      ? openedSideOf(registration.side)
      : registration.positionSide;
  const live = step.symbol(registration.symbol).live[side];
  if (
    settings.onTrancheLimit === 'reject' &&
    !choosesTranche(step, registration) &&
    live.length >= settings.maxTranchesPerSymbolSide
  ) {
    step.refuse(
      requestId,
      new ValidationError(
        'TRANCHE_LIMIT',
        `${registration.symbol} ${side} holds ${live.length} tranches`,
        {
          expected: `fewer than ${settings.maxTranchesPerSymbolSide} (maxTranchesPerSymbolSide)`,
          received: `${live.length}`,
          remedy: "Close or merge tranches, or choose another onTrancheLimit than 'reject'",
        },
      ),
    );
    return;
  }
  const { tranche } = registration;
  if (tranche !== 'auto' && tranche !== 'new' && !choosesTranche(step, registration)) {
    step.refuse(requestId, notFound(tranche));
    return;
  }
  step.saveRegistration(registration);
  step.settleRecorded(requestId);
}

/** The limit is for fills that would open a tranche: not for one of its own, nor for one that is named and open. */
function choosesTranche(step: Step, { tranche }: Registration): boolean {
  return tranche === 'new' || step.node(tranche as TrancheId)?.tranche.state === 'OPEN';
}

/** `cancelRelatedOrders`: takes the protection of what an order opened away, for good. */
export function cancelRelated(
  step: Step,
  { requestId, orderId }: Extract<Input, { kind: 'cancel-related' }>,
): void {
  for (const ledger of step.state.ledgers.values()) {
    if (ledger.orderId !== orderId && ledger.clientOrderId !== orderId) continue;
    const nodes = ledger.trancheIds
      .flatMap((id) => step.survivor(id) ?? [])
      .filter((node) => node.tranche.state === 'OPEN');
    const alone = nodes.filter((node) =>
      node.tranche.sources.every((source) => source.orderId === ledger.orderId),
    );
    if (alone.length === 0 || alone.length < nodes.length) continue;
    for (const node of alone) {
      setPlan(step, node, NO_EXITS, 'protection removed on request');
      for (const order of node.orders) {
        if (order.role !== 'close') requestCancel(step, order, REMOVED);
      }
    }
    step.settle(requestId, true);
    return;
  }
  step.settle(requestId, false);
}

/** `updateTpSl`: absolute levels for a tranche or for all tranches of a position. */
export function updateLevels(step: Step, input: Extract<Input, { kind: 'update-levels' }>): void {
  changePlans(step, input, ({ tranche }) => planWithLevels(tranche.plan, input));
}

/** `updatePlan`: another plan for a tranche or for all tranches of a position. */
export function updatePlan(step: Step, input: Extract<Input, { kind: 'update-plan' }>): void {
  changePlans(step, input, ({ tranche }) => input.plans.get(tranche.id) ?? tranche.plan);
}

/** All or nothing: every tranche is checked before the first is changed. */
function changePlans(
  step: Step,
  input: { readonly requestId: number; readonly id: string; readonly allowImmediate: boolean },
  planOf: (node: TrancheNode) => ExitPlan,
): void {
  const nodes = nodesOf(step, input.id).filter((node) => node.tranche.state === 'OPEN');
  if (nodes.length === 0) {
    step.refuse(input.requestId, notOpen(step, input.id));
    return;
  }
  const changes: { node: TrancheNode; plan: ExitPlan }[] = [];
  for (const node of nodes) {
    const plan = planOf(node);
    const problem = planProblem(step, node, plan, input.allowImmediate);
    if (problem !== null) {
      step.refuse(input.requestId, problem);
      return;
    }
    changes.push({ node, plan });
  }
  for (const { node, plan } of changes) setPlan(step, node, plan, 'plan changed on request');
  waitForCover(step, nodes, input.requestId);
}

function setPlan(step: Step, node: TrancheNode, plan: ExitPlan, reason: string): void {
  const { tranche } = node;
  keepPeak(node);
  /** Other levels are shares of what is held now; the same ones go on. */
  if (!sameLevels(plan, tranche.plan)) tranche.takenBySlot = takenAnew(tranche, plan);
  const price = stopPriceSince(step.state, { ...tranche, plan }, step.mono, node.openedMono);
  replan(tranche, plan, step.instrument(tranche.symbol), price);
  tranche.updatedAt = step.now;
  forgetHits(node);
  step.symbol(tranche.symbol).confirming.delete(node);
  clearAttempts(node.stop);
  clearAttempts(node.profit);
  if (asksForStop(plan)) keepForSuccessor(step, node);
  step.touch(node);
  step.emit('tranche:updated', {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side: tranche.side,
    tranche: trancheView(step.state, node, step.mono),
    reason,
  });
}

/** A stop is wanted again: one whose removal has not left goes only when its successor rests. */
function keepForSuccessor(step: Step, node: TrancheNode): void {
  for (const order of node.orders) {
    if (order.cancelStatus !== 'requested' || order.cancelReason !== REMOVED) continue;
    order.cancelReason = REPLACED;
    step.saveOrder(order);
  }
}

/** `closeTranche`, `closePosition`, `closeAll`. */
export function close(
  step: Step,
  { requestId, scope, reason, execution }: Extract<Input, { kind: 'close' }>,
): void {
  const nodes = closeTargets(step, scope);
  if (!step.state.settings.usePositionMonitor) {
    step.refuse(
      requestId,
      new ValidationError('STATE_INVALID', 'The monitor only observes and places no orders', {
        expected: 'usePositionMonitor: true',
        received: 'usePositionMonitor: false',
      }),
    );
    return;
  }
  if (scope.kind === 'tranche' && nodes.length === 0) {
    step.refuse(requestId, notFound(scope.id));
    return;
  }
  for (const node of nodes) {
    if (execution !== null) chooseExit(step, node, execution);
    beginClose(step, node, { reason: reason satisfies CloseReason, level: null, trigger: null });
  }
  const deadline = step.mono + step.state.settings.ackTimeoutMs;
  step.state.closeWaiters.push({
    requestId,
    trancheIds: nodes.map((node) => node.tranche.id),
    deadline,
  });
  step.setTimer(`answer:${requestId}`, deadline);
  settleCloseWaiters(step);
}

function closeTargets(
  step: Step,
  scope: Extract<Input, { kind: 'close' }>['scope'],
): TrancheNode[] {
  if (scope.kind === 'tranche') {
    const node = step.survivor(scope.id as TrancheId);
    return node ? [node] : [];
  }
  const symbols =
    scope.kind === 'all' ? [...step.state.symbols.values()] : [step.symbol(scope.symbol)];
  const sides = scope.side === null ? (['LONG', 'SHORT'] as const) : [scope.side];
  return symbols.flatMap((symbol) => sides.flatMap((side) => symbol.live[side]));
}

/** `mergeTranches`: all open tranches of a position, or the named ones, become the oldest of them. */
export function mergeOnRequest(
  step: Step,
  { requestId, positionId, ids }: Extract<Input, { kind: 'merge' }>,
): void {
  const nodes = nodesOf(step, positionId).filter((node) => node.tranche.state === 'OPEN');
  const unknown = ids?.find((id) => !nodes.some((node) => node.tranche.id === id));
  if (unknown !== undefined) {
    step.refuse(requestId, notOpen(step, unknown));
    return;
  }
  const chosen = ids === null ? nodes : nodes.filter((node) => ids.includes(node.tranche.id));
  const [only] = chosen;
  if (only === undefined) {
    step.refuse(requestId, notOpen(step, positionId));
    return;
  }
  const node =
    chosen.length === 1
      ? only
      : merge(
          step,
          chosen.map((each) => each.tranche.id),
          'on request',
        );
  step.settle(requestId, trancheView(step.state, node, step.mono));
}

/** Tranches that an id names: one tranche, or all of a position. */
function nodesOf(step: Step, id: string): TrancheNode[] {
  const tranche = step.survivor(id as TrancheId);
  if (tranche) return [tranche];
  const found: TrancheNode[] = [];
  for (const symbol of step.state.symbols.values()) {
    for (const side of ['LONG', 'SHORT'] as const) {
      for (const node of symbol.live[side]) if (node.tranche.positionId === id) found.push(node);
    }
  }
  return found;
}

/** Why there is nothing to change: a tranche that is closing is still listed, but its plan means nothing any more. */
export function notOpen(step: Step, id: string): ValidationError {
  if (!nodesOf(step, id).some((node) => node.tranche.state === 'CLOSING')) return notFound(id);
  return new ValidationError('NOT_FOUND', 'What has this id is closing', {
    expected: 'the id of an open tranche, or of a position with one',
    received: describe(id),
    remedy: 'It can only be hurried: closeTranche(id, { execution: { kind: "market" } })',
  });
}

export function notFound(id: string): ValidationError {
  return new ValidationError('NOT_FOUND', 'No open position or tranche has this id', {
    expected: 'an id from positions() or an event',
    received: describe(id),
  });
}
