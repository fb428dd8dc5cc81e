import { REPLAN_PAUSE_MS, SHARED_STOP_SLOT } from '../limits.js';
import { type Decimal, maxDecimal, sumDecimals, ZERO } from '../model/decimal.js';
import { type DesiredOrder, isAsDesired } from '../model/desired-order.js';
import type { TrancheId } from '../model/ids.js';
import { isTerminal, openQuantity, rests, type WorkingOrder } from '../model/order.js';
import type { PositionSide } from '../model/side.js';
import { remaining } from '../model/tranche.js';
import { withoutSlot } from '../orders/client-order-id.js';
import { desiredStops, splitMarketQuantity } from '../positions/desired-exits.js';
import { loosestLevel } from '../positions/stop-budget.js';
import { isGuardedLocally, wantsCover } from './coverage.js';
import { waitBeforeMove } from './move-pacing.js';
import { intend, REPLACED, requestCancel, sendOrders } from './order-traffic.js';
import { coveredOf, makeRoom, removeWhereCovered } from './release-stops.js';
import {
  batchesOf,
  type CountedStops,
  isSharedStop,
  ownStopQuantity,
  ownStops,
  RESTING,
  STAYING,
  sharedCover,
  sharedStops,
  UNDER_WAY,
} from './shared-stops.js';
import type { Attempts, SymbolState, TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { isAccountTight, isPooled, stopPlanOf } from './stop-plan.js';
import { conditionalOrders, stopRoom } from './stop-room.js';

/**
 * Looks after the stops that tranches share, on the symbols that were looked at: places, replaces and removes them.
 *
 * Called when every tranche on the agenda has been looked at; when something changed that others depend on, all tranches
 * of the symbol look again.
 */
export function shareStops(step: Step, names: ReadonlySet<string>): void {
  const { state } = step;
  const { settings, sharesStops, storeWritable } = state;
  if (!sharesStops || state.phase === 'booting' || !settings.usePositionMonitor) return;
  if (!storeWritable) return;
  const wasTight = state.stopsTight;
  state.stopsTight = isAccountTight(step);
  /** Where the account's limit binds, what one symbol takes another must leave. */
  const all = wasTight || state.stopsTight ? [...state.symbols.keys()] : [...names];
  for (const name of all) {
    const symbol = step.symbol(name);
    for (const side of ['LONG', 'SHORT'] as const) shareSide(step, symbol, side);
    forgetPurposes(step, symbol);
    const seen = lookOf(step, symbol);
    if (seen === symbol.sharedSeen) continue;
    symbol.sharedSeen = seen;
    step.revisitAll(symbol);
  }
}

/** What the tranches of a symbol depend on beyond themselves, as text; empty where nothing is shared or waits. */
function lookOf(step: Step, symbol: SymbolState): string {
  const { pooled, profitsAsLimits } = stopPlanOf(step, symbol.symbol);
  const sides = (['LONG', 'SHORT'] as const).map((side) => {
    const stops = sharedStops(step.state, symbol.symbol, side).filter(
      ({ status }) => !isTerminal(status),
    );
    return [
      ...pooled[side],
      ...stops.map((order) =>
        [order.clientOrderId, order.status, order.cancelStatus, openQuantity(order).toFixed()].join(
          ' ',
        ),
      ),
    ].join(',');
  });
  const isQuiet = sides.every((text) => text === '') && !profitsAsLimits;
  if (isQuiet && stopRoom(step, symbol.symbol, false) > 0) return '';
  const covered = (['LONG', 'SHORT'] as const).flatMap((side) => [
    ...coveredOf(step, symbol, side, RESTING),
  ]);
  return [...sides, profitsAsLimits, conditionalOrders(symbol), ...covered].join('|');
}

/** A tranche and what of it a shared stop is to cover. */
interface Share {
  readonly node: TrancheNode;
  readonly quantity: Decimal;
}

function shareSide(step: Step, symbol: SymbolState, side: PositionSide): void {
  const pooled = stopPlanOf(step, symbol.symbol).pooled[side];
  const working = sharedStops(step.state, symbol.symbol, side).filter(
    (order) => !isTerminal(order.status) && order.cancelStatus === 'none',
  );
  if (pooled.length === 0 && working.length === 0) return;
  const wakes = symbol.live[side].map((node) => node.wakeAt);
  const host = hostOf(step, pooled);
  const shares = sharesOf(step, symbol, side, new Set(pooled));
  /** Without a plan for one, what is shared goes as soon as every tranche has its own. */
  const desired = host === undefined ? [] : desiredShared(step, host, shares);
  /** It executes now; whatever it takes comes back as fills and is judged then. */
  const triggered = working.filter(({ status }) => status === 'triggered');
  const wanted = sumDecimals(desired.map(({ quantity }) => quantity));
  if (triggered.length === 0 || sumDecimals(triggered.map(openQuantity)).lt(wanted)) {
    bringToRest(step, { symbol, side, host, shares, desired, working });
  }
  for (const [index, node] of symbol.live[side].entries()) {
    if (node.wakeAt !== wakes[index]) step.setTimer(`tranche:${node.tranche.id}`, node.wakeAt);
  }
}

/** Who sends the shared stop: the tranche with the loosest level. */
function hostOf(step: Step, pooled: readonly TrancheId[]): TrancheNode | undefined {
  const last = pooled.at(-1);
  return last === undefined ? undefined : step.node(last);
}

/**
 * What a shared stop is for: the tranches that are planned to share it, and all that would have no stop without it.
 */
function sharesOf(
  step: Step,
  symbol: SymbolState,
  side: PositionSide,
  pooled: ReadonlySet<TrancheId>,
): readonly Share[] {
  const { venue } = step.state;
  const covered = coveredOf(step, symbol, side, STAYING);
  const shares: Share[] = [];
  for (const node of symbol.live[side]) {
    const { tranche } = node;
    if (!wantsCover(node)) continue;
    const held = remaining(tranche);
    const missing = (counts: CountedStops): Decimal =>
      maxDecimal(ZERO, held.minus(ownStopQuantity(node, counts)));
    let quantity = held;
    if (!pooled.has(tranche.id)) {
      const instrument = step.instrument(tranche.symbol);
      const mayRest = desiredStops(tranche, instrument, venue).orders.length > 0;
      /** A stop of its own that is not taken yet: what covered it until now goes on doing so. */
      const keeps = covered.has(tranche.id) ? missing(STAYING) : ZERO;
      const waits = mayRest && tranche.state === 'OPEN' ? missing(UNDER_WAY) : ZERO;
      quantity = maxDecimal(keeps, waits);
    }
    if (quantity.gt(0)) shares.push({ node, quantity });
  }
  return shares;
}

function desiredShared(
  step: Step,
  host: TrancheNode,
  shares: readonly Share[],
): readonly DesiredOrder[] {
  const { tranche } = host;
  const levels = shares.flatMap(({ node }) => node.tranche.levels.stopLoss ?? []);
  const level = loosestLevel(levels, tranche.side);
  const quantity = sumDecimals(shares.map((share) => share.quantity));
  return splitMarketQuantity(quantity, step.instrument(tranche.symbol)).map((part, index) => ({
    slot: SHARED_STOP_SLOT + index,
    kind: 'stop-market',
    quantity: part,
    price: null,
    triggerPrice: level,
    triggerSource: tranche.plan.workingType,
  }));
}

interface SharedStopWork {
  readonly symbol: SymbolState;
  readonly side: PositionSide;
  /** `undefined`: nothing is planned to be shared any more. */
  readonly host: TrancheNode | undefined;
  readonly shares: readonly Share[];
  readonly desired: readonly DesiredOrder[];
  /** Shared stops that are alive and wanted until now. */
  readonly working: readonly WorkingOrder[];
}

/** New before old, one replacement after the other: at most two shared stops rest for one side. */
function bringToRest(step: Step, work: SharedStopWork): void {
  const { host, desired, working } = work;
  if (host === undefined || desired.length === 0) {
    for (const batch of oldestFirst(working)) removeWhereCovered(step, work, batch);
    return;
  }
  const kept = batchesOf(working).find((batch) => isBatchAsDesired(batch, desired));
  if (kept !== undefined) {
    notePurpose(work, kept);
    const others = working.filter((order) => !kept.includes(order));
    if (kept.every(rests)) removeWhereCovered(step, work, others);
    else resend(step, host, kept);
    return;
  }
  for (const order of working) if (order.unsent) requestCancel(step, order, REPLACED);
  const resting = working.filter((order) => !order.unsent);
  if (!resting.every(rests)) return;
  /** A replacement that was overtaken is finished first: two for one side are enough. */
  for (const batch of oldestFirst(resting)) {
    if (batchesOf(resting.filter(STAYING)).length > 1) removeWhereCovered(step, work, batch);
  }
  widen(work, resting);
  place(step, work, host, resting);
}

/** What rests at the right level for more than is left of those it was placed for is for the others as well. */
function widen(work: SharedStopWork, resting: readonly WorkingOrder[]): void {
  const [pattern] = work.desired;
  const wanted = sumDecimals(work.shares.map(({ quantity }) => quantity));
  const batch = batchesOf(resting.filter(STAYING)).find(
    (orders) =>
      sumDecimals(orders.map(openQuantity)).gte(wanted) &&
      orders.every(
        ({ terms }) =>
          terms.triggerSource === pattern?.triggerSource &&
          pattern?.triggerPrice !== null &&
          pattern?.triggerPrice !== undefined &&
          terms.triggerPrice?.eq(pattern.triggerPrice),
      ),
  );
  if (batch) notePurpose(work, batch);
}

function place(
  step: Step,
  work: SharedStopWork,
  host: TrancheNode,
  resting: readonly WorkingOrder[],
): void {
  const { shares, desired, symbol, side } = work;
  const alone: CountedStops = (order) => STAYING(order) && isSharedStop(order);
  const covered = sharedCover(step.state, symbol.symbol, side, alone);
  const grows = shares.some(
    ({ node, quantity }) => covered.get(node.tranche.id)?.lt(quantity) ?? true,
  );
  if (!grows) {
    /** It shrinks or moves: not before those that left it rest on their own, and paced like every move. */
    if (shares.some(({ node }) => !isPooled(step, node) && node.tranche.state === 'OPEN')) return;
    const level = desired[0]?.triggerPrice ?? null;
    const until = waitBeforeMove(step, host, resting, level);
    if (until !== null) {
      step.wake(host, until);
      return;
    }
  }
  host.moveWaitingSince = null;
  if (step.mono < host.stop.retryAt) {
    step.wake(host, host.stop.retryAt);
    return;
  }
  const owned = shares.flatMap(({ node }) =>
    isPooled(step, node) ? ownStops(node).filter(STAYING) : [],
  );
  const frees = resting.length + owned.length > 0;
  if (desired.length > stopRoom(step, symbol.symbol, frees)) {
    const guarded = shares.every(({ node }) => isGuardedLocally(step.state, node, step.mono));
    const inTheWay = resting.length > 0 ? resting : owned;
    if (guarded) makeRoom(step, symbol, desired, inTheWay);
    step.wake(host, step.mono + REPLAN_PAUSE_MS);
    return;
  }
  if (resting.length > 0) host.movedAt = step.mono;
  const placed = intend(step, host, 'stop-loss', desired);
  notePurpose(work, placed);
  sendOrders(step, 'emergency', placed);
}

function notePurpose({ symbol, shares }: SharedStopWork, [order]: readonly WorkingOrder[]): void {
  if (order === undefined) return;
  symbol.sharedFor.set(
    withoutSlot(order.clientOrderId),
    new Map(shares.map(({ node, quantity }) => [node.tranche.id, quantity])),
  );
}

function forgetPurposes(step: Step, { symbol, sharedFor }: SymbolState): void {
  if (sharedFor.size === 0) return;
  const alive = (['LONG', 'SHORT'] as const).flatMap((side) =>
    sharedStops(step.state, symbol, side).filter(({ status }) => !isTerminal(status)),
  );
  const keys = new Set(alive.map(({ clientOrderId }) => withoutSlot(clientOrderId)));
  for (const key of sharedFor.keys()) if (!keys.has(key)) sharedFor.delete(key);
}

function resend(step: Step, host: TrancheNode, kept: readonly WorkingOrder[]): void {
  const unsent = kept.filter((order) => order.unsent);
  if (unsent.length === 0) return;
  if (step.mono < host.stop.retryAt) step.wake(host, host.stop.retryAt);
  else if (unsent.length > stopRoom(step, host.tranche.symbol, true))
    step.wake(host, step.mono + REPLAN_PAUSE_MS);
  else sendOrders(step, 'emergency', unsent);
}

/** What was refused lately of the stop that is to cover the tranche, whoever sends it. */
export function attemptsToCover(step: Step, node: TrancheNode): Attempts {
  const { pooled } = stopPlanOf(step, node.tranche.symbol);
  const ids = pooled[node.tranche.side];
  const host = ids.includes(node.tranche.id) ? hostOf(step, ids) : undefined;
  return host?.stop ?? node.stop;
}

function isBatchAsDesired(
  batch: readonly WorkingOrder[],
  desired: readonly DesiredOrder[],
): boolean {
  const left = [...desired];
  for (const order of batch) {
    const index = left.findIndex((wanted) => isAsDesired(order, wanted));
    if (index < 0) return false;
    left.splice(index, 1);
  }
  return left.length === 0;
}

function oldestFirst(orders: readonly WorkingOrder[]): readonly (readonly WorkingOrder[])[] {
  const age = ([order]: readonly WorkingOrder[]): number => order?.createdAt ?? 0;
  return [...batchesOf(orders)].sort((a, b) => age(a) - age(b));
}
