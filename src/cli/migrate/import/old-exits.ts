import { type Decimal, toDecimalString, ZERO } from '../../../model/decimal.js';
import type { ClientOrderId } from '../../../model/ids.js';
import type { WorkingOrder } from '../../../model/order.js';
import { isStopKind } from '../../../model/order-kind.js';
import type { OrderReport } from '../../../model/reports.js';
import type { PositionSide } from '../../../model/side.js';
import { newIntent } from '../../../orders/order-lifecycle.js';
import { flawOf } from '../../verify/measure-cover.js';
import type { OldRelations } from '../old/old-relations.js';
import type { MigratedTranche } from './migrated-tranche.js';

/** An exit that an older system placed, and what becomes of it. */
export interface OldExit {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly orderId: string;
  /**
   * `taken-over`: the new store knows it as an order of its tranche · `resting`: it rests and stays nobody's · `gone`: the
   * exchange does not list it · `unknown`: the exchange was not asked.
   */
  readonly state: 'taken-over' | 'resting' | 'gone' | 'unknown';
  readonly detail: string;
}

export interface TakeOver {
  readonly orders: readonly WorkingOrder[];
  readonly exits: readonly OldExit[];
}

/**
 * Finds the exits of the imported tranches among what rests, so that the monitor goes on with them: nothing is placed
 * twice, and the old order goes only when its successor rests.
 *
 * Taken over is what one tranche alone claims, and what can do nothing but close its side. Everything else that reduces
 * an imported side is listed.
 *
 * @param resting open orders of the account; `null` = not read
 */
export function takeOverExits(
  migrated: readonly MigratedTranche[],
  relations: OldRelations,
  resting: readonly OrderReport[] | null,
  now: number,
): TakeOver {
  const claims = new Map<string, MigratedTranche[]>();
  for (const each of migrated) {
    for (const id of claimedBy(each, relations)) {
      const key = `${each.tranche.symbol}|${id}`;
      claims.set(key, [...(claims.get(key) ?? []), each]);
    }
  }
  const orders: WorkingOrder[] = [];
  const exits: OldExit[] = [];
  for (const [key, owners] of claims) {
    const [first] = owners;
    if (first === undefined) continue;
    const { symbol, side } = first.tranche;
    const orderId = key.slice(symbol.length + 1);
    const told = { symbol, side, orderId };
    const report = resting?.find((row) => row.symbol === symbol && row.orderId === orderId);
    if (report === undefined) {
      const state = resting === null ? 'unknown' : 'gone';
      exits.push({
        ...told,
        state,
        detail: resting === null ? 'no account was read' : 'it does not rest',
      });
      continue;
    }
    const obstacle = owners.length > 1 ? 'several tranches name it' : obstacleOf(report, side);
    if (obstacle !== null) {
      exits.push({ ...told, state: 'resting', detail: obstacle });
      continue;
    }
    orders.push(workingOrder(report, first, now));
    exits.push({ ...told, state: 'taken-over', detail: describeExit(report) });
  }
  const sides = new Map(
    migrated.map(({ tranche }) => [`${tranche.symbol}|${tranche.side}`, tranche]),
  );
  for (const report of resting ?? []) {
    if (claims.has(`${report.symbol}|${report.orderId}`)) continue;
    for (const { symbol, side } of sides.values()) {
      if (symbol !== report.symbol || flawOf(report, side) !== null) continue;
      const detail = `${describeExit(report)}: no row names it`;
      exits.push({ symbol, side, orderId: report.orderId, state: 'resting', detail });
    }
  }
  return { orders, exits };
}

/** Ids that the tranche's own row names, or relations of its entries and of its number. */
function claimedBy(
  { settled, tranche }: MigratedTranche,
  { all }: OldRelations,
): ReadonlySet<string> {
  const entries = new Set(settled.entries.map(({ orderId }) => orderId));
  const related = all.filter(
    (relation) =>
      relation.symbol === tranche.symbol &&
      (relation.side === null || relation.side === tranche.side) &&
      ((relation.mainOrderId !== null && entries.has(relation.mainOrderId)) ||
        (relation.side !== null &&
          relation.trancheId !== null &&
          relation.trancheId === settled.number)),
  );
  return new Set([...settled.exitOrderIds, ...related.flatMap(({ exitOrderIds }) => exitOrderIds)]);
}

function obstacleOf(report: OrderReport, side: PositionSide): string | null {
  const flaw = flawOf(report, side);
  if (flaw !== null) return `${describeExit(report)}: ${flaw}`;
  if (report.clientOrderId === null) return `${describeExit(report)}: it has no client order id`;
  if (report.quantity.lte(0)) return `${describeExit(report)}: it has no quantity of its own`;
  return null;
}

function workingOrder(
  report: OrderReport,
  { tranche }: MigratedTranche,
  now: number,
): WorkingOrder {
  const isStop = isStopKind(report.kind);
  const { symbol, side, positionSide, kind, quantity, price, triggerPrice, triggerSource } = report;
  const order = newIntent({
    clientOrderId: report.clientOrderId as ClientOrderId,
    trancheId: tranche.id,
    role: isStop ? 'stop-loss' : 'take-profit',
    slot: 0,
    rule: isStop ? 'stop-loss' : null,
    generation: 0,
    terms: {
      symbol,
      side,
      positionSide,
      kind,
      quantity,
      price: isStop && kind !== 'stop-limit' ? null : price,
      triggerPrice,
      triggerSource,
      priceProtect: false,
      reduceOnly: true,
    },
    now,
    venue: report.time,
    sendWithinMs: 0,
    recvWindowMs: 0,
  });
  const executed = report.executedQty;
  order.status = 'accepted';
  order.attempt = 1;
  order.venueOrderId = report.orderId;
  // What it has executed is out of the position already.
  order.execution.bookedQty = executed;
  order.execution.bookedCost = executed.times(costPrice(report));
  order.execution.cumulative = { quantity: executed, cost: order.execution.bookedCost };
  order.reportedQty = executed;
  return order;
}

function costPrice({ avgPrice, price, triggerPrice }: OrderReport): Decimal {
  return avgPrice ?? price ?? triggerPrice ?? ZERO;
}

function describeExit({ kind, quantity, executedQty, price, triggerPrice }: OrderReport): string {
  const level = triggerPrice ?? price;
  const at = level === null ? '' : ` at ${toDecimalString(level)}`;
  return `${kind} ${toDecimalString(quantity.minus(executedQty))}${at}`;
}
