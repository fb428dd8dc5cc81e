import {
  type Decimal,
  maxDecimal,
  minDecimal,
  ONE,
  roundDecimal,
  sumDecimals,
  ZERO,
} from '../model/decimal.js';
import type { ExitPlan } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
import type { Tranche } from '../model/tranche.js';

/**
 * Quantity each take-profit level still has to take, on the step and never above what is held.
 *
 * Every slice is either zero or one that the exchange takes: what is too small goes to the next level, and what would be
 * left too small at the end to the last level that has something. Where portions make up the whole, the last level takes
 * all that is left; otherwise the rest rides on the stop, unless it is so small that no stop could close it.
 *
 * @param minNotionalOnExits whether the exchange's smallest value holds for exits as well
 */
export function takeProfitQuantities(
  tranche: Pick<Tranche, 'levels' | 'takenBySlot' | 'openedQty' | 'exitedQty' | 'plan'>,
  instrument: Instrument,
  minNotionalOnExits = false,
): readonly Decimal[] {
  const { takeProfits } = tranche.levels;
  const { stepSize, minQty } = gridOf(tranche.plan, instrument);
  const held = tranche.openedQty.minus(tranche.exitedQty);
  const whole = sumDecimals(takeProfits.map((level) => level.portion));
  const complete = whole.gte(ONE);
  const shares = takeProfits.map(({ portion }, slot) =>
    maxDecimal(ZERO, tranche.openedQty.times(portion).minus(tranche.takenBySlot[slot] ?? ZERO)),
  );
  const quantities: Decimal[] = [];
  /** A level may have taken what another one was too small for: that is not taken again. */
  const taken = takeProfits.map((_, slot) => tranche.takenBySlot[slot] ?? ZERO);
  const due = tranche.openedQty.times(whole).minus(sumDecimals(taken));
  let left = complete ? held : maxDecimal(ZERO, minDecimal(held, due));
  let carried = ZERO;
  for (const [slot, share] of shares.entries()) {
    const last = slot === shares.length - 1;
    const wanted = last && complete ? left : minDecimal(share.plus(carried), left);
    const onStep = roundDecimal(wanted, stepSize, 'floor');
    const least = minNotionalOnExits ? instrument.minNotional : ZERO;
    const worth = onStep.times(takeProfits[slot]?.price ?? ZERO);
    const tradable = onStep.gt(0) && onStep.gte(minQty) && worth.gte(least);
    const quantity = tradable ? onStep : ZERO;
    quantities.push(quantity);
    carried = wanted.minus(quantity);
    left = left.minus(quantity);
  }
  const more = roundDecimal(carried, stepSize, 'floor');
  const planned = carryBack(quantities, more, complete);
  const rest = held.minus(sumDecimals(planned));
  const dust = isDust(rest, takeProfits.at(-1)?.price ?? ZERO, instrument, minNotionalOnExits);
  return dust ? carryBack(planned, roundDecimal(rest, stepSize, 'floor'), false) : planned;
}

/** A rest that is to ride but that no stop could ever close: the last level takes it along. */
function isDust(
  rest: Decimal,
  price: Decimal,
  { marketStepSize, minMarketQty, minNotional }: Instrument,
  minNotionalOnExits: boolean,
): boolean {
  if (rest.lte(0)) return false;
  const onStep = roundDecimal(rest, marketStepSize, 'floor');
  if (onStep.lte(0) || onStep.lt(minMarketQty)) return true;
  return minNotionalOnExits && onStep.times(price).lt(minNotional);
}

/** What leaves at market has to fit the filters of market orders as well. */
function gridOf(
  { takeProfitOrder }: ExitPlan,
  { stepSize, marketStepSize, minQty, minMarketQty }: Instrument,
): Pick<Instrument, 'stepSize' | 'minQty'> {
  if (takeProfitOrder === 'limit') return { stepSize, minQty };
  return {
    stepSize: maxDecimal(stepSize, marketStepSize),
    minQty: maxDecimal(minQty, minMarketQty),
  };
}

/** What no level could take goes to the last one that takes something; dust of a whole plan to the last of all. */
function carryBack(
  quantities: readonly Decimal[],
  more: Decimal,
  complete: boolean,
): readonly Decimal[] {
  let receiver = quantities.length - 1;
  while (receiver >= 0 && (quantities[receiver] ?? ZERO).lte(0)) receiver -= 1;
  if (receiver < 0 && complete) receiver = quantities.length - 1;
  return quantities.map((quantity, slot) => (slot === receiver ? quantity.plus(more) : quantity));
}
