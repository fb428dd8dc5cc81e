import { BASIS_POINTS_MAX } from '../../limits.js';
import { type Decimal, decimal, sumDecimals, toDecimalString, ZERO } from '../../model/decimal.js';
import type { PositionSide } from '../../model/side.js';
import type { ReportExit, ReportSlippage } from './report-data.js';

/** Basis points of a bps figure that are kept behind the point: for the eye alone. */
const BPS_DIGITS = 1e4;

/** How far a price is from its level, in favour of the position = positive. */
export function slippageOf(side: PositionSide, level: Decimal, price: Decimal): Decimal {
  return side === 'LONG' ? price.minus(level) : level.minus(price);
}

export function bpsOf(difference: Decimal, level: Decimal): number {
  const bps = difference.times(BASIS_POINTS_MAX).div(level).toNumber();
  return Math.round(bps * BPS_DIGITS) / BPS_DIGITS;
}

/** Over several exits; `null` when none of them had a level. */
export function slippageOver(
  exits: readonly Pick<ReportExit, 'level' | 'slippage' | 'slippageBps' | 'quantity'>[],
  contractSize: Decimal,
): ReportSlippage | null {
  let total: Decimal = ZERO;
  let atLevels: Decimal = ZERO;
  let worstBps = 0;
  let count = 0;
  for (const { level, slippage, slippageBps, quantity } of exits) {
    if (level === null || slippage === null || slippageBps === null) continue;
    const size = decimal(quantity).times(contractSize);
    total = sumDecimals([total, size.times(slippage)]);
    atLevels = sumDecimals([atLevels, size.times(level)]);
    worstBps = count === 0 ? slippageBps : Math.min(worstBps, slippageBps);
    count += 1;
  }
  if (count === 0) return null;
  return {
    exits: count,
    total: toDecimalString(total),
    meanBps: bpsOf(total, atLevels),
    worstBps,
  };
}
