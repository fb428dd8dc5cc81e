import { invariant } from '../errors/invariant.js';
import { type Decimal, sumDecimals, ZERO } from '../model/decimal.js';
import type { ExitPlan } from '../model/exit-plan.js';
import { NO_PROGRESS } from '../model/exit-progress.js';
import { positionIdOf, trancheIdOf } from '../model/ids.js';
import type { Instrument } from '../model/instrument.js';
import type { PositionSide } from '../model/side.js';
import {
  type Exit,
  heldCost,
  remaining,
  type Tranche,
  type TrancheSource,
} from '../model/tranche.js';
import { breakevenAfterMove } from './breakeven.js';
import { exitLevels } from './exit-levels.js';
import { mergedProgress } from './merged-progress.js';
import { progressUnder, standingProgress } from './standing-rules.js';
import { ratcheted } from './stop-in-force.js';

/** A quantity that came in, with what it cost. */
export interface Intake {
  readonly orderId: string;
  readonly quantity: Decimal;
  /** Sum of price * quantity. */
  readonly cost: Decimal;
  readonly fee: Decimal;
}

export interface OpeningRequest {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly intake: Intake;
  /** How many tranches this order opened before. */
  readonly ordinal: number;
  readonly number: number;
  readonly openedSeq: number;
  readonly plan: ExitPlan;
  readonly separate: boolean;
  readonly now: number;
}

/** A new tranche from its first fill. */
export function openTranche(request: OpeningRequest, instrument: Instrument): Tranche {
  const { symbol, side, intake, plan, now } = request;
  invariant(intake.quantity.gt(0), 'a tranche opens with a quantity above zero');
  const entryPrice = intake.cost.div(intake.quantity);
  const levels = exitLevels(plan, side, entryPrice, instrument);
  return {
    id: trancheIdOf(symbol, side, intake.orderId, request.ordinal),
    positionId: positionIdOf(symbol, side),
    symbol,
    side,
    number: request.number,
    openedSeq: request.openedSeq,
    state: 'OPEN',
    sources: [
      { orderId: intake.orderId, quantity: intake.quantity, cost: intake.cost, fees: intake.fee },
    ],
    openedQty: intake.quantity,
    openedCost: intake.cost,
    exitedQty: ZERO,
    exitedCost: ZERO,
    proceeds: ZERO,
    exitFees: ZERO,
    entryPrice,
    plan,
    levels,
    progress: NO_PROGRESS,
    takenBySlot: plan.takeProfits.map(() => ZERO),
    separate: request.separate,
    closing: null,
    exits: [],
    mergedInto: null,
    nextGeneration: { 'stop-loss': 0, 'take-profit': 0, close: 0 },
    openedAt: now,
    updatedAt: now,
  };
}

/**
 * A further quantity joins: `q' = q + f`, `entry' = (q*e + f*p) / q'`; levels follow the new entry.
 *
 * The entry is divided once, from the exact costs of what is held, and never fed back.
 *
 * @param price what stops are judged on now, where it is known: rules that were reached stay so only if it is beyond them
 */
export function joinTranche(
  tranche: Tranche,
  intake: Intake,
  instrument: Instrument,
  now: number,
  price: Decimal | null = null,
): void {
  invariant(intake.quantity.gt(0), 'a join adds a quantity above zero');
  const source = tranche.sources.find((candidate) => candidate.orderId === intake.orderId);
  if (source) {
    source.quantity = source.quantity.plus(intake.quantity);
    source.cost = source.cost.plus(intake.cost);
    source.fees = source.fees.plus(intake.fee);
  } else {
    tranche.sources.push({
      orderId: intake.orderId,
      quantity: intake.quantity,
      cost: intake.cost,
      fees: intake.fee,
    });
  }
  tranche.openedQty = tranche.openedQty.plus(intake.quantity);
  tranche.openedCost = tranche.openedCost.plus(intake.cost);
  relevel(tranche, instrument, price);
  tranche.updatedAt = now;
}

