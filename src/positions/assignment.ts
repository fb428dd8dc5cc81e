import { type Decimal, HUNDRED, ZERO } from '../model/decimal.js';
import { asksForStop, type ExitPlan, plansAreEqual } from '../model/exit-plan.js';
import type { TrancheId } from '../model/ids.js';
import type { CoreSettings } from '../model/settings.js';
import type { PositionSide } from '../model/side.js';
import { heldCost, remaining, type Tranche } from '../model/tranche.js';

/** Where an entry fill goes. */
export type Assignment =
  | { readonly kind: 'open' }
  | { readonly kind: 'join'; readonly tranche: Tranche; readonly overLimit: boolean }
  /** The limit is reached and the policy is to merge: these two first, then a new one opens. */
  | { readonly kind: 'merge-then-open'; readonly pair: readonly [Tranche, Tranche] };

export interface AssignmentRequest {
  /** OPEN tranches of the side. */
  readonly open: readonly Tranche[];
  /** Tranches of the side that are not closed yet; the limit counts these. */
  readonly liveCount: number;
  readonly side: PositionSide;
  readonly price: Decimal;
  readonly plan: ExitPlan;
  /** `auto`, `new`, or the id of a tranche to join. */
  readonly choice: string;
  readonly settings: CoreSettings;
}

/** Decides where an entry fill goes; further fills of an order that has a tranche do not come here. */
export function assign(request: AssignmentRequest): Assignment {
  const { open, choice } = request;
  if (choice !== 'auto' && choice !== 'new') {
    const chosen = open.find((tranche) => tranche.id === (choice as TrancheId));
    if (chosen) return { kind: 'join', tranche: chosen, overLimit: false };
  }
  if (choice === 'new') return { kind: 'open' };
  const newest = newestOf(open);
  if (newest === null) return openWithinLimit(request);
  const pnlPct = aggregatePnlPct(open, request.side, request.price);
  if (pnlPct.lte(request.settings.tranchePnlIncrementPct.times(-1)))
    return openWithinLimit(request);
  const equal = newestOf(open.filter((tranche) => plansAreEqual(tranche.plan, request.plan)));
  return equal === null
    ? openWithinLimit(request)
    : { kind: 'join', tranche: equal, overLimit: false };
}

/** PnL of several tranches together at a price, percent of what they cost. Zero when nothing is held. */
export function aggregatePnlPct(
  tranches: readonly Tranche[],
  side: PositionSide,
  price: Decimal,
): Decimal {
  let quantity = ZERO;
  let cost = ZERO;
  for (const tranche of tranches) {
    quantity = quantity.plus(remaining(tranche));
    cost = cost.plus(heldCost(tranche));
  }
  if (cost.eq(0)) return ZERO;
  const value = quantity.times(price);
  const profit = side === 'LONG' ? value.minus(cost) : cost.minus(value);
  return profit.times(HUNDRED).div(cost);
}

/** Unrealised PnL of one tranche at a price, in the quote asset per contract size 1. */
export function unrealizedPnl(tranche: Tranche, price: Decimal): Decimal {
  const profit = remaining(tranche).times(price).minus(heldCost(tranche));
  return tranche.side === 'LONG' ? profit : profit.times(-1);
}

/** Tranches of one side that the automatic merge makes one: in profit, equal plans, not opened apart. */
export function mergeGroup(open: readonly Tranche[], price: Decimal): readonly Tranche[] | null {
  const eligible = open.filter(
    (tranche) => !tranche.separate && unrealizedPnl(tranche, price).gt(0),
  );
  const byAge = [...eligible].sort((a, b) => a.openedSeq - b.openedSeq);
  for (const oldest of byAge) {
    const group = byAge.filter((tranche) => plansAreEqual(tranche.plan, oldest.plan));
    if (group.length > 1) return group;
  }
  return null;
}

function openWithinLimit(request: AssignmentRequest): Assignment {
  const { open, liveCount, settings, price } = request;
  const newest = newestOf(open);
  if (liveCount < settings.maxTranchesPerSymbolSide || newest === null) return { kind: 'open' };
  if (settings.onTrancheLimit === 'merge' && open.length > 1) {
    const [first, second] = [...open].sort(
      (a, b) => unrealizedPnl(b, price).cmp(unrealizedPnl(a, price)) || a.openedSeq - b.openedSeq,
    );
    if (first && second) {
      return {
        kind: 'merge-then-open',
        pair: first.openedSeq < second.openedSeq ? [first, second] : [second, first],
      };
    }
  }
  /** A fill that wants a stop never joins a tranche that has none: better one tranche too many than one unprotected. */
  const fitting = asksForStop(request.plan)
    ? newestOf(open.filter((tranche) => asksForStop(tranche.plan)))
    : newest;
  if (fitting === null) return { kind: 'open' };
  return { kind: 'join', tranche: fitting, overLimit: settings.onTrancheLimit === 'reject' };
}

function newestOf(tranches: readonly Tranche[]): Tranche | null {
  let newest: Tranche | null = null;
  for (const tranche of tranches) {
    if (newest === null || tranche.openedSeq > newest.openedSeq) newest = tranche;
  }
  return newest;
}
