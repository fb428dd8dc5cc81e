import * as v from 'valibot';
import { decimal, toDecimalString } from '../../../model/decimal.js';
import type { TrailingStopRule } from '../../../model/exit-plan.js';
import type { PositionSide } from '../../../model/side.js';
import { percent, percentBelow, section } from '../fields.js';
import type { Path, Problems } from '../problems.js';
import { percentFromEntry } from './percent-from-entry.js';

export const TRAILING_STOP_ENTRIES = {
  activationPct: v.optional(percent()),
  callbackPct: percentBelow(),
  stepPct: v.optional(percentBelow()),
};

export const TRAILING_STOP_FIELD = section(
  TRAILING_STOP_ENTRIES,
  '{ activationPct?, callbackPct, stepPct? } or null',
);

/** The rule that the checked keys ask for. */
export function trailingStopFrom(
  { activationPct, callbackPct, stepPct }: v.InferOutput<typeof TRAILING_STOP_FIELD>,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): TrailingStopRule {
  const activation = { name: 'activation price', falling: 'SHORT' } as const;
  return {
    activationPct:
      activationPct === undefined
        ? null
        : percentFromEntry(activationPct, activation, [...path, 'activationPct'], problems, side),
    callbackPct: toDecimalString(decimal(callbackPct)),
    stepPct: stepPct === undefined ? null : toDecimalString(decimal(stepPct)),
  };
}
