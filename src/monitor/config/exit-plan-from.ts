import * as v from 'valibot';
import { ConfigError } from '../../errors/config-error.js';
import { ValidationError } from '../../errors/validation-error.js';
import { type Decimal, decimal, HUNDRED, ONE, toDecimalString, ZERO } from '../../model/decimal.js';
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
import {
  type CheckedSymbolSettings,
  LATER_RULES,
  SYMBOL_ENTRIES,
  SYMBOL_SCHEMA,
} from './schemas.js';

/**
 * Builds the plan that per-symbol or per-order keys ask for. What they leave out is taken from `base`.
 *
 * Equal wishes give equal plans: numbers and strings are brought to one notation, keys to one order.
 *
 * @param base plan that the keys override (the symbol's, or the tranche's); `null` = nothing
 * @param path name of the input in messages, e.g. `plan`
 * @param side where the plan serves one side only. Without it both must be possible, so percentages stay below 100: a
 *   LONG stop or a SHORT take-profit at 100 % would lie at zero
 * @throws ValidationError `PLAN_INVALID`, listing everything that is wrong
 * @throws ConfigError `CONFIG_UNSUPPORTED` when all that is wrong is a rule that this version does not have
 * @example exitPlanFrom({ takeProfitPct: 2, stopLossPct: '1.0' }, null, 'plan').stopLoss // { kind: 'percent', percent: '1' }
 */
export function exitPlanFrom(
  input: ExitPlanInput,
  base: ExitPlan | null,
  path: string,
  side?: PositionSide,
): ExitPlan {
  const problems = new Problems(path);
  const plan = readExitPlan(plainCopy(input, [], problems), base, [], problems, side);
  if (plan !== null && problems.count === 0) return plan;
  if (problems.onlyUnsupported) {
    throw new ConfigError('CONFIG_UNSUPPORTED', problems.summary('The exit plan'));
  }
  throw new ValidationError('PLAN_INVALID', problems.summary('The exit plan'));
}

/** {@link exitPlanFrom} on a plain copy, which collects problems instead of throwing. `null` when there were any. */
export function readExitPlan(
  input: unknown,
  base: ExitPlan | null,
  path: Path,
  problems: Problems,
  side?: PositionSide,
): ExitPlan | null {
  const before = problems.count;
  const keys = check(SYMBOL_SCHEMA, input, path, problems) ?? validKeys(input);
  refuseLaterRules(keys, path, problems);
  const inherited = base ?? NO_EXITS;
  const takeProfits = readTakeProfits(keys, inherited, path, problems, side);
  const stopLoss = readStopLoss(keys, inherited, path, problems, side);
  if (problems.count > before) return null;
  return frozen({
    takeProfits,
    stopLoss,
    workingType: sourceOf(keys.workingType) ?? inherited.workingType,
    priceProtect: keys.priceProtect ?? inherited.priceProtect,
    takeProfitOrder: keys.takeProfitOrder ?? inherited.takeProfitOrder,
    stopLossOrder:
      keys.stopLossOrder === undefined || keys.stopLossOrder === 'limit-on-trigger'
        ? inherited.stopLossOrder
        : keys.stopLossOrder,
    exitExecution: { kind: 'market' },
    trailingStop: null,
    breakeven: null,
    timeLimitMs: null,
    volatility: null,
    confirm: null,
  });
}

/** What can still be judged of input with faults, so that one message tells all of them. */
function validKeys(input: unknown): CheckedSymbolSettings {
  const valid: Record<string, unknown> = {};
  const faulty = new Set<string>();
  for (const [key, schema] of Object.entries(SYMBOL_ENTRIES)) {
    const value = ownField(input, key);
    if (value === undefined) continue;
    if (v.is(schema, value)) valid[key] = value;
    else faulty.add(key);
  }
  // A level with a fault is a level: that it is missing would be a second, wrong complaint.
  if (faulty.has('takeProfitPct') || faulty.has('takeProfitLevels')) delete valid.takeProfitEnabled;
  if (faulty.has('stopLossPct')) delete valid.stopLossEnabled;
  return valid;
}

function refuseLaterRules(keys: CheckedSymbolSettings, path: Path, problems: Problems): void {
  for (const name of LATER_RULES) {
    // `null` says "none" in the files of other tools.
    if (keys[name] === undefined || keys[name] === null) continue;
    problems.addUnsupported([...path, name], 'no such rule', 'one');
  }
  if (keys.stopLossOrder === 'limit-on-trigger') {
    problems.addUnsupported(
      [...path, 'stopLossOrder'],
      '"market-on-trigger" or "local"',
      '"limit-on-trigger"',
    );
  }
  const execution = keys.exitExecution;
  if (execution === undefined) return;
  if (execution.kind !== 'market') {
    problems.addUnsupported([...path, 'exitExecution', 'kind'], '"market"', `"${execution.kind}"`);
    return;
  }
  for (const key of Object.keys(execution)) {
    if (key !== 'kind') {
      problems.addText(
        [...path, 'exitExecution', key],
        'expected no further key beside kind "market", received one',
      );
    }
  }
}

