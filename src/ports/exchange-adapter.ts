import type { DecimalInput, DecimalString } from '../model/decimal.js';
import type { InstrumentInput } from '../model/instrument.js';
import type { OrderKind, VenueOrderStatus } from '../model/order.js';
import type { Rejection } from '../model/outcome.js';
import type { PriceSource } from '../model/price.js';
import type { OrderSide, PositionMode, PositionSide, WirePositionSide } from '../model/side.js';

/**
 * The way to one account at one exchange.
 *
 * The monitor is the only caller. Adapters receive normalised input (symbols as configured, prices and quantities
 * on the instrument's grid, as decimal strings) and report what the exchange said without interpreting it. All
 * members may be called concurrently. Times are ms since 1970 UTC.
 */
export interface ExchangeAdapter {
  /** Stable name of the exchange and environment, e.g. `binance`. Stamped into the store. */
  readonly id: string;
  /** Valid after `connect()`. */
  readonly capabilities: ExchangeCapabilities;

  /**
   * Opens connections and streams. Called once, before anything else.
   *
   * Resolves when reads and writes can be tried. Rejects with an `ExchangeError`; a retryable one is tried again.
   */
  connect(sink: ExchangeSink): Promise<void>;
  /** Closes connections. Cancels no order. May be called twice. */
  close(): Promise<void>;

  /** Which account this is and how it holds positions. Called at start and after reconnects. */
  fetchAccount(): Promise<AccountReport>;
  /** Filters of one symbol. Called before the first order of a symbol. Rejects for unknown symbols. */
  fetchInstrument(symbol: string): Promise<InstrumentInput>;

  /**
   * Sends one order. Must not retry by itself.
   *
   * The client order id is the idempotency key: the monitor never sends two different orders with one id. The
   * request must not reach the matching engine after `expiresAt` (venue time); set the exchange's receive window.
   */
  placeOrder(request: PlaceOrderRequest): Promise<OrderOutcome>;
  /** Asks for a cancellation by client order id. `accepted` means that the order is canceled or was already terminal. */
  cancelOrder(request: CancelOrderRequest): Promise<OrderOutcome>;
  /**
   * Looks one order up, by client id or by the exchange's id. `null` only when the exchange says that it does not know it.
   * A failed lookup rejects.
   */
  fetchOrder(query: OrderQuery): Promise<OrderStatusReport | null>;
  /** All open orders (conditional ones included), of one symbol or of all. Complete or rejected, never partial. */
  fetchOpenOrders(symbol?: string): Promise<readonly OrderStatusReport[]>;
  /** All positions that are not flat. Complete or rejected, never partial. */
  fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]>;
  /** All trades of the account in a symbol since a time, oldest first. Complete or rejected. */
  fetchFills(symbol: string, sinceMs: number): Promise<readonly FillReport[]>;

  /** Sends several orders in one request; outcomes in request order. Absent: they are sent one by one, stops first. */
  placeOrders?(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]>;
  /** Absent: cancelled one by one. */
  cancelOrders?(requests: readonly CancelOrderRequest[]): Promise<readonly OrderOutcome[]>;
  /** Changes price and quantity of an open LIMIT in place. Absent: cancelled, then placed anew. */
  amendOrder?(request: AmendOrderRequest): Promise<OrderOutcome>;
  /** Exchange clock. Absent: local time is taken. */
  fetchServerTime?(): Promise<number>;
  /** Current prices, used to confirm a suspicious tick. Absent: a second feed source or a second tick decides. */
  fetchPrices?(symbol: string): Promise<readonly PriceStatusReport[]>;
  /**
   * All funding fees of the account in a symbol since a time (that moment included), oldest first, as far back as the
   * exchange keeps them. Complete or rejected.
   *
   * Called beside a comparison, at most once a minute per symbol, while a stop there may go to where funding is earned
   * as well. A row may come in several answers; its id counts once. A rejected call is tried again with the next
   * comparison and holds nothing up. Absent: funding counts as nothing.
   */
  fetchFunding?(symbol: string, sinceMs: number): Promise<readonly FundingReport[]>;

  /**
   * What was used of what the exchange allows, one row per limit; at no cost. For people and metrics: nothing is decided
   * by it. Called at any time. Absent: nobody knows.
   */
  requestUsage?(): readonly RequestUsage[];

  /**
   * Tells a simulated exchange a price before the monitor judges it. Real exchanges leave it out.
   * Called synchronously for every tick.
   */
  acceptPrice?(symbol: string, source: PriceSource, price: number, timeMs: number): void;
  /**
   * Tells a simulated exchange of an execution that the host reports, so that its position exists there as well.
   * The same order id counts once. Real exchanges leave it out.
   */
  acceptHostFill?(fill: HostFillReport): void;
}

