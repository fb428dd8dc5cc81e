import type { Decimal } from './decimal.js';
import type { FillEvidence, TradeEvidence } from './fill.js';
import type { OrderKind, VenueOrderStatus } from './order.js';
import type { PriceSource } from './price.js';
import type { OrderSide, PositionSide, WirePositionSide } from './side.js';

/** What an exchange says of one order, from a stream, a reply or a query. */
export interface OrderReport {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  readonly status: VenueOrderStatus;
  readonly quantity: Decimal;
  /** Executed so far, and its average price where the exchange gives it. */
  readonly executedQty: Decimal;
  readonly avgPrice: Decimal | null;
  readonly price: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly triggerSource: PriceSource | null;
  readonly reduceOnly: boolean;
  /** The trade that caused this report, if one did. */
  readonly trade: TradeEvidence | null;
  readonly cause: FillEvidence['cause'];
  /** Exchange time of the change, ms. */
  readonly time: number;
}

/** What the account holds of one symbol and side. A flat side has quantity zero or no row. */
export interface PositionReport {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal | null;
  /** Price at which the exchange liquidates; `null` = it did not say, or there is none. */
  readonly liquidationPrice: Decimal | null;
  readonly time: number;
}

/** One payment for holding, as the exchange booked it. */
export interface FundingEvidence {
  readonly symbol: string;
  /** Unique per symbol. */
  readonly id: string;
  /** Quote asset; paid = positive. */
  readonly amount: Decimal;
  /** `null` = the exchange does not say. */
  readonly side: PositionSide | null;
  /** Exchange time, ms. */
  readonly time: number;
}

/** Funding of one symbol, read completely. */
export interface FundingRead {
  readonly symbol: string;
  /** Exchange time up to which payments are complete, ms: later ones are not among the rows. */
  readonly until: number;
  /** Oldest first; some may have been read before. */
  readonly rows: readonly FundingEvidence[];
}

/** One price of one symbol, from a query. */
export interface PriceReport {
  readonly symbol: string;
  readonly source: PriceSource;
  readonly price: Decimal;
  readonly time: number;
}
