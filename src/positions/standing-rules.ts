import { type Decimal, decimal } from '../model/decimal.js';
import { type ExitPlan, plansAreEqual } from '../model/exit-plan.js';
import { type ExitProgress, NO_PROGRESS } from '../model/exit-progress.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop } from '../model/price.js';
import type { PositionSide } from '../model/side.js';
import type { Tranche } from '../model/tranche.js';
import { breakevenLevel } from './breakeven.js';
import { favoured } from './favoured.js';
import { isTighter, type RuledStop, ratcheted } from './stop-in-force.js';
import { trailLevel } from './trailing.js';
import { volatilityLevels } from './volatility-levels.js';

/**
 * What the rules that are in effect ask for now, ratcheted: nothing moves away from the price again.
 *
 * Breakeven only ever moves the stop to where the price is beyond it; see {@link awaitedStop}. May be asked at any time; the
 * same object comes back when nothing changed.
 *
 * @param price what stops are judged on now; `null` = not known
 * @param inForce the stop so far: what is no tighter needs no price
 */
export function standingProgress(
  tranche: Tranche,
  instrument: Instrument,
  price: Decimal | null,
  inForce: Decimal | null = tranche.levels.guard,
): ExitProgress {
  const { side } = tranche;
  let progress = withVolatility(tranche, instrument);
  for (const stop of askedStops(tranche, instrument)) {
    const isKept = inForce !== null && !isTighter(stop.level, inForce, side);
    if (isKept || mayBeSet(stop, price, side)) progress = ratcheted(progress, stop, side);
  }
  return progress;
}

/**
 * The nearest stop of breakeven that the price is not beyond yet: what it secures is not there, and set now it would close at
 * once, often on a price from before the take-profit that made it ask. It is set as soon as the price is beyond it.
 */
export function awaitedStop(tranche: Tranche, instrument: Instrument): Decimal | null {
  const { side, levels } = tranche;
  const awaited = askedStops(tranche, instrument)
    .filter(({ rule }) => rule === 'breakeven')
    .map(({ level }) => level)
    .filter((level) => levels.guard === null || isTighter(level, levels.guard, side));
  return awaited.length === 0 ? null : awaited.reduce((a, b) => (isTighter(a, b, side) ? b : a));
}

function mayBeSet({ level, rule }: RuledStop, price: Decimal | null, side: PositionSide): boolean {
  return rule !== 'breakeven' || (price !== null && isTighter(price, level, side));
}

/** Stops that rules in effect ask for, the plan's own name first where two are equal. */
function askedStops(tranche: Tranche, instrument: Instrument): readonly RuledStop[] {
  const { plan, progress, side, entryPrice } = tranche;
  const asked: RuledStop[] = [];
  if (plan.volatility !== null && progress.averageRange !== null) {
    const { stopLoss } = volatilityLevels(
      plan.volatility,
      progress.averageRange,
      entryPrice,
      side,
      instrument,
    );
    if (stopLoss !== null) asked.push({ level: stopLoss, rule: 'stop-loss' });
  }
  const tightened = plan.timeLimit?.stopLossPct ?? null;
  if (tightened !== null && progress.timeLimitDone) {
    const level = favoured(entryPrice, decimal(tightened).times(-1), side);
    if (level.gt(0)) asked.push({ level: roundStop(level, side, instrument), rule: 'stop-loss' });
  }
  if (plan.breakeven !== null && progress.breakevenReached) {
    asked.push({ level: breakevenLevel(plan.breakeven, tranche, instrument), rule: 'breakeven' });
    const followed = followedLevel(tranche);
    if (followed !== null) asked.push({ level: followed, rule: 'breakeven' });
  }
  if (plan.trailingStop !== null && progress.peak !== null) {
    const level = trailLevel(plan.trailingStop, progress.peak, side, instrument);
    if (level.gt(0)) asked.push({ level, rule: 'trailing-stop' });
  }
  return asked;
}

/** The take-profit level before the last one that was taken; `null` when the stop does not follow that far. */
function followedLevel({ plan, progress, levels }: Tranche): Decimal | null {
  const { breakeven } = plan;
  if (breakeven?.trigger.kind !== 'level' || !breakeven.followLevels) return null;
  if (progress.levelsTaken <= breakeven.trigger.level) return null;
  return levels.takeProfits[progress.levelsTaken - 2]?.price ?? null;
}

function withVolatility(tranche: Tranche, instrument: Instrument): ExitProgress {
  const { plan, progress, side, entryPrice } = tranche;
  if (plan.volatility === null || progress.averageRange === null) return progress;
  const { takeProfit } = volatilityLevels(
    plan.volatility,
    progress.averageRange,
    entryPrice,
    side,
    instrument,
  );
  if (takeProfit === null) return progress;
  const known = progress.volatilityTakeProfit;
  /** Nearer to the price is the other way round for a target: a lower one for a LONG. */
  if (known !== null && !isTighter(known, takeProfit, side)) return progress;
  return { ...progress, volatilityTakeProfit: takeProfit };
}

/**
 * Progress under another plan: rules that stay keep what they have reached, and the ratchet is set anew, because the
 * caller's wish may loosen what the rules before have tightened.
 */
export function progressUnder(
  plan: ExitPlan,
  tranche: Tranche,
  price: Decimal | null,
): ExitProgress {
  const { plan: before, progress } = tranche;
  if (plansAreEqual(plan, before)) return progress;
  const volatile = sameRule(plan.volatility, before.volatility);
  const levels = sameRule(plan.takeProfits, before.takeProfits);
  return {
    ...NO_PROGRESS,
    fundingPaid: progress.fundingPaid,
    peak: peakUnder(plan, tranche, price),
    breakevenReached: plan.breakeven !== null && progress.breakevenReached,
    levelsTaken: levels ? progress.levelsTaken : 0,
    timeLimitDone: sameRule(plan.timeLimit, before.timeLimit) && progress.timeLimitDone,
    averageRange: volatile ? progress.averageRange : null,
  };
}

/**
 * A trail goes on from its best price; one that is armed at once begins with the price of now, like an order of the exchange's
 * own: what the price lost since the entry was lost before the rule was there.
 */
function peakUnder(
  { trailingStop }: ExitPlan,
  { progress, entryPrice }: Tranche,
  price: Decimal | null,
): ExitProgress['peak'] {
  if (trailingStop === null) return null;
  return progress.peak ?? (trailingStop.activationPct === null ? (price ?? entryPrice) : null);
}

function sameRule(a: object | null, b: object | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