export interface ExchangeCapabilities {
  /** Modes the account may be in. */
  readonly positionModes: readonly PositionMode[];
  /** `flag`: orders carry reduce-only. `implied`: the position side implies it. `none`: the exchange cannot clamp. */
  readonly reduceOnly: { readonly hedge: ReduceOnlySupport; readonly oneWay: ReduceOnlySupport };
  /** Whether the quantity of resting reduce-only limits is counted against a further reducing order. */
  readonly countsRestingReduceOnly: boolean;
  /** Whether several reduce-only stops may rest for one side, so that a new one is placed before the old one goes. */
  readonly severalStops: boolean;
  readonly orderKinds: readonly OrderKind[];
  readonly triggerSources: readonly PriceSource[];
  /** Largest number of orders in one `placeOrders`; 1 without batches. */
  readonly batchSize: number;
  /** Largest number of open conditional orders, per symbol or account; `null` = no limit known. */
  readonly maxProtectiveOrders: {
    readonly perSymbol: number | null;
    readonly perAccount: number | null;
  };
  readonly clientOrderId: { readonly maxLength: number; readonly unique: 'open' | 'forever' };
  /** Whether the minimum notional also applies to reducing orders. */
  readonly minNotionalOnExits: boolean;
  /** True where prices need no second witness: simulated exchanges that match on the very same prices. */
  readonly pricesConfirmThemselves: boolean;
  /** False for exchanges that are not real money; a warning is given when a volatile store meets a live one. */
  readonly live: boolean;
}

export type ReduceOnlySupport = 'flag' | 'implied' | 'none';

/** What an exchange pushes. Every member may be called at any time after `connect` and never throws. */
export interface ExchangeSink {
  /** An order changed. Duplicates and disorder are allowed. */
  order(report: OrderStatusReport): void;
  /** A trade of the account. Duplicates and disorder are allowed. */
  fill(report: FillReport): void;
  /** A position changed. A flat side is reported with quantity 0. */
  position(report: PositionStatusReport): void;
  /** The account stream is up (or up again) or down. */
  connection(state: 'connected' | 'disconnected', reason?: string): void;
  /** Something may have been missed: the monitor compares everything. */
  gap(reason: string): void;
}

export interface PlaceOrderRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  /** Base units or contracts, on the step. */
  readonly quantity: DecimalString;
  /** Limit price, on the tick; absent for market kinds. */
  readonly price?: DecimalString;
  /** Trigger level; absent for the other kinds. */
  readonly triggerPrice?: DecimalString;
  readonly triggerSource?: PriceSource;
  readonly priceProtect?: boolean;
  /** The order must never open or flip. Adapters translate it to what the mode allows. */
  readonly reduceOnly: boolean;
  /** Venue time after which the exchange must refuse the request, ms. */
  readonly expiresAt: number;
}

export interface CancelOrderRequest {
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly orderId?: string;
  readonly kind: OrderKind;
}

export interface AmendOrderRequest extends CancelOrderRequest {
  readonly side: OrderSide;
  readonly price: DecimalString;
  readonly quantity: DecimalString;
}

