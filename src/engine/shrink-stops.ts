import { remaining } from '../model/tranche.js';
import { diffStops } from '../orders/stop-diff.js';
import { desiredStops } from '../positions/desired-exits.js';
import { intend, REPLACED, requestCancel, sendOrders } from './order-traffic.js';
import { ownStops } from './shared-stops.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { isPooled } from './stop-plan.js';
import { stopRoom } from './stop-room.js';

/**
 * The stop of a close that takes its time follows what is left, new before old.
 *
 * It was placed for all that was held. Alone on its side that does no harm: reduce-only keeps it within the position. Beside
 * others it would sell what is theirs, long after the slices that made it too large, and that is no race any more (I1b).
 */
export function shrinkStops(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const { severalStops } = step.state.venue;
  if (!severalStops || !isBesideOthers(step, node) || isPooled(step, node)) return;
  const instrument = step.instrument(tranche.symbol);
  const desired = desiredStops(tranche, instrument, step.state.venue).orders;
  /** What is too small for a stop of its own keeps the one that it has. */
  if (desired.length === 0) return;
  const held = remaining(tranche);
  const working = ownStops(node);
  const diff = diffStops({ desired, working, held, moveMustWait: false, severalStops });
  for (const order of diff.cancel) requestCancel(step, order, REPLACED);
  const wanted = diff.place.length + diff.resend.length;
  if (wanted === 0) return;
  const nextAt = Math.max(node.stop.retryAt, node.movedAt + step.state.settings.stopMovePauseMs);
  if (step.mono < nextAt) {
    step.wake(node, nextAt);
    return;
  }
  if (wanted > stopRoom(step, tranche.symbol, true)) return;
  node.movedAt = step.mono;
  const placed = intend(step, node, 'stop-loss', diff.place);
  sendOrders(step, 'emergency', [...diff.resend, ...placed]);
}

/** Whether something else is held on the side that a stop could sell. */
function isBesideOthers(step: Step, node: TrancheNode): boolean {
  const { symbol, side } = node.tranche;
  const { live, external } = step.symbol(symbol);
  return (
    external[side].gt(0) ||
    live[side].some((other) => other !== node && remaining(other.tranche).gt(0))
  );
}
