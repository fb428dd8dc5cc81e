import { NETTING_CONFIRM_MS } from '../limits.js';
import { type Decimal, maxDecimal, sumDecimals, toDecimalString, ZERO } from '../model/decimal.js';
import type { AccountView } from '../model/input.js';
import { isOpen, isSettled, isTerminal, type WorkingOrder } from '../model/order.js';
import type { OrderReport } from '../model/reports.js';
import { configuredPlan } from '../model/settings.js';
import { entrySideOf, type PositionSide } from '../model/side.js';
import { remaining } from '../model/tranche.js';
import { isOwnClientOrderId } from '../orders/client-order-id.js';
import { newLedger } from '../orders/execution-ledger.js';
import {
  compareOrders,
  comparePositions,
  type PositionDifference,
} from '../reconciliation/compare-account.js';
import { isCapped } from './create-state.js';
import { bookEntry, mergeProfitable } from './entries.js';
import { reduceTranches } from './executions.js';
import { applyFill } from './fills.js';
import { bookFunding } from './funding.js';
import { noteLiquidation } from './liquidation-guard.js';
import { enterMisread, reviewUnmatched } from './misread-exits.js';
import { adoptStray, applyOwnReport } from './order-reports.js';
import { requestCancel, sendWithin, startSearch } from './order-traffic.js';
import { freshPrice, stopSource } from './price-sources.js';
import { ledgerKey, type Stray } from './state.js';
import type { Step } from './step-context.js';
import { lastPriceOf } from './views.js';

/**
 * A complete look at the account: fills first, then orders, then positions.
 *
 * At boot it is the barrier: nothing is triggered or placed before it. Returns how many differences it found.
 */
export function applyAccount(step: Step, view: AccountView): number {
  const { state } = step;
  const first = state.phase === 'booting';
  for (const evidence of view.fills) {
    applyFill(step, { kind: 'fill', evidence, origin: 'read', requestId: null });
  }
  for (const symbol of view.symbols) step.saveMark(watermarkName(symbol), String(view.venueTime));
  const orders = applyOrders(step, view);
  /** As old as the reads: a process that stood still meanwhile knows nothing fresh. */
  state.comparedAt = step.mono - Math.max(0, step.venue - view.venueTime);
  /** Only the stream itself says later whether it is up; reads work without it. */
  if (first && !state.streamHeard) state.exchangeUp = true;
  const differences = applyPositions(step, view);
  bookFunding(step, view.funding);
  if (first) {
    state.phase = 'running';
    for (const input of state.early.splice(0)) applyFill(step, input);
    reviewUnmatched(step);
  } else mergeAtLastPrice(step);
  for (const node of state.nodes.values()) if (node.tranche.state !== 'CLOSED') step.revisit(node);
  return orders + differences;
}

/** Name of the mark up to which the fills of a symbol were read completely. */
export function watermarkName(symbol: string): string {
  return `fills:${symbol}`;
}

function applyOrders(step: Step, view: AccountView): number {
  const { state } = step;
  const believed = [...state.orders.values()].map((order) => ({
    clientOrderId: order.clientOrderId,
    symbol: order.terms.symbol,
    venueOrderId: order.venueOrderId,
    mayRest: isOpen(order.status),
    touchedAt: order.touchedAt,
  }));
  const findings = compareOrders(view, believed, (id) =>
    isOwnClientOrderId(id, state.issuer.instanceId),
  );
  noteForeignStops(step, view, new Set([...findings.known, ...findings.strays]));
  for (const report of findings.known) {
    const order = [...knownOrders(step, report.clientOrderId, report.symbol, report.orderId)][0];
    if (order) applyKnown(step, order, report, view.startedAt);
  }
  state.strays = findings.strays
    .filter((report) => !takeStray(step, report))
    .map((report) => ({ report, flat: isFlatFor(report, view), isOld: false }));
  for (const id of findings.missing) {
    const order = state.orders.get(id as WorkingOrder['clientOrderId']);
    /** Not in the list is no proof of an end: ask for the order itself. */
    if (!order) continue;
    order.doubted = true;
    startSearch(step, order);
    const node = step.survivor(order.trancheId);
    if (node) step.revisit(node);
  }
  return findings.strays.length + findings.missing.length;
}

/** Conditional orders of others take part of what the exchange lets rest. */
function noteForeignStops(step: Step, view: AccountView, ours: ReadonlySet<OrderReport>): void {
  const { state } = step;
  if (!isCapped(state.venue)) return;
  state.foreignStops = 0;
  for (const symbol of state.symbols.values()) symbol.foreignStops = 0;
  for (const report of view.openOrders) {
    if (report.triggerPrice === null || isTerminal(report.status) || ours.has(report)) continue;
    state.foreignStops += 1;
    const symbol = state.symbols.get(report.symbol);
    if (symbol) symbol.foreignStops += 1;
  }
}