function readTakeProfits(
  keys: CheckedSymbolSettings,
  inherited: ExitPlan,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): readonly TakeProfitRule[] {
  const { takeProfitEnabled, takeProfitPct, takeProfitLevels } = keys;
  const [pctKey, levelsKey] = [problems.key('takeProfitPct'), problems.key('takeProfitLevels')];
  if (takeProfitPct !== undefined && takeProfitLevels !== undefined) {
    problems.addText(
      [...path, 'takeProfitLevels'],
      `expected either ${pctKey} or ${levelsKey}, received both. Keep the one that you mean`,
    );
    return [];
  }
  let rules: readonly TakeProfitRule[] = inherited.takeProfits;
  if (takeProfitPct !== undefined) {
    const level = percentLevel(takeProfitPct, [...path, 'takeProfitPct'], 'SHORT', problems, side);
    rules = [{ level, portion: toDecimalString(ONE) }];
  } else if (takeProfitLevels !== undefined) {
    rules = readLevels(takeProfitLevels, [...path, 'takeProfitLevels'], problems, side);
  }
  if (takeProfitEnabled === false) return [];
  if (takeProfitEnabled === true && rules.length === 0 && takeProfitLevels === undefined) {
    problems.addText(
      [...path, 'takeProfitEnabled'],
      `expected a level for it, received none. Give ${pctKey}, or set ${problems.key('takeProfitEnabled')} to false`,
    );
  }
  return rules;
}

function readLevels(
  levels: NonNullable<CheckedSymbolSettings['takeProfitLevels']>,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): readonly TakeProfitRule[] {
  if (levels.length === 0) {
    problems.addText(path, 'expected at least one level, received an empty list');
    return [];
  }
  let sum: Decimal = ZERO;
  const rules: TakeProfitRule[] = [];
  levels.forEach(({ pct, price, portion: given }, index) => {
    const at = [...path, index];
    const portion = decimal(given);
    sum = sum.plus(portion);
    if (portion.gt(ONE)) {
      problems.add(
        [...at, 'portion'],
        'a share of the tranche above 0 to 1',
        given,
        '1 is all of it',
      );
    }
    if (pct !== undefined && price === undefined) {
      const level = percentLevel(pct, [...at, 'pct'], 'SHORT', problems, side);
      rules.push({ level, portion: toDecimalString(portion) });
    } else if (price !== undefined && pct === undefined) {
      const level: LevelRule = { kind: 'price', price: toDecimalString(decimal(price)) };
      rules.push({ level, portion: toDecimalString(portion) });
    } else {
      problems.addText(
        at,
        `expected either pct or price, received ${pct === undefined ? 'neither' : 'both'}`,
      );
    }
  });
  if (levels.length > 1 && sum.gt(ONE)) {
    problems.addText(
      path,
      `expected portions that sum to at most 1, received ${toDecimalString(sum)}`,
    );
  }
  if (levels.length > 1) {
    problems.addUnsupported(path, 'one level', `${levels.length}`);
  } else if (sum.lt(ONE)) {
    problems.addUnsupported([...path, 0, 'portion'], 'the whole tranche (1)', toDecimalString(sum));
  }
  return rules;
}

function readStopLoss(
  keys: CheckedSymbolSettings,
  inherited: ExitPlan,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): LevelRule | null {
  const { stopLossEnabled, stopLossPct } = keys;
  const rule =
    stopLossPct === undefined
      ? inherited.stopLoss
      : percentLevel(stopLossPct, [...path, 'stopLossPct'], 'LONG', problems, side);
  if (stopLossEnabled === false) return null;
  if (stopLossEnabled === true && rule === null) {
    problems.addText(
      [...path, 'stopLossEnabled'],
      `expected a level for it, received none. Give ${problems.key('stopLossPct')}, or set ${problems.key('stopLossEnabled')} to false`,
    );
  }
  return rule;
}

/** @param falling the side on which the level lies below the entry, and so reaches zero at 100 % */
function percentLevel(
  given: string | number,
  path: Path,
  falling: PositionSide,
  problems: Problems,
  side: PositionSide | undefined,
): LevelRule {
  const percent = decimal(given);
  if ((side ?? falling) === falling && percent.gte(HUNDRED)) {
    const rule = falling === 'LONG' ? 'stop-loss' : 'take-profit';
    problems.add(
      path,
      'a percentage below 100',
      given,
      side === undefined
        ? `The plan serves both sides, and the ${rule} of a ${falling} would lie at zero or below; a plan given for one ${falling === 'LONG' ? 'SHORT' : 'LONG'} order may be wider`
        : `The ${rule} of a ${falling} would lie at zero or below`,
    );
  }
  return { kind: 'percent', percent: toDecimalString(percent) };
}

function sourceOf(workingType: CheckedSymbolSettings['workingType']): PriceSource | undefined {
  if (workingType === 'CONTRACT_PRICE') return 'LAST';
  return workingType === 'MARK_PRICE' ? 'MARK' : workingType;
}
