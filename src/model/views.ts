import type { CoverView } from './cover.js';
import type { DecimalString } from './decimal.js';
import type { ExitPlan, StopRule } from './exit-plan.js';
import type { OrderKind, OrderRole, OrderStatus } from './order.js';
import type { PriceSource } from './price.js';
import type { OrderSide, PositionSide } from './side.js';
import type { CloseReason, Coverage, TrancheState } from './tranche.js';

/** A tranche as users see it: a frozen picture, decimal strings. Quantities in contracts, money in the quote asset. */
export interface TrancheView {
  readonly id: string;
  readonly positionId: string;
  readonly symbol: string;
  readonly side: PositionSide;
  /** Display number among the tranches of the side, from 0. */
  readonly number: number;
  readonly state: TrancheState;
  /** What it holds now. */
  readonly quantity: DecimalString;
  /** What ever came in, exits not subtracted. */
  readonly openedQty: DecimalString;
  readonly entryPrice: DecimalString;
  /** Orders that it came from, gross. */
  readonly sources: readonly {
    readonly orderId: string;
    readonly quantity: DecimalString;
    readonly cost: DecimalString;
    readonly fees: DecimalString;
  }[];
  readonly plan: ExitPlan;
  /** Levels in force, rounded to the instrument. */
  readonly levels: {
    readonly takeProfits: readonly {
      readonly price: DecimalString;
      readonly portion: DecimalString;
    }[];
    /** Where our own guard acts: the tightest of the plan's stop, breakeven and the trail as it last moved the order. */
    readonly stopLoss: DecimalString | null;
    /** Where the stop rests at the exchange: the same, or the hard floor where hits are confirmed first. */
    readonly restingStop: DecimalString | null;
    /** The rule that set the stop. */
    readonly stopRule: StopRule;
  };
  /** The trailing stop between the steps of the resting order; `null` = none is armed. */
  readonly trail: { readonly peak: DecimalString; readonly level: DecimalString } | null;
  readonly breakevenReached: boolean;
  readonly orders: readonly OrderView[];
  /** Reductions so far, oldest first. */
  readonly exits: readonly ExitView[];
  readonly coverage: Coverage;
  /** Ms since the coverage was last proven: by an order report or by a price; `null` when there is none. */
  readonly coverageAgeMs: number | null;
  /** How long it wanted a stop and nothing covered it since this process has known it, ms; still running with `none`. */
  readonly unprotectedMs: number;
  /** Realised so far from reported fills, before fees. */
  readonly realizedPnl: DecimalString;
  /** Entry and exit fees reported so far. */
  readonly fees: DecimalString;
  /** Fees for holding so far: paid = positive. Read only where a rule goes by them. */
  readonly funding: DecimalString;
  readonly closeReason: CloseReason | null;
  readonly mergedInto: string | null;
  readonly openedAt: number;
  readonly updatedAt: number;
}

export interface OrderView {
  readonly clientOrderId: string;
  readonly orderId: string | null;
  readonly role: OrderRole;
  readonly slot: number;
  readonly generation: number;
  readonly kind: OrderKind;
  readonly side: OrderSide;
  readonly status: OrderStatus;
  readonly quantity: DecimalString;
  readonly executedQty: DecimalString;
  readonly price: DecimalString | null;
  readonly triggerPrice: DecimalString | null;
  readonly triggerSource: PriceSource | null;
  readonly canceling: boolean;
}

/** One reduction of a tranche, from reported fills. */
export interface ExitView {
  readonly reason: CloseReason;
  readonly level: DecimalString | null;
  readonly orderId: string;
  readonly role: OrderRole | 'external';
  readonly slot: number;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  readonly fee: DecimalString;
  readonly time: number;
}

/** One side of one symbol. */
export interface PositionStatus {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: PositionSide;
  /** Sum over the tranches. */
  readonly quantity: DecimalString;
  /** Quantity-weighted entry price; `null` when flat. */
  readonly entryPrice: DecimalString | null;
  /** Last accepted price; `null` before the first. */
  readonly lastPrice: DecimalString | null;
  /** At the last price, before fees; `null` without one. */
  readonly unrealizedPnl: DecimalString | null;
  /** From memory, at no cost; `verifyProtection()` asks the exchange. */
  readonly cover: CoverView;
  readonly tranches: readonly TrancheView[];
}
