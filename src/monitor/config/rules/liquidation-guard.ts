import * as v from 'valibot';
import { EXIT_DEFAULTS, LIQUIDATION_BUFFER_PCT_MAX } from '../../../limits.js';
import { type DecimalString, decimal, toDecimalString } from '../../../model/decimal.js';
import { flag, percentBelow, section } from '../fields.js';

export const LIQUIDATION_GUARD_ENTRIES = { bufferPct: percentBelow(LIQUIDATION_BUFFER_PCT_MAX) };

const EXPECTED = 'true, false or { bufferPct }';
const SWITCH = flag(EXPECTED);
const BUFFER = section(LIQUIDATION_GUARD_ENTRIES, EXPECTED);

export const LIQUIDATION_GUARD_FIELD = v.lazy((input) =>
  typeof input === 'object' && input !== null ? BUFFER : SWITCH,
);

/** The buffer of a plan that says nothing about it, percent. */
export const LIQUIDATION_BUFFER_DEFAULT: DecimalString = toDecimalString(
  decimal(EXIT_DEFAULTS.liquidationBufferPct),
);

/** The buffer that the checked key asks for, percent; `null` = the liquidation price is not looked at. */
export function liquidationBufferFrom(
  given: v.InferOutput<typeof LIQUIDATION_GUARD_FIELD>,
): DecimalString | null {
  if (given === false) return null;
  return given === true ? LIQUIDATION_BUFFER_DEFAULT : toDecimalString(decimal(given.bufferPct));
}
