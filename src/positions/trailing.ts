import { type Decimal, decimal, maxDecimal, minDecimal } from '../model/decimal.js';
import type { TrailingStopRule } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop } from '../model/price.js';
import type { PositionSide } from '../model/side.js';
import { favoured } from './favoured.js';
import { isTighter } from './stop-in-force.js';

/** Steps of the resting stop in relation to the callback, where the plan does not say. */
const STEP_OF_CALLBACK = 10;

/** Price at which the trail is armed, exact; `null` = at once. */
export function trailActivation(
  rule: TrailingStopRule,
  entryPrice: Decimal,
  side: PositionSide,
): Decimal | null {
  return rule.activationPct === null
    ? null
    : favoured(entryPrice, decimal(rule.activationPct), side);
}

/**
 * The stop of a trail whose best price is `peak`, rounded like a stop.
 *
 * At least one tick behind it: a callback below a tick would be rounded onto the best price itself, which passes it.
 */
export function trailLevel(
  { callbackPct }: TrailingStopRule,
  peak: Decimal,
  side: PositionSide,
  instrument: Instrument,
): Decimal {
  const away = decimal(callbackPct).times(-1);
  const level = roundStop(favoured(peak, away, side), side, instrument);
  const nearest =
    side === 'LONG' ? peak.minus(instrument.tickSize) : peak.plus(instrument.tickSize);
  if (!isTighter(level, nearest, side)) return level;
  return roundStop(nearest, side, instrument);
}

/** Best price at which the resting stop follows; at least one tick further than the recorded one. */
export function trailStep(
  { callbackPct, stepPct }: TrailingStopRule,
  peak: Decimal,
  side: PositionSide,
  { tickSize }: Instrument,
): Decimal {
  const step = stepPct === null ? decimal(callbackPct).div(STEP_OF_CALLBACK) : decimal(stepPct);
  const next = favoured(peak, step, side);
  return side === 'LONG'
    ? maxDecimal(next, peak.plus(tickSize))
    : minDecimal(next, peak.minus(tickSize));
}

/** The better of two best prices. */
export function betterPeak(a: Decimal, b: Decimal, side: PositionSide): Decimal {
  return side === 'LONG' ? maxDecimal(a, b) : minDecimal(a, b);
}
