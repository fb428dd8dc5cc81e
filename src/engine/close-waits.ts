import { PROFIT_END_WAIT_MS, URGENT_READ_MS } from '../limits.js';
import { isSettled } from '../model/order.js';
import { isImmediateKind } from '../model/order-kind.js';
import { requestCancel, tellFailure } from './order-traffic.js';
import { stopsFor } from './shared-stops.js';
import { type CloseProgress, ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { fillsUntil, LEFT_BEHIND, stopsLeftBehind } from './triggered-stops.js';

/**
 * Resting take-profits may fill while we close: their end is awaited, unless nothing rests and time is short. Where the
 * exchange does not let go of them, or nobody can say what became of them, whoever closes wants out all the same: what the
 * exchange says is held then leaves beside them.
 */
export function waitForTakeProfits(step: Step, node: TrancheNode): boolean {
  const { close } = node;
  const open = ordersOf(node, 'take-profit').filter((order) => !isSettled(order));
  if (open.length === 0 || close === null) return false;
  if (!close.urgent) {
    const until = close.startedMono + PROFIT_END_WAIT_MS;
    if (step.mono < until) {
      step.wake(node, until);
      return true;
    }
    tellFailure(step, node, 'close', 'a take-profit does not end: the close goes on beside it');
    if (close.view === 'none') close.mustRead = true;
    return false;
  }
  /** One that is taken at market executes now: whoever does not wait for it sells the same twice. */
  const executing = open.some(({ terms }) => isImmediateKind(terms.kind));
  if (!executing && !step.state.venue.countsRestingReduceOnly) return false;
  return waitUrgently(step, node, close);
}

/** A stop that is executing right now is the close. */
export function waitForTriggeredStop(step: Step, node: TrancheNode): boolean {
  let waiting = false;
  for (const order of stopsFor(step.state, node)) {
    if (order.status !== 'triggered') continue;
    const until = fillsUntil(step, order);
    if (step.mono >= until) continue;
    step.wake(node, until);
    waiting = true;
  }
  return waiting;
}

/**
 * A stop that is a limit may rest after its trigger, and fill while we close: it is treated as a take-profit that rests.
 *
 * Why nothing is sold twice (I1, I1a): until its time to fill is over no close leaves beside it, it is the close. Then it is
 * cancelled first, and nothing leaves before its end is known and everything that it executed is booked, so that what leaves
 * is at most what is held. Nothing else protects the tranche meanwhile, so waiting is bounded as in every urgent close: where
 * the cancellation is not answered in time, exactly what is held goes at market. If the limit fills all the same, the two
 * are one race: reduce-only keeps both together within the position, and what a sibling lost is told and given back.
 */
export function waitForStopsLeftBehind(step: Step, node: TrancheNode): boolean {
  const left = stopsLeftBehind(step, node);
  for (const order of left) requestCancel(step, order, LEFT_BEHIND);
  if (left.every(isSettled) || node.close === null) return false;
  return waitUrgently(step, node, node.close);
}

/** While time is short nothing is waited for longer than this. */
function waitUrgently(step: Step, node: TrancheNode, { startedMono }: CloseProgress): boolean {
  const until = startedMono + URGENT_READ_MS;
  if (step.mono >= until) return false;
  step.wake(node, until);
  return true;
}
