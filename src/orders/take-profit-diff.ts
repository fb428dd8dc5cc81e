import { type DesiredOrder, isAsDesired } from '../model/desired-order.js';
import { isOpen, isSettled, isTerminal, type WorkingOrder } from '../model/order.js';

export interface TakeProfitDiff {
  readonly place: readonly DesiredOrder[];
  readonly resend: readonly WorkingOrder[];
  readonly cancel: readonly WorkingOrder[];
  /** Everything desired rests, and nothing else does. */
  readonly settled: boolean;
}

/**
 * What to do so that exactly the desired take-profits rest: old before new, so that two never rest for one quantity.
 *
 * A slot gets its new order only when every earlier order of the slot is terminal and its fills are booked.
 */
export function diffTakeProfits(
  desired: readonly DesiredOrder[],
  working: readonly WorkingOrder[],
): TakeProfitDiff {
  const pending = working.filter((order) => !isSettled(order));
  const unmatched = new Set(
    pending.filter((order) => !isTerminal(order.status) && order.cancelStatus === 'none'),
  );
  const place: DesiredOrder[] = [];
  const keepers: WorkingOrder[] = [];
  for (const wanted of desired) {
    const match = [...unmatched].find(
      (order) => order.slot === wanted.slot && isAsDesired(order, wanted),
    );
    if (match) {
      unmatched.delete(match);
      keepers.push(match);
    } else if (!pending.some((order) => order.slot === wanted.slot)) place.push(wanted);
  }
  const cancel = [...unmatched];
  return {
    /** A quantity that an old order still holds is not given to a new one of another slot. */
    place: cancel.length === 0 && pending.length === keepers.length ? place : [],
    resend: keepers.filter((order) => order.unsent),
    cancel,
    settled:
      place.length === 0 &&
      pending.length === keepers.length &&
      keepers.every((order) => isOpen(order.status)),
  };
}
