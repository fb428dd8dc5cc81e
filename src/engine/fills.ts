import { ConfigError } from '../errors/config-error.js';
import type { PositionMonitorError } from '../errors/position-monitor-error.js';
import { ValidationError } from '../errors/validation-error.js';
import { FILL_OVERLAP_MS } from '../limits.js';
import { type Decimal, toDecimalString, ZERO } from '../model/decimal.js';
import type { FillEvidence } from '../model/fill.js';
import type { Input } from '../model/input.js';
import type { ExecutionLedger, Registration } from '../model/ledger.js';
import { isSettled, type WorkingOrder } from '../model/order.js';
import type { OrderReport } from '../model/reports.js';
import { configuredPlan } from '../model/settings.js';
import { isOwnClientOrderId, parseClientOrderId } from '../orders/client-order-id.js';
import { absorbEvidence, newLedger } from '../orders/execution-ledger.js';
import { bookEntry } from './entries.js';
import { claimAdopted, reduceFirst } from './fill-parts.js';
import { rememberFillPrice } from './fill-price.js';
import { reduceLateEntry } from './misread-exits.js';
import { adoptStray, applyOwnFill, ownOrder } from './order-reports.js';
import { waitForCover } from './order-traffic.js';
import { ledgerKey, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

type FillInput = Extract<Input, { kind: 'fill' }>;

/** Books one fill, wherever it came from: own exit, entry, or a reduction by somebody else. */
export function applyFill(step: Step, input: FillInput): void {
  const { evidence, requestId } = input;
  if (step.state.phase === 'booting' && input.origin === 'stream') {
    /** What was filled before it has not been read yet, and a reduction means nothing without it. */
    step.state.early.push(input);
    return;
  }
  const own =
    ownOrder(step, evidence.symbol, evidence.clientOrderId, evidence.orderId) ??
    strayOf(step, evidence);
  if (own) {
    applyOwnFill(step, own, evidence);
    answer(step, requestId, true);
    return;
  }
  if (isOwnClientOrderId(evidence.clientOrderId, step.state.issuer.instanceId)) {
    /** One of ours that is long closed, or whose record was lost: the position comparison tells what it did. */
    step.state.comparedAt = null;
    /** What a comparison read is part of it already; asking again would never end. */
    if (input.origin !== 'read') {
      step.send({ kind: 'compare-account', reason: 'fill of an order of ours that is not known' });
    }
    answer(step, requestId, true);
    return;
  }
  if (needsLookUp(step, evidence)) {
    lookUp(step, input);
    return;
  }
  bookForeignFill(step, input);
}

/** An order of ours that was sent without a record, or whose record was lost: its fill tells of it first. */
function strayOf(step: Step, evidence: FillEvidence): WorkingOrder | undefined {
  const { instanceId } = step.state.issuer;
  if (evidence.trade === null || !isOwnClientOrderId(evidence.clientOrderId, instanceId)) return;
  const role = parseClientOrderId(evidence.clientOrderId, instanceId)?.role;
  const report: OrderReport = {
    ...evidence,
    kind: role === 'stop-loss' ? 'stop-market' : role === 'take-profit' ? 'limit' : 'market',
    status: 'accepted',
    /** No less than this; more trades of it are booked as they come. */
    quantity: evidence.trade.quantity,
    executedQty: ZERO,
    avgPrice: null,
    price: null,
    triggerPrice: null,
    triggerSource: null,
    trade: null,
  };
  return adoptStray(step, report) ?? undefined;
}

function bookForeignFill(step: Step, input: FillInput): void {
  const { evidence, origin, requestId } = input;
  const { state } = step;
  const key = ledgerKey(evidence.symbol, evidence.orderId);
  const known = state.ledgers.get(key);
  const registration = registrationOf(step, evidence);
  if (state.settings.manage === 'registered' && origin !== 'host' && !registration && !known) {
    answer(step, requestId, true);
    return;
  }
  const plan = registration?.plan ?? configuredPlan(state.settings, evidence.symbol);
  const hasTranches = hasLive(step, evidence.symbol);
  if (plan === null && !hasTranches) {
    refuseUnconfigured(step, input);
    return;
  }
  const ledger = known ?? newLedger(evidence.symbol, evidence.orderId, step.now);
  ledger.clientOrderId ??= evidence.clientOrderId;
  const delta = absorbEvidence(ledger, evidence, step.now);
  if (delta === null) {
    if (evidence.terminal) expire(step, registration);
    answerByCover(step, requestId, ledger);
    return;
  }
  state.ledgers.set(key, ledger);
  step.saveLedger(ledger);
  if (delta.quantity.eq(0)) {
    addLateFee(step, ledger, delta.fee);
    answerByCover(step, requestId, ledger);
    return;
  }
  rememberFillPrice(step, evidence, delta);
  const entry = reduceFirst(step, evidence, delta);
  if (entry !== null && !claimAdopted(step, evidence, entry, ledger)) {
    if (plan === null) {
      refuseUnconfigured(step, input);
      return;
    }
    bookEntry(step, {
      ledger,
      side: entry.side,
      quantity: entry.quantity,
      cost: entry.cost,
      fee: entry.fee,
      plan,
      choice: registration?.tranche ?? 'auto',
      time: evidence.time,
    });
    reduceLateEntry(step, evidence.symbol, entry.side, entry.quantity, evidence.time);
  }
  if (evidence.terminal) expire(step, registration);
  answerByCover(step, requestId, ledger);
}

function hasLive(step: Step, symbol: string): boolean {
  const { live } = step.symbol(symbol);
  return live.LONG.length > 0 || live.SHORT.length > 0;
}

/** A plan may be registered under the client id that the fill does not carry; a price may be missing. */
function needsLookUp(step: Step, evidence: FillEvidence): boolean {
  if (evidence.trade === null && evidence.cumulative?.avgPrice === null) return true;
  if (evidence.clientOrderId !== null || evidence.cause !== 'order') return false;
  if (step.state.ledgers.has(ledgerKey(evidence.symbol, evidence.orderId))) return false;
  for (const registration of step.state.registrations.values()) {
    if (registration.orderId === evidence.orderId) return false;
  }
  for (const registration of step.state.registrations.values()) {
    if (registration.symbol === evidence.symbol && registration.orderId === null) return true;
  }
  /** It could be an exit of ours whose exchange id we have not heard yet. */
  const { live } = step.symbol(evidence.symbol);
  return [...live.LONG, ...live.SHORT].some((node) =>
    node.orders.some(
      (order) =>
        order.terms.side === evidence.side &&
        order.venueOrderId === null &&
        !isSettled(order) &&
        !order.unsent,
    ),
  );
}

function lookUp(step: Step, input: FillInput): void {
  const { symbol, orderId, time } = input.evidence;
  const key = ledgerKey(symbol, orderId);
  const pending = step.state.lookUps.get(key);
  if (pending) {
    pending.waiting.push(input);
    return;
  }
  step.state.lookUps.set(key, { symbol, orderId, since: step.mono, waiting: [input] });
  step.send({ kind: 'look-up', symbol, orderId, sinceMs: time - FILL_OVERLAP_MS });
}

/** The exchange told what it knows of an order: the fills that waited for it are booked. */
export function applyLookUp(step: Step, input: Extract<Input, { kind: 'looked-up' }>): void {
  const key = ledgerKey(input.symbol, input.orderId);
  const pending = step.state.lookUps.get(key);
  if (!pending) return;
  step.state.lookUps.delete(key);
  const clientOrderId =
    input.report?.clientOrderId ??
    input.fills.find((fill) => fill.clientOrderId !== null)?.clientOrderId ??
    null;
  for (const waiting of pending.waiting) {
    if (waiting.kind !== 'fill') continue;
    const evidence: FillEvidence = {
      ...waiting.evidence,
      clientOrderId: waiting.evidence.clientOrderId ?? clientOrderId,
    };
    for (const fill of input.fills) {
      bookLookedUp(step, {
        kind: 'fill',
        origin: waiting.origin,
        requestId: null,
        evidence: { ...fill, clientOrderId: fill.clientOrderId ?? clientOrderId },
      });
    }
    if (evidence.cumulative?.avgPrice === null && evidence.trade === null) {
      bookWithoutPrice(step, waiting, evidence, input);
      continue;
    }
    bookLookedUp(step, { ...waiting, evidence });
  }
}

function bookLookedUp(step: Step, input: FillInput): void {
  const own = ownOrder(
    step,
    input.evidence.symbol,
    input.evidence.clientOrderId,
    input.evidence.orderId,
  );
  if (own) {
    applyOwnFill(step, own, input.evidence);
    answer(step, input.requestId, true);
  } else bookForeignFill(step, input);
}

/** The host gave no price: it must come from the exchange; nothing is planned from a guess. */
function bookWithoutPrice(
  step: Step,
  waiting: FillInput,
  evidence: FillEvidence,
  found: Extract<Input, { kind: 'looked-up' }>,
): void {
  const avgPrice = found.report?.avgPrice ?? null;
  const quantity = evidence.cumulative?.quantity ?? ZERO;
  if (avgPrice?.gt(0)) {
    bookLookedUp(step, {
      ...waiting,
      evidence: {
        ...evidence,
        cumulative: { quantity: found.report?.executedQty ?? quantity, avgPrice },
      },
    });
    return;
  }
  const ledger = step.state.ledgers.get(ledgerKey(evidence.symbol, evidence.orderId));
  if (ledger?.bookedQty.gte(quantity)) {
    answerByCover(step, waiting.requestId, ledger);
    return;
  }
  exposureFailed(step, evidence, 'the exchange gave no price for the fill');
  refuse(
    step,
    waiting.requestId,
    new ValidationError('FILL_INVALID', `Fill of order ${evidence.orderId}, avgPrice`, {
      expected: 'a price above zero, from the fill or from the exchange',
      received: 'none',
      remedy: 'Hand the fill over again with its average price',
    }),
  );
}

type OrderName = Pick<FillEvidence, 'orderId' | 'clientOrderId'>;

function registrationOf(step: Step, evidence: OrderName): Registration | undefined {
  const { registrations } = step.state;
  const byClientId =
    evidence.clientOrderId === null ? undefined : registrations.get(evidence.clientOrderId);
  return byClientId ?? registrations.get(`orderId:${evidence.orderId}`);
}

/** A plan is needed until its order is terminal. */
function expire(step: Step, registration: Registration | undefined): void {
  if (registration) step.deleteRegistration(registration.key);
}

/** An order that ended: its registration is not needed any more. */
export function applyOrderEnd(step: Step, evidence: OrderName): void {
  expire(step, registrationOf(step, evidence));
}

function addLateFee(step: Step, ledger: ExecutionLedger, fee: Decimal): void {
  const id = ledger.trancheIds.at(-1);
  const node = id === undefined ? undefined : step.survivor(id);
  const source = node?.tranche.sources.find((candidate) => candidate.orderId === ledger.orderId);
  if (!node || !source) return;
  source.fees = source.fees.plus(fee);
  step.touch(node);
}

function refuseUnconfigured(step: Step, { evidence, origin, requestId }: FillInput): void {
  /** The account may trade other symbols: only what a host hands over is ours to refuse. */
  if (origin !== 'host') return;
  exposureFailed(step, evidence, `no settings for ${evidence.symbol}: nothing protects this fill`);
  refuse(
    step,
    requestId,
    new ConfigError('SYMBOL_NOT_CONFIGURED', `A fill of ${evidence.symbol} cannot be protected`, {
      expected: `settings under symbols.${evidence.symbol} or symbols['*'], or a registered plan`,
      received: 'none',
      remedy: 'Configure the symbol, or call registerOrder before the entry is sent',
    }),
  );
}

/** Exposure that is not protected is told, with how much it is. */
export function exposureFailed(step: Step, evidence: FillEvidence, reason: string): void {
  step.state.errors += 1;
  step.emit('protection:failed', {
    symbol: evidence.symbol,
    trancheId: null,
    positionId: null,
    side: null,
    role: null,
    coverage: 'none',
    exposure: toDecimalString(evidence.cumulative?.quantity ?? evidence.trade?.quantity ?? ZERO),
    reason,
  });
}

/** The caller hears when what the order opened is covered; a reduction needs no cover. */
function answerByCover(step: Step, requestId: number | null, ledger: ExecutionLedger): void {
  if (requestId === null) return;
  const nodes = new Set<TrancheNode>();
  for (const id of ledger.trancheIds) {
    const node = step.survivor(id);
    if (node && node.tranche.state === 'OPEN') nodes.add(node);
  }
  if (nodes.size === 0) answer(step, requestId, true);
  else waitForCover(step, [...nodes], requestId);
}

function answer(step: Step, requestId: number | null, value: boolean): void {
  if (requestId !== null) step.settle(requestId, value);
}

function refuse(step: Step, requestId: number | null, error: PositionMonitorError): void {
  if (requestId !== null) step.refuse(requestId, error);
}
