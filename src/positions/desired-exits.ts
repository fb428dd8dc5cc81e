import { invariant } from '../errors/invariant.js';
import { SPLIT_PARTS_MAX, STOP_LIMIT_SLIPPAGE_PCT } from '../limits.js';
import {
  type Decimal,
  decimal,
  maxDecimal,
  minDecimal,
  roundDecimal,
  ZERO,
} from '../model/decimal.js';
import type { DesiredOrder, DesiredRole } from '../model/desired-order.js';
import type { Instrument } from '../model/instrument.js';
import type { OrderKind } from '../model/order.js';
import { remaining, type Tranche } from '../model/tranche.js';
import type { VenueTraits } from '../model/venue-traits.js';
import { limitBehind } from './limit-behind.js';
import { takeProfitQuantities } from './take-profit-quantities.js';

const NOTHING: DesiredRole = { orders: [], local: null };

/** Stop orders that should rest for what the tranche holds: one, or several above the market maximum. */
export function desiredStops(
  tranche: Tranche,
  instrument: Instrument,
  venue: VenueTraits,
): DesiredRole {
  const level = tranche.levels.stopLoss;
  if (level === null || remaining(tranche).lte(0)) return NOTHING;
  const { stopLossOrder } = tranche.plan;
  if (stopLossOrder === 'local') return { orders: [], local: 'plan' };
  const asLimit = stopLossOrder === 'limit-on-trigger' && venue.orderKinds.includes('stop-limit');
  const kind = asLimit ? 'stop-limit' : 'stop-market';
  if (!venue.orderKinds.includes(kind)) return { orders: [], local: 'kind-unsupported' };
  const price = asLimit ? stopLimitPrice(tranche, level, instrument) : null;
  const grid = asLimit ? onBothGrids(instrument) : instrument;
  const parts = splitMarketQuantity(remaining(tranche), grid);
  if (parts.length === 0 || tooSmall(remaining(tranche), price ?? level, instrument, venue)) {
    return { orders: [], local: 'below-minimum' };
  }
  return {
    local: null,
    orders: parts.map((quantity, slot) => ({
      slot,
      rule: tranche.levels.stopRule,
      kind,
      quantity,
      price,
      triggerPrice: level,
      triggerSource: tranche.plan.workingType,
    })),
  };
}

/** Where a stop that is a limit fills at worst: as far behind its level as the plan accepts for other exits. */
function stopLimitPrice({ plan, side }: Tranche, level: Decimal, instrument: Instrument): Decimal {
  const { exitExecution } = plan;
  const slippagePct =
    exitExecution.kind === 'ioc-limit' ? exitExecution.slippagePct : STOP_LIMIT_SLIPPAGE_PCT;
  return limitBehind(level, decimal(slippagePct), side, instrument);
}

/** Filters of an order that is a limit and may have to be replaced by one at market. */
function onBothGrids(instrument: Instrument): Instrument {
  const { stepSize, marketStepSize, minQty, minMarketQty, maxQty, maxMarketQty } = instrument;
  const maxima = [maxQty, maxMarketQty].filter((maximum) => maximum !== null);
  return {
    ...instrument,
    marketStepSize: maxDecimal(stepSize, marketStepSize),
    minMarketQty: maxDecimal(minQty, minMarketQty),
    maxMarketQty: maxima.length === 0 ? null : maxima.reduce(minDecimal),
  };
}

/** How take-profits are to rest at the moment. */
export interface TakeProfitWish {
  /** Whatever the plan says, no conditional ones: the exchange has no room for more of these. */
  readonly asLimits: boolean;
  /** Levels that the price has passed: they are taken at market, whatever the plan says. */
  readonly taking: ReadonlySet<number>;
}

const RESTING_ONLY: TakeProfitWish = { asLimits: false, taking: new Set() };

/** Take-profit orders that should rest, one per level with something left to take; at market what is taken now. */
export function desiredTakeProfits(
  tranche: Tranche,
  instrument: Instrument,
  venue: VenueTraits,
  { asLimits, taking }: TakeProfitWish = RESTING_ONLY,
): DesiredRole {
  const { plan, levels } = tranche;
  if (levels.takeProfits.length === 0 || remaining(tranche).lte(0)) return NOTHING;
  const local = plan.takeProfitOrder === 'local';
  if (local && taking.size === 0) return { orders: [], local: 'plan' };
  const resting: OrderKind =
    plan.takeProfitOrder === 'limit' || asLimits ? 'limit' : 'take-profit-market';
  const unsupported = !local && !venue.orderKinds.includes(resting);
  if (unsupported && taking.size === 0) return { orders: [], local: 'kind-unsupported' };
  const orders: DesiredOrder[] = [];
  const quantities = takeProfitQuantities(tranche, instrument, venue.minNotionalOnExits);
  for (const [slot, level] of levels.takeProfits.entries()) {
    const wanted = quantities[slot] ?? ZERO;
    const atMarket = taking.has(slot) ? executable(wanted, 'market', instrument) : ZERO;
    /** What is below the step of market orders goes as the plan says: the price is there already. */
    const kind = atMarket.gt(0) ? 'market' : resting;
    if (kind !== 'market' && (local || unsupported)) continue;
    const conditional = kind === 'take-profit-market';
    const quantity = kind === 'market' ? atMarket : executable(wanted, kind, instrument);
    if (quantity.lte(0)) continue;
    if (tooSmall(quantity, level.price, instrument, venue)) continue;
    orders.push({
      slot,
      kind,
      quantity,
      price: kind === 'limit' ? level.price : null,
      triggerPrice: conditional ? level.price : null,
      triggerSource: conditional ? plan.workingType : null,
    });
  }
  if (local) return { orders, local: 'plan' };
  return { orders, local: orders.length === 0 ? 'below-minimum' : null };
}

/** How much of a quantity one order of this kind takes; zero when it takes none. */
function executable(wanted: Decimal, kind: OrderKind, instrument: Instrument): Decimal {
  const { stepSize, minQty, maxQty } = kind === 'limit' ? instrument : marketGrid(instrument);
  const most = maxQty === null ? wanted : minDecimal(wanted, maxQty);
  const quantity = roundDecimal(most, stepSize, 'floor');
  return quantity.lt(minQty) ? ZERO : quantity;
}

function marketGrid(instrument: Instrument): Pick<Instrument, 'stepSize' | 'minQty' | 'maxQty'> {
  const { stepSize, marketStepSize, minQty, minMarketQty, maxMarketQty } = instrument;
  return {
    stepSize: maxDecimal(stepSize, marketStepSize),
    minQty: maxDecimal(minQty, minMarketQty),
    maxQty: maxMarketQty,
  };
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
