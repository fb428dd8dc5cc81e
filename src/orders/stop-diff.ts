import { type Decimal, sumDecimals } from '../model/decimal.js';
import { type DesiredOrder, isAsDesired } from '../model/desired-order.js';
import { isTerminal, openQuantity, rests, type WorkingOrder } from '../model/order.js';

export interface StopDiffRequest {
  readonly desired: readonly DesiredOrder[];
  /** Stop orders of the tranche, whatever their state. */
  readonly working: readonly WorkingOrder[];
  /** What the tranche holds. */
  readonly held: Decimal;
  /** Whether moving a stop that covers must wait (pacing, price near a level). Covering never waits. */
  readonly moveMustWait: boolean;
  /** Whether old and new may rest together. */
  readonly severalStops: boolean;
}

export interface StopDiff {
  readonly place: readonly DesiredOrder[];
  /** Recorded orders, known not to have left, that are still wanted. */
  readonly resend: readonly WorkingOrder[];
  readonly cancel: readonly WorkingOrder[];
  /** Quantity that no wanted stop covers, not even one in flight: it must be placed for at the new level at once. */
  readonly uncovered: Decimal;
  /** A move is due but waits. */
  readonly waiting: boolean;
  /** Everything desired rests at the exchange, and nothing else does. */
  readonly settled: boolean;
}

/**
 * What to do so that exactly the desired stops rest: new before old, cover first.
 *
 * Old stops go only when the new ones are live and together cover what is held. A stop that has triggered is left alone.
 */
export function diffStops(request: StopDiffRequest): StopDiff {
  const { desired, held } = request;
  const alive = request.working.filter(
    (order) => !isTerminal(order.status) && order.cancelStatus === 'none',
  );
  const triggered = alive.filter((order) => order.status === 'triggered');
  /** It executes now; whatever it takes comes back as a fill and is judged then. */
  if (triggered.length > 0 && sumDecimals(triggered.map(openQuantity)).gte(held)) {
    return quiet(alive.length === triggered.length);
  }
  const unmatched = new Set(alive);
  const keepers: WorkingOrder[] = [];
  const missing: DesiredOrder[] = [];
  for (const wanted of desired) {
    const match = bestMatch(unmatched, wanted);
    if (match === null) missing.push(wanted);
    else {
      unmatched.delete(match);
      keepers.push(match);
    }
  }
  const resend = keepers.filter((order) => order.unsent);
  const others = [...unmatched].filter((order) => order.status !== 'triggered');
  if (missing.length === 0) {
    const live = keepers.every((order) => rests(order));
    return {
      place: [],
      resend,
      cancel: live ? others : others.filter((order) => order.unsent),
      uncovered: held.minus(held),
      waiting: false,
      settled: live && others.length === 0,
    };
  }
  const covering = sumDecimals(
    alive.filter((order) => !order.unsent || keepers.includes(order)).map(openQuantity),
  );
  const uncovered = covering.lt(held) ? held.minus(covering) : held.minus(held);
  if (!request.severalStops && others.some((order) => !order.unsent)) {
    /** Only one may rest: the old one goes first, under the local guard. Cover that does not exist is not waited for. */
    return {
      place: [],
      resend,
      cancel: request.moveMustWait ? [] : others,
      uncovered: held.minus(held),
      waiting: request.moveMustWait,
      settled: false,
    };
  }
  if (request.moveMustWait) {
    return {
      place: [],
      resend,
      cancel: others.filter((order) => order.unsent),
      uncovered,
      waiting: true,
      settled: false,
    };
  }
  return {
    place: missing,
    resend,
    cancel: others.filter((order) => order.unsent),
    uncovered: held.minus(held),
    waiting: false,
    settled: false,
  };

  function quiet(settled: boolean): StopDiff {
    return {
      place: [],
      resend: [],
      cancel: [],
      uncovered: held.minus(held),
      waiting: false,
      settled,
    };
  }
}

/** An order that rests before one in flight or in doubt, a newer before an older. */
function bestMatch(
  candidates: ReadonlySet<WorkingOrder>,
  wanted: DesiredOrder,
): WorkingOrder | null {
  const preference = (order: WorkingOrder): number => {
    return (rests(order) ? 1e9 : order.unsent ? 0 : 1e7) + order.generation;
  };
  let best: WorkingOrder | null = null;
  for (const order of candidates) {
    if (!isAsDesired(order, wanted)) continue;
    if (best === null || preference(order) > preference(best)) best = order;
  }
  return best;
}
