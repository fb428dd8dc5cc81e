import * as v from 'valibot';
import { CONFIRM_MS_MAX, CONFIRM_TICKS_MAX } from '../../../limits.js';
import { decimal, toDecimalString } from '../../../model/decimal.js';
import type { ConfirmRule } from '../../../model/exit-plan.js';
import { PRICE_SOURCES } from '../../../model/price.js';
import { oneOf, percentBelow, section, wholeNumber } from '../fields.js';
import type { Path, Problems } from '../problems.js';

export const CONFIRM_ENTRIES = {
  ticks: v.optional(wholeNumber(1, CONFIRM_TICKS_MAX, 'ticks')),
  ms: v.optional(wholeNumber(1, CONFIRM_MS_MAX, 'milliseconds')),
  source: v.optional(oneOf(PRICE_SOURCES)),
  hardFloorPct: v.optional(percentBelow()),
};

export const CONFIRM_FIELD = section(
  CONFIRM_ENTRIES,
  '{ ticks?, ms?, source?, hardFloorPct? } or null',
);

/** The rule that the checked keys ask for. Whether its source is another one than that of the stop is judged later. */
export function confirmFrom(
  { ticks, ms, source, hardFloorPct }: v.InferOutput<typeof CONFIRM_FIELD>,
  path: Path,
  problems: Problems,
): ConfirmRule {
  if (ticks === undefined && ms === undefined && source === undefined) {
    problems.addText(
      path,
      `expected ${problems.key('ticks')}, ${problems.key('ms')} or ${problems.key('source')}, received none of them. Say what has to be seen`,
    );
  }
  return {
    ticks: ticks ?? null,
    ms: ms ?? null,
    source: source ?? null,
    hardFloorPct: hardFloorPct === undefined ? null : toDecimalString(decimal(hardFloorPct)),
  };
}
