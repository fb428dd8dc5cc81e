import { type Decimal, ZERO } from '../model/decimal.js';
import type { AccountView } from '../model/input.js';
import type { OrderReport, PositionReport } from '../model/reports.js';
import type { PositionSide } from '../model/side.js';

/** What we believe of one of our orders. */
export interface BelievedOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly venueOrderId: string | null;
  /** Whether we believe that the exchange holds it, or may hold it. */
  readonly mayRest: boolean;
  /** Input at which something was last learned of it. */
  readonly touchedAt: number;
}

export interface OrderFindings {
  /** Reports on orders we know. */
  readonly known: readonly OrderReport[];
  /** Orders with our mark that we do not know. */
  readonly strays: readonly OrderReport[];
  /** Ids of orders that we believe to rest and that are not in the list. */
  readonly missing: readonly string[];
}

/**
 * Holds a complete list of open orders against what we believe.
 *
 * Pure and sorted: the same view and beliefs give the same findings, in the same order. What changed after the reads
 * began is newer than the view and is left alone.
 */
export function compareOrders(
  view: Pick<AccountView, 'openOrders' | 'startedAt'>,
  believed: readonly BelievedOrder[],
  isOwn: (clientOrderId: string) => boolean,
): OrderFindings {
  const byClientId = new Map(believed.map((order) => [order.clientOrderId, order]));
  const byVenueId = new Map(
    believed.flatMap((order) =>
      order.venueOrderId === null
        ? []
        : [[`${order.symbol}|${order.venueOrderId}`, order] as const],
    ),
  );
  const known: OrderReport[] = [];
  const strays: OrderReport[] = [];
  const seen = new Set<string>();
  for (const report of view.openOrders) {
    const order =
      (report.clientOrderId === null ? undefined : byClientId.get(report.clientOrderId)) ??
      byVenueId.get(`${report.symbol}|${report.orderId}`);
    if (order) {
      seen.add(order.clientOrderId);
      known.push(report);
    } else if (report.clientOrderId !== null && isOwn(report.clientOrderId)) strays.push(report);
  }
  const missing = believed
    .filter(
      (order) =>
        order.mayRest && !seen.has(order.clientOrderId) && order.touchedAt < view.startedAt,
    )
    .map((order) => order.clientOrderId);
  const byId = (a: OrderReport, b: OrderReport): number =>
    compareText(`${a.symbol}|${a.orderId}`, `${b.symbol}|${b.orderId}`);
  return { known: known.sort(byId), strays: strays.sort(byId), missing: missing.sort(compareText) };
}

/** What we expect of one side of one symbol. */
export interface ExpectedPosition {
  readonly symbol: string;
  readonly side: PositionSide;
  /** Sum of what the tranches hold. */
  readonly ours: Decimal;
  /** Declared as not ours. */
  readonly external: Decimal;
  /** Whether something of it changed after the reads began: then nothing can be said. */
  readonly changedSince: boolean;
}

export interface PositionDifference {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly ours: Decimal;
  readonly external: Decimal;
  readonly actual: Decimal;
  readonly entryPrice: Decimal | null;
}

/** Sides on which the exchange holds something else than we expect. Sorted. */
export function comparePositions(
  positions: readonly PositionReport[],
  expected: readonly ExpectedPosition[],
): readonly PositionDifference[] {
  const differences: PositionDifference[] = [];
  const reported = new Map<string, PositionReport>();
  for (const row of positions) {
    if (row.quantity.gt(0)) reported.set(`${row.symbol}|${row.side}`, row);
  }
  const believed = new Map(expected.map((row) => [`${row.symbol}|${row.side}`, row]));
  const keys = [...new Set([...reported.keys(), ...believed.keys()])].sort(compareText);
  for (const key of keys) {
    const row = reported.get(key);
    const belief = believed.get(key);
    if (belief?.changedSince) continue;
    const ours = belief?.ours ?? ZERO;
    const external = belief?.external ?? ZERO;
    const actual = row?.quantity ?? ZERO;
    if (actual.eq(ours.plus(external))) continue;
    const [symbol = '', side] = key.split('|');
    differences.push({
      symbol,
      side: side as PositionSide,
      ours,
      external,
      actual,
      entryPrice: row?.entryPrice ?? null,
    });
  }
  return differences;
}

/** Plain code-unit order: the same everywhere, unlike locale comparison. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
