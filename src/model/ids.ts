declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One per symbol and side of the monitor's account. Opaque. */
export type PositionId = Branded<'PositionId'>;
/** One per tranche, derived from the order that opened it, so that a replay of events finds it again. Opaque. */
export type TrancheId = Branded<'TrancheId'>;
/** Id that we give an order before we send it; the only key we trust. */
export type ClientOrderId = Branded<'ClientOrderId'>;
/** Id that the exchange gave an order. Unique per symbol. */
export type VenueOrderId = string;

import type { PositionSide } from './side.js';

export function positionIdOf(symbol: string, side: PositionSide): PositionId {
  return `${symbol}:${side}` as PositionId;
}

/**
 * Id of a tranche: a function of what opened it, never of a counter.
 *
 * @param ordinal how many tranches this same order opened before (0 almost always)
 */
export function trancheIdOf(
  symbol: string,
  side: PositionSide,
  openingOrderId: VenueOrderId,
  ordinal: number,
): TrancheId {
  return `${symbol}:${side}:${openingOrderId}:${ordinal}` as TrancheId;
}
