import type { ExitPlanInput } from '../model/exit-plan.js';
import type { OrderSide, WirePositionSide } from '../model/side.js';

/** An entry order that is about to be sent. */
export interface EntryOrder {
  /** At least one of the two ids. The client id is known before the order is sent, so it is the better one. */
  readonly clientOrderId?: string;
  readonly orderId?: string | number;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide?: WirePositionSide;
  /** Exit rules of this order; they override the symbol's keys one by one. */
  readonly plan?: ExitPlanInput;
  /** `auto` (default), `new`, or the id of a tranche to join. */
  readonly tranche?: string;
}
