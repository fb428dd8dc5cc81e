import { type Decimal, decimal } from '../model/decimal.js';
import type { VolatilityRule } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop, roundTakeProfit } from '../model/price.js';
import type { PositionSide } from '../model/side.js';

/** Levels that a number of average true ranges away from the entry lie; `null` where the rule asks for none. */
export interface VolatilityLevels {
  readonly stopLoss: Decimal | null;
  readonly takeProfit: Decimal | null;
}

/** Levels for one average range, rounded to the instrument. One at or below zero is none. */
export function volatilityLevels(
  { slMultiple, tpMultiple }: VolatilityRule,
  averageRange: Decimal,
  entryPrice: Decimal,
  side: PositionSide,
  instrument: Instrument,
): VolatilityLevels {
  const away = (multiple: string, sign: 1 | -1): Decimal => {
    const distance = averageRange.times(decimal(multiple)).times(sign);
    return side === 'LONG' ? entryPrice.plus(distance) : entryPrice.minus(distance);
  };
  const stop = slMultiple === null ? null : away(slMultiple, -1);
  const profit = tpMultiple === null ? null : away(tpMultiple, 1);
  return {
    stopLoss: stop === null || stop.lte(0) ? null : roundStop(stop, side, instrument),
    takeProfit: profit === null || profit.lte(0) ? null : roundTakeProfit(profit, instrument),
  };
}
