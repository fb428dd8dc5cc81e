import { type CoverPart, coverOf, shareOut } from '../model/cover.js';
import { type Decimal, maxDecimal, toDecimalString, ZERO } from '../model/decimal.js';
import type { OrderRole, OrderTerms } from '../model/order.js';
import type { ProtectionReport, ProtectionRow } from '../model/protection-report.js';
import type { OrderReport, PositionReport } from '../model/reports.js';
import { exitSideOf, type PositionSide } from '../model/side.js';

/** What we believe protects one side of one symbol. */
export interface BelievedProtection {
  readonly symbol: string;
  readonly side: PositionSide;
  /** What rests of them is counted here, from the exchange. */
  readonly tranches: readonly Omit<CoverPart, 'resting' | 'pooled'>[];
  readonly orders: readonly {
    readonly clientOrderId: string;
    readonly trancheId: string;
    readonly role: OrderRole;
    /** Names the stop of several tranches that the order is a part of. */
    readonly sharedBatch?: string;
    readonly terms: OrderTerms;
  }[];
}

/**
 * Compares what we believe with what the exchange says: an order counts only when it is there and is what we think it is.
 *
 * Nothing is taken from memory alone, and orders of the other leg, of other kinds or without reduce-only never count.
 */
export function verifyProtection(
  believed: readonly BelievedProtection[],
  openOrders: readonly OrderReport[],
  positions: readonly PositionReport[],
  checkedAt: number,
): ProtectionReport {
  const open = new Map(
    openOrders.flatMap((order) =>
      order.clientOrderId === null ? [] : [[order.clientOrderId, order] as const],
    ),
  );
  const keys = new Map<string, { symbol: string; side: PositionSide }>();
  for (const row of believed) keys.set(`${row.symbol}|${row.side}`, row);
  for (const row of positions) if (row.quantity.gt(0)) keys.set(`${row.symbol}|${row.side}`, row);
  const rows = [...keys.values()]
    .map(({ symbol, side }) =>
      verifySide(
        symbol,
        side,
        believed.find((row) => row.symbol === symbol && row.side === side),
        open,
        positions.find((row) => row.symbol === symbol && row.side === side)?.quantity ?? ZERO,
      ),
    )
    .sort((a, b) => (`${a.symbol}|${a.side}` < `${b.symbol}|${b.side}` ? -1 : 1));
  const sound = (row: ProtectionRow): boolean => row.problems.length === 0;
  return Object.freeze({
    protected: rows.every((row) => row.uncovered === '0' && sound(row)),
    protectedIfCrashed: rows.every((row) => row.ifCrashed.uncovered === '0' && sound(row)),
    checkedAt,
    positions: rows,
  });
}

function verifySide(
  symbol: string,
  side: PositionSide,
  believed: BelievedProtection | undefined,
  open: ReadonlyMap<string, OrderReport>,
  held: Decimal,
): ProtectionRow {
  const problems: string[] = [];
  let ours = ZERO;
  const parts: CoverPart[] = [];
  const shared = new Map<string, Decimal>();
  let takeProfit = ZERO;
  for (const tranche of believed?.tranches ?? []) {
    ours = ours.plus(tranche.held);
    let stops = ZERO;
    for (const order of believed?.orders ?? []) {
      if (order.trancheId !== tranche.trancheId || order.role === 'close') continue;
      const report = open.get(order.clientOrderId);
      if (report === undefined) {
        problems.push(`${order.role} ${order.clientOrderId} does not rest at the exchange`);
        continue;
      }
      const difference = differenceOf(order.terms, report, side);
      if (difference !== null) {
        problems.push(
          `${order.role} ${order.clientOrderId} differs at the exchange: ${difference}`,
        );
        continue;
      }
      const quantity = report.quantity.minus(report.executedQty);
      if (order.sharedBatch !== undefined) {
        shared.set(order.sharedBatch, (shared.get(order.sharedBatch) ?? ZERO).plus(quantity));
      } else if (order.role === 'stop-loss') stops = stops.plus(quantity);
      else takeProfit = takeProfit.plus(quantity);
    }
    parts.push({ ...tranche, resting: stops });
  }
  if (!held.eq(ours))
    problems.push(
      `the exchange holds ${toDecimalString(held)}, our tranches ${toDecimalString(ours)}`,
    );
  return {
    ...coverOf(withShared(parts, [...shared.values()]), maxDecimal(ZERO, held.minus(ours))),
    symbol,
    side,
    held: toDecimalString(held),
    ours: toDecimalString(ours),
    takeProfit: toDecimalString(takeProfit),
    problems,
  };
}

/** One stop replaces another for the same tranches: the larger one counts. */
function withShared(
  parts: readonly CoverPart[],
  quantities: readonly Decimal[],
): readonly CoverPart[] {
  if (quantities.length === 0) return parts;
  const shares = shareOut(parts, quantities.reduce(maxDecimal));
  return parts.map((part) => ({ ...part, pooled: shares.get(part.trancheId) ?? ZERO }));
}

function differenceOf(terms: OrderTerms, report: OrderReport, side: PositionSide): string | null {
  if (report.side !== exitSideOf(side)) return `side ${report.side}`;
  if (report.positionSide !== terms.positionSide) return `position side ${report.positionSide}`;
  if (report.kind !== terms.kind) return `kind ${report.kind}`;
  if (report.positionSide === 'BOTH' && !report.reduceOnly) return 'not reduce-only';
  if (!same(report.price, terms.price)) return 'price';
  if (!same(report.triggerPrice, terms.triggerPrice)) return 'trigger price';
  return null;
}

function same(reported: Decimal | null, wanted: Decimal | null): boolean {
  return wanted === null || (reported?.eq(wanted) ?? false);
}
