import { describe } from '../errors/describe.js';
import type { PositionMonitorError } from '../errors/position-monitor-error.js';
import { ValidationError } from '../errors/validation-error.js';
import { type Decimal, toDecimalString } from '../model/decimal.js';
import { asksForStop, type ExitPlan, NO_EXITS } from '../model/exit-plan.js';
import type { TrancheId } from '../model/ids.js';
import type { Input } from '../model/input.js';
import type { Registration } from '../model/ledger.js';
import { openedSideOf } from '../model/side.js';
import type { CloseReason } from '../model/tranche.js';
import { takenAnew } from '../positions/level-shares.js';
import { isTighter } from '../positions/stop-in-force.js';
import { replan } from '../positions/tranche-arithmetic.js';
import { beginClose } from './begin-close.js';
import { chooseExit } from './choose-exit.js';
import { settleCloseWaiters } from './close-waiters.js';
import { merge } from './entries.js';
import { loosestStop } from './liquidation-guard.js';
import { clearAttempts, REMOVED, REPLACED, requestCancel, waitForCover } from './order-traffic.js';
import { freshPrice, isPassed, profitSource, stopPriceSince } from './price-sources.js';
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
  changePlans(step, input, ({ tranche: { plan } }) => ({
    ...plan,
    takeProfits:
      input.takeProfit === undefined
        ? plan.takeProfits
        : input.takeProfit === null
          ? []
          : [{ level: { kind: 'price', price: toDecimalString(input.takeProfit) }, portion: '1' }],
    stopLoss:
      input.stopLoss === undefined
        ? plan.stopLoss
        : input.stopLoss === null
          ? null
          : { kind: 'price', price: toDecimalString(input.stopLoss) },
    volatility: keptVolatility(plan.volatility, input),
  }));
}

/** A level that is taken away is not planned again by volatility. */
function keptVolatility(
  rule: ExitPlan['volatility'],
  input: Extract<Input, { kind: 'update-levels' }>,
): ExitPlan['volatility'] {
  if (rule === null) return null;
  const tpMultiple = input.takeProfit === null ? null : rule.tpMultiple;
  const slMultiple = input.stopLoss === null ? null : rule.slMultiple;
  return tpMultiple === null && slMultiple === null ? null : { ...rule, tpMultiple, slMultiple };
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
    step.refuse(input.requestId, notFound(input.id));
    return;
  }
  const changes: { node: TrancheNode; plan: ExitPlan }[] = [];
  for (const node of nodes) {
    const plan = planOf(node);
    const problem = problemWith(step, node, plan, input.allowImmediate);
    if (problem !== null) {
      step.refuse(input.requestId, problem);
      return;
    }
    changes.push({ node, plan });
  }
  for (const { node, plan } of changes) setPlan(step, node, plan, 'plan changed on request');
  waitForCover(step, nodes, input.requestId);
}

function problemWith(
  step: Step,
  node: TrancheNode,
  plan: ExitPlan,
  allowImmediate: boolean,
): PositionMonitorError | null {
  const { tranche } = node;
  const { side } = tranche;
  const instrument = step.instrument(tranche.symbol);
  const symbol = step.symbol(tranche.symbol);
  try {
    const changed = { ...tranche };
    const planned = { ...changed, plan };
    const price = stopPriceSince(step.state, planned, step.mono, node.openedMono);
    replan(changed, plan, instrument, price);
    const { levels } = changed;
    const loosest = loosestStop(step, changed);
    const wantsOther = JSON.stringify(plan.stopLoss) !== JSON.stringify(tranche.plan.stopLoss);
    /** A stop that nobody asks for anew was tightened before, and will be again. */
    if (wantsOther && loosest && levels.stopLoss && isTighter(loosest, levels.stopLoss, side))
      return beyondLiquidation(levels.stopLoss, loosest, symbol.liquidation[side]);
    if (allowImmediate) return null;
    if (price && levels.guard && isPassed(price, levels.guard, side, 'stop-loss')) {
      return alreadyPassed('stop-loss', levels.guard, price);
    }
    const profitPrice = freshPrice(
      step.state,
      symbol,
      profitSource(step.state, changed),
      step.mono,
    );
    const [profit] = levels.takeProfits;
    if (profitPrice && profit && isPassed(profitPrice, profit.price, side, 'take-profit')) {
      return alreadyPassed('take-profit', profit.price, profitPrice);
    }
    return null;
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
}

function beyondLiquidation(
  level: Decimal,
  loosest: Decimal,
  liquidationPrice: Decimal | null,
): ValidationError {
  return new ValidationError(
    'LEVEL_BEYOND_LIQUIDATION',
    `The stop ${toDecimalString(level)} would never be reached`,
    {
      expected: `a stop at ${toDecimalString(loosest)} or nearer to the price`,
      received: `one beyond the liquidation price ${toDecimalString(liquidationPrice ?? loosest)}`,
      remedy: 'Give a nearer stop, add margin, or switch liquidationGuard off',
    },
  );
}

function alreadyPassed(rule: string, level: Decimal, price: Decimal): ValidationError {
  return new ValidationError(
    'LEVEL_PASSED',
    `The ${rule} level ${toDecimalString(level)} is already passed`,
    {
      expected: 'a level that the price has not reached',
      received: `last price ${toDecimalString(price)}`,
      remedy: 'Pass { allowImmediate: true } to close at once',
    },
  );
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

function sameLevels(a: ExitPlan, b: ExitPlan): boolean {
  return JSON.stringify(a.takeProfits) === JSON.stringify(b.takeProfits);
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
    step.refuse(requestId, notFound(unknown));
    return;
  }
  const chosen = ids === null ? nodes : nodes.filter((node) => ids.includes(node.tranche.id));
  const [only] = chosen;
  if (only === undefined) {
    step.refuse(requestId, notFound(positionId));
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

export function notFound(id: string): ValidationError {
  return new ValidationError('NOT_FOUND', 'No open position or tranche has this id', {
    expected: 'an id from positions() or an event',
    received: describe(id),
  });
}
