import { type Decimal, sumDecimals } from '../model/decimal.js';
import type { TrancheId } from '../model/ids.js';
import type { PositionSide } from '../model/side.js';

/** A tranche that wants a stop of its own. */
export interface StopCandidate {
  readonly id: TrancheId;
  readonly level: Decimal;
  /** What it holds. */
  readonly quantity: Decimal;
  readonly openedSeq: number;
  /** Orders that a stop of its own takes: more than one above the market maximum. */
  readonly orders: number;
}

/** What one of several that share a number of slots would like to have. */
export interface SlotDemand {
  readonly tranches: number;
  readonly orders: number;
  /** It gets at least this many, however few there are. */
  readonly least: number;
}

/**
 * Shares slots out in proportion to the tranches, one after the other; all get what they want where there is enough.
 *
 * More tranches of one never take a slot away from itself, so shares do not jump back and forth while tranches open.
 */
export function shareSlots(slots: number, demands: readonly SlotDemand[]): readonly number[] {
  const shares = demands.map(({ least, orders }) => Math.min(least, orders));
  let left = slots - shares.reduce((sum, share) => sum + share, 0);
  if (demands.reduce((sum, { orders }) => sum + orders, 0) <= slots) {
    return demands.map(({ orders }) => orders);
  }
  for (; left > 0; left -= 1) {
    const next = neediest(demands, shares);
    if (next === null) break;
    shares[next] = (shares[next] ?? 0) + 1;
  }
  return shares;
}

/** Who has the most tranches for each slot, one more given; the first of equals. */
function neediest(demands: readonly SlotDemand[], shares: readonly number[]): number | null {
  let best: number | null = null;
  let most = 0;
  for (const [index, { tranches, orders }] of demands.entries()) {
    const share = shares[index] ?? 0;
    const perSlot = tranches / (share + 1);
    if (share >= orders || perSlot <= most) continue;
    best = index;
    most = perSlot;
  }
  return best;
}

/**
 * The tranches of a side that share one stop because their own would not fit, the loosest level last; none when all fit.
 *
 * The levels nearest the price keep stops of their own. It is told by the levels alone, so that membership does not
 * change with the price; of equal levels the older keeps its own.
 *
 * @param ordersFor how many orders a stop for a quantity takes
 */
export function pooledOf(
  candidates: readonly StopCandidate[],
  side: PositionSide,
  slots: number,
  ordersFor: (quantity: Decimal) => number,
): readonly StopCandidate[] {
  const wanted = candidates.reduce((sum, { orders }) => sum + orders, 0);
  if (wanted <= slots || candidates.length < 2) return [];
  const tightestFirst = [...candidates].sort((a, b) => byTightness(a, b, side));
  /** Of the tightest, as many as leave room for the shared one. */
  let own = tightestFirst.length;
  let ownOrders = wanted;
  while (own > 0) {
    own -= 1;
    ownOrders -= tightestFirst[own]?.orders ?? 0;
    const rest = tightestFirst.slice(own);
    if (rest.length < 2) continue;
    const shared = ordersFor(sumDecimals(rest.map(({ quantity }) => quantity)));
    if (ownOrders + shared <= slots) return rest;
  }
  return tightestFirst;
}

/** Nearest the price first: the highest stop of a LONG, the lowest of a SHORT; the older of equals. */
function byTightness(
  a: Pick<StopCandidate, 'level' | 'openedSeq'>,
  b: Pick<StopCandidate, 'level' | 'openedSeq'>,
  side: PositionSide,
): number {
  const order = side === 'LONG' ? b.level.cmp(a.level) : a.level.cmp(b.level);
  return order || a.openedSeq - b.openedSeq;
}

/** The loosest of some levels: the lowest stop of a LONG, the highest of a SHORT. */
export function loosestLevel(levels: readonly Decimal[], side: PositionSide): Decimal | null {
  let loosest: Decimal | null = null;
  for (const level of levels) {
    if (loosest === null || isLooser(level, loosest, side)) loosest = level;
  }
  return loosest;
}

export function isLooser(a: Decimal, b: Decimal, side: PositionSide): boolean {
  return side === 'LONG' ? a.lt(b) : a.gt(b);
}