/**
 * A report on an order that we know, from a complete list.
 *
 * The list may say that an order lives which we believed to be gone: it is newer than the belief, so it wins. Only what
 * filled stays filled. An order of a closed tranche goes, as often as it takes.
 */
function applyKnown(step: Step, order: WorkingOrder, report: OrderReport, startedAt: number): void {
  const gone = isTerminal(order.status) && order.status !== 'filled';
  if (gone && order.touchedAt < startedAt) {
    order.status = report.status;
    order.cancelStatus = 'none';
    order.cancelReason = null;
    order.updatedAt = step.now;
    step.saveOrder(order);
    const revived = step.survivor(order.trancheId);
    if (revived) step.touch(revived);
  }
  applyOwnReport(step, order, report);
  const node = step.survivor(order.trancheId);
  if (node?.tranche.state !== 'CLOSED') return;
  requestCancel(step, order, 'orphan');
  step.revisit(node);
}

function* knownOrders(step: Step, clientOrderId: string | null, symbol: string, orderId: string) {
  const { orders, byVenueId } = step.state;
  const direct =
    clientOrderId === null ? undefined : orders.get(clientOrderId as WorkingOrder['clientOrderId']);
  if (direct) yield direct;
  const id = byVenueId.get(ledgerKey(symbol, orderId));
  const known = id === undefined ? undefined : orders.get(id);
  if (known) yield known;
}

/** Ours by its mark: its tranche takes it back. */
function takeStray(step: Step, report: OrderReport): boolean {
  const adopted = adoptStray(step, report);
  if (adopted !== null) takeIn(step, adopted, report);
  return adopted !== null;
}

function takeIn(step: Step, order: WorkingOrder, report: OrderReport): void {
  applyOwnReport(step, order, report);
  const node = step.survivor(order.trancheId);
  if (node?.tranche.state === 'CLOSED') requestCancel(step, order, 'orphan');
}

/**
 * Orders of ours whose tranche was not known when their list was read: what was opened since may be it. What is held
 * otherwise takes them over, and the plan decides whether they stay; where nothing is held they go.
 */
export function settleStrays(step: Step): void {
  const { state } = step;
  if (state.strays.length === 0) return;
  const opened = state.openedSeq > step.openedBefore;
  state.strays = state.strays.filter((stray) => {
    if (stray.isOld && !opened) return true;
    const isSettled = settleStray(step, stray);
    stray.isOld = true;
    return !isSettled;
  });
}

function settleStray(step: Step, { report, flat, isOld }: Stray): boolean {
  if (step.state.orders.has(report.clientOrderId as WorkingOrder['clientOrderId'])) return true;
  const [heir] = step.symbol(report.symbol).live[sideReducedBy(report)];
  const order = adoptStray(step, report) ?? (heir ? adoptStray(step, report, heir) : null);
  if (order !== null) {
    takeIn(step, order, report);
    if (!isOld) return true;
    /** It may have ended since the list was read: it covers nothing before it was asked for. */
    order.doubted = true;
    startSearch(step, order);
    return true;
  }
  if (!flat || report.clientOrderId === null || !step.state.storeWritable || isOld) return false;
  step.send({
    kind: 'cancel',
    lane: 'protective',
    clientOrderId: report.clientOrderId as WorkingOrder['clientOrderId'],
    venueOrderId: report.orderId,
    symbol: report.symbol,
    orderKind: report.kind,
    sendBy: step.now + sendWithin(step),
  });
  return false;
}

/** The side that an exit of ours reduces. */
function sideReducedBy({ side }: OrderReport): PositionSide {
  return side === 'SELL' ? 'LONG' : 'SHORT';
}

function isFlatFor(report: OrderReport, { positions }: AccountView): boolean {
  const side = sideReducedBy(report);
  return !positions.some(
    (row) => row.symbol === report.symbol && row.side === side && row.quantity.gt(0),
  );
}

function applyPositions(step: Step, view: AccountView): number {
  const { state } = step;
  const expected = [...state.symbols.values()].flatMap((symbol) =>
    (['LONG', 'SHORT'] as const).map((side) => ({
      symbol: symbol.symbol,
      side,
      ours: sumDecimals(symbol.live[side].map((node) => remaining(node.tranche))),
      external: symbol.external[side],
      changedSince: symbol.live[side].some((node) =>
        node.orders.some((order) => !isSettled(order) && !isOpen(order.status)),
      ),
    })),
  );
  const rows = view.positions.filter((row) => isWatched(step, row.symbol));
  const differences = comparePositions(rows, expected);
  const different = new Set(differences.map((row) => `${row.symbol}|${row.side}`));
  for (const { symbol, side, ours, external, changedSince } of expected) {
    const held = sumDecimals(
      rows.filter((row) => row.symbol === symbol && row.side === side).map((row) => row.quantity),
    );
    const row = rows.find((each) => each.symbol === symbol && each.side === side);
    noteLiquidation(step, step.symbol(symbol), side, row?.liquidationPrice ?? null);
    step.symbol(symbol).unsure[side] = changedSince && !held.eq(ours.plus(external));
    /** Where nothing can be said now, what was seen before still stands. */
    if (!changedSince && !different.has(`${symbol}|${side}`))
      step.symbol(symbol).differences[side] = null;
  }
  for (const difference of differences) applyDifference(step, difference);
  return differences.length;
}

