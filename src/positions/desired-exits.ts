import { invariant } from '../errors/invariant.js';
import { SPLIT_PARTS_MAX } from '../limits.js';
import {
  type Decimal,
  minDecimal,
  ONE,
  roundDecimal,
  sumDecimals,
  ZERO,
} from '../model/decimal.js';
import type { DesiredOrder, DesiredRole } from '../model/desired-order.js';
import type { Instrument } from '../model/instrument.js';
import type { OrderKind } from '../model/order.js';
import { remaining, type Tranche } from '../model/tranche.js';
import type { VenueTraits } from '../model/venue-traits.js';

const NOTHING: DesiredRole = { orders: [], local: null };

/** Stop orders that should rest for what the tranche holds: one, or several above the market maximum. */
export function desiredStops(
  tranche: Tranche,
  instrument: Instrument,
  venue: VenueTraits,
): DesiredRole {
  const level = tranche.levels.stopLoss;
  if (level === null || remaining(tranche).lte(0)) return NOTHING;
  if (tranche.plan.stopLossOrder === 'local') return { orders: [], local: 'plan' };
  if (!venue.orderKinds.includes('stop-market')) return { orders: [], local: 'kind-unsupported' };
  const parts = splitMarketQuantity(remaining(tranche), instrument);
  if (parts.length === 0 || tooSmall(remaining(tranche), level, instrument, venue)) {
    return { orders: [], local: 'below-minimum' };
  }
  return {
    local: null,
    orders: parts.map((quantity, slot) => ({
      slot,
      kind: 'stop-market',
      quantity,
      price: null,
      triggerPrice: level,
      triggerSource: tranche.plan.workingType,
    })),
  };
}

/**
 * Take-profit orders that should rest, one per level with something left to take.
 *
 * @param asLimits whatever the plan says, no conditional ones: the exchange has no room for more of these
 */
export function desiredTakeProfits(
  tranche: Tranche,
  instrument: Instrument,
  venue: VenueTraits,
  asLimits = false,
): DesiredRole {
  const { plan, levels } = tranche;
  if (levels.takeProfits.length === 0 || remaining(tranche).lte(0)) return NOTHING;
  if (plan.takeProfitOrder === 'local') return { orders: [], local: 'plan' };
  const kind: OrderKind =
    plan.takeProfitOrder === 'limit' || asLimits ? 'limit' : 'take-profit-market';
  if (!venue.orderKinds.includes(kind)) return { orders: [], local: 'kind-unsupported' };
  const conditional = kind === 'take-profit-market';
  const orders: DesiredOrder[] = [];
  const quantities = takeProfitQuantities(tranche, instrument);
  for (const [slot, level] of levels.takeProfits.entries()) {
    const wanted = quantities[slot] ?? ZERO;
    const maximum = conditional ? instrument.maxMarketQty : instrument.maxQty;
    const quantity =
      maximum === null
        ? wanted
        : roundDecimal(minDecimal(wanted, maximum), instrument.stepSize, 'floor');
    if (quantity.lte(0) || quantity.lt(instrument.minQty)) continue;
    if (tooSmall(quantity, level.price, instrument, venue)) continue;
    orders.push({
      slot,
      kind,
      quantity,
      price: conditional ? null : level.price,
      triggerPrice: conditional ? level.price : null,
      triggerSource: conditional ? plan.workingType : null,
    });
  }
  return { orders, local: orders.length === 0 ? 'below-minimum' : null };
}

/** Quantity each take-profit level still has to take; the last level of a full plan takes the whole rest. */
export function takeProfitQuantities(tranche: Tranche, instrument: Instrument): readonly Decimal[] {
  const { takeProfits } = tranche.levels;
  const held = remaining(tranche);
  const complete = sumDecimals(takeProfits.map((level) => level.portion)).gte(ONE);
  let left = held;
  return takeProfits.map((level, slot) => {
    const last = slot === takeProfits.length - 1;
    const share = tranche.openedQty.times(level.portion).minus(tranche.takenBySlot[slot] ?? ZERO);
    const wanted = last && complete ? left : minDecimal(share.gt(0) ? share : ZERO, left);
    const quantity = roundDecimal(wanted, instrument.stepSize, 'floor');
    left = left.minus(quantity);
    return quantity;
  });
}

/**
 * Splits an exit into parts that one market order may carry; down to the step, never above what is held.
 *
 * Empty when the quantity is below the smallest order (dust).
 */
export function splitMarketQuantity(quantity: Decimal, instrument: Instrument): readonly Decimal[] {
  const { marketStepSize, maxMarketQty, minMarketQty } = instrument;
  const whole = roundDecimal(quantity, marketStepSize, 'floor');
  if (whole.lte(0) || whole.lt(minMarketQty)) return [];
  if (maxMarketQty === null || whole.lte(maxMarketQty)) return [whole];
  const largest = roundDecimal(maxMarketQty, marketStepSize, 'floor');
  invariant(largest.gt(0), 'the market maximum is at least one step');
  const parts: Decimal[] = [];
  let left = whole;
  while (left.gt(0) && parts.length < SPLIT_PARTS_MAX) {
    let part = minDecimal(left, largest);
    const rest = left.minus(part);
    /** A last part below the minimum is avoided by taking it from the one before. */
    if (rest.gt(0) && rest.lt(minMarketQty) && part.minus(minMarketQty).gte(minMarketQty)) {
      part = part.minus(minMarketQty);
    }
    if (part.lt(minMarketQty)) break;
    parts.push(part);
    left = left.minus(part);
  }
  return parts;
}

function tooSmall(
  quantity: Decimal,
  price: Decimal,
  instrument: Instrument,
  venue: VenueTraits,
): boolean {
  return venue.minNotionalOnExits && quantity.times(price).lt(instrument.minNotional);
}
