import { type Decimal, toDecimalString } from '../../../model/decimal.js';
import type { Instrument } from '../../../model/instrument.js';
import type { OrderKind } from '../../../model/order.js';
import { isConditionalKind, isLimitKind } from '../../../model/order-kind.js';
import { insidePriceBand } from '../../../model/price.js';
import type { OrderSide } from '../../../model/side.js';

/** What the filters of an instrument look at. */
export interface CheckedTerms {
  readonly side: OrderSide;
  readonly kind: OrderKind;
  readonly quantity: Decimal;
  readonly price: Decimal | null;
  readonly triggerPrice: Decimal | null;
  /** The smallest notional does not bind orders that only reduce. */
  readonly reduces: boolean;
  /** What a market order would get, and what limits are banded around; `null` while unknown. */
  readonly fillPrice: Decimal | null;
  readonly bandPrice: Decimal | null;
}

/** Which filter refuses the order, in words; `null` when all let it pass. */
export function refusingFilter(terms: CheckedTerms, instrument: Instrument): string | null {
  return (
    quantityRefusal(terms, instrument) ??
    priceRefusal('price', terms.price, instrument) ??
    priceRefusal('trigger price', terms.triggerPrice, instrument) ??
    bandRefusal(terms, instrument) ??
    notionalRefusal(terms, instrument)
  );
}

function quantityRefusal(terms: CheckedTerms, instrument: Instrument): string | null {
  const { quantity } = terms;
  const isLimit = isLimitKind(terms.kind);
  const step = isLimit ? instrument.stepSize : instrument.marketStepSize;
  const min = isLimit ? instrument.minQty : instrument.minMarketQty;
  const max = isLimit ? instrument.maxQty : instrument.maxMarketQty;
  if (quantity.lte(0)) return `quantity ${show(quantity)} is not above zero`;
  if (!quantity.mod(step).eq(0)) return `quantity ${show(quantity)} is off the step ${show(step)}`;
  if (quantity.lt(min)) return `quantity ${show(quantity)} is below the minimum ${show(min)}`;
  if (max !== null && quantity.gt(max)) {
    return `quantity ${show(quantity)} is above the maximum ${show(max)}`;
  }
  return null;
}

function priceRefusal(name: string, price: Decimal | null, instrument: Instrument): string | null {
  if (price === null) return null;
  const { minPrice, maxPrice, tickSize } = instrument;
  if (price.lte(0)) return `${name} ${show(price)} is not above zero`;
  if (price.lt(minPrice)) return `${name} ${show(price)} is below the minimum ${show(minPrice)}`;
  if (maxPrice !== null && price.gt(maxPrice)) {
    return `${name} ${show(price)} is above the maximum ${show(maxPrice)}`;
  }
  // Ticks are counted from the smallest price, not from zero.
  if (!price.minus(minPrice).mod(tickSize).eq(0)) {
    return `${name} ${show(price)} is off the tick ${show(tickSize)}`;
  }
  return null;
}

function bandRefusal(terms: CheckedTerms, instrument: Instrument): string | null {
  const { kind, price, side, bandPrice } = terms;
  // The limit of a stop has nothing to do with the price of now.
  if (isConditionalKind(kind) || price === null || bandPrice === null) return null;
  return insidePriceBand(price, side, instrument, bandPrice)
    ? null
    : `price ${show(price)} is outside the band around ${show(bandPrice)}`;
}

function notionalRefusal(terms: CheckedTerms, instrument: Instrument): string | null {
  const price = terms.price ?? terms.triggerPrice ?? terms.fillPrice;
  if (terms.reduces || price === null) return null;
  const notional = price.times(terms.quantity).times(instrument.contractSize);
  return notional.lt(instrument.minNotional)
    ? `notional ${show(notional)} is below the minimum ${show(instrument.minNotional)}`
    : null;
}

const show = toDecimalString;
