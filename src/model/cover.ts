import { type Decimal, type DecimalString, minDecimal, toDecimalString, ZERO } from './decimal.js';

/**
 * How what one side holds is covered. Quantities in contracts, each contract counted once: `resting`, `local`,
 * `uncovered` and `withoutStop` sum to what is held.
 */
export interface CoverView {
  /** Covered by stops of ours that rest at the exchange. */
  readonly resting: DecimalString;
  /** Of `resting`: by a stop that several tranches share, at the loosest of their levels. */
  readonly pooled: DecimalString;
  /** Of the rest, guarded by us on a fresh price. */
  readonly local: DecimalString;
  /** Held, wants a stop, and covered by nothing. */
  readonly uncovered: DecimalString;
  /** Held by tranches whose plan has no stop, or had it removed: covered by nothing, as asked. */
  readonly withoutStop: DecimalString;
  readonly ifCrashed: CrashCover;
}

/** What would be left if this process ended now: our own guards would be gone, what rests would go on protecting. */
export interface CrashCover {
  /** Covered by orders that rest at the exchange alone. */
  readonly covered: DecimalString;
  /** Wants a stop, and would be covered by nothing: what only we guard, and what nothing covers already now. */
  readonly uncovered: DecimalString;
  /** Of that, what only our own guard covers, per tranche. */
  readonly localOnly: readonly { readonly trancheId: string; readonly quantity: DecimalString }[];
}

/** One tranche, as far as its cover goes. */
export interface CoverPart {
  readonly trancheId: string;
  readonly held: Decimal;
  /** Quantity of its stops that rest; more than it holds counts for nothing. */
  readonly resting: Decimal;
  /** What a stop that it shares with others covers of the rest. */
  readonly pooled?: Decimal;
  readonly wantsStop: boolean;
  readonly guardedLocally: boolean;
}

/** @param foreign held at the exchange and not ours: covered by nothing that we know of */
export function coverOf(parts: readonly CoverPart[], foreign: Decimal = ZERO): CoverView {
  let resting = ZERO;
  let pooled = ZERO;
  let local = ZERO;
  let uncovered = foreign;
  let withoutStop = ZERO;
  const localOnly: { trancheId: string; quantity: DecimalString }[] = [];
  for (const part of parts) {
    const own = minDecimal(part.resting, part.held);
    const shared = minDecimal(part.pooled ?? ZERO, part.held.minus(own));
    const rest = part.held.minus(own).minus(shared);
    resting = resting.plus(own).plus(shared);
    pooled = pooled.plus(shared);
    if (!part.wantsStop) withoutStop = withoutStop.plus(rest);
    else if (!part.guardedLocally) uncovered = uncovered.plus(rest);
    else if (rest.gt(0)) {
      local = local.plus(rest);
      localOnly.push({ trancheId: part.trancheId, quantity: toDecimalString(rest) });
    }
  }
  return Object.freeze({
    resting: toDecimalString(resting),
    pooled: toDecimalString(pooled),
    local: toDecimalString(local),
    uncovered: toDecimalString(uncovered),
    withoutStop: toDecimalString(withoutStop),
    ifCrashed: Object.freeze({
      covered: toDecimalString(resting),
      uncovered: toDecimalString(local.plus(uncovered)),
      localOnly,
    }),
  });
}

/**
 * What a stop that tranches of a side share covers of each: what their own stops leave, in the given order.
 *
 * The youngest goes short: what came last is what the shared stop was not placed for yet.
 */
export function shareOut(
  parts: readonly Pick<CoverPart, 'trancheId' | 'held' | 'resting' | 'wantsStop'>[],
  quantity: Decimal,
): ReadonlyMap<string, Decimal> {
  const shares = new Map<string, Decimal>();
  let left = quantity;
  for (const { trancheId, held, resting, wantsStop } of parts) {
    const missing = held.minus(resting);
    if (!wantsStop || missing.lte(0)) continue;
    if (left.lte(0)) break;
    const share = minDecimal(missing, left);
    left = left.minus(share);
    shares.set(trancheId, share);
  }
  return shares;
}
