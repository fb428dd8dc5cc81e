import { ZERO } from '../model/decimal.js';
import type { DesiredOrder } from '../model/desired-order.js';
import type { TrancheId } from '../model/ids.js';
import { isTerminal, rests, type WorkingOrder } from '../model/order.js';
import type { PositionSide } from '../model/side.js';
import { remaining } from '../model/tranche.js';
import { REPLACED, requestCancel } from './order-traffic.js';
import {
  type CountedStops,
  ownStopQuantity,
  ownStops,
  STAYING,
  sharedCover,
} from './shared-stops.js';
import type { SymbolState, TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** A tranche that shares a stop lets its own go as soon as the shared one covers it. */
export function releaseOwnStops(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const own = ownStops(node).filter(
    ({ status, cancelStatus }) => !isTerminal(status) && cancelStatus === 'none',
  );
  for (const order of own) if (order.unsent) requestCancel(step, order, REPLACED);
  const going = new Set(own.filter(({ status, unsent }) => status !== 'triggered' && !unsent));
  if (going.size === 0) return;
  const symbol = step.symbol(tranche.symbol);
  const counts: CountedStops = (order) => STAYING(order) && !going.has(order);
  if (!coveredOf(step, symbol, tranche.side, counts).has(tranche.id)) return;
  if (!isCoveredWithout(step, symbol, tranche.side, going)) return;
  for (const order of going) requestCancel(step, order, REPLACED);
}

/** A tranche that waits for room keeps no more of its own stops than cover it: the latest. */
export function thinOut(step: Step, node: TrancheNode): void {
  const held = remaining(node.tranche);
  for (const order of ownStops(node).filter(STAYING)) {
    const left = ownStopQuantity(node, (other) => STAYING(other) && other !== order);
    if (order.status !== 'triggered' && left.gte(held)) requestCancel(step, order, REPLACED);
  }
}

/** Removes stops that are not needed any more: all of them, or none while a tranche would lose its cover. */
export function removeWhereCovered(
  step: Step,
  { symbol, side }: { readonly symbol: SymbolState; readonly side: PositionSide },
  leaving: readonly WorkingOrder[],
): void {
  const going = leaving.filter(({ status }) => status !== 'triggered');
  if (going.length === 0 || !isCoveredWithout(step, symbol, side, new Set(going))) return;
  for (const order of going) requestCancel(step, order, REPLACED);
}

/**
 * Stops in several parts may need more slots than are free even when nothing else is under way: then the old go first,
 * under our own guards.
 */
export function makeRoom(
  step: Step,
  symbol: SymbolState,
  wanted: readonly DesiredOrder[],
  inTheWay: readonly WorkingOrder[],
): void {
  if (wanted.length < 2) return;
  const isSettling = [...symbol.live.LONG, ...symbol.live.SHORT].some(({ orders }) =>
    orders.some(
      (order) =>
        order.terms.triggerPrice !== null &&
        !isTerminal(order.status) &&
        (!rests(order) || order.cancelStatus !== 'none'),
    ),
  );
  if (isSettling) return;
  for (const order of inTheWay.filter(STAYING)) requestCancel(step, order, REPLACED);
}

/** Whether every tranche that is covered now would be without these orders as well. */
function isCoveredWithout(
  step: Step,
  symbol: SymbolState,
  side: PositionSide,
  going: ReadonlySet<WorkingOrder>,
): boolean {
  const before = coveredOf(step, symbol, side, STAYING);
  const after = coveredOf(step, symbol, side, (order) => STAYING(order) && !going.has(order));
  return [...before].every((id) => after.has(id));
}

/** Tranches of a side that stops cover whole. */
export function coveredOf(
  { state }: Step,
  { symbol, live }: SymbolState,
  side: PositionSide,
  counts: CountedStops,
): ReadonlySet<TrancheId> {
  const shared = sharedCover(state, symbol, side, counts);
  const covered = new Set<TrancheId>();
  for (const node of live[side]) {
    const { id } = node.tranche;
    const quantity = ownStopQuantity(node, counts).plus(shared.get(id) ?? ZERO);
    if (quantity.gte(remaining(node.tranche))) covered.add(id);
  }
  return covered;
}
