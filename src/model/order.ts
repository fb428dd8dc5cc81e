import type { Decimal } from './decimal.js';
import type { StopRule } from './exit-plan.js';
import type { ClientOrderId, TrancheId, VenueOrderId } from './ids.js';
import type { ExecutionLedger } from './ledger.js';
import type { PriceSource } from './price.js';
import type { OrderSide, WirePositionSide } from './side.js';

/** What one of our orders is for. */
export type OrderRole = 'stop-loss' | 'take-profit' | 'close';

/** `ioc-limit`: fills at once up to its price, the rest is cancelled. `stop-limit`: a limit that a level triggers. */
export type OrderKind =
  | 'market'
  | 'limit'
  | 'ioc-limit'
  | 'stop-market'
  | 'stop-limit'
  | 'take-profit-market';

/**
 * Life of an order, in the words of FIX.
 *
 * `initialized` recorded, not sent · `submitted` sent, no answer yet · `unresolved` sent, outcome unknown ·
 * `accepted` live at the exchange · `triggered` its condition was met, not filled yet · the rest is terminal.
 * `absent` = proven never to have reached the exchange.
 */
export type OrderStatus =
  | 'initialized'
  | 'submitted'
  | 'unresolved'
  | 'accepted'
  | 'triggered'
  | 'filled'
  | 'canceled'
  | 'rejected'
  | 'expired'
  | 'absent';

/** Statuses that an exchange can report. */
export type VenueOrderStatus =
  | 'accepted'
  | 'triggered'
  | 'filled'
  | 'canceled'
  | 'rejected'
  | 'expired';

const TERMINAL: ReadonlySet<OrderStatus> = new Set([
  'filled',
  'canceled',
  'rejected',
  'expired',
  'absent',
]);

/** Whether nothing can happen to the order any more. */
export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** Whether the exchange holds the order. */
export function isOpen(status: OrderStatus): boolean {
  return status === 'accepted' || status === 'triggered';
}

/** What defines an order at the exchange; two orders with the same client id never differ in it. */
export interface OrderTerms {
  readonly symbol: string;
  readonly side: OrderSide;
  /** `BOTH` in one-way mode. */
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  readonly quantity: Decimal;
  /** Limit price; `null` for market kinds. A `stop-limit` has it beside its trigger. */
  readonly price: Decimal | null;
  /** Level that triggers a conditional order; `null` for the others. */
  readonly triggerPrice: Decimal | null;
  /** Price that the trigger is judged on. */
  readonly triggerSource: PriceSource | null;
  readonly priceProtect: boolean;
  /** Always true for exits; on the wire it is sent where the position mode allows the flag. */
  readonly reduceOnly: boolean;
}

/** One of our orders: recorded before it is sent, followed until it is terminal. */
export interface WorkingOrder {
  readonly clientOrderId: ClientOrderId;
  /** Changes only when tranches merge: executions then count for the survivor. */
  trancheId: TrancheId;
  readonly role: OrderRole;
  /** Take-profit level, or part of an order that was split. From 0. */
  readonly slot: number;
  /** The rule that set its level: the reason of what it executes. `null` for orders that are no stops. */
  readonly rule: StopRule | null;
  /** Rises with each replacement; part of the client id. */
  readonly generation: number;
  /** Changes only when an order was heard of through a fill first: its report tells the rest. */
  terms: OrderTerms;
  status: OrderStatus;
  /** How often it was sent; a resend after a proof of absence keeps the client id. */
  attempt: number;
  venueOrderId: VenueOrderId | null;
  /** What it executed, from every source. */
  readonly execution: ExecutionLedger;
  /** Largest executed quantity that was reported, priced or not. Above the booked one: fills must be read. */
  reportedQty: Decimal;
  /** Exchange time of the recording, ms: fills and queries of the order begin here. */
  createdAt: number;
  /** Wall ms: the last moment at which it may still leave. */
  sendBy: number;
  /** Exchange time after which the exchange refuses the request, ms. */
  deadline: number;
  /** Why we asked for its cancellation; `null` while we want it. */
  cancelReason: string | null;
  cancelStatus: 'none' | 'requested' | 'submitted' | 'unresolved';
  /** Refusal code of a `rejected` order. */
  rejection: string | null;
  updatedAt: number;
  /** Recorded but known not to have reached the exchange: it is sent again if it is still wanted. Not stored. */
  unsent: boolean;
  /** A complete list of the exchange does not show it although it should rest: not counted on. Not stored. */
  doubted: boolean;
  /** Monotonic ms at which the exchange reported the trigger; not stored. */
  triggeredAt: number | null;
  /** Input at which something was last learned of it: guards comparisons against older snapshots. Not stored. */
  touchedAt: number;
}

/** Whether the exchange holds the order as far as is known: one that its complete list does not show is not counted on. */
export function rests(order: WorkingOrder): boolean {
  return isOpen(order.status) && !order.doubted;
}

/** What is left to execute. */
export function openQuantity(order: WorkingOrder): Decimal {
  return order.terms.quantity.minus(order.execution.bookedQty);
}

/** Whether nothing can happen to it any more *and* everything it executed is booked. */
export function isSettled(order: WorkingOrder): boolean {
  return isTerminal(order.status) && order.execution.bookedQty.gte(order.reportedQty);
}
