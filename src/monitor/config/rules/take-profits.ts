import * as v from 'valibot';
import { TAKE_PROFIT_LEVELS_MAX } from '../../../limits.js';
import { decimal, ONE, sumDecimals, toDecimalString } from '../../../model/decimal.js';
import type { LevelRule, TakeProfitRule } from '../../../model/exit-plan.js';
import type { PositionSide } from '../../../model/side.js';
import { amountAbove0, listOf, percent, section, share } from '../fields.js';
import type { Path, Problems } from '../problems.js';
import { percentFromEntry } from './percent-from-entry.js';

export const TAKE_PROFIT_LEVEL_ENTRIES = {
  pct: v.optional(percent()),
  price: v.optional(amountAbove0('a price')),
  portion: share(),
};

export const TAKE_PROFIT_LEVELS_FIELD = listOf(
  section(TAKE_PROFIT_LEVEL_ENTRIES),
  'a list of { pct or price, portion }',
);

type GivenLevels = v.InferOutput<typeof TAKE_PROFIT_LEVELS_FIELD>;

/** The keys that take-profits are made of, checked one by one. */
export interface TakeProfitKeys {
  readonly takeProfitPct?: string | number | undefined;
  readonly takeProfitLevels?: GivenLevels | undefined;
}

/** The levels that the keys ask for, the nearest first; `null` when they ask for none. */
export function takeProfitsFrom(
  { takeProfitPct, takeProfitLevels }: TakeProfitKeys,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): readonly TakeProfitRule[] | null {
  if (takeProfitPct !== undefined && takeProfitLevels !== undefined) {
    problems.addText(
      [...path, 'takeProfitLevels'],
      `expected either ${problems.key('takeProfitPct')} or ${problems.key('takeProfitLevels')}, received both. Keep the one that you mean`,
    );
    return null;
  }
  if (takeProfitPct !== undefined) {
    const level = profitAt(takeProfitPct, [...path, 'takeProfitPct'], problems, side);
    return [{ level, portion: toDecimalString(ONE) }];
  }
  return takeProfitLevels === undefined
    ? null
    : levelsFrom(takeProfitLevels, [...path, 'takeProfitLevels'], problems, side);
}

function levelsFrom(
  levels: GivenLevels,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): readonly TakeProfitRule[] {
  if (levels.length === 0) {
    problems.addText(path, 'expected at least one level, received an empty list');
    return [];
  }
  if (levels.length > TAKE_PROFIT_LEVELS_MAX) {
    problems.addText(
      path,
      `expected at most ${TAKE_PROFIT_LEVELS_MAX} levels, received ${levels.length}. Each is an order of its own at the exchange`,
    );
    return [];
  }
  const rules: TakeProfitRule[] = [];
  levels.forEach(({ pct, price, portion }, index) => {
    const at = [...path, index];
    const level = levelFrom(pct, price, at, problems, side);
    if (level === null) return;
    const name = level.kind === 'percent' ? 'pct' : 'price';
    if (rules.some((rule) => isSameLevel(rule.level, level))) {
      problems.addText(
        [...at, name],
        `expected every level once, received ${name} ${distanceOf(level)} again. Give one level with both portions`,
      );
    }
    rules.push({ level, portion: toDecimalString(decimal(portion)) });
  });
  const sum = sumDecimals(levels.map(({ portion }) => decimal(portion)));
  if (sum.gt(ONE)) {
    problems.addText(
      path,
      `expected portions that sum to at most 1, received ${toDecimalString(sum)}. What is left of 1 rides on the stop`,
    );
  }
  return nearestFirst(rules, side);
}

function levelFrom(
  pct: string | number | undefined,
  price: string | number | undefined,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): LevelRule | null {
  if (pct !== undefined && price === undefined) {
    return profitAt(pct, [...path, 'pct'], problems, side);
  }
  if (price !== undefined && pct === undefined) {
    return { kind: 'price', price: toDecimalString(decimal(price)) };
  }
  problems.addText(
    path,
    `expected either pct or price, received ${pct === undefined ? 'neither' : 'both'}`,
  );
  return null;
}

function profitAt(
  given: string | number,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): LevelRule {
  const distance = { name: 'take-profit', falling: 'SHORT' } as const;
  return { kind: 'percent', percent: percentFromEntry(given, distance, path, problems, side) };
}

/**
 * Levels from the entry outwards, as they are counted.
 *
 * Prices can be told apart only for a known side, and a mixture only for a known entry: such lists stay as they are.
 */
function nearestFirst(
  rules: readonly TakeProfitRule[],
  side: PositionSide | undefined,
): readonly TakeProfitRule[] {
  const [first] = rules;
  if (first === undefined || rules.some(({ level }) => level.kind !== first.level.kind)) {
    return rules;
  }
  if (first.level.kind === 'price' && side === undefined) return rules;
  const rising = first.level.kind === 'percent' || side === 'LONG' ? 1 : -1;
  return [...rules].sort(
    (a, b) => rising * decimal(distanceOf(a.level)).cmp(decimal(distanceOf(b.level))),
  );
}

function isSameLevel(a: LevelRule, b: LevelRule): boolean {
  return a.kind === b.kind && distanceOf(a) === distanceOf(b);
}

function distanceOf(level: LevelRule): string {
  return level.kind === 'percent' ? level.percent : level.price;
}
