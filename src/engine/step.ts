import { invariant } from '../errors/invariant.js';
import { sumDecimals } from '../model/decimal.js';
import type { Effect } from '../model/effect.js';
import type { FillEvidence } from '../model/fill.js';
import type { Input } from '../model/input.js';
import type { Instant } from '../model/instant.js';
import { isTerminal } from '../model/order.js';
import type { PriceSource } from '../model/price.js';
import type { OrderReport, PositionReport } from '../model/reports.js';
import { remaining } from '../model/tranche.js';
import { isOwnClientOrderId } from '../orders/client-order-id.js';
import { applyAccount, settleStrays } from './account.js';
import { advance } from './advance.js';
import { applyPositionView } from './close-flow.js';
import { settleCloseWaiters } from './close-waiters.js';
import {
  applyExchangeConnection,
  applyFeedConnection,
  applyStaleness,
  judgeStaleness,
  STALENESS_TIMER,
} from './connections.js';
import { coverageOf, isCoveredAtExchange } from './coverage.js';
import { applyFill, applyLookUp, applyOrderEnd, exposureFailed } from './fills.js';
import { learnInstrument } from './learn-instrument.js';
import { noteLiquidation } from './liquidation-guard.js';
import { correctMisreadExits } from './misread-exits.js';
import {
  adoptStray,
  applyCancelResult,
  applyOwnReport,
  applyPlaceOutcome,
  applySearch,
  ownOrder,
} from './order-reports.js';
import { becomeUnsent } from './order-traffic.js';
import { splitOnRequest } from './split.js';
import type { EngineState } from './state.js';
import { Step } from './step-context.js';
import { shareStops } from './stop-pool.js';
import { applyConfirmation, applyTick, confirmationTimedOut } from './ticks.js';
import {
  cancelRelated,
  close,
  mergeOnRequest,
  register,
  updateLevels,
  updatePlan,
} from './user-calls.js';
import { applyBars, askForBarsAgain, followConfigured, interruptBars } from './volatility.js';

/** A tranche is looked at until nothing new follows; more rounds than this would be a loop. */
const ROUNDS_MAX = 64;

/**
 * The core: one input, the effects that follow from it.
 *
 * Synchronous and deterministic: no clock, no random, no I/O. The state is changed in place; the same inputs in the
 * same order give the same effects, bit for bit.
 */
export function step(state: EngineState, input: Input, at: Instant): Effect[] {
  state.inputs += 1;
  const current = new Step(state, at);
  apply(current, input);
  correctMisreadExits(current);
  settleStrays(current);
  watchSymbols(current, runAgenda(current));
  return current.effects();
}

/** Returns the symbols whose tranches were looked at. */
function runAgenda(current: Step): ReadonlySet<string> {
  const symbols = new Set<string>();
  for (let round = 0; current.agenda.size > 0; round += 1) {
    invariant(round < ROUNDS_MAX, 'looking at tranches comes to an end');
    const due = [...current.agenda];
    current.agenda.clear();
    for (const node of due) {
      symbols.add(node.tranche.symbol);
      advance(current, node);
    }
    /** What tranches share is looked at when each of them has been. */
    if (current.agenda.size === 0) shareStops(current, symbols);
  }
  return symbols;
}