/** Entry price and levels from what the tranche holds. */
export function relevel(
  tranche: Tranche,
  instrument: Instrument,
  price: Decimal | null = null,
): void {
  const held = remaining(tranche);
  if (held.lte(0)) return;
  tranche.entryPrice = heldCost(tranche).div(held);
  /** Take-profit levels move with the entry: a stop that followed them stays where it is until one is taken again. */
  tranche.progress = { ...tranche.progress, levelsTaken: 0 };
  if (price !== null) tranche.progress = breakevenAfterMove(tranche, instrument, price);
  relevelAt(tranche, instrument, price);
}

/**
 * Levels from the entry price as it is, after what the rules ask for now.
 *
 * @param price what stops are judged on now, `null` = not known; see {@link standingProgress}
 */
export function relevelAt(
  tranche: Tranche,
  instrument: Instrument,
  price: Decimal | null,
  inForce?: Decimal | null,
): void {
  tranche.progress = standingProgress(tranche, instrument, price, inForce);
  const { plan, side, entryPrice, progress } = tranche;
  tranche.levels = exitLevels(plan, side, entryPrice, instrument, progress);
}

/**
 * Another plan: rules that stay keep what they have reached, and levels follow at once.
 *
 * @param price what stops are judged on now, `null` = not known: a trail that is new begins from it
 */
export function replan(
  tranche: Tranche,
  plan: ExitPlan,
  instrument: Instrument,
  price: Decimal | null,
): void {
  const inForce = tranche.levels.guard;
  tranche.progress = progressUnder(plan, tranche, price);
  tranche.plan = plan;
  /** A stop that follows the take-profits follows those of this plan. */
  tranche.levels = exitLevels(plan, tranche.side, tranche.entryPrice, instrument, tranche.progress);
  relevelAt(tranche, instrument, price, inForce);
}

/** Takes an executed exit out. The entry price stays. */
export function applyExit(tranche: Tranche, exit: Exit, now: number): void {
  invariant(exit.quantity.gt(0), 'an exit takes a quantity above zero');
  invariant(
    exit.quantity.lte(remaining(tranche)),
    'an exit never takes more than the tranche holds',
  );
  tranche.exitedQty = tranche.exitedQty.plus(exit.quantity);
  tranche.exitedCost = tranche.exitedCost.plus(exit.quantity.times(tranche.entryPrice));
  tranche.proceeds = tranche.proceeds.plus(exit.quantity.times(exit.price));
  tranche.exitFees = tranche.exitFees.plus(exit.fee);
  tranche.exits.push(exit);
  if (exit.role === 'take-profit') {
    /** It may be of a plan with more levels: no slot is left empty. */
    while (tranche.takenBySlot.length < exit.slot) tranche.takenBySlot.push(ZERO);
    const taken = tranche.takenBySlot[exit.slot] ?? ZERO;
    tranche.takenBySlot[exit.slot] = taken.plus(exit.quantity);
  }
  tranche.updatedAt = now;
}

/**
 * Merges tranches of one side into the oldest: quantities and costs of what is held add up.
 *
 * @param price what stops are judged on now, where it is known; see {@link joinTranche}
 * @returns the survivor and those that are closed as merged into it
 */
