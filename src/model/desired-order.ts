import type { Decimal } from './decimal.js';
import type { StopRule } from './exit-plan.js';
import type { OrderKind, WorkingOrder } from './order.js';
import type { PriceSource } from './price.js';

/** Why a level is guarded by us instead of by a resting order; `pooled`: and by a stop that several tranches share. */
export type LocalReason = 'plan' | 'below-minimum' | 'kind-unsupported' | 'pooled';

export interface DesiredOrder {
  /** The rule that set the level of a stop; two orders that differ in it alone are the same. */
  readonly rule?: StopRule;
  readonly slot: number;
  readonly kind: OrderKind;
  readonly quantity: Decimal;
  readonly price: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly triggerSource: PriceSource | null;
}

/** What should rest at the exchange for one role; `local` says why nothing should. */
export interface DesiredRole {
  readonly orders: readonly DesiredOrder[];
  readonly local: LocalReason | null;
}

/** Whether a working order is what is wanted: same kind, same level, same quantity left. */
export function isAsDesired(order: WorkingOrder, desired: DesiredOrder): boolean {
  const { terms } = order;
  return (
    terms.kind === desired.kind &&
    terms.quantity.minus(order.execution.bookedQty).eq(desired.quantity) &&
    sameLevel(terms.price, desired.price) &&
    sameLevel(terms.triggerPrice, desired.triggerPrice) &&
    terms.triggerSource === desired.triggerSource
  );
}

function sameLevel(a: Decimal | null, b: Decimal | null): boolean {
  return a === null || b === null ? a === b : a.eq(b);
}