function isWatched(step: Step, symbol: string): boolean {
  return step.state.symbols.has(symbol) || configuredPlan(step.state.settings, symbol) !== null;
}

/** A difference counts when it is seen again, long enough after the last fill. */
function applyDifference(step: Step, difference: PositionDifference): void {
  const { settings } = step.state;
  const symbol = step.symbol(difference.symbol);
  const { side } = difference;
  const gap = difference.actual.minus(difference.ours.plus(difference.external));
  const known = symbol.differences[side];
  if (known === null || !known.quantity.eq(gap)) {
    symbol.differences[side] = { quantity: gap, since: step.mono, reported: false };
    return;
  }
  const age = step.mono - Math.max(known.since, symbol.lastFillMono);
  if (gap.lt(0)) {
    if (age >= NETTING_CONFIRM_MS) shrink(step, difference, gap.times(-1));
    return;
  }
  if (age >= NETTING_CONFIRM_MS && enterMisread(step, difference.symbol, side, gap)) {
    symbol.differences[side] = null;
    return;
  }
  if (age < settings.adoptAfterMs || known.reported) return;
  if (settings.adoptPositions === 'ignore') return;
  known.reported = true;
  if (settings.adoptPositions === 'adopt' && !step.state.paused) {
    adopt(step, difference, gap);
    return;
  }
  step.emit('position:external', {
    symbol: difference.symbol,
    side,
    quantity: toDecimalString(gap),
    reason: 'unexplained',
  });
}

/** Less is there than we hold: somebody closed it. External quantity goes first, then tranches, newest first. */
function shrink(step: Step, difference: PositionDifference, missing: Decimal): void {
  const symbol = step.symbol(difference.symbol);
  const { side } = difference;
  symbol.differences[side] = null;
  const external = difference.external.lt(missing) ? difference.external : missing;
  symbol.external[side] = symbol.external[side].minus(external);
  const rest = maxDecimal(ZERO, missing.minus(external));
  step.emit('position:external', {
    symbol: difference.symbol,
    side,
    quantity: toDecimalString(missing),
    reason: 'netted',
  });
  const [node] = symbol.live[side];
  if (rest.lte(0) || node === undefined) return;
  const price =
    freshPrice(step.state, symbol, stopSource(step.state, node.tranche), step.mono) ??
    lastPriceOf(symbol) ??
    node.tranche.entryPrice;
  reduceTranches(step, difference.symbol, side, {
    quantity: rest,
    price,
    fee: ZERO,
    orderId: 'external',
    reason: 'external',
    time: step.venue,
  });
}

/** Exposure that no known fill explains becomes a tranche of the configured plan. */
function adopt(step: Step, difference: PositionDifference, quantity: Decimal): void {
  const plan = configuredPlan(step.state.settings, difference.symbol);
  const symbol = step.symbol(difference.symbol);
  const price = difference.entryPrice ?? lastPriceOf(symbol);
  if (plan === null || price === null || symbol.instrument === null) {
    step.emit('position:external', {
      symbol: difference.symbol,
      side: difference.side,
      quantity: toDecimalString(quantity),
      reason: 'unexplained: cannot be adopted without settings, instrument and price',
    });
    return;
  }
  const ledger = newLedger(difference.symbol, `adopted-${step.venue}-${difference.side}`, step.now);
  ledger.bookedQty = quantity;
  ledger.bookedCost = quantity.times(price);
  ledger.cumulative = { quantity, cost: ledger.bookedCost };
  step.state.ledgers.set(ledgerKey(ledger.symbol, ledger.orderId), ledger);
  symbol.adopted.push(ledger);
  const node = bookEntry(step, {
    ledger,
    side: difference.side,
    quantity,
    cost: ledger.bookedCost,
    fee: ZERO,
    plan,
    choice: 'auto',
    time: step.now,
  });
  step.saveLedger(ledger);
  symbol.differences[difference.side] = null;
  step.emit('position:adopted', {
    symbol: difference.symbol,
    positionId: node.tranche.positionId,
    trancheId: node.tranche.id,
    side: difference.side,
    quantity: toDecimalString(quantity),
    reason: `no known fill explains it (${entrySideOf(difference.side)} side)`,
  });
}

function mergeAtLastPrice(step: Step): void {
  for (const symbol of step.state.symbols.values()) {
    if (!symbol.watched || symbol.stale) continue;
    const price = lastPriceOf(symbol);
    if (price === null) continue;
    for (const side of ['LONG', 'SHORT'] as const) {
      if (symbol.live[side].length > 1) mergeProfitable(step, symbol.symbol, side, price);
    }
  }
}
