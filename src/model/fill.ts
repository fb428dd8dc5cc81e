import type { Decimal, DecimalInput } from './decimal.js';
import type { OrderSide, WirePositionSide } from './side.js';

/**
 * A fill as a host hands it over, in the field names of exchange payloads.
 *
 * Either cumulative (`executedQty` with its `avgPrice`), or per trade (`lastFilledQty` with `tradeId`; then
 * `lastFilledPrice`, or else `avgPrice`, is the price of that trade). Quantities in base units or contracts,
 * prices in the quote asset.
 */
export interface OrderFill {
  readonly orderId: string | number;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide?: WirePositionSide;
  /** Executed so far by this order. */
  readonly executedQty?: DecimalInput;
  /** Average price of `executedQty`. Missing or 0: it is asked from the exchange, never guessed. */
  readonly avgPrice?: DecimalInput;
  readonly lastFilledQty?: DecimalInput;
  readonly lastFilledPrice?: DecimalInput;
  readonly tradeId?: string | number;
  /** As the exchange writes it, e.g. `PARTIALLY_FILLED`. */
  readonly status?: string;
  readonly clientOrderId?: string;
  /** Trade time, ms since 1970 UTC. */
  readonly time?: number;
  readonly reduceOnly?: boolean;
  /** Fee of the last trade, in the quote asset; paid = positive. */
  readonly fee?: DecimalInput;
}

/** A fill after validation: what is known of one order's execution. */
export interface FillEvidence {
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  /** Cumulative quantity and average price, when the source reports them. */
  readonly cumulative: { readonly quantity: Decimal; readonly avgPrice: Decimal | null } | null;
  /** One trade, when the source reports it. */
  readonly trade: TradeEvidence | null;
  readonly reduceOnly: boolean;
  /** Whether the order can execute no further. */
  readonly terminal: boolean;
  /** Why the exchange itself acted, e.g. a liquidation. */
  readonly cause: 'order' | 'liquidation' | 'adl' | 'settlement';
  readonly time: number;
}

export interface TradeEvidence {
  readonly tradeId: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** Quote asset; paid = positive. */
  readonly fee: Decimal;
}