export function mergeTranches(
  group: readonly Tranche[],
  instrument: Instrument,
  now: number,
  price: Decimal | null = null,
): { readonly survivor: Tranche; readonly absorbed: readonly Tranche[] } {
  const [survivor, ...absorbed] = [...group].sort((a, b) => a.openedSeq - b.openedSeq);
  invariant(survivor !== undefined && absorbed.length > 0, 'a merge needs two tranches');
  survivor.progress = mergedProgress(
    survivor.progress,
    absorbed.map(({ progress }) => progress),
    survivor.side,
  );
  if (survivor.levels.guard === null) keepStops(survivor, absorbed);
  for (const tranche of absorbed) {
    const quantity = remaining(tranche);
    const cost = heldCost(tranche);
    survivor.openedQty = survivor.openedQty.plus(quantity);
    survivor.openedCost = survivor.openedCost.plus(cost);
    /** Sources keep gross figures; the absorbed tranche's own exits stay booked there. */
    for (const source of tranche.sources)
      moveSource(survivor, tranche, source.orderId, quantity, cost);
    /** What moved never counts as an exit of the absorbed tranche: it keeps what its own exits sold, with the fees of that. */
    tranche.sources = tranche.exitedQty.eq(0) ? [] : keptSources(tranche);
    tranche.openedQty = tranche.exitedQty;
    tranche.openedCost = tranche.exitedCost;
    tranche.progress = { ...tranche.progress, fundingPaid: ZERO };
    tranche.state = 'CLOSED';
    tranche.mergedInto = survivor.id;
    tranche.closing = { reason: 'merged', level: null, trigger: null, since: now };
    tranche.updatedAt = now;
  }
  relevel(survivor, instrument, price);
  survivor.updatedAt = now;
  return { survivor, absorbed };
}

/** Splits what an absorbed tranche still held over its sources by their share. */
function moveSource(
  survivor: Tranche,
  absorbed: Tranche,
  orderId: string,
  heldQuantity: Decimal,
  heldCost: Decimal,
): void {
  const source = absorbed.sources.find((candidate) => candidate.orderId === orderId);
  invariant(source !== undefined, 'a source of the absorbed tranche');
  const whole = sumDecimals(absorbed.sources.map((candidate) => candidate.quantity));
  const untouched = absorbed.exitedQty.eq(0);
  const moved = {
    orderId,
    quantity: untouched ? source.quantity : heldQuantity.times(source.quantity).div(whole),
    cost: untouched ? source.cost : heldCost.times(source.quantity).div(whole),
    fees: untouched ? source.fees : source.fees.times(heldQuantity).div(absorbed.openedQty),
  };
  const present = survivor.sources.find((candidate) => candidate.orderId === orderId);
  if (present) {
    present.quantity = present.quantity.plus(moved.quantity);
    present.cost = present.cost.plus(moved.cost);
    present.fees = present.fees.plus(moved.fees);
  } else survivor.sources.push(moved);
}

/** Whose plan wants no stop is not to take away one that another tranche had: the tightest of these stays. */
function keepStops(survivor: Tranche, absorbed: readonly Tranche[]): void {
  for (const { levels } of absorbed) {
    if (levels.guard === null) continue;
    const stop = { level: levels.guard, rule: levels.stopRule };
    survivor.progress = ratcheted(survivor.progress, stop, survivor.side);
  }
}

/** What an absorbed tranche had sold before, by the shares of its sources. */
function keptSources({ sources, openedQty, exitedQty, exitedCost }: Tranche): TrancheSource[] {
  return sources.map(({ orderId, quantity, fees }) => {
    const share = quantity.div(openedQty);
    return {
      orderId,
      quantity: exitedQty.times(share),
      cost: exitedCost.times(share),
      fees: fees.times(exitedQty).div(openedQty),
    };
  });
}

/** Realised PnL so far, before fees, in the quote asset. */
export function realizedPnl(tranche: Tranche, contractSize: Decimal): Decimal {
  let profit = ZERO;
  for (const exit of tranche.exits) profit = profit.plus(exit.quantity.times(exit.price));
  const bought = tranche.exitedCost;
  const difference = tranche.side === 'LONG' ? profit.minus(bought) : bought.minus(profit);
  return difference.times(contractSize);
}

/** Entry fees of all sources plus exit fees, in the quote asset. */
export function feesPaid(tranche: Tranche): Decimal {
  return sumDecimals(tranche.sources.map((source) => source.fees)).plus(tranche.exitFees);
}
