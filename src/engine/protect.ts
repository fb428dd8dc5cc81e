import { LOOK_AGAIN_MS, REPLAN_PAUSE_MS, TRIGGERED_UNFILLED_MS } from '../limits.js';
import { sumDecimals } from '../model/decimal.js';
import { type DesiredOrder, type DesiredRole, isAsDesired } from '../model/desired-order.js';
import { isOpen, isTerminal, openQuantity, rests, type WorkingOrder } from '../model/order.js';
import { insidePriceBand } from '../model/price.js';
import { remaining } from '../model/tranche.js';
import { diffStops } from '../orders/stop-diff.js';
import { diffTakeProfits } from '../orders/take-profit-diff.js';
import {
  desiredStops,
  desiredTakeProfits,
  splitMarketQuantity,
  type TakeProfitWish,
} from '../positions/desired-exits.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { mayHaveExecuted } from './account-agrees.js';
import { beginClose } from './begin-close.js';
import { advanceConfirmation } from './confirmation.js';
import { coverageOf, isGuardedLocally, restingStopQuantity } from './coverage.js';
import { tellMissing } from './coverage-gap.js';
import { advanceRules } from './exit-rules.js';
import { syncLevels } from './guards.js';
import { endGraces } from './level-hits.js';
import { waitBeforeMove } from './move-pacing.js';
import { intend, REPLACED, requestCancel, sendOrders, tellFailure } from './order-traffic.js';
import { freshPrice } from './price-sources.js';
import { makeRoom, releaseOwnStops, thinOut } from './release-stops.js';
import { ownStops, sharedCoverOf, stopsFor, UNDER_WAY } from './shared-stops.js';
import { ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { isPooled, stopPlanOf } from './stop-plan.js';
import { attemptsToCover } from './stop-pool.js';
import { stopRoom } from './stop-room.js';
import { fillsUntil } from './triggered-stops.js';

const SHARED: DesiredRole = { orders: [], local: 'pooled' };

/**
 * Makes what rests equal to what the plan wants, for an OPEN tranche: stops first, then take-profits.
 *
 * Called after everything that touches the tranche; it looks at the whole and sends only the difference.
 */
export function protect(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  if (remaining(tranche).lte(0)) {
    const last = tranche.exits.at(-1);
    beginClose(step, node, {
      reason: last?.reason ?? 'external',
      level: last?.level ?? null,
      trigger: null,
    });
    return;
  }
  advanceRules(step, node);
  if (tranche.state !== 'OPEN') return;
  endGraces(step, node);
  if (tranche.state !== 'OPEN') return;
  advanceConfirmation(step, node);
  if (tranche.state !== 'OPEN') return;
  syncLevels(step, node);
  if (tranche.state !== 'OPEN') return;
  takeWhole(step, node);
  if (tranche.state !== 'OPEN') return;
  watchTriggeredStops(step, node);
  if (tranche.state !== 'OPEN') return;
  if (!step.state.storeWritable) {
    protectWithoutStore(step, node);
    return;
  }
  const desired = isPooled(step, node)
    ? SHARED
    : desiredStops(tranche, step.instrument(tranche.symbol), step.state.venue);
  leaveRoomForStops(step, node);
  const first =
    ordersOf(node, 'stop-loss').length === 0 && ordersOf(node, 'take-profit').length === 0;
  const placed = protectWithStops(step, node, desired);
  if (tranche.state !== 'OPEN') return;
  if (step.state.halted) {
    sendOrders(step, 'emergency', placed);
    return;
  }
  /** The very first orders may go in one request, the stop in front: what is too much for one waits for the stop. */
  if (first && placed.length > 0 && mayBatch(step)) {
    const room = Math.max(0, step.state.venue.batchSize - placed.length);
    const profits = placeableProfits(step, node).slice(0, room);
    const together = [...placed, ...intend(step, node, 'take-profit', profits)];
    sendOrders(step, 'emergency', profits.length === 0 ? placed : together);
    return;
  }
  sendOrders(step, 'emergency', placed);
  if (isStopInPlace(step, node, desired)) placeTakeProfits(step, node);
}

/** A conditional take-profit gives its slot to a stop: what takes its place rests as a limit. */
function leaveRoomForStops(step: Step, node: TrancheNode): void {
  if (!stopPlanOf(step, node.tranche.symbol).profitsAsLimits) return;
  for (const order of ordersOf(node, 'take-profit')) {
    if (order.terms.triggerPrice !== null) requestCancel(step, order, REPLACED);
  }
}

function mayBatch(step: Step): boolean {
  return step.state.settings.tpSlBatchEnabled && step.state.venue.batchSize > 1;
}

/** Stops: cover first, new before old. Returns recorded orders that are still to be sent. */
function protectWithStops(step: Step, node: TrancheNode, desired: DesiredRole): WorkingOrder[] {
  if (desired === SHARED) {
    releaseOwnStops(step, node);
    closeInEmergency(step, node);
    return [];
  }
  const { tranche } = node;
  const working = ownStops(node);
  const held = remaining(tranche);
  const { severalStops } = step.state.venue;
  /** Where only one stop may rest, it goes first: never without our own guard on a fresh price. */
  const unguarded = !severalStops && !isGuardedLocally(step.state, node, step.mono);
  const wait =
    waitBeforeMove(step, node, working, tranche.levels.stopLoss) ??
    (unguarded ? step.mono + REPLAN_PAUSE_MS : null);
  const diff = diffStops({
    desired: desired.orders,
    working,
    held,
    moveMustWait: wait !== null,
    severalStops,
  });
  if (!severalStops) tellGap(step, node, diff.cancel);
  for (const order of diff.cancel) requestCancel(step, order, REPLACED);
  if (diff.waiting && wait !== null) step.wake(node, wait);
  if (!diff.waiting) node.moveWaitingSince = null;
  if (desired.local === 'below-minimum')
    tellFailure(step, node, 'stop-loss', 'below-minimum: guarded locally');
  if (desired.local === 'kind-unsupported')
    tellFailure(step, node, 'stop-loss', 'unsupported-order-kind: guarded locally');
  if (closeInEmergency(step, node)) return [];
  if (step.mono < node.stop.retryAt) {
    if (diff.place.length > 0 || diff.resend.length > 0) step.wake(node, node.stop.retryAt);
    return [];
  }
  const wanted = diff.resend.length + diff.place.length;
  if (wanted > stopRoom(step, tranche.symbol, false)) {
    /** What a shared stop can cover it covers meanwhile; the others are guarded by us. */
    thinOut(step, node);
    if (isGuardedLocally(step.state, node, step.mono))
      makeRoom(step, step.symbol(tranche.symbol), diff.place, working);
    step.wake(node, step.mono + REPLAN_PAUSE_MS);
    return [];
  }
  const outgoing = [...diff.resend];
  if (diff.place.length > 0) {
    if (working.some((order) => !isTerminal(order.status))) node.movedAt = step.mono;
    outgoing.push(...intend(step, node, 'stop-loss', diff.place));
  } else if (diff.uncovered.gt(0)) {
    const [pattern] = desired.orders;
    const parts = splitMarketQuantity(diff.uncovered, step.instrument(tranche.symbol));
    if (pattern) {
      outgoing.push(
        ...intend(
          step,
          node,
          'stop-loss',
          parts.map((quantity, slot) => ({ ...pattern, quantity, slot })),
        ),
      );
    }
  }
  return outgoing;
}

/** The only stop is about to go before its successor comes: that is told, and so is the end of it. */
function tellGap(step: Step, node: TrancheNode, leaving: readonly WorkingOrder[]): void {
  if (node.missing !== null || !leaving.some((order) => isOpen(order.status))) return;
  const reason = 'the exchange takes one stop only: it is replaced under our own guard';
  tellMissing(step, node, 'order', reason);
}

/** A stop that was triggered and does not fill is followed by a close. */
function watchTriggeredStops(step: Step, node: TrancheNode): void {
  for (const order of stopsFor(step.state, node)) {
    if (order.status !== 'triggered') continue;
    const due = fillsUntil(step, order);
    if (step.mono < due) step.wake(node, due);
    else
      beginClose(step, node, {
        reason: order.rule ?? 'stop-loss',
        level: order.terms.triggerPrice,
        trigger: null,
      });
  }
}

/** The store is down: a stop for a tranche that has none, with its deterministic id, and nothing else. */
function protectWithoutStore(step: Step, node: TrancheNode): void {
  const stops = ownStops(node);
  const unsent = stops.filter((order) => order.unsent);
  const alive = stops.filter((order) => !isTerminal(order.status) && !order.unsent);
  const uncovered = remaining(node.tranche)
    .minus(sumDecimals(alive.map(openQuantity)))
    .minus(sharedCoverOf(step.state, node, UNDER_WAY));
  if (uncovered.lte(0)) return;
  if (step.mono < node.stop.retryAt) {
    step.wake(node, node.stop.retryAt);
    return;
  }
  const desired = desiredStops(
    node.tranche,
    step.instrument(node.tranche.symbol),
    step.state.venue,
  );
  if (desired.orders.length === 0) return;
  /** The very write that failed may have been this stop's: it keeps its id. */
  const [pattern] = desired.orders;
  const parts = splitMarketQuantity(uncovered, step.instrument(node.tranche.symbol));
  const missing = parts.flatMap((quantity, slot) =>
    pattern ? [{ ...pattern, quantity, slot }] : [],
  );
  const orders = unsent.length > 0 ? unsent : intend(step, node, 'stop-loss', missing);
  sendOrders(step, 'emergency', orders, true);
  tellFailure(
    step,
    node,
    'take-profit',
    'store: nothing but a stop is sent while the store is down',
  );
}

/** A wanted stop that is refused for good, without any other cover: out, when both bounds are passed. */
function closeInEmergency(step: Step, node: TrancheNode): boolean {
  const bounds = step.state.settings.emergencyClose;
  const { failures, firstFailureMono } = attemptsToCover(step, node);
  if (bounds === null || firstFailureMono === null || failures < bounds.afterFailures) return false;
  const due = firstFailureMono + bounds.afterMs;
  if (step.mono < due) {
    step.wake(node, due);
    return false;
  }
  if (coverageOf(step.state, node, step.mono) !== 'none') return false;
  beginClose(step, node, { reason: 'emergency', level: null, trigger: null });
  return true;
}

/** Whether take-profits may go: the stop is live, is not wanted at the exchange, or was refused while we guard it. */
function isStopInPlace(step: Step, node: TrancheNode, desired: DesiredRole): boolean {
  if (node.tranche.levels.stopLoss === null) return true;
  if (desired.local !== null && desired !== SHARED) return true;
  if (restingStopQuantity(step.state, node).gte(remaining(node.tranche))) return true;
  /** More parts than are ever placed at once: the rest is guarded by us, and has no need of what the exits take. */
  if (desired !== SHARED && allRest(desired, ownStops(node))) {
    return isGuardedLocally(step.state, node, step.mono);
  }
  const { failures, lastCode } = attemptsToCover(step, node);
  const refused = failures > 0 && lastCode !== 'throttled';
  return refused && isGuardedLocally(step.state, node, step.mono);
}

function placeableProfits(step: Step, node: TrancheNode) {
  const { tranche } = node;
  const instrument = step.instrument(tranche.symbol);
  const wish = profitWish(step, node);
  const { orders } = desiredTakeProfits(tranche, instrument, step.state.venue, wish);
  const symbol = step.symbol(tranche.symbol);
  const mark =
    freshPrice(step.state, symbol, 'MARK', step.mono) ??
    freshPrice(step.state, symbol, 'LAST', step.mono);
  if (mark === null) return orders;
  const side = tranche.side === 'LONG' ? 'SELL' : 'BUY';
  const allowed = orders.filter(
    (order) => order.price === null || insidePriceBand(order.price, side, instrument, mark),
  );
  /** A limit outside the exchange's band is guarded locally until the price comes nearer. */
  if (allowed.length < orders.length) step.wake(node, step.mono + TRIGGERED_UNFILLED_MS);
  return allowed;
}

function profitWish(step: Step, node: TrancheNode): TakeProfitWish {
  const { profitsAsLimits } = stopPlanOf(step, node.tranche.symbol);
  return { asLimits: profitsAsLimits, taking: new Set(node.taking.keys()) };
}

/** Levels that the price has passed, and that leave nothing worth an order: the whole tranche is closed. */
function takeWhole(step: Step, node: TrancheNode): void {
  if (node.taking.size === 0) return;
  const { tranche } = node;
  const instrument = step.instrument(tranche.symbol);
  const { minNotionalOnExits } = step.state.venue;
  const quantities = takeProfitQuantities(tranche, instrument, minNotionalOnExits);
  let rest = remaining(tranche);
  for (const slot of node.taking.keys()) {
    const quantity = quantities[slot];
    if (quantity === undefined || quantity.lte(0)) node.taking.delete(slot);
    else rest = rest.minus(quantity);
  }
  const last = [...node.taking.values()].at(-1);
  if (last === undefined || splitMarketQuantity(rest, instrument).length > 0) return;
  const { level, trigger } = last;
  beginClose(step, node, { reason: 'take-profit', level, trigger });
}

/** Take-profits: amended by cancelling first, so that two never rest for one quantity. */
function placeTakeProfits(step: Step, node: TrancheNode): void {
  const wanted = placeableProfits(step, node).filter((order) => !isInDoubt(step, node, order));
  const diff = diffTakeProfits(wanted, ordersOf(node, 'take-profit'));
  for (const order of diff.cancel) requestCancel(step, order, REPLACED);
  if (diff.place.length === 0 && diff.resend.length === 0) return;
  if (step.mono < node.profit.retryAt) {
    step.wake(node, node.profit.retryAt);
    return;
  }
  const conditional = diff.place.filter(({ triggerPrice }) => triggerPrice !== null).length;
  if (conditional > 0 && conditional > stopRoom(step, node.tranche.symbol, false)) {
    step.wake(node, step.mono + REPLAN_PAUSE_MS);
    return;
  }
  const urgent = diff.place.some(({ kind }) => kind === 'market');
  sendOrders(step, urgent ? 'emergency' : 'protective', [
    ...diff.resend,
    ...intend(step, node, 'take-profit', diff.place),
  ]);
}

/** A level that was passed is taken at market only once nothing of it can have been executed unheard. */
function isInDoubt(step: Step, node: TrancheNode, { kind, slot }: DesiredOrder): boolean {
  const taken = node.taking.get(slot);
  if (kind !== 'market' || taken === undefined || !mayHaveExecuted(step, taken.since)) return false;
  if (step.mono >= taken.askAt) {
    taken.askAt = step.mono + LOOK_AGAIN_MS;
    step.send({ kind: 'compare-account', reason: 'a take-profit level was passed unheard' });
  }
  step.wake(node, taken.askAt);
  return true;
}

/** Whether everything that the plan wants resting rests, and the rest is guarded as planned. */
export function isProtectedAsPlanned(step: Step, node: TrancheNode): boolean {
  const { tranche } = node;
  const { state } = step;
  if (!state.settings.usePositionMonitor) return false;
  const instrument = step.instrument(tranche.symbol);
  if (isPooled(step, node)) {
    /** It shares a stop: that is the plan. */
    if (restingStopQuantity(state, node).lt(remaining(tranche))) return false;
  } else if (tranche.levels.stopLoss !== null) {
    const stops = desiredStops(tranche, instrument, state.venue);
    const guarded = stops.local === 'plan' && isGuardedLocally(state, node, step.mono);
    if (!guarded && !allRest(stops, ownStops(node))) return false;
    if (stops.local !== null && stops.local !== 'plan') return false;
  }
  const profits = desiredTakeProfits(tranche, instrument, state.venue, profitWish(step, node));
  if (tranche.levels.takeProfits.length === 0 || profits.local === 'plan') return true;
  return profits.local === null && allRest(profits, ordersOf(node, 'take-profit'));
}

/** One order for each that is wanted: parts of one quantity are alike. */
function allRest({ orders }: DesiredRole, working: readonly WorkingOrder[]): boolean {
  const open = working.filter((order) => rests(order) && order.cancelStatus === 'none');
  const isTaken = (wanted: DesiredOrder): boolean => {
    const index = open.findIndex((order) => isAsDesired(order, wanted));
    if (index >= 0) open.splice(index, 1);
    return index >= 0;
  };
  return orders.length > 0 && orders.every(isTaken);
}