export interface OrderQuery {
  readonly symbol: string;
  /** At least one of the two ids. */
  readonly clientOrderId?: string;
  readonly orderId?: string;
  /** Kind of the order where known: some exchanges keep conditional orders apart. */
  readonly kind?: OrderKind;
}

/** How a write ended, as the adapter knows it. */
export type OrderOutcome =
  | { readonly kind: 'accepted'; readonly report?: OrderStatusReport }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  /** Timeout, reset, 5xx, unreadable answer: it may have been executed. */
  | { readonly kind: 'unknown'; readonly detail: string }
  /** Proven not to have left, e.g. no connection could be opened. */
  | { readonly kind: 'not-sent'; readonly detail: string };

export interface OrderStatusReport {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId?: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  readonly status: VenueOrderStatus;
  readonly quantity: DecimalInput;
  readonly executedQty: DecimalInput;
  readonly avgPrice?: DecimalInput;
  readonly price?: DecimalInput;
  readonly triggerPrice?: DecimalInput;
  readonly triggerSource?: PriceSource;
  readonly reduceOnly?: boolean;
  /** The trade that caused this report. */
  readonly trade?: TradeReport;
  /** Why the exchange itself acted. Default `order`. */
  readonly cause?: ExchangeCause;
  /** Why the exchange ended the order, in its own words. For people; nothing is decided by it. */
  readonly reason?: string;
  readonly time: number;
}

export interface TradeReport {
  /** Unique per symbol. */
  readonly tradeId: string;
  readonly quantity: DecimalInput;
  readonly price: DecimalInput;
  /** In the quote asset; paid = positive, rebate = negative. Default 0. */
  readonly fee?: DecimalInput;
}

export type ExchangeCause = 'order' | 'liquidation' | 'adl' | 'settlement';

export interface FillReport {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId?: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly reduceOnly?: boolean;
  readonly trade: TradeReport;
  readonly cause?: ExchangeCause;
  readonly time: number;
}

export interface PositionStatusReport {
  readonly symbol: string;
  readonly side: PositionSide;
  /** Zero or more; the side carries the sign. */
  readonly quantity: DecimalInput;
  readonly entryPrice?: DecimalInput;
  /**
   * Price at which the exchange liquidates this side, where it says so; 0 = none. Stops are kept before it, so a price
   * that does not lie on the losing side of the market is left out: hedged accounts show one for both sides.
   */
  readonly liquidationPrice?: DecimalInput;
  readonly time?: number;
}

/** One payment for holding, or a part of it. */
export interface FundingReport {
  readonly symbol: string;
  /** Unique per symbol. */
  readonly id: string;
  /** In the quote asset; paid = positive, received = negative. What is paid in another asset is left out. */
  readonly amount: DecimalInput;
  /** The side that it was for. Absent: the exchange does not say, and it is shared by what both sides held. */
  readonly side?: PositionSide;
  /** Exchange time of the payment. */
  readonly time: number;
}

export interface AccountReport {
  /** Stable id of the account; stamped into the store. */
  readonly accountId: string;
  readonly positionMode: PositionMode;
  /** What the key may do, where the exchange tells. */
  readonly permissions?: { readonly trade: boolean; readonly withdraw: boolean };
}

export interface PriceStatusReport {
  readonly source: PriceSource;
  readonly price: DecimalInput;
  readonly time: number;
}

/** One limit of an exchange, and how much of it is used now. */
export interface RequestUsage {
  readonly kind: 'weight' | 'orders';
  /** Length of the window that it counts over, ms. */
  readonly windowMs: number;
  readonly limit: number;
  readonly used: number;
}

/** An execution that the host reports, for exchanges that keep a position of their own. */
export interface HostFillReport {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId?: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  /** Executed so far by the order, where known; otherwise one trade. */
  readonly executedQty?: DecimalString;
  readonly avgPrice?: DecimalString;
  readonly trade?: {
    readonly tradeId: string;
    readonly quantity: DecimalString;
    readonly price: DecimalString;
  };
  readonly reduceOnly: boolean;
  readonly time: number;
}
