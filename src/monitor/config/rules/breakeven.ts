import * as v from 'valibot';
import { EXIT_DEFAULTS, TAKE_PROFIT_LEVELS_MAX } from '../../../limits.js';
import { decimal } from '../../../model/decimal.js';
import type { BreakevenRule } from '../../../model/exit-plan.js';
import type { PositionSide } from '../../../model/side.js';
import { flag, percent, percentFrom0, section, wholeNumber } from '../fields.js';
import type { Path, Problems } from '../problems.js';
import { percentFromEntry } from './percent-from-entry.js';

export const BREAKEVEN_ENTRIES = {
  activationPct: v.optional(percent()),
  afterLevel: v.optional(wholeNumber(1, TAKE_PROFIT_LEVELS_MAX, 'take-profit levels')),
  offsetPct: v.optional(percentFrom0('The stop goes to the entry or beyond it, never before it')),
  includeFees: v.optional(flag()),
  followLevels: v.optional(flag()),
};

export const BREAKEVEN_FIELD = section(
  BREAKEVEN_ENTRIES,
  '{ activationPct or afterLevel, offsetPct?, includeFees?, followLevels? } or null',
);

type GivenBreakeven = v.InferOutput<typeof BREAKEVEN_FIELD>;

/** The rule that the checked keys ask for; `null` when it cannot be made. Whether its level exists is judged later. */
export function breakevenFrom(
  given: GivenBreakeven,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): BreakevenRule | null {
  const trigger = triggerFrom(given, path, problems, side);
  if (trigger === null) return null;
  const offset = { name: 'stop at breakeven', falling: 'SHORT' } as const;
  const offsetPct = percentFromEntry(
    given.offsetPct ?? EXIT_DEFAULTS.breakevenOffsetPct,
    offset,
    [...path, 'offsetPct'],
    problems,
    side,
  );
  if (trigger.kind === 'percent' && decimal(offsetPct).gte(decimal(trigger.percent))) {
    problems.addText(
      [...path, 'offsetPct'],
      `expected a percentage below ${problems.key('activationPct')} (${trigger.percent}), received ${offsetPct}. The stop would lie beyond the price that moves it`,
    );
  }
  const followLevels = given.followLevels ?? false;
  if (followLevels && trigger.kind === 'percent') {
    problems.addText(
      [...path, 'followLevels'],
      `expected it beside ${problems.key('afterLevel')} only, received it beside ${problems.key('activationPct')}. Take one of the two out`,
    );
  }
  return { trigger, offsetPct, includeFees: given.includeFees ?? false, followLevels };
}

function triggerFrom(
  { activationPct, afterLevel }: GivenBreakeven,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): BreakevenRule['trigger'] | null {
  if (activationPct !== undefined && afterLevel === undefined) {
    const activation = { name: 'activation price', falling: 'SHORT' } as const;
    const at = [...path, 'activationPct'];
    return {
      kind: 'percent',
      percent: percentFromEntry(activationPct, activation, at, problems, side),
    };
  }
  if (afterLevel !== undefined && activationPct === undefined) {
    return { kind: 'level', level: afterLevel };
  }
  problems.addText(
    path,
    `expected either ${problems.key('activationPct')} or ${problems.key('afterLevel')}, received ${afterLevel === undefined ? 'neither' : 'both'}`,
  );
  return null;
}