function apply(current: Step, input: Input): void {
  const { state } = current;
  switch (input.kind) {
    case 'fill':
      applyFill(current, input);
      return;
    case 'tick':
      applyTick(current, input);
      return;
    case 'order':
      applyOrderReport(current, input.report);
      return;
    case 'recording-took':
      state.recordingMs = input.ms;
      return;
    case 'unplannable':
      exposureFailed(current, input.evidence, input.reason);
      return;
    case 'order-ended':
      applyOrderEnd(current, input);
      return;
    case 'position':
      applyPositionReport(current, input.report);
      return;
    case 'place-result':
      withOrder(current, input.clientOrderId, (order) =>
        applyPlaceOutcome(current, order, input.outcome, input.attempt),
      );
      return;
    case 'cancel-result':
      withOrder(current, input.clientOrderId, (order) =>
        applyCancelResult(current, order, input.outcome),
      );
      return;
    case 'resolve-result':
      withOrder(current, input.clientOrderId, (order) =>
        applySearch(current, order, input.evidence),
      );
      return;
    case 'position-read':
      for (const evidence of input.view?.fills ?? []) {
        applyFill(current, { kind: 'fill', evidence, origin: 'read', requestId: null });
      }
      applyPositionView(current, input.symbol, input.view);
      return;
    case 'looked-up':
      applyLookUp(current, input);
      return;
    case 'price-confirmed':
      applyConfirmation(current, input);
      return;
    case 'timer':
      applyTimer(current, input.key);
      return;
    case 'account': {
      const differences = applyAccount(current, input.view);
      current.emit('reconcile:completed', {
        differences,
        durationMs: Math.max(0, current.venue - input.view.venueTime),
        reason: input.view.boot ? 'start' : 'comparison',
      });
      return;
    }
    case 'comparison-failed':
      state.errors += 1;
      return;
    case 'instrument':
      learnInstrument(current, input.instrument);
      return;
    case 'exchange-connection':
      applyExchangeConnection(current, input.up, input.detail);
      return;
    case 'feed-connection':
      applyFeedConnection(current, input.state, input.detail);
      return;
    case 'feed-staleness':
      applyStaleness(current, input.symbol, input.stale, 'told by the feed');
      return;
    case 'bars':
      applyBars(current, input);
      return;
    case 'feed-gap':
      interruptBars(current, current.symbol(input.symbol), true);
      current.send({
        kind: 'compare-account',
        reason: `prices of ${input.symbol} may be missing: ${input.detail}`,
      });
      return;
    case 'store':
      applyStore(current, input.writable, input.detail);
      return;
    case 'register':
      register(current, input);
      return;
    case 'cancel-related':
      cancelRelated(current, input);
      return;
    case 'update-levels':
      updateLevels(current, input);
      return;
    case 'update-plan':
      updatePlan(current, input);
      return;
    case 'close':
      close(current, input);
      return;
    case 'merge':
      mergeOnRequest(current, input);
      return;
    case 'split':
      splitOnRequest(current, input);
      return;
    case 'lifecycle':
      applyLifecycle(current, input.to);
      return;
    case 'mark':
      current.saveMark(input.name, input.value);
      return;
    case 'halt':
      state.errors += 1;
      current.emit('monitor:halted', { reason: input.error.message });
      if (!state.halted) current.setTimer(`${BROKEN_STEP_TIMER}:${state.inputs - 1}`, current.mono);
      state.halted = true;
      return;
    case 'listener-error':
      state.errors += 1;
      current.emitAside('listener:error', { event: input.event, reason: input.detail });
      return;
  }
}

function withOrder(
  current: Step,
  id: Parameters<EngineState['orders']['get']>[0],
  use: (order: NonNullable<ReturnType<EngineState['orders']['get']>>) => void,
): void {
  const order = current.state.orders.get(id);
  if (order) use(order);
}

function applyOrderReport(current: Step, report: OrderReport): void {
  const known = ownOrder(current, report.symbol, report.clientOrderId, report.orderId);
  if (known) {
    applyOwnReport(current, known, report);
    return;
  }
  if (isOwnClientOrderId(report.clientOrderId, current.state.issuer.instanceId)) {
    const adopted =
      isTerminal(report.status) && report.executedQty.eq(0) ? null : adoptStray(current, report);
    if (adopted) applyOwnReport(current, adopted, report);
    else if (!isTerminal(report.status))
      current.send({ kind: 'compare-account', reason: 'an order of ours that is not known' });
    return;
  }
  const evidence: FillEvidence = {
    orderId: report.orderId,
    clientOrderId: report.clientOrderId,
    symbol: report.symbol,
    side: report.side,
    positionSide: report.positionSide,
    cumulative:
      report.executedQty.gt(0) && report.avgPrice !== null
        ? { quantity: report.executedQty, avgPrice: report.avgPrice }
        : null,
    trade: report.trade,
    reduceOnly: report.reduceOnly,
    terminal: isTerminal(report.status),
    cause: report.cause,
    time: report.time,
  };
  if (evidence.cumulative !== null || evidence.trade !== null) {
    applyFill(current, { kind: 'fill', evidence, origin: 'stream', requestId: null });
  }
  if (evidence.terminal) applyOrderEnd(current, evidence);
}

/**
 * A position report says that something changed; what it was is in the fills. When less is there than we hold, an exit was
 * missed or is on its way: everything is compared, and no close relies on the last comparison any more.
 */
