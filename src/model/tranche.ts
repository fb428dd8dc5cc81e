import type { Decimal } from './decimal.js';
import type { ExitLevels, ExitPlan } from './exit-plan.js';
import type { ExitProgress } from './exit-progress.js';
import type { PositionId, TrancheId } from './ids.js';
import type { OrderRole } from './order.js';
import type { PriceSource } from './price.js';
import type { PositionSide } from './side.js';

export type CloseReason =
  | 'take-profit'
  | 'stop-loss'
  | 'trailing-stop'
  | 'breakeven'
  | 'time-limit'
  | 'manual'
  | 'external'
  | 'liquidation'
  | 'emergency'
  | 'panic'
  | 'merged';

export type TrancheState = 'OPEN' | 'CLOSING' | 'CLOSED';

/** What one order put into a tranche. Never reduced by exits. */
export interface TrancheSource {
  readonly orderId: string;
  quantity: Decimal;
  /** Sum of price * quantity. */
  cost: Decimal;
  /** Entry fees in the quote asset. */
  fees: Decimal;
}

/** The price that made a rule fire. */
export interface TriggerEvidence {
  readonly source: PriceSource;
  readonly price: Decimal;
  /** Exchange time of the tick, ms. */
  readonly time: number;
}

/** Why and how a tranche is being closed. The first reason stays, unless a later one ends the patience of a slow close. */
export interface Closing {
  readonly reason: CloseReason;
  /** Level of the rule that fired; `null` for closes without a level. */
  readonly level: Decimal | null;
  readonly trigger: TriggerEvidence | null;
  readonly since: number;
}

/** One executed reduction of a tranche. */
export interface Exit {
  readonly reason: CloseReason;
  readonly level: Decimal | null;
  /** Client order id of ours, or the exchange's id of a foreign order. */
  readonly orderId: string;
  readonly role: OrderRole | 'external';
  readonly slot: number;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly time: number;
}

/**
 * A part of a position with its own entry, plan and protective orders.
 *
 * Quantities in contracts of the instrument, prices and money in the quote asset.
 */
export interface Tranche {
  readonly id: TrancheId;
  readonly positionId: PositionId;
  readonly symbol: string;
  readonly side: PositionSide;
  /** Display number, from 0, among the tranches of the side. */
  readonly number: number;
  /** Rises with every tranche opened: tells newest from oldest. */
  readonly openedSeq: number;
  state: TrancheState;
  sources: TrancheSource[];
  /** Everything that ever came in (F), and what exits took out (X). `remaining` = F - X. */
  openedQty: Decimal;
  openedCost: Decimal;
  exitedQty: Decimal;
  /** Sum of entry price * quantity over exits: what the exits cost to buy. */
  exitedCost: Decimal;
  /** Sum of exit price * quantity. */
  proceeds: Decimal;
  exitFees: Decimal;
  entryPrice: Decimal;
  plan: ExitPlan;
  levels: ExitLevels;
  progress: ExitProgress;
  /** Quantity executed by each take-profit slot. */
  takenBySlot: Decimal[];
  /** Opened on request as a tranche of its own: never merged automatically. */
  separate: boolean;
  closing: Closing | null;
  exits: Exit[];
  mergedInto: TrancheId | null;
  nextGeneration: Record<OrderRole, number>;
  readonly openedAt: number;
  updatedAt: number;
}

/** What the tranche still holds (R = F - X). */
export function remaining(tranche: Tranche): Decimal {
  return tranche.openedQty.minus(tranche.exitedQty);
}

/** What the held quantity cost, exactly: the entry price is its rounded quotient and never fed back. */
export function heldCost(tranche: Tranche): Decimal {
  return tranche.openedCost.minus(tranche.exitedCost);
}

/** What covers a tranche: an order of its own, a shared one, our own guard on a fresh price, or nothing. */
export type Coverage = 'resting' | 'pooled' | 'local' | 'none';
