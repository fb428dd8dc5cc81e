import { type Decimal, minDecimal, toDecimalString, ZERO } from '../model/decimal.js';
import type { WorkingOrder } from '../model/order.js';
import type { PositionSide } from '../model/side.js';
import { type CloseReason, type Exit, remaining } from '../model/tranche.js';
import type { ExecutionDelta } from '../orders/execution-ledger.js';
import { sharesLeft } from '../positions/level-shares.js';
import { isLooser } from '../positions/stop-budget.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { applyExit } from '../positions/tranche-arithmetic.js';
import { isSharedStop, ownStopQuantity, RESTING } from './shared-stops.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { isPooled } from './stop-plan.js';

/** Books what an order of ours executed to the tranche it belongs to. */
export function bookOwnExecution(
  step: Step,
  order: WorkingOrder,
  executed: ExecutionDelta,
  time: number,
): void {
  const node = step.survivor(order.trancheId);
  const side = node?.tranche.side ?? (order.terms.side === 'SELL' ? 'LONG' : 'SHORT');
  step.saveOrder(order);
  if (executed.quantity.eq(0)) {
    if (node && executed.fee.gt(0)) {
      node.tranche.exitFees = node.tranche.exitFees.plus(executed.fee);
      step.touch(node);
    }
    return;
  }
  const price = executed.cost.div(executed.quantity);
  let left = executed.quantity;
  for (const receiver of receiversOf(step, order, node, side)) {
    const own = minDecimal(left, remaining(receiver.tranche));
    if (own.lte(0)) continue;
    left = left.minus(own);
    const fee = isSharedStop(order) ? executed.fee.times(own).div(executed.quantity) : executed.fee;
    bookExit(step, receiver, order, { quantity: own, price, fee, time });
  }
  if (node) {
    node.lastFillMono = step.mono;
    step.touch(node);
  }
  step.symbol(order.terms.symbol).lastFillMono = step.mono;
  if (left.gt(0)) takeFromSiblings(step, order, side, left, price, time);
}

/** Whose exit it is: the tranche's, and of a shared stop all that it is for, the loosest level first. */
function receiversOf(
  step: Step,
  order: WorkingOrder,
  node: TrancheNode | undefined,
  side: PositionSide,
): readonly TrancheNode[] {
  if (!isSharedStop(order)) return node ? [node] : [];
  const { symbol } = order.terms;
  return step
    .symbol(symbol)
    .live[side].filter(
      (each) =>
        each.tranche.levels.stopLoss !== null &&
        (ownStopQuantity(each, RESTING).lt(remaining(each.tranche)) || isPooled(step, each)),
    )
    .sort((a, b) => byLooseness(a, b, side));
}

function byLooseness(a: TrancheNode, b: TrancheNode, side: PositionSide): number {
  const [first, second] = [a.tranche.levels.stopLoss, b.tranche.levels.stopLoss];
  if (first === null || second === null || first.eq(second)) {
    return b.tranche.openedSeq - a.tranche.openedSeq;
  }
  return isLooser(first, second, side) ? -1 : 1;
}

function bookExit(
  step: Step,
  node: TrancheNode,
  order: WorkingOrder,
  { quantity, price, fee, time }: Pick<Exit, 'quantity' | 'price' | 'fee' | 'time'>,
): void {
  applyExit(
    node.tranche,
    {
      reason: reasonOf(order, node),
      level: levelOf(order, node),
      orderId: order.clientOrderId,
      role: order.role,
      slot: order.slot,
      quantity,
      price,
      fee,
      time,
    },
    step.now,
  );
  if (order.role === 'take-profit') countLevel(step, node, order.slot);
  node.lastFillMono = step.mono;
  step.touch(node);
  const orderId = order.venueOrderId ?? order.clientOrderId;
  tellFill(step, node, order.terms.side, orderId, quantity, price, fee, 'exit', order.role);
}

/** A level is taken once an order of it has executed and nothing is left for it: those before it are by then, too. */
function countLevel(step: Step, { tranche }: TrancheNode, slot: number): void {
  const { minNotionalOnExits } = step.state.venue;
  const { instrument } = step.symbol(tranche.symbol);
  /** While the filters are not known again, its exact share decides. */
  const quantities =
    instrument === null
      ? sharesLeft(tranche)
      : takeProfitQuantities(tranche, instrument, minNotionalOnExits);
  const left = quantities[slot];
  if (left === undefined || left.gt(0) || tranche.progress.levelsTaken > slot) return;
  tranche.progress = { ...tranche.progress, levelsTaken: slot + 1 };
}

