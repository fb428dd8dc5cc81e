import {
  type Decimal,
  decimal,
  maxDecimal,
  minDecimal,
  ONE,
  sumDecimals,
  ZERO,
} from '../model/decimal.js';
import type { BreakevenRule } from '../model/exit-plan.js';
import type { ExitProgress } from '../model/exit-progress.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop } from '../model/price.js';
import { remaining, type Tranche } from '../model/tranche.js';
import { favoured } from './favoured.js';
import { isTighter } from './stop-in-force.js';

/**
 * Price that makes the stop go to the entry, exact; `null` when a take-profit level does.
 *
 * At least one tick beyond where the stop goes: fees and rounding may put that further away than the activation, and a
 * stop that the price has not passed by would close at once.
 */
export function breakevenActivation(
  rule: BreakevenRule,
  tranche: Tranche,
  instrument: Instrument,
): Decimal | null {
  if (rule.trigger.kind !== 'percent') return null;
  const { entryPrice, side } = tranche;
  const asked = favoured(entryPrice, decimal(rule.trigger.percent), side);
  const level = breakevenLevel(rule, tranche, instrument);
  return side === 'LONG'
    ? maxDecimal(asked, level.plus(instrument.tickSize))
    : minDecimal(asked, level.minus(instrument.tickSize));
}

/**
 * Progress of a tranche whose entry has just moved: breakeven at a price is judged anew when the price is not beyond the stop
 * that it would ask for now. The stop that it has asked for before stays.
 */
export function breakevenAfterMove(
  tranche: Tranche,
  instrument: Instrument,
  price: Decimal,
): ExitProgress {
  const { plan, progress, side } = tranche;
  if (plan.breakeven?.trigger.kind !== 'percent' || !progress.breakevenReached) return progress;
  const level = breakevenLevel(plan.breakeven, tranche, instrument);
  return isTighter(price, level, side) ? progress : { ...progress, breakevenReached: false };
}

/**
 * Where the stop goes: the entry, a little beyond it, or where fees are earned as well. Rounded like a stop.
 *
 * What is held bears its share of the entry's fees and all of the funding; its exit is expected to cost what the entry
 * cost in proportion.
 */
export function breakevenLevel(
  rule: BreakevenRule,
  tranche: Tranche,
  instrument: Instrument,
): Decimal {
  const { side, entryPrice } = tranche;
  const level = rule.includeFees ? feeFreePrice(tranche, instrument) : entryPrice;
  return roundStop(favoured(level, decimal(rule.offsetPct), side), side, instrument);
}

function feeFreePrice(tranche: Tranche, { contractSize }: Instrument): Decimal {
  const { entryPrice, side, openedQty, openedCost, progress } = tranche;
  if (openedQty.lte(0) || openedCost.lte(0)) return entryPrice;
  const entryFees = sumDecimals(tranche.sources.map((source) => source.fees));
  const turnover = openedCost.times(contractSize);
  const rate = entryFees.gt(0) ? entryFees.div(turnover) : ZERO;
  /** Per contract unit: what every piece of what is held has cost beside its price. */
  const entryShare = entryPrice.times(rate);
  const held = remaining(tranche).times(contractSize);
  const funding = held.gt(0) ? progress.fundingPaid.div(held) : ZERO;
  const cost = entryShare.plus(funding);
  return side === 'LONG'
    ? entryPrice.plus(cost).div(ONE.minus(rate))
    : entryPrice.minus(cost).div(ONE.plus(rate));
}
