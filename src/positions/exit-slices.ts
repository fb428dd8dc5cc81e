import { IOC_RETRY_PAUSE_MS } from '../limits.js';
import { type Decimal, decimal, maxDecimal, minDecimal, roundDecimal } from '../model/decimal.js';
import type { ExitExecution } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
import { insidePriceBand } from '../model/price.js';
import { exitSideOf, type PositionSide } from '../model/side.js';
import { favoured, isReached } from './favoured.js';
import { limitBehind } from './limit-behind.js';

/** A close at a moment at which none of its orders is under way. */
export interface ExitSituation {
  readonly execution: ExitExecution;
  readonly side: PositionSide;
  readonly instrument: Instrument;
  /** Smallest quantity that an order may have here. */
  readonly smallestQty: Decimal;
  /** What is held, and what orders of this close have executed: together what the close is for. */
  readonly heldQty: Decimal;
  readonly soldQty: Decimal;
  /** What may leave now at most: what is held, or less where the exchange says that less is there. */
  readonly leftQty: Decimal;
  /** Since the close began, ms. */
  readonly elapsedMs: number;
  /** Since its last order left, ms; `null` = none left in this process. */
  readonly sinceLastMs: number | null;
  /** Price that an exit meets; `null` = none is fresh. */
  readonly price: Decimal | null;
  /** Level of the rule that closes; `null` = there is none. */
  readonly level: Decimal | null;
  /** Whether the price that the stop is judged on has passed the stop. */
  readonly stopPassed: boolean;
  /** Whether the exchange takes immediate-or-cancel limits. */
  readonly takesLimits: boolean;
}

export interface ExitSlice {
  readonly kind: 'market' | 'ioc-limit';
  readonly quantity: Decimal;
  /** `null` at market. */
  readonly price: Decimal | null;
}

/** What leaves now, or when to look again, ms since the close began. */
export type NextExit =
  | { readonly kind: 'send'; readonly slice: ExitSlice }
  | { readonly kind: 'wait'; readonly untilMs: number };

/**
 * What of a close leaves next.
 *
 * A function of how much was executed and how much time has passed, never of how often it was asked: after a restart it
 * says the same, and what was due meanwhile leaves in one order. Nothing ever waits beyond the deadline or the floor.
 */
export function nextExit(situation: ExitSituation): NextExit {
  const { execution, leftQty, smallestQty } = situation;
  if (leftQty.lt(smallestQty) || isBeyondFloor(situation)) return wholeAtMarket(situation);
  switch (execution.kind) {
    case 'market':
      return wholeAtMarket(situation);
    case 'ioc-limit':
      return nextLimit(situation, execution);
    case 'iceberg':
      if (situation.elapsedMs >= execution.deadlineMs) return wholeAtMarket(situation);
      return slice(situation, startedQty(situation).times(execution.visiblePortion));
    case 'twap':
      return nextOfSchedule(situation, execution);
  }
}

/** Where a close stops being patient, `null` where it has no floor: so far behind the level that it closes at. */
export function exitFloor(
  execution: ExitExecution,
  level: Decimal | null,
  side: PositionSide,
): Decimal | null {
  const percent = execution.kind === 'market' ? null : execution.hardFloorPct;
  if (percent === null || level === null) return null;
  return favoured(level, decimal(percent).times(-1), side);
}

function isBeyondFloor({ execution, price, level, side }: ExitSituation): boolean {
  const floor = exitFloor(execution, level, side);
  return floor !== null && price !== null && (price.eq(floor) || !isReached(price, floor, side));
}

function nextLimit(
  situation: ExitSituation,
  { slippagePct, deadlineMs }: Extract<ExitExecution, { kind: 'ioc-limit' }>,
): NextExit {
  const { elapsedMs, sinceLastMs, price, side, instrument, takesLimits } = situation;
  if (elapsedMs >= deadlineMs || price === null || !takesLimits) return wholeAtMarket(situation);
  const restMs = sinceLastMs === null ? 0 : IOC_RETRY_PAUSE_MS - sinceLastMs;
  if (restMs > 0) return { kind: 'wait', untilMs: Math.min(elapsedMs + restMs, deadlineMs) };
  const limit = limitBehind(price, decimal(slippagePct), side, instrument);
  const quantity = limitQuantity(situation);
  /** A limit that the exchange would refuse is not tried: the band lies around a price that is near to this one. */
  if (quantity === null || !insidePriceBand(limit, exitSideOf(side), instrument, price)) {
    return wholeAtMarket(situation);
  }
  return { kind: 'send', slice: { kind: 'ioc-limit', quantity, price: limit } };
}

/** How much one limit can take of what is left; `null` = none can be sent. */
function limitQuantity({ leftQty, smallestQty, instrument }: ExitSituation): Decimal | null {
  const { stepSize, minQty, maxQty } = instrument;
  const whole = roundDecimal(leftQty, stepSize, 'floor');
  if (whole.lte(0) || whole.lt(minQty)) return null;
  if (maxQty === null || whole.lte(maxQty)) return whole;
  /** What is left behind must be enough for an order. */
  const most = minDecimal(maxQty, leftQty.minus(smallestQty));
  const quantity = roundDecimal(most, stepSize, 'floor');
  return quantity.lte(0) || quantity.lt(minQty) ? null : quantity;
}

/** As much as is due by now and has not been executed: a slice that could not leave goes with the next one. */
function nextOfSchedule(
  situation: ExitSituation,
  { slices, intervalMs }: Extract<ExitExecution, { kind: 'twap' }>,
): NextExit {
  const { elapsedMs, soldQty, smallestQty, instrument, stopPassed } = situation;
  const due = intervalMs > 0 ? Math.floor(elapsedMs / intervalMs) + 1 : slices;
  if (stopPassed || due >= slices) return wholeAtMarket(situation);
  const wanted = startedQty(situation).times(due).div(slices).minus(soldQty);
  if (roundDecimal(wanted, instrument.marketStepSize, 'floor').lt(smallestQty)) {
    return { kind: 'wait', untilMs: due * intervalMs };
  }
  return slice(situation, wanted);
}

/** One part at market, never smaller than an order may be, and never so that what is left would be. */
function slice(situation: ExitSituation, wanted: Decimal): NextExit {
  const { leftQty, smallestQty, instrument } = situation;
  const quantity = maxDecimal(
    smallestQty,
    roundDecimal(wanted, instrument.marketStepSize, 'floor'),
  );
  if (leftQty.minus(quantity).lt(smallestQty)) return wholeAtMarket(situation);
  return { kind: 'send', slice: { kind: 'market', quantity, price: null } };
}

function wholeAtMarket({ leftQty }: ExitSituation): NextExit {
  return { kind: 'send', slice: { kind: 'market', quantity: leftQty, price: null } };
}

function startedQty({ heldQty, soldQty }: ExitSituation): Decimal {
  return heldQty.plus(soldQty);
}
