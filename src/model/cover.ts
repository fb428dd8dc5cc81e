import { type Decimal, type DecimalString, minDecimal, toDecimalString, ZERO } from './decimal.js';

/**
 * How what one side holds is covered. Quantities in contracts, each contract counted once: `resting`, `local`,
 * `uncovered` and `withoutStop` sum to what is held.
 */
export interface CoverView {
  /** Covered by stops of ours that rest at the exchange. */
  readonly resting: DecimalString;
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
  readonly wantsStop: boolean;
  readonly guardedLocally: boolean;
}

/** @param foreign held at the exchange and not ours: covered by nothing that we know of */
export function coverOf(parts: readonly CoverPart[], foreign: Decimal = ZERO): CoverView {
  let resting = ZERO;
  let local = ZERO;
  let uncovered = foreign;
  let withoutStop = ZERO;
  const localOnly: { trancheId: string; quantity: DecimalString }[] = [];
  for (const part of parts) {
    const covered = minDecimal(part.resting, part.held);
    const rest = part.held.minus(covered);
    resting = resting.plus(covered);
    if (!part.wantsStop) withoutStop = withoutStop.plus(rest);
    else if (!part.guardedLocally) uncovered = uncovered.plus(rest);
    else if (rest.gt(0)) {
      local = local.plus(rest);
      localOnly.push({ trancheId: part.trancheId, quantity: toDecimalString(rest) });
    }
  }
  return Object.freeze({
    resting: toDecimalString(resting),
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
