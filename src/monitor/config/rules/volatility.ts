import * as v from 'valibot';
import {
  ATR_BAR_MS_MAX,
  ATR_BAR_MS_MIN,
  ATR_MULTIPLE_MAX,
  ATR_PERIOD_MAX,
  ATR_PERIOD_MIN,
} from '../../../limits.js';
import { decimal, toDecimalString } from '../../../model/decimal.js';
import type { VolatilityRule } from '../../../model/exit-plan.js';
import { amountUpTo, section, wholeNumber } from '../fields.js';
import type { Path, Problems } from '../problems.js';

const multiple = () => v.optional(amountUpTo(ATR_MULTIPLE_MAX, 'a multiple of the average range'));

export const VOLATILITY_ENTRIES = {
  atrPeriod: wholeNumber(ATR_PERIOD_MIN, ATR_PERIOD_MAX, 'bars'),
  barMs: wholeNumber(ATR_BAR_MS_MIN, ATR_BAR_MS_MAX, 'milliseconds'),
  tpMultiple: multiple(),
  slMultiple: multiple(),
};

export const VOLATILITY_FIELD = section(
  VOLATILITY_ENTRIES,
  '{ atrPeriod, barMs, tpMultiple?, slMultiple? } or null',
);

/** The rule that the checked keys ask for. */
export function volatilityFrom(
  { atrPeriod, barMs, tpMultiple, slMultiple }: v.InferOutput<typeof VOLATILITY_FIELD>,
  path: Path,
  problems: Problems,
): VolatilityRule {
  if (tpMultiple === undefined && slMultiple === undefined) {
    problems.addText(
      path,
      `expected ${problems.key('tpMultiple')}, ${problems.key('slMultiple')} or both, received neither`,
    );
  }
  return {
    atrPeriod,
    barMs,
    tpMultiple: tpMultiple === undefined ? null : toDecimalString(decimal(tpMultiple)),
    slMultiple: slMultiple === undefined ? null : toDecimalString(decimal(slMultiple)),
  };
}

/** A rule without the levels of a switched-off take-profit or stop-loss; `null` when nothing is left of it. */
export function volatilityWithin(
  rule: VolatilityRule | null,
  takeProfitEnabled: boolean,
  stopLossEnabled: boolean,
): VolatilityRule | null {
  if (rule === null) return null;
  const tpMultiple = takeProfitEnabled ? rule.tpMultiple : null;
  const slMultiple = stopLossEnabled ? rule.slMultiple : null;
  if (tpMultiple === null && slMultiple === null) return null;
  return { atrPeriod: rule.atrPeriod, barMs: rule.barMs, tpMultiple, slMultiple };
}
