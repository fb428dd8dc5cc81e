import * as v from 'valibot';
import { ValidationError } from '../../errors/validation-error.js';
import { DEFAULTS } from '../../limits.js';
import {
  type ExitPlan,
  type ExitPlanInput,
  type LevelRule,
  NO_EXITS,
  type TakeProfitRule,
} from '../../model/exit-plan.js';
import { ownField } from '../../model/own-field.js';
import type { PriceSource } from '../../model/price.js';
import type { PositionSide } from '../../model/side.js';
import { check } from './fields.js';
import { frozen } from './frozen.js';
import { plainCopy } from './plain-copy.js';
import { type Path, Problems } from './problems.js';
import { breakevenFrom } from './rules/breakeven.js';
import { confirmFrom } from './rules/confirm.js';
import { refuseContradictions } from './rules/contradictions.js';
import { exitExecutionFrom } from './rules/exit-execution.js';
import { LIQUIDATION_BUFFER_DEFAULT, liquidationBufferFrom } from './rules/liquidation-guard.js';
import { stopLossFrom } from './rules/stop-loss.js';
import { takeProfitsFrom } from './rules/take-profits.js';
import { timeLimitFrom } from './rules/time-limit.js';
import { trailingStopFrom } from './rules/trailing-stop.js';
import { volatilityFrom, volatilityWithin } from './rules/volatility.js';
import { type CheckedSymbolSettings, SYMBOL_ENTRIES, SYMBOL_SCHEMA } from './schemas.js';

/**
 * Builds the plan that per-symbol or per-order keys ask for. What they leave out is taken from `base`, rule by rule.
 *
 * Equal wishes give equal plans: numbers and strings are brought to one notation, keys to one order.
 *
 * @param base plan that the keys override (the symbol's, or the tranche's); `null` = nothing
 * @param path name of the input in messages, e.g. `plan`
 * @param side where the plan serves one side only. Without it both must be possible, so percentages stay below 100: a
 *   LONG stop or a SHORT take-profit at 100 % would lie at zero
 * @param maxSlippageBps slippage of `ioc-limit` exits where none is given, basis points
 * @throws ValidationError `PLAN_INVALID`, listing everything that is wrong
 * @example exitPlanFrom({ takeProfitPct: 2, stopLossPct: '1.0' }, null, 'plan').stopLoss // { kind: 'percent', percent: '1' }
 */
export function exitPlanFrom(
  input: ExitPlanInput,
  base: ExitPlan | null,
  path: string,
  side?: PositionSide,
  maxSlippageBps: number = DEFAULTS.maxSlippageBps,
): ExitPlan {
  const problems = new Problems(path);
  const copied = plainCopy(input, [], problems);
  const plan = readExitPlan(copied, base, [], problems, { side, maxSlippageBps });
  if (plan !== null && problems.count === 0) return plan;
  throw new ValidationError('PLAN_INVALID', problems.summary('The exit plan'));
}

/** What a plan depends on beside its keys. */
export interface PlanCircumstances {
  /** `undefined` = the plan serves both sides. */
  readonly side?: PositionSide | undefined;
  readonly maxSlippageBps: number;
}

/** {@link exitPlanFrom} on a plain copy, which collects problems instead of throwing. `null` when there were any. */
export function readExitPlan(
  input: unknown,
  base: ExitPlan | null,
  path: Path,
  problems: Problems,
  { side, maxSlippageBps }: PlanCircumstances,
): ExitPlan | null {
  const before = problems.count;
  const keys = check(SYMBOL_SCHEMA, input, path, problems) ?? validKeys(input);
  const inherited = base ?? { ...NO_EXITS, liquidationBufferPct: LIQUIDATION_BUFFER_DEFAULT };
  const { exitExecution, trailingStop, breakeven, volatility, confirm, liquidationGuard } = keys;
  const at = (key: string): Path => [...path, key];
  const timeLimit = timeLimitFrom(keys, path, problems);
  const volatile = overriding(volatility, inherited.volatility, (given) =>
    volatilityFrom(given, at('volatility'), problems),
  );
  // The order of the keys is that of `ExitPlan`: plans are compared as text.
  const plan: ExitPlan = {
    takeProfits: readTakeProfits(keys, inherited, path, problems, side),
    stopLoss: readStopLoss(keys, inherited, path, problems, side),
    workingType: sourceOf(keys.workingType) ?? inherited.workingType,
    priceProtect: keys.priceProtect ?? inherited.priceProtect,
    takeProfitOrder: keys.takeProfitOrder ?? inherited.takeProfitOrder,
    stopLossOrder: keys.stopLossOrder ?? inherited.stopLossOrder,
    exitExecution:
      exitExecution === undefined
        ? inherited.exitExecution
        : exitExecutionFrom(exitExecution, maxSlippageBps, at('exitExecution'), problems),
    trailingStop: overriding(trailingStop, inherited.trailingStop, (given) =>
      trailingStopFrom(given, at('trailingStop'), problems, side),
    ),
    breakeven: overriding(breakeven, inherited.breakeven, (given) =>
      breakevenFrom(given, at('breakeven'), problems, side),
    ),
    volatility: volatilityWithin(
      volatile,
      keys.takeProfitEnabled !== false,
      keys.stopLossEnabled !== false,
    ),
    confirm: overriding(confirm, inherited.confirm, (given) =>
      confirmFrom(given, at('confirm'), problems),
    ),
    timeLimit: timeLimit === undefined ? inherited.timeLimit : timeLimit,
    liquidationBufferPct:
      liquidationGuard === undefined
        ? inherited.liquidationBufferPct
        : liquidationBufferFrom(liquidationGuard),
  };
  refuseContradictions(plan, keys, path, problems);
  return problems.count === before ? frozen(plan) : null;
}

/** A rule that was given, or taken away, or inherited. */
function overriding<G, R>(
  given: G | null | undefined,
  inherited: R | null,
  read: (given: G) => R | null,
): R | null {
  if (given === undefined) return inherited;
  return given === null ? null : read(given);
}

/** What can still be judged of input with faults, so that one message tells all of them. */
function validKeys(input: unknown): CheckedSymbolSettings {
  const valid: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(SYMBOL_ENTRIES)) {
    const value = ownField(input, key);
    if (value !== undefined && v.is(schema, value)) valid[key] = value;
  }
  return valid;
}

function readTakeProfits(
  keys: CheckedSymbolSettings,
  inherited: ExitPlan,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): readonly TakeProfitRule[] {
  const rules = takeProfitsFrom(keys, path, problems, side) ?? inherited.takeProfits;
  return keys.takeProfitEnabled === false ? [] : rules;
}

function readStopLoss(
  { stopLossEnabled, stopLossPct }: CheckedSymbolSettings,
  inherited: ExitPlan,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): LevelRule | null {
  const rule =
    stopLossPct === undefined
      ? inherited.stopLoss
      : stopLossFrom(stopLossPct, path, problems, side);
  return stopLossEnabled === false ? null : rule;
}

function sourceOf(workingType: CheckedSymbolSettings['workingType']): PriceSource | undefined {
  if (workingType === 'CONTRACT_PRICE') return 'LAST';
  return workingType === 'MARK_PRICE' ? 'MARK' : workingType;
}