/** Two exits of one tranche filled together: the surplus came out of its siblings, newest first. */
function takeFromSiblings(
  step: Step,
  order: WorkingOrder,
  side: PositionSide,
  excess: Decimal,
  price: Decimal,
  time: number,
): void {
  const { symbol } = order.terms;
  step.emit('position:external', {
    symbol,
    side,
    quantity: toDecimalString(excess),
    reason: 'sibling-race',
  });
  const unexplained = reduceTranches(step, symbol, side, {
    quantity: excess,
    price,
    fee: ZERO,
    orderId: order.clientOrderId,
    reason: 'external',
    time,
  });
  if (unexplained.lte(0)) return;
  const { clientOrderId: orderId, role, slot } = order;
  /** When exactly it executed is not always told; it cannot have reduced more than was there. */
  step.misread.push({
    symbol,
    side,
    orderId,
    role,
    slot,
    quantity: unexplained,
    price,
    since: order.createdAt,
    time: lastExitOf(step, order, time),
  });
}

/**
 * When the surplus came about. Exits of a tranche are heard of in any order, and the one that is booked last is not the one
 * that took too much: the latest did.
 */
function lastExitOf(step: Step, order: WorkingOrder, time: number): number {
  const exits = step.survivor(order.trancheId)?.tranche.exits ?? [];
  return exits.reduce((latest, exit) => Math.max(latest, exit.time), time);
}

export interface Reduction {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly orderId: string;
  readonly reason: CloseReason;
  readonly time: number;
}

/**
 * Takes a reduction that no order of ours made out of the tranches of a side, newest first.
 *
 * @returns what was left over because the side held less
 */
export function reduceTranches(
  step: Step,
  symbol: string,
  side: PositionSide,
  reduction: Reduction,
): Decimal {
  let left = reduction.quantity;
  const newestFirst = [...step.symbol(symbol).live[side]].sort(
    (a, b) => b.tranche.openedSeq - a.tranche.openedSeq,
  );
  for (const node of newestFirst) {
    if (left.lte(0)) break;
    const taken = minDecimal(left, remaining(node.tranche));
    if (taken.lte(0)) continue;
    left = left.minus(taken);
    const fee = reduction.fee.times(taken).div(reduction.quantity);
    applyExit(
      node.tranche,
      {
        reason: node.tranche.closing?.reason ?? reduction.reason,
        level: null,
        orderId: reduction.orderId,
        role: 'external',
        slot: 0,
        quantity: taken,
        price: reduction.price,
        fee,
        time: reduction.time,
      },
      step.now,
    );
    node.lastFillMono = step.mono;
    step.touch(node);
    tellFill(
      step,
      node,
      side === 'LONG' ? 'SELL' : 'BUY',
      reduction.orderId,
      taken,
      reduction.price,
      fee,
      'exit',
      reduction.reason,
    );
  }
  step.symbol(symbol).lastFillMono = step.mono;
  return left;
}

export function tellFill(
  step: Step,
  node: TrancheNode,
  orderSide: 'BUY' | 'SELL',
  orderId: string,
  quantity: Decimal,
  price: Decimal,
  fee: Decimal,
  effect: 'entry' | 'exit',
  reason: string,
): void {
  step.emit('fill:applied', {
    symbol: node.tranche.symbol,
    trancheId: node.tranche.id,
    orderId,
    orderSide,
    side: node.tranche.side,
    quantity: toDecimalString(quantity),
    price: toDecimalString(price),
    fee: toDecimalString(fee),
    effect,
    reason,
  });
}

/** The level that an exit is measured by. The limit of a close is none: it follows the price. */
function levelOf({ role, terms }: WorkingOrder, { tranche }: TrancheNode): Decimal | null {
  const own = role === 'close' ? null : (terms.triggerPrice ?? terms.price);
  return own ?? tranche.closing?.level ?? null;
}

function reasonOf(order: WorkingOrder, node: TrancheNode): CloseReason {
  if (order.role === 'stop-loss') return order.rule ?? 'stop-loss';
  if (order.role === 'take-profit') return 'take-profit';
  return node.tranche.closing?.reason ?? 'external';
}
