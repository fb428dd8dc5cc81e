import { PAPER_HOST_ORDERS_KEPT } from '../../../limits.js';
import { type Decimal, decimal, maxDecimal, ZERO } from '../../../model/decimal.js';
import type { HostFillReport } from '../../../ports/exchange-adapter.js';

/** What a host fill adds to what was booked of its order. */
export interface HostGrowth {
  readonly quantity: Decimal;
  /** Average price of the added quantity; `null` when the host did not say. */
  readonly price: Decimal | null;
}

/**
 * Counts each execution of the host once, however often and in whichever form it is reported.
 *
 * Two counts run side by side per order: the highest cumulative quantity, and the sum of distinct trades. What is
 * booked is the larger of the two, so cumulative and per-trade reports of one order may be mixed.
 */
export class HostFillLedger {
  /** The order reported longest ago comes first. */
  readonly #orders = new Map<string, HostOrder>();

  /** Books the report; `null` when it tells nothing new. */
  growth(fill: HostFillReport): HostGrowth | null {
    // Read first: a report that cannot be read changes nothing.
    const tradeQuantity = fill.trade === undefined ? ZERO : decimal(fill.trade.quantity);
    const reported = fill.executedQty === undefined ? ZERO : decimal(fill.executedQty);
    const order = this.#orderOf(`${fill.symbol}|${fill.orderId}`);
    const isNewTrade = fill.trade !== undefined && !order.trades.has(fill.trade.tradeId);
    if (fill.trade !== undefined && isNewTrade) {
      order.trades.add(fill.trade.tradeId);
      order.traded = order.traded.plus(tradeQuantity);
    }
    const quantity = maxDecimal(reported, order.traded).minus(order.quantity);
    if (quantity.lte(0)) return null;
    const average = priceAboveZero(fill.avgPrice);
    let price = isNewTrade ? priceAboveZero(fill.trade?.price) : null;
    if (average !== null && order.isCostKnown && reported.eq(order.quantity.plus(quantity))) {
      // The price of the growth follows from both averages.
      const derived = average.times(reported).minus(order.cost).div(quantity);
      if (derived.gt(0)) price = derived;
    }
    price ??= average;
    order.quantity = order.quantity.plus(quantity);
    order.isCostKnown &&= price !== null;
    order.cost = order.cost.plus((price ?? ZERO).times(quantity));
    return { quantity, price };
  }

  #orderOf(key: string): HostOrder {
    let order = this.#orders.get(key);
    if (order === undefined) {
      order = { quantity: ZERO, cost: ZERO, isCostKnown: true, traded: ZERO, trades: new Set() };
    } else {
      this.#orders.delete(key);
    }
    this.#orders.set(key, order);
    if (this.#orders.size > PAPER_HOST_ORDERS_KEPT) {
      for (const oldest of this.#orders.keys()) {
        this.#orders.delete(oldest);
        break;
      }
    }
    return order;
  }
}

interface HostOrder {
  /** Booked so far, and its cost. */
  quantity: Decimal;
  cost: Decimal;
  isCostKnown: boolean;
  /** Sum of distinct trades. */
  traded: Decimal;
  readonly trades: Set<string>;
}

function priceAboveZero(price: string | undefined): Decimal | null {
  if (price === undefined) return null;
  const read = decimal(price);
  return read.gt(0) ? read : null;
}
