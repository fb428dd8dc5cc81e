import { isConditionalKind, isLimitKind, isStopKind } from '../../model/order-kind.js';
import type { RejectCode } from '../../model/outcome.js';
import {
  isReducing,
  isRestingLimit,
  type SimOrder,
  type SimRequest,
  type SimVerdict,
} from './sim-order.js';
import type { SimVenue } from './sim-venue.js';

type Refusal = Extract<SimVerdict, { kind: 'rejected' }>;

const refuse = (code: RejectCode, detail: string): Refusal => ({ kind: 'rejected', code, detail });

/** Why the exchange does not take an order; `null` when it does. */
export function refusalOf(request: SimRequest, venue: SimVenue): Refusal | null {
  const instrument = venue.instrument(request.symbol);
  if (instrument === undefined) return refuse('filter', 'unknown symbol');
  if (venue.now() > request.expiresAt)
    return refuse('expired-request', 'outside of its time window');
  if (venue.halted) return refuse('market-closed', 'trading is halted');
  if ((request.positionSide === 'BOTH') !== (venue.positionMode === 'one-way')) {
    return refuse('position-mode', `the account is in ${venue.positionMode} mode`);
  }
  const steps = instrument.steps(request.quantity);
  if (steps === null || steps <= 0) return refuse('filter', 'the quantity is off the grid');
  for (const price of [request.price, request.triggerPrice]) {
    if (price !== null && (instrument.ticks(price) ?? 0) <= 0) {
      return refuse('filter', 'a price is off the grid');
    }
  }
  const misshapen = shapeRefusal(request);
  if (misshapen !== null) return misshapen;
  if (isTaken(request.clientOrderId, venue)) {
    return refuse('duplicate-client-id', 'the client id is taken');
  }
  return stopRefusal(request, venue) ?? reduceRefusal(request, steps, venue);
}

/** Levels belong to conditional orders, prices to limits: anything else is a defect of whoever sent it. */
function shapeRefusal({ kind, price, triggerPrice }: SimRequest): Refusal | null {
  const isConditional = isConditionalKind(kind);
  const isLimit = isLimitKind(kind);
  if ((triggerPrice !== null) !== isConditional) {
    return refuse('filter', `a ${kind} ${isConditional ? 'needs a' : 'has no'} level`);
  }
  if ((price !== null) !== isLimit) {
    return refuse('filter', `a ${kind} ${isLimit ? 'needs a' : 'has no'} price`);
  }
  return null;
}

function isTaken(clientOrderId: string, venue: SimVenue): boolean {
  const { clientIds } = venue.profile;
  if (clientIds === 'none') return false;
  if (clientIds === 'forever') return venue.wasUsed(clientOrderId);
  return count(venue, (order) => order.clientOrderId === clientOrderId) > 0;
}

function stopRefusal(request: SimRequest, venue: SimVenue): Refusal | null {
  const { symbol, kind, side, positionSide, triggerPrice } = request;
  if (triggerPrice === null) return null;
  const last = venue.price(symbol, request.triggerSource ?? 'LAST');
  const trigger = venue.instrument(symbol)?.ticks(triggerPrice) ?? null;
  if (last !== null && isPassed({ kind, side, trigger }, last)) {
    return refuse('would-trigger', 'the level is already passed');
  }
  const stops = count(venue, (order) => order.symbol === symbol && order.trigger !== null);
  if (stops >= venue.stopCap) return refuse('order-cap', 'too many stops rest');
  if (venue.profile.severalStops || !isStopKind(kind)) return null;
  const ofSide = count(
    venue,
    (order) =>
      order.symbol === symbol &&
      isStopKind(order.kind) &&
      order.side === side &&
      order.positionSide === positionSide,
  );
  return ofSide > 0 ? refuse('order-cap', 'a stop of this side rests already') : null;
}

function reduceRefusal(request: SimRequest, steps: number, venue: SimVenue): Refusal | null {
  const { excess, countsRestingReduceOnly } = venue.profile;
  if (!isReducing(request) || excess === 'executed') return null;
  const { symbol, side, positionSide, kind } = request;
  const held = venue.reducible(symbol, side, positionSide);
  if (held <= 0) return refuse('reduce-only', 'there is nothing to reduce');
  if (request.triggerPrice !== null) return null;
  if (excess === 'refused' && steps > held) return refuse('reduce-only', 'more than is held');
  if (!countsRestingReduceOnly || kind === 'market') return null;
  let resting = 0;
  for (const order of venue.open) {
    const competes = order.symbol === symbol && isRestingLimit(order) && order.side === side;
    if (competes && order.positionSide === positionSide) resting += order.quantity - order.executed;
  }
  return resting + steps > held ? refuse('reduce-only', 'resting orders claim what is held') : null;
}

function count(venue: SimVenue, matches: (order: Readonly<SimOrder>) => boolean): number {
  let found = 0;
  for (const order of venue.open) if (matches(order)) found += 1;
  return found;
}

/** Whether the level of a conditional order is reached. */
export function isPassed(
  { kind, side, trigger }: Pick<SimOrder, 'kind' | 'side' | 'trigger'>,
  ticks: number,
): boolean {
  if (trigger === null) return false;
  const upwards = isStopKind(kind) === (side === 'BUY');
  return upwards ? ticks >= trigger : ticks <= trigger;
}
