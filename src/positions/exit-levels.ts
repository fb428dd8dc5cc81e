import { ValidationError } from '../errors/validation-error.js';
import { type Decimal, decimal, ONE, toDecimalString } from '../model/decimal.js';
import type { ExitLevels, ExitPlan, LevelRule } from '../model/exit-plan.js';
import { type ExitProgress, NO_PROGRESS } from '../model/exit-progress.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop, roundTakeProfit } from '../model/price.js';
import type { PositionSide } from '../model/side.js';
import { favoured } from './favoured.js';
import { isTighter, stopInForce } from './stop-in-force.js';

/**
 * Levels of a plan at one entry price, and after what the tranche has lived through.
 *
 * Take-profit LONG `entry * (1 + pct/100)`, SHORT `entry * (1 - pct/100)`; stop mirrored. Take-profits are rounded to
 * the nearest tick, stops never looser than asked. Of the plan's stop and what the other rules ask for, the tightest is
 * in force.
 *
 * @throws ValidationError `LEVEL_INVALID` when a level would be zero or negative
 */
export function exitLevels(
  plan: ExitPlan,
  side: PositionSide,
  entryPrice: Decimal,
  instrument: Instrument,
  progress: ExitProgress = NO_PROGRESS,
): ExitLevels {
  const planned =
    plan.stopLoss === null ? null : plannedStop(plan.stopLoss, side, entryPrice, instrument);
  const stop = stopInForce(planned, progress, side);
  const guard = stop?.level ?? null;
  return {
    takeProfits: takeProfits(plan, side, entryPrice, instrument, progress),
    stopLoss: guard === null ? null : restingStop(plan, guard, side, instrument),
    guard,
    stopRule: stop?.rule ?? 'stop-loss',
  };
}

function takeProfits(
  plan: ExitPlan,
  side: PositionSide,
  entryPrice: Decimal,
  instrument: Instrument,
  { volatilityTakeProfit }: ExitProgress,
): ExitLevels['takeProfits'] {
  const planned = plan.takeProfits.map(({ level, portion }) => ({
    price: plannedProfit(level, side, entryPrice, instrument),
    portion: decimal(portion),
  }));
  if (volatilityTakeProfit === null || planned.length > 1) return planned;
  const [only] = planned;
  const nearer = only === undefined || isTighter(only.price, volatilityTakeProfit, side);
  return [{ price: nearer ? volatilityTakeProfit : only.price, portion: only?.portion ?? ONE }];
}

function plannedProfit(
  rule: LevelRule,
  side: PositionSide,
  entryPrice: Decimal,
  instrument: Instrument,
): Decimal {
  const exact = positive(levelPrice(rule, entryPrice, 1, side), 'take-profit', instrument);
  return positive(roundTakeProfit(exact, instrument), 'take-profit', instrument);
}

function plannedStop(
  rule: LevelRule,
  side: PositionSide,
  entryPrice: Decimal,
  instrument: Instrument,
): Decimal {
  const exact = positive(levelPrice(rule, entryPrice, -1, side), 'stop-loss', instrument);
  return positive(roundStop(exact, side, instrument), 'stop-loss', instrument);
}

/** Where a hit has to be confirmed, the order waits behind: it cannot look twice. */
function restingStop(
  { confirm }: ExitPlan,
  guard: Decimal,
  side: PositionSide,
  instrument: Instrument,
): Decimal {
  const floorPct = confirm?.hardFloorPct ?? null;
  if (floorPct === null) return guard;
  const floor = favoured(guard, decimal(floorPct).times(-1), side);
  return positive(roundStop(floor, side, instrument), 'hard floor', instrument);
}

function levelPrice(
  rule: LevelRule,
  entryPrice: Decimal,
  sign: 1 | -1,
  side: PositionSide,
): Decimal {
  if (rule.kind === 'price') return decimal(rule.price);
  return favoured(entryPrice, decimal(rule.percent).times(sign), side);
}

function positive(price: Decimal, name: string, instrument: Instrument): Decimal {
  if (price.gt(0)) return price;
  throw new ValidationError('LEVEL_INVALID', `The ${name} level of ${instrument.symbol}`, {
    expected: 'a price above zero',
    received: toDecimalString(price),
    remedy: 'Give a smaller percentage',
  });
}
