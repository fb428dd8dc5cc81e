import type { PositionMonitorError } from '../errors/position-monitor-error.js';
import { ValidationError } from '../errors/validation-error.js';
import { type Decimal, toDecimalString } from '../model/decimal.js';
import type { ExitPlan } from '../model/exit-plan.js';
import type { Tranche } from '../model/tranche.js';
import { takenAnew } from '../positions/level-shares.js';
import { isTighter } from '../positions/stop-in-force.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { relevelAt, replan } from '../positions/tranche-arithmetic.js';
import { loosestStop } from './liquidation-guard.js';
import { freshPrice, isPassed, profitSource, stopPriceSince } from './price-sources.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { ageOf } from './time-limit.js';

/** Why a plan cannot be given to an open tranche; `null` = it can. */
export function planProblem(
  step: Step,
  node: TrancheNode,
  plan: ExitPlan,
  allowImmediate: boolean,
): PositionMonitorError | null {
  const { tranche } = node;
  const { side } = tranche;
  const instrument = step.instrument(tranche.symbol);
  const symbol = step.symbol(tranche.symbol);
  try {
    const changed = { ...tranche };
    const planned = { ...changed, plan };
    const price = stopPriceSince(step.state, planned, step.mono, node.openedMono);
    replan(changed, plan, instrument, price);
    changed.takenBySlot = sameLevels(plan, tranche.plan)
      ? tranche.takenBySlot
      : takenAnew(tranche, plan);
    if (isTighteningDue(step, node, changed)) {
      changed.progress = { ...changed.progress, timeLimitDone: true };
      relevelAt(changed, instrument, price);
    }
    const { levels } = changed;
    const loosest = loosestStop(step, changed);
    const wantsOther = JSON.stringify(plan.stopLoss) !== JSON.stringify(tranche.plan.stopLoss);
    /** A stop that nobody asks for anew was tightened before, and will be again. */
    if (wantsOther && loosest && levels.stopLoss && isTighter(loosest, levels.stopLoss, side))
      return beyondLiquidation(levels.stopLoss, loosest, symbol.liquidation[side]);
    if (allowImmediate) return null;
    if (price && levels.guard && isPassed(price, levels.guard, side, 'stop-loss')) {
      return alreadyPassed('stop-loss', levels.guard, price);
    }
    return sameLevels(plan, tranche.plan) ? null : passedProfit(step, changed);
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
}

/** A time limit that is over already tightens with the very next look. */
function isTighteningDue(step: Step, node: TrancheNode, { plan, progress }: Tranche): boolean {
  const { timeLimit } = plan;
  if (timeLimit?.action !== 'tighten' || timeLimit.onlyIn !== null || progress.timeLimitDone)
    return false;
  return ageOf(step, node) >= timeLimit.ms;
}

/** Targets that stay are judged by their own guards: only what is asked for anew is refused. */
function passedProfit(step: Step, changed: Tranche): PositionMonitorError | null {
  const { side, levels } = changed;
  const symbol = step.symbol(changed.symbol);
  const price = freshPrice(step.state, symbol, profitSource(step.state, changed), step.mono);
  if (price === null) return null;
  const quantities = takeProfitQuantities(
    changed,
    step.instrument(changed.symbol),
    step.state.venue.minNotionalOnExits,
  );
  const passed = levels.takeProfits.find(
    (level, slot) => quantities[slot]?.gt(0) && isPassed(price, level.price, side, 'take-profit'),
  );
  return passed === undefined ? null : alreadyPassed('take-profit', passed.price, price);
}

function beyondLiquidation(
  level: Decimal,
  loosest: Decimal,
  liquidationPrice: Decimal | null,
): ValidationError {
  return new ValidationError(
    'LEVEL_BEYOND_LIQUIDATION',
    `The stop ${toDecimalString(level)} would never be reached`,
    {
      expected: `a stop at ${toDecimalString(loosest)} or nearer to the price`,
      received: `one beyond the liquidation price ${toDecimalString(liquidationPrice ?? loosest)}`,
      remedy: 'Give a nearer stop, add margin, or switch liquidationGuard off',
    },
  );
}

function alreadyPassed(rule: string, level: Decimal, price: Decimal): ValidationError {
  return new ValidationError(
    'LEVEL_PASSED',
    `The ${rule} level ${toDecimalString(level)} is already passed`,
    {
      expected: 'a level that the price has not reached',
      received: `last price ${toDecimalString(price)}`,
      remedy: 'Pass { allowImmediate: true } to close at once',
    },
  );
}

/** Whether two plans have the same take-profit levels. */
export function sameLevels(a: ExitPlan, b: ExitPlan): boolean {
  return JSON.stringify(a.takeProfits) === JSON.stringify(b.takeProfits);
}