function applyPositionReport(
  current: Step,
  { symbol, side: reported, quantity, liquidationPrice }: PositionReport,
): void {
  const known = current.state.symbols.get(symbol);
  if (known === undefined || current.state.phase === 'booting') return;
  /** Streams seldom tell it, but what is flat has none: the next position must not be judged by it. */
  if (liquidationPrice !== null || quantity.lte(0))
    noteLiquidation(current, known, reported, liquidationPrice);
  const held = sumDecimals(known.live[reported].map((node) => remaining(node.tranche)));
  if (quantity.lt(held.plus(known.external[reported]))) {
    current.state.comparedAt = null;
    current.send({ kind: 'compare-account', reason: 'less is held than expected' });
  }
  for (const side of ['LONG', 'SHORT'] as const) {
    for (const node of known.live[side]) {
      if (node.tranche.state === 'CLOSING') current.revisit(node);
    }
  }
}

function applyTimer(current: Step, key: string): void {
  const [kind = '', ...rest] = key.split(':');
  if (kind === 'tranche') {
    const node = current.node(rest.join(':') as never);
    if (node) current.revisit(node);
  } else if (kind === 'confirm') {
    confirmationTimedOut(current, rest.slice(1).join(':'), rest[0] as PriceSource);
  } else if (kind === BROKEN_STEP_TIMER) replanBrokenStep(current, Number(rest[0]));
  else if (kind === 'bars') askForBarsAgain(current, rest.slice(1).join(':'), Number(rest[0]));
  else if (kind === 'answer') settleCloseWaiters(current);
  else if (kind === 'staleness') judgeStaleness(current);
}

const BROKEN_STEP_TIMER = 'broken-step';

/**
 * A step that broke took its requests with it: what it had marked as sent never left, and is planned again. In a step of
 * its own, so that a second break of the same kind cannot keep the halt from being told.
 */
function replanBrokenStep(current: Step, brokenInput: number): void {
  for (const order of current.state.orders.values()) {
    if (order.touchedAt !== brokenInput) continue;
    if (order.cancelStatus === 'submitted') order.cancelStatus = 'requested';
    if (order.status === 'submitted' || order.status === 'initialized')
      becomeUnsent(current, order);
    current.saveOrder(order);
    const node = current.survivor(order.trancheId);
    if (node) current.touch(node);
  }
  for (const node of current.state.nodes.values()) {
    if (node.tranche.state !== 'CLOSED') current.touch(node);
  }
}

function applyStore(current: Step, writable: boolean, detail: string): void {
  const { state } = current;
  if (state.storeWritable === writable) return;
  state.storeWritable = writable;
  if (!writable) state.errors += 1;
  current.emit(writable ? 'store:recovered' : 'store:failed', { reason: detail });
  for (const node of state.nodes.values())
    if (node.tranche.state !== 'CLOSED') current.revisit(node);
}

function applyLifecycle(current: Step, to: 'started' | 'paused' | 'resumed' | 'stopped'): void {
  const { state } = current;
  if (to === 'paused' || to === 'resumed') {
    state.paused = to === 'paused';
    return;
  }
  if (to === 'started') {
    followConfigured(current);
    watchSymbols(current, new Set(state.symbols.keys()));
    current.emit('monitor:started', {
      state: 'running',
      reason: 'the account was compared and triggers are armed',
    });
    if (Number.isFinite(state.settings.staleAfterMs)) {
      current.setTimer(STALENESS_TIMER, current.mono + state.settings.staleAfterMs / 3);
    }
    return;
  }
  const guardedLocallyOnly: string[] = [];
  for (const node of state.nodes.values()) {
    if (node.tranche.state === 'CLOSED' || remaining(node.tranche).lte(0)) continue;
    if (
      node.tranche.levels.stopLoss !== null &&
      !isCoveredAtExchange(coverageOf(state, node, current.mono))
    ) {
      guardedLocallyOnly.push(node.tranche.id);
    }
  }
  current.emit('monitor:stopped', {
    guardedLocallyOnly,
    reason: 'stopped; protective orders stay at the exchange',
  });
}

/** Prices are watched while anything of the symbol is held. */
function watchSymbols(current: Step, symbols: ReadonlySet<string>): void {
  const { state } = current;
  for (const name of symbols) {
    const symbol = current.symbol(name);
    const held =
      symbol.live.LONG.length > 0 || symbol.live.SHORT.length > 0 || symbol.bars.length > 0;
    if (held === symbol.watched) continue;
    symbol.watched = held;
    if (held)
      current.send({
        kind: 'watch-prices',
        symbol: symbol.symbol,
        sources: [...state.feedSources],
      });
    else {
      current.send({ kind: 'unwatch-prices', symbol: symbol.symbol });
      for (const book of symbol.books.values()) book.stopHearing();
      symbol.stale = false;
    }
  }
}
