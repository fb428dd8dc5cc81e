import type { OrderSide, WirePositionSide } from '../../model/side.js';
import type { ExchangeCause } from '../../ports/exchange-adapter.js';

export const PLAIN_TYPES = ['LIMIT', 'MARKET'] as const;
export const CONDITIONAL_TYPES = [
  'STOP_MARKET',
  'TAKE_PROFIT_MARKET',
  'STOP',
  'TAKE_PROFIT',
  'TRAILING_STOP_MARKET',
] as const;
export const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'GTX', 'GTD', 'RPI', 'HIDDEN'] as const;

export type PlainType = (typeof PLAIN_TYPES)[number];
export type ConditionalType = (typeof CONDITIONAL_TYPES)[number];
export type WireOrderType = PlainType | ConditionalType | 'LIQUIDATION';
export type WireOrderStatus =
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'REJECTED';
export type WorkingType = 'CONTRACT_PRICE' | 'MARK_PRICE';

/** The condition of an order, or the one that it came from. */
export interface OrderCondition {
  /** Ticks; `null` only for a trailing one. */
  readonly trigger: number | null;
  readonly workingType: WorkingType;
  readonly priceProtect: boolean;
  readonly closePosition: boolean;
  /** Ticks at which a trailing one begins to follow. */
  readonly activation: number | null;
  /** Percent. */
  readonly callbackRate: string | null;
}

/** An order as the wire knows it. Prices in ticks, quantities in steps. */
export interface OrderRecord {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly type: WireOrderType;
  readonly origType: WireOrderType;
  timeInForce: string;
  quantity: number;
  price: number | null;
  readonly reduceOnly: boolean;
  readonly condition: OrderCondition | null;
  readonly cause: ExchangeCause;
  status: WireOrderStatus;
  executed: number;
  /** Sum of ticks times steps. */
  cost: number;
  readonly createdAt: number;
  updatedAt: number;
  /** Sum of realised profits. */
  profit: string;
}

/** One execution of the account. */
export interface TradeRecord {
  readonly tradeId: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  /** Steps. */
  readonly quantity: number;
  /** Ticks. */
  readonly price: number;
  readonly isMaker: boolean;
  /** Decimals in the quote asset. */
  readonly profit: string;
  readonly fee: string;
  readonly time: number;
}

/** What happened to an order, as `x` of its event. */
export type ExecutionType = 'NEW' | 'TRADE' | 'CALCULATED' | 'CANCELED' | 'EXPIRED' | 'AMENDMENT';

/** What a conditional order of Binance is at. */
export type AlgoStatus =
  | 'NEW'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED';

/** A conditional order before, while and after its condition is met. */
export interface ConditionalRecord {
  /** Algo id, or order id where conditional orders are orders. */
  readonly id: number;
  readonly clientId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly type: ConditionalType;
  readonly timeInForce: string;
  /** Steps; 0 with `closePosition`. */
  readonly quantity: number;
  /** Ticks of the limit that it sends. */
  readonly price: number | null;
  readonly reduceOnly: boolean;
  readonly condition: OrderCondition;
  status: AlgoStatus;
  /** The order that it sent. */
  child: OrderRecord | null;
  readonly createdAt: number;
  updatedAt: number;
  triggeredAt: number;
  failReason: string;
  /** Trailing: it follows since the activation price. */
  isActive: boolean;
  /** Trailing: best price since then, ticks. */
  extreme: number | null;
}

/** What the exchange tells its streams. */
export type ServerNews =
  | {
      readonly kind: 'order';
      readonly order: Readonly<OrderRecord>;
      readonly execution: ExecutionType;
      readonly trade: TradeRecord | null;
    }
  | { readonly kind: 'algo'; readonly order: Readonly<ConditionalRecord> }
  | { readonly kind: 'position'; readonly symbol: string; readonly side: WirePositionSide }
  | { readonly kind: 'leverage'; readonly symbol: string; readonly leverage: number }
  /** Margin moved without an order. */
  | {
      readonly kind: 'margin';
      readonly symbol: string;
      readonly side: WirePositionSide;
      readonly reason: 'MARGIN_TYPE_CHANGE' | 'MARGIN_TRANSFER';
    }
  | { readonly kind: 'margin-call'; readonly symbol: string; readonly side: WirePositionSide }
  /** Funding was paid or received; change of the wallet as text. */
  | { readonly kind: 'funding'; readonly change: string };
