import { SHARED_STOP_SLOT } from '../limits.js';
import { type CoverPart, shareOut } from '../model/cover.js';
import { type Decimal, maxDecimal, minDecimal, sumDecimals, ZERO } from '../model/decimal.js';
import type { TrancheId } from '../model/ids.js';
import { isTerminal, openQuantity, rests, type WorkingOrder } from '../model/order.js';
import type { PositionSide } from '../model/side.js';
import { remaining } from '../model/tranche.js';
import { withoutSlot } from '../orders/client-order-id.js';
import type { EngineState, SymbolState, TrancheNode } from './state.js';

/**
 * A stop that several tranches share carries it in its slot, and so in its id: after a restart, or found at the exchange
 * without a record, it is known for what it is. Whose order it is says only who sent it.
 */
export function isSharedStop({ role, slot }: Pick<WorkingOrder, 'role' | 'slot'>): boolean {
  return role === 'stop-loss' && slot >= SHARED_STOP_SLOT;
}

/** Stops of the tranche alone. */
export function ownStops({ orders }: TrancheNode): WorkingOrder[] {
  return orders.filter((order) => order.role === 'stop-loss' && !isSharedStop(order));
}

/** Stops that tranches of a side share, whatever their state. */
export function sharedStops(
  state: EngineState,
  symbol: string,
  side: PositionSide,
): readonly WorkingOrder[] {
  if (!state.sharesStops) return [];
  const nodes = state.symbols.get(symbol)?.live[side] ?? [];
  return nodes.flatMap((node) => node.orders.filter(isSharedStop));
}

/** Which stops are counted. */
export type CountedStops = (order: WorkingOrder) => boolean;

/** Those that the exchange holds. */
export const RESTING: CountedStops = rests;

/** Those that it goes on holding as far as we decide. */
export const STAYING: CountedStops = (order) => rests(order) && order.cancelStatus === 'none';

/** Those that it holds or is about to. */
export const UNDER_WAY: CountedStops = (order) =>
  !isTerminal(order.status) && !order.unsent && order.cancelStatus === 'none';

/** Quantity of the tranche's own stops. */
export function ownStopQuantity(node: TrancheNode, counts: CountedStops): Decimal {
  return quantityOf(node.orders, counts);
}

function quantityOf(orders: readonly WorkingOrder[], counts: CountedStops): Decimal {
  const own = orders.filter(
    (order) => order.role === 'stop-loss' && !isSharedStop(order) && counts(order),
  );
  return sumDecimals(own.map(openQuantity));
}

/**
 * What of each tranche of a side shared stops cover, of what own stops leave.
 *
 * A stop covers what it was placed for: what came later may be covered by chance, while it and an own stop rest for the
 * same tranche, and nothing relies on that. After a restart it is shared out to what has no stop of its own, the oldest
 * first.
 */
export function sharedCover(
  state: EngineState,
  symbol: string,
  side: PositionSide,
  counts: CountedStops,
): ReadonlyMap<TrancheId, Decimal> {
  const known = state.symbols.get(symbol);
  const counted = sharedStops(state, symbol, side).filter(counts);
  if (known === undefined || counted.length === 0) return NO_COVER;
  const parts = known.live[side].map(({ tranche, orders }) => ({
    trancheId: tranche.id,
    held: remaining(tranche),
    resting: quantityOf(orders, counts),
    wantsStop: tranche.levels.stopLoss !== null,
  }));
  const cover = new Map<TrancheId, Decimal>();
  for (const batch of batchesOf(counted)) {
    const purpose = purposeOf(state, known, batch);
    const limited = purpose === null ? parts : parts.map((part) => limitTo(part, purpose));
    for (const [id, share] of shareOut(limited, sumDecimals(batch.map(openQuantity)))) {
      cover.set(id as TrancheId, maxDecimal(share, cover.get(id as TrancheId) ?? ZERO));
    }
  }
  return cover;
}

/** What the stop was placed for, by the tranches that hold it now; `null` when that is not known any more. */
function purposeOf(
  state: EngineState,
  { sharedFor }: SymbolState,
  [order]: readonly WorkingOrder[],
): ReadonlyMap<string, Decimal> | null {
  const placedFor = order && sharedFor.get(withoutSlot(order.clientOrderId));
  if (placedFor === undefined) return null;
  const purpose = new Map<string, Decimal>();
  for (const [id, quantity] of placedFor) {
    let heir = id;
    for (;;) {
      const next = state.nodes.get(heir)?.tranche.mergedInto ?? null;
      if (next === null) break;
      heir = next;
    }
    purpose.set(heir, quantity.plus(purpose.get(heir) ?? ZERO));
  }
  return purpose;
}

function limitTo<Part extends Pick<CoverPart, 'trancheId' | 'held' | 'resting'>>(
  part: Part,
  purpose: ReadonlyMap<string, Decimal>,
): Part {
  const most = part.resting.plus(purpose.get(part.trancheId) ?? ZERO);
  return { ...part, held: minDecimal(part.held, most) };
}

const NO_COVER: ReadonlyMap<TrancheId, Decimal> = new Map();

/** What of the tranche a shared stop covers. */
export function sharedCoverOf(
  state: EngineState,
  { tranche }: TrancheNode,
  counts: CountedStops,
): Decimal {
  if (!state.sharesStops) return ZERO;
  return sharedCover(state, tranche.symbol, tranche.side, counts).get(tranche.id) ?? ZERO;
}

/** Shared stops that were placed together. */
export function batchesOf(orders: readonly WorkingOrder[]): readonly (readonly WorkingOrder[])[] {
  const batches = new Map<string, WorkingOrder[]>();
  for (const order of orders) {
    const key = withoutSlot(order.clientOrderId);
    const batch = batches.get(key);
    if (batch) batch.push(order);
    else batches.set(key, [order]);
  }
  return [...batches.values()];
}

/** Stops that execute for the tranche: its own, and where those leave something the shared ones. */
export function stopsFor(state: EngineState, node: TrancheNode): readonly WorkingOrder[] {
  const own = ownStops(node);
  if (!state.sharesStops) return own;
  const { tranche } = node;
  if (tranche.levels.stopLoss === null) return own;
  if (ownStopQuantity(node, RESTING).gte(remaining(tranche))) return own;
  return [...own, ...sharedStops(state, tranche.symbol, tranche.side)];
}

/** Those that trigger where the tranche itself wants out: a shared stop may be looser. */
export function stopsAtLevel(state: EngineState, node: TrancheNode): readonly WorkingOrder[] {
  const level = node.tranche.levels.stopLoss;
  return stopsFor(state, node).filter(
    (order) => !isSharedStop(order) || (level !== null && order.terms.triggerPrice?.eq(level)),
  );
}

/** Whether what the tranche holds is covered by stops that rest and trigger at its own level. */
export function restsAtLevel(state: EngineState, node: TrancheNode): boolean {
  const held = remaining(node.tranche);
  const own = ownStopQuantity(node, RESTING);
  if (own.gte(held)) return true;
  if (!stopsAtLevel(state, node).some((order) => isSharedStop(order) && rests(order))) return false;
  return own.plus(sharedCoverOf(state, node, RESTING)).gte(held);
}
