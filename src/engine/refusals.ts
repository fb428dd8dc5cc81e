import type { WorkingOrder } from '../model/order.js';
import { isOpen, isTerminal } from '../model/order.js';
import type { Rejection } from '../model/outcome.js';
import { beginClose } from './begin-close.js';
import { requestCancel, tellFailure } from './order-traffic.js';
import { freshPrice, isPassed, profitSource, stopSource } from './price-sources.js';
import { ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** A stop was refused for sure: the local guard holds; what follows depends on why. */
export function onRefusedStop(
  step: Step,
  node: TrancheNode,
  order: WorkingOrder,
  rejection: Rejection,
): void {
  if (closesAtPassedLevel(step, node, order, rejection, 'stop-loss')) {
    /** An earlier request of this stop may have been filled after all: the position is looked at first. */
    if (node.close && order.attempt > 0) node.close.mustRead = true;
    return;
  }
  if (rejection.code === 'reduce-only') releaseReduceOnly(step, node);
  tellFailure(step, node, 'stop-loss', `${rejection.code}: ${rejection.detail}`);
}

/**
 * A conditional take-profit whose level is passed cannot rest any more: it would have executed at market, and so do we.
 */
export function onRefusedProfit(
  step: Step,
  node: TrancheNode,
  order: WorkingOrder,
  rejection: Rejection,
): void {
  if (closesAtPassedLevel(step, node, order, rejection, 'take-profit')) return;
  tellFailure(step, node, 'take-profit', `${rejection.code}: ${rejection.detail}`);
}

/**
 * Refused because its level is passed: the tranche is closed if our own fresh price says the same. Otherwise the exchange
 * sees a price that we do not: it is asked for before either side is believed.
 */
function closesAtPassedLevel(
  step: Step,
  node: TrancheNode,
  order: WorkingOrder,
  rejection: Rejection,
  rule: 'stop-loss' | 'take-profit',
): boolean {
  const { tranche } = node;
  const level = order.terms.triggerPrice;
  if (rejection.code !== 'would-trigger' || level === null || tranche.state !== 'OPEN')
    return false;
  const source =
    rule === 'stop-loss' ? stopSource(step.state, tranche) : profitSource(step.state, tranche);
  const symbol = step.symbol(tranche.symbol);
  const price = freshPrice(step.state, symbol, source, step.mono);
  if (price === null || !isPassed(price, level, tranche.side, rule)) {
    step.send({ kind: 'confirm-price', symbol: tranche.symbol, source, askedAt: step.mono });
    return false;
  }
  const time = symbol.books.get(source)?.lastExchangeTime ?? step.venue;
  beginClose(step, node, { reason: rule, level, trigger: { source, price, time } });
  return true;
}

/** A close was refused for sure. */
export function onRefusedClose(step: Step, node: TrancheNode, rejection: Rejection): void {
  if (node.close === null) return;
  if (rejection.code === 'reduce-only') {
    /** "Nothing to reduce" is believed only after looking: other orders of ours may claim the quantity. */
    node.close.view = 'none';
    node.close.mustRead = true;
    releaseReduceOnly(step, node);
  }
  tellFailure(step, node, 'close', `${rejection.code}: ${rejection.detail}`);
}

/** Takes our own resting take-profits of the side away: they may claim the quantity that is needed now. */
function releaseReduceOnly(step: Step, node: TrancheNode): void {
  step.state.comparedAt = null;
  step.send({ kind: 'compare-account', reason: 'reduce-only refusal' });
  if (!step.state.venue.countsRestingReduceOnly) return;
  for (const sibling of step.symbol(node.tranche.symbol).live[node.tranche.side]) {
    for (const order of ordersOf(sibling, 'take-profit')) {
      if (!isTerminal(order.status) && isOpen(order.status))
        requestCancel(step, order, 'reduce-only refusal');
    }
  }
}
