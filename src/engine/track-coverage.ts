import { isOpen } from '../model/order.js';
import { remaining } from '../model/tranche.js';
import {
  coverageOf,
  guardedUntil,
  guardingBook,
  isCoveredAtExchange,
  nakedSince,
  wantsCover,
} from './coverage.js';
import { beginGap, endGap, idsOf, tellMissing, tellRecovered } from './coverage-gap.js';
import { isProtectedAsPlanned } from './protect.js';
import { stopsFor } from './shared-stops.js';
import { type EngineState, ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { isPooled } from './stop-plan.js';
import { trancheView } from './views.js';

/** Accounts for time without cover, and tells when cover is placed, lost or back. May be called again within a step. */
export function trackCoverage(step: Step, node: TrancheNode): void {
  const { state, mono } = step;
  /** A restart knows of no cover before it has looked; a stop that it finds resting rested all the time. */
  if (node.seen === null && isCoveredAtExchange(coverageOf(state, node, mono))) node.gap = null;
  if (nakedSince(state, node, mono) === null) endGap(step, node, whyCovered(node));
  else beginGap(step, node);
  look(step, node);
  tellGap(step, node);
  if (node.tranche.state === 'OPEN') tellOrders(step, node);
}

/** Remembers what was seen, and looks again when a guard would end by itself. */
function look(step: Step, node: TrancheNode): void {
  const { state, mono } = step;
  const coverage = coverageOf(state, node, mono);
  const book =
    node.tranche.state === 'OPEN' && !node.grace['stop-loss'] ? guardingBook(state, node) : null;
  const until = guardedUntil(state, node) ?? mono;
  node.seen = { coverage, book, until };
  if (coverage === 'local' && Number.isFinite(until)) step.wake(node, until + 1);
}

function whyCovered(node: TrancheNode): string {
  if (remaining(node.tranche).lte(0)) return 'nothing is held any more';
  return wantsCover(node) ? 'it is covered again' : 'no stop is wanted any more';
}

function tellGap(step: Step, node: TrancheNode): void {
  const { gap } = node;
  if (gap === null || node.missing?.what === 'cover') return;
  if (step.mono < gap.tellAt) {
    step.wake(node, gap.tellAt);
    return;
  }
  const { usePositionMonitor } = step.state.settings;
  const reason = usePositionMonitor ? 'nothing covers it' : 'the monitor only observes';
  tellMissing(step, node, 'cover', reason);
}

/** Whether everything that is planned rests or is guarded, and what of it is gone although something still covers. */
function tellOrders(step: Step, node: TrancheNode): void {
  if (isProtectedAsPlanned(step, node)) {
    tellRecovered(step, node, 'everything planned rests again');
    node.failureTold = '';
    tellPlaced(step, node);
    return;
  }
  /** Only what had been complete at these very levels can go missing; a move under way is not a loss. */
  const lost =
    node.announced !== '' &&
    node.announced === signatureOf(step, node) &&
    lostByOthers(step.state, node);
  if (lost && node.missing === null)
    tellMissing(step, node, 'order', 'an order that protects is gone and not by us');
}

function tellPlaced(step: Step, node: TrancheNode): void {
  const signature = signatureOf(step, node);
  if (signature === node.announced) return;
  /** Its own stop still rests beside the shared one: told when it has left. */
  if (isPooled(step, node) && coverageOf(step.state, node, step.mono) === 'resting') return;
  node.announced = signature;
  step.emit('protection:placed', {
    ...idsOf(node),
    coverage: coverageOf(step.state, node, step.mono),
    tranche: trancheView(step.state, node, step.mono),
    sinceFillMs: step.mono - node.lastFillMono,
    reason: 'everything planned rests or is guarded',
  });
}

/** Whether the last order of a protecting role ended without us having asked for it. */
function lostByOthers(state: EngineState, node: TrancheNode): boolean {
  return (['stop-loss', 'take-profit'] as const).some((role) => {
    const orders = role === 'stop-loss' ? stopsFor(state, node) : ordersOf(node, role);
    const live = orders.some((order) => isOpen(order.status) && order.cancelStatus === 'none');
    return (
      !live &&
      orders.some(
        (order) =>
          (order.status === 'canceled' || order.status === 'expired') &&
          order.cancelReason === null,
      )
    );
  });
}

function signatureOf(step: Step, node: TrancheNode): string {
  const { levels } = node.tranche;
  return [
    remaining(node.tranche).toFixed(),
    levels.stopLoss?.toFixed() ?? '-',
    ...levels.takeProfits.map((level) => `${level.price.toFixed()}*${level.portion.toFixed()}`),
    ...(isPooled(step, node) ? ['pooled'] : []),
  ].join('|');
}
