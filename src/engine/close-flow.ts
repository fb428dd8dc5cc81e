import {
  ACCOUNT_VIEW_FRESH_MS,
  CLOSE_VIEW_FRESH_MS,
  FILL_OVERLAP_MS,
  REPLAN_PAUSE_MS,
  TRIGGERED_UNFILLED_MS,
  URGENT_READ_MS,
} from '../limits.js';
import {
  type Decimal,
  maxDecimal,
  minDecimal,
  sumDecimals,
  toDecimalString,
  ZERO,
} from '../model/decimal.js';
import type { DesiredOrder } from '../model/desired-order.js';
import type { PositionView } from '../model/input.js';
import {
  isOpen,
  isSettled,
  type OrderKind,
  openQuantity,
  type WorkingOrder,
} from '../model/order.js';
import { type Exit, remaining } from '../model/tranche.js';
import { splitMarketQuantity } from '../positions/desired-exits.js';
import { accountAgrees } from './account-agrees.js';
import { disarmAll, isUrgent } from './begin-close.js';
import { settleCloseWaiters } from './close-waiters.js';
import { waitForStopsLeftBehind, waitForTakeProfits, waitForTriggeredStop } from './close-waits.js';
import { evictClosed } from './evict-closed.js';
import { isOvertaken, sliceOf, waitForItsTurn } from './exit-execution.js';
import { handOver } from './hand-over.js';
import { answerCovered, intend, requestCancel, sendOrders, tellFailure } from './order-traffic.js';
import { freshPrice, stopSource } from './price-sources.js';
import { ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { tellClosed } from './tell-closed.js';
import { stopsLeftBehind } from './triggered-stops.js';

/**
 * The one close flow of a tranche (C1-C7): take-profits away, compare, close reduce-only, then the stop away.
 *
 * Called again whenever something of the tranche changes; it goes on from what is known.
 */
export function advanceClose(step: Step, node: TrancheNode): void {
  const { tranche, close } = node;
  if (close === null) return;
  if (remaining(tranche).lte(0)) {
    finish(step, node);
    return;
  }
  becomeUrgent(step, node);
  if (!step.state.storeWritable) {
    closeWithoutStore(step, node);
    return;
  }
  endStuckLimits(step, node);
  if (ordersOf(node, 'close').some((order) => !isSettled(order) && !order.unsent)) return;
  const resend = ordersOf(node, 'close').filter((order) => order.unsent);
  for (const order of ordersOf(node, 'take-profit')) requestCancel(step, order, 'closing');
  if (waitForTakeProfits(step, node)) return;
  if (waitForTriggeredStop(step, node)) return;
  if (waitForStopsLeftBehind(step, node)) return;
  if (waitForItsTurn(step, node)) return;
  if (waitForView(step, node)) return;
  if (step.mono < close.attempts.retryAt) {
    step.wake(node, close.attempts.retryAt);
    return;
  }
  if (close.available?.lte(0)) {
    /** Other closes of the side claim all that is there: what they leave is read again. */
    close.view = 'none';
    close.mustRead = true;
    close.available = null;
    step.wake(node, step.mono + REPLAN_PAUSE_MS);
    return;
  }
  const most =
    close.available === null ? remaining(tranche) : minDecimal(remaining(tranche), close.available);
  const { kind, quantity, price } = sliceOf(step, node, most);
  const parts = splitMarketQuantity(quantity, step.instrument(tranche.symbol));
  if (parts.length === 0) {
    tellFailure(
      step,
      node,
      'close',
      `below-minimum: ${toDecimalString(quantity)} cannot be closed by an order`,
    );
    return;
  }
  /** The view answered for this order; the next one asks again. */
  close.view = 'none';
  close.available = null;
  close.sentMono = step.mono;
  if (isAsWanted(resend, kind, parts)) {
    sendOrders(step, 'emergency', resend);
    return;
  }
  for (const order of resend) requestCancel(step, order, 'another exit is wanted by now');
  const orders = price === null ? closeOrders(parts) : [limitOrder(quantity, price)];
  sendOrders(
    step,
    'emergency',
    intend(step, node, 'close', orders),
    close.urgent && isFirstClose(node),
  );
}

/** Waiting is for tranches whose stop rests: when it is gone, or was left behind, waiting ends. */
function becomeUrgent(step: Step, node: TrancheNode): void {
  const { close } = node;
  if (close === null || close.urgent) return;
  const isShort =
    isUrgent(step.state, node) || isOvertaken(step, node) || stopsLeftBehind(step, node).length > 0;
  if (!isShort) return;
  close.urgent = true;
  close.startedMono = step.mono;
}

/** A limit that was to end at once and rests all the same keeps the close from going on. */
function endStuckLimits(step: Step, node: TrancheNode): void {
  for (const order of ordersOf(node, 'close')) {
    if (order.terms.kind !== 'ioc-limit' || !isOpen(order.status)) continue;
    const isStuck = step.venue - order.createdAt >= TRIGGERED_UNFILLED_MS;
    if (isStuck) requestCancel(step, order, 'it was to end at once');
  }
}

/** Whether orders that are known not to have left are what is to leave now: they keep their ids. */
function isAsWanted(
  unsent: readonly WorkingOrder[],
  kind: OrderKind,
  parts: readonly Decimal[],
): boolean {
  return (
    unsent.length > 0 &&
    kind === 'market' &&
    unsent.every(({ terms }) => terms.kind === kind) &&
    sumDecimals(unsent.map(({ terms }) => terms.quantity)).eq(sumDecimals(parts))
  );
}

function isFirstClose(node: TrancheNode): boolean {
  return node.tranche.nextGeneration.close === 1;
}

function closeOrders(parts: readonly Decimal[]): readonly DesiredOrder[] {
  return parts.map((quantity, slot) => ({
    slot,
    kind: 'market',
    quantity,
    price: null,
    triggerPrice: null,
    triggerSource: null,
  }));
}

function limitOrder(quantity: Decimal, price: Decimal): DesiredOrder {
  return {
    slot: 0,
    kind: 'ioc-limit',
    quantity,
    price,
    triggerPrice: null,
    triggerSource: null,
  };
}

/** Compare before closing: what the exchange holds bounds what is sent. A failed read is never "nothing there". */
function waitForView(step: Step, node: TrancheNode): boolean {
  const { close, tranche } = node;
  if (close === null) return false;
  if (close.view === 'known' || close.view === 'failed') {
    /** A look that failed excuses only what leaves at once, unless time is short. */
    const freshMs = close.view === 'failed' && !close.urgent ? 0 : CLOSE_VIEW_FRESH_MS;
    if (step.mono - close.viewAt <= freshMs) return false;
    /** The close had to wait: what was seen then says nothing about now. */
    close.view = 'none';
    close.available = null;
    close.mustRead = true;
  }
  const { comparedAt, exchangeUp } = step.state;
  const fresh = exchangeUp && comparedAt !== null && step.mono - comparedAt < ACCOUNT_VIEW_FRESH_MS;
  if (fresh && accountAgrees(step, tranche) && !close.mustRead) return false;
  if (close.view === 'none') {
    close.view = 'reading';
    close.readingSince = step.mono;
    step.send({
      kind: 'read-position',
      symbol: tranche.symbol,
      sinceMs: tranche.openedAt - FILL_OVERLAP_MS,
    });
  }
  if (!close.urgent) return true;
  /** Both waits before the first order share one bound. */
  const since = node.tranche.nextGeneration.close === 0 ? close.startedMono : close.readingSince;
  const until = since + URGENT_READ_MS;
  if (step.mono >= until) return false;
  step.wake(node, until);
  return true;
}

/** What the exchange holds, for every tranche of the symbol that waits for it. Fills of the view are booked already. */
export function applyPositionView(step: Step, symbol: string, view: PositionView | null): void {
  for (const side of ['LONG', 'SHORT'] as const) {
    const nodes = step.symbol(symbol).live[side];
    const waiting = nodes.filter((node) => node.close?.view === 'reading');
    if (waiting.length === 0) continue;
    for (const node of waiting) noteView(step, node, view !== null);
    if (view === null) continue;
    const held = sumDecimals(
      view.positions
        .filter((row) => row.symbol === symbol && row.side === side)
        .map((row) => row.quantity),
    );
    const expected = sumDecimals(nodes.map((node) => remaining(node.tranche))).plus(
      step.symbol(symbol).external[side],
    );
    if (held.gt(0) && held.lt(expected)) {
      step.emit('position:external', {
        symbol,
        side,
        quantity: toDecimalString(expected.minus(held)),
        reason: 'netted',
      });
    }
    /** What other closes of the side already ask for is not given away twice. */
    let free = maxDecimal(ZERO, held.minus(closingQuantity(nodes)));
    for (const node of waiting) free = free.minus(allot(step, node, { held, expected, free }));
  }
}

function noteView(step: Step, node: TrancheNode, came: boolean): void {
  step.revisit(node);
  if (node.close === null) return;
  node.close.viewAt = step.mono;
  if (!came) node.close.view = 'failed';
}

interface Holding {
  /** What the exchange says, what we expect, and what no close has claimed yet. */
  readonly held: Decimal;
  readonly expected: Decimal;
  readonly free: Decimal;
}

/** How much of what the exchange holds one closing tranche may ask for. */
function allot(step: Step, node: TrancheNode, { held, expected, free }: Holding): Decimal {
  const { close, tranche } = node;
  if (close === null) return ZERO;
  close.view = 'known';
  close.mustRead = false;
  if (held.gt(0)) {
    const rest = remaining(tranche);
    close.available = held.gte(expected) ? rest : minDecimal(rest, free);
    close.emptySeen = 0;
    return close.available;
  }
  close.emptySeen += 1;
  if (close.emptySeen < 2) {
    /** Once may be a stale answer. */
    close.view = 'none';
    close.mustRead = true;
  } else bookAsExternal(step, node);
  return ZERO;
}

/** Quantity of closes of a side that are under way. */
function closingQuantity(nodes: readonly TrancheNode[]): Decimal {
  return sumDecimals(
    nodes.flatMap((node) =>
      ordersOf(node, 'close')
        .filter((order) => !isSettled(order) && !order.unsent)
        .map(openQuantity),
    ),
  );
}

/** The exchange said twice that nothing is there: the rest was closed by somebody else. */
function bookAsExternal(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const symbol = step.symbol(tranche.symbol);
  const price =
    freshPrice(step.state, symbol, stopSource(step.state, tranche), step.mono) ??
    tranche.entryPrice;
  const rest = remaining(tranche);
  step.emit('position:external', {
    symbol: tranche.symbol,
    side: tranche.side,
    quantity: toDecimalString(rest),
    reason: 'gone',
  });
  /** Only this tranche: the others keep what they hold until they are compared themselves. */
  const exit: Exit = {
    reason: 'external',
    level: null,
    orderId: 'external',
    role: 'external',
    slot: 0,
    quantity: rest,
    price,
    fee: ZERO,
    time: step.venue,
  };
  tranche.closing = {
    ...(tranche.closing ?? { level: null, trigger: null, since: step.now }),
    reason: 'external',
  };
  tranche.exitedQty = tranche.exitedQty.plus(rest);
  tranche.exitedCost = tranche.exitedCost.plus(rest.times(tranche.entryPrice));
  tranche.proceeds = tranche.proceeds.plus(rest.times(price));
  tranche.exits.push(exit);
  step.touch(node);
}

/**
 * The store is down and no stop rests: one reduce-only close of exactly what is held, with its deterministic id, once.
 * Everything else waits for the store.
 */
function closeWithoutStore(step: Step, node: TrancheNode): void {
  const { close, tranche } = node;
  if (close === null || close.unrecordedSent || !close.urgent) return;
  if (ordersOf(node, 'close').some((order) => !isSettled(order) && !order.unsent)) {
    /** It may have left without a record: it was the one. */
    close.unrecordedSent = true;
    return;
  }
  const parts = splitMarketQuantity(remaining(tranche), step.instrument(tranche.symbol));
  close.unrecordedSent = true;
  const unsent = ordersOf(node, 'close').filter((order) => order.unsent);
  if (isAsWanted(unsent, 'market', parts)) {
    sendOrders(step, 'emergency', unsent, true);
    return;
  }
  for (const order of unsent) requestCancel(step, order, 'another exit is wanted by now');
  sendOrders(step, 'emergency', intend(step, node, 'close', closeOrders(parts)), true);
}

/** Nothing is held any more: orders that still rest go, then the tranche is closed. */
function finish(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  handOver(step, node);
  for (const order of node.orders) {
    if (order.role === 'close' && !order.unsent) continue;
    requestCancel(step, order, 'closed');
  }
  if (!node.orders.every(isSettledOrResting)) return;
  if (node.orders.some((order) => !isSettled(order))) return;
  tranche.state = 'CLOSED';
  tranche.updatedAt = step.now;
  disarmAll(node);
  node.wakeAt = null;
  step.touch(node);
  tellClosed(step, node);
  const symbol = step.symbol(tranche.symbol);
  symbol.live[tranche.side] = symbol.live[tranche.side].filter((other) => other !== node);
  answerCovered(step, node);
  settleCloseWaiters(step);
  evictClosed(step, node);
}

function isSettledOrResting(order: WorkingOrder): boolean {
  return isSettled(order) || isOpen(order.status);
}
