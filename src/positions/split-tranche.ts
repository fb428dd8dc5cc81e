import { invariant } from '../errors/invariant.js';
import { type Decimal, ZERO } from '../model/decimal.js';
import type { TrancheId } from '../model/ids.js';
import { remaining, type Tranche, type TrancheSource } from '../model/tranche.js';
import { sharesLeft, takenFor } from './level-shares.js';

export interface SplitRequest {
  readonly id: TrancheId;
  readonly quantity: Decimal;
  readonly number: number;
  readonly openedSeq: number;
  readonly now: number;
}

/**
 * Takes a quantity out of a tranche and makes it one of its own, with the same entry, plan and progress.
 *
 * Sources bear the split by their share. Fees that were paid go with the quantity; what was realised stays. Levels that were
 * taken are taken for both.
 */
export function splitTranche(tranche: Tranche, request: SplitRequest): Tranche {
  const { quantity, now } = request;
  const held = remaining(tranche);
  invariant(quantity.gt(0) && quantity.lt(held), 'a split leaves something on both sides');
  const cost = quantity.times(tranche.entryPrice);
  const shares = sharesLeft(tranche);
  const shareOfEach = (part: Decimal) => shares.map((share) => share.times(part).div(held));
  const moved = tranche.sources.map((source) => shareOf(source, quantity, tranche.openedQty));
  const funding = tranche.progress.fundingPaid.times(quantity).div(held);
  const part: Tranche = {
    ...tranche,
    id: request.id,
    number: request.number,
    openedSeq: request.openedSeq,
    sources: moved,
    openedQty: quantity,
    openedCost: cost,
    exitedQty: ZERO,
    exitedCost: ZERO,
    proceeds: ZERO,
    exitFees: ZERO,
    progress: { ...tranche.progress, fundingPaid: funding },
    takenBySlot: takenFor(quantity, tranche.plan, shareOfEach(quantity)),
    separate: true,
    closing: null,
    exits: [],
    mergedInto: null,
    nextGeneration: { 'stop-loss': 0, 'take-profit': 0, close: 0 },
    updatedAt: now,
  };
  tranche.sources = tranche.sources.map((source, index) => without(source, moved[index]));
  tranche.openedQty = tranche.openedQty.minus(quantity);
  tranche.openedCost = tranche.openedCost.minus(cost);
  tranche.takenBySlot = takenFor(
    tranche.openedQty,
    tranche.plan,
    shareOfEach(held.minus(quantity)),
  );
  tranche.progress = {
    ...tranche.progress,
    fundingPaid: tranche.progress.fundingPaid.minus(funding),
  };
  tranche.updatedAt = now;
  return part;
}

function shareOf(source: TrancheSource, quantity: Decimal, whole: Decimal): TrancheSource {
  const share = (amount: Decimal): Decimal => amount.times(quantity).div(whole);
  return {
    orderId: source.orderId,
    quantity: share(source.quantity),
    cost: share(source.cost),
    fees: share(source.fees),
  };
}

function without(source: TrancheSource, moved: TrancheSource | undefined): TrancheSource {
  invariant(moved !== undefined, 'every source has its share');
  return {
    orderId: source.orderId,
    quantity: source.quantity.minus(moved.quantity),
    cost: source.cost.minus(moved.cost),
    fees: source.fees.minus(moved.fees),
  };
}
