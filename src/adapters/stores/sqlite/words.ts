import type { StopRule } from '../../../model/exit-plan.js';
import type { OrderKind, OrderRole, OrderStatus } from '../../../model/order.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../../../model/side.js';
import type { CloseReason } from '../../../model/tranche.js';

/*
 * The words of the model as lists, to check stored text against. Each list is derived from an object that must name
 * every word of its type: a word added to the model and forgotten here does not compile.
 */
export const ORDER_SIDES = wordsOf<OrderSide>({ BUY: 1, SELL: 1 });
export const POSITION_SIDES = wordsOf<PositionSide>({ LONG: 1, SHORT: 1 });
export const WIRE_POSITION_SIDES = wordsOf<WirePositionSide>({ LONG: 1, SHORT: 1, BOTH: 1 });
export const ORDER_ROLES = wordsOf<OrderRole>({ 'stop-loss': 1, 'take-profit': 1, close: 1 });
export const ORDER_KINDS = wordsOf<OrderKind>({
  market: 1,
  limit: 1,
  'ioc-limit': 1,
  'stop-market': 1,
  'stop-limit': 1,
  'take-profit-market': 1,
});
export const STOP_RULES = wordsOf<StopRule>({
  'stop-loss': 1,
  'trailing-stop': 1,
  breakeven: 1,
});
export const ORDER_STATUSES = wordsOf<OrderStatus>({
  initialized: 1,
  submitted: 1,
  unresolved: 1,
  accepted: 1,
  triggered: 1,
  filled: 1,
  canceled: 1,
  rejected: 1,
  expired: 1,
  absent: 1,
});
export const CLOSE_REASONS = wordsOf<CloseReason>({
  'take-profit': 1,
  'stop-loss': 1,
  'trailing-stop': 1,
  breakeven: 1,
  'time-limit': 1,
  manual: 1,
  external: 1,
  liquidation: 1,
  emergency: 1,
  panic: 1,
  merged: 1,
});

function wordsOf<Word extends string>(words: Readonly<Record<Word, 1>>): readonly Word[] {
  return Object.keys(words) as Word[];
}
