import {
  type Decimal,
  type DecimalString,
  maxDecimal,
  minDecimal,
  sumDecimals,
  toDecimalString,
  ZERO,
} from '../../model/decimal.js';
import type { ExitPlan } from '../../model/exit-plan.js';
import { isImmediateKind, isStopKind } from '../../model/order-kind.js';
import type { OrderReport, PositionReport } from '../../model/reports.js';
import { exitSideOf, type PositionSide } from '../../model/side.js';
import { remaining } from '../../model/tranche.js';
import type { AccountPicture } from '../live-config/account-reader.js';
import type { StoreGuards } from './store-guards.js';

/**
 * What covers one side of one symbol, as the exchange shows it. Quantities in contracts; `resting`, `local`,
 * `withoutStop` and `uncovered` sum to what is held.
 */
export interface SideCover {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly held: DecimalString;
  readonly entryPrice: DecimalString | null;
  /** Covered by stops that rest at the exchange and close this side, whoever placed them. */
  readonly resting: DecimalString;
  /** Of the rest, guarded by a `run` that beats. */
  readonly local: DecimalString;
  /** Of the rest, held by plans that want no stop. */
  readonly withoutStop: DecimalString;
  readonly uncovered: DecimalString;
  /** Covered by resting take-profits of this side. */
  readonly takeProfit: DecimalString;
  readonly stops: readonly RestingExit[];
  readonly takeProfits: readonly RestingExit[];
  readonly notes: readonly string[];
}

/** An order that closes a side. */
export interface RestingExit {
  readonly orderId: string;
  readonly clientOrderId: string | null;
  /** What is left to execute; what the side holds for an order that closes the whole position. */
  readonly quantity: DecimalString;
  readonly price: DecimalString | null;
}

/**
 * Measures cover from orders that rest, never from what is believed.
 *
 * An order counts for a side only when it can do nothing but close that side: it names the side's own leg, or reduces
 * only. Another leg's orders, entries, and orders that have been triggered already count for nothing.
 */
export function measureCover(
  { positions, orders }: AccountPicture,
  store: StoreGuards | null,
  planOf: (symbol: string) => ExitPlan | null,
): readonly SideCover[] {
  return positions
    .filter(({ quantity }) => quantity.gt(0))
    .map((position) => measureSide(position, orders, store, planOf(position.symbol)))
    .sort((a, b) => (`${a.symbol}|${a.side}` < `${b.symbol}|${b.side}` ? -1 : 1));
}

function measureSide(
  position: PositionReport,
  orders: readonly OrderReport[],
  store: StoreGuards | null,
  plan: ExitPlan | null,
): SideCover {
  const { symbol, side, quantity: held } = position;
  const notes: string[] = [];
  const stops: RestingExit[] = [];
  const takeProfits: RestingExit[] = [];
  for (const order of orders) {
    if (order.symbol !== symbol) continue;
    const isStop = isStopKind(order.kind);
    const flaw = flawOf(order, side);
    if (flaw !== null) {
      if (isStop) notes.push(`stop ${nameOf(order)} does not count: ${flaw}`);
      continue;
    }
    // A closing order without a quantity of its own takes the whole position.
    const left = order.quantity.eq(0) ? held : order.quantity.minus(order.executedQty);
    const price = isStop || order.price === null ? order.triggerPrice : order.price;
    (isStop ? stops : takeProfits).push({
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      quantity: toDecimalString(maxDecimal(left, ZERO)),
      price: price === null ? null : toDecimalString(price),
    });
  }
  const resting = minDecimal(totalOf(stops), held);
  const guards = (store?.guards ?? []).filter((row) => row.symbol === symbol && row.side === side);
  const guarded = sumDecimals(guards.map(({ quantity }) => quantity));
  const local = minDecimal(guarded, held.minus(resting));
  const left = held.minus(resting).minus(local);
  const withoutStop = minDecimal(wantedWithout(position, store, plan), left);
  const uncovered = left.minus(withoutStop);
  if (withoutStop.gt(0)) notes.push('its plan wants no stop');
  if (plan === null && uncovered.gt(0)) notes.push('no settings cover this symbol');
  return {
    symbol,
    side,
    held: toDecimalString(held),
    entryPrice: position.entryPrice === null ? null : toDecimalString(position.entryPrice),
    resting: toDecimalString(resting),
    local: toDecimalString(local),
    withoutStop: toDecimalString(withoutStop),
    uncovered: toDecimalString(uncovered),
    takeProfit: toDecimalString(minDecimal(totalOf(takeProfits), held)),
    stops,
    takeProfits,
    notes,
  };
}

/** Why an order does not protect the side; `null` when it does. */
export function flawOf(order: OrderReport, side: PositionSide): string | null {
  if (order.side !== exitSideOf(side)) return 'it is of the other side';
  if (order.positionSide !== 'BOTH' && order.positionSide !== side) return 'it is of the other leg';
  // In one-way mode an order without the flag may open or flip; with legs the leg itself forbids it.
  if (order.positionSide === 'BOTH' && !order.reduceOnly) return 'it is not reduce-only';
  if (isImmediateKind(order.kind)) return 'it is no resting order';
  if (order.status !== 'accepted') return `it is ${order.status}`;
  if (order.kind !== 'limit' && !order.triggerPrice?.gt(0)) return 'it has no trigger price';
  if (order.kind === 'limit' && !order.price?.gt(0)) return 'it has no price';
  return null;
}

/** What of a side wants no stop: as its tranches say, and as its plan says of what no tranche holds. */
function wantedWithout(
  { symbol, side, quantity }: PositionReport,
  store: StoreGuards | null,
  plan: ExitPlan | null,
): Decimal {
  const tranches = (store?.tranches ?? []).filter(
    (tranche) => tranche.symbol === symbol && tranche.side === side,
  );
  const ofTranches = sumDecimals(
    tranches.filter(({ levels }) => levels.stopLoss === null).map(remaining),
  );
  if (plan === null || plan.stopLoss !== null) return ofTranches;
  const unknown = quantity.minus(sumDecimals(tranches.map(remaining)));
  return ofTranches.plus(maxDecimal(unknown, ZERO));
}

function totalOf(exits: readonly RestingExit[]): Decimal {
  return exits.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
}

function nameOf({ clientOrderId, orderId }: OrderReport): string {
  return clientOrderId ?? orderId;
}
