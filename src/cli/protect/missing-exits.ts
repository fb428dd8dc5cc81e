import {
  type Decimal,
  type DecimalString,
  decimal,
  maxDecimal,
  minDecimal,
  sumDecimals,
  toDecimalString,
  ZERO,
} from '../../model/decimal.js';
import type { DesiredOrder, DesiredRole, LocalReason } from '../../model/desired-order.js';
import type { ExitPlan } from '../../model/exit-plan.js';
import type { Instrument } from '../../model/instrument.js';
import type { OrderKind } from '../../model/order.js';
import type { PriceSource } from '../../model/price.js';
import type { PositionSide } from '../../model/side.js';
import { remaining, type Tranche } from '../../model/tranche.js';
import type { VenueTraits } from '../../model/venue-traits.js';
import { desiredStops, desiredTakeProfits } from '../../positions/desired-exits.js';
import { openTranche } from '../../positions/tranche-arithmetic.js';
import type { RestingExit, SideCover } from '../verify/measure-cover.js';

/** An order that should rest and does not, or why there can be none. */
export interface MissingExit {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly role: 'stop-loss' | 'take-profit';
  readonly quantity: DecimalString;
  /** Price at which it should act; `null` together with an obstacle. */
  readonly level: DecimalString | null;
  readonly kind: OrderKind | null;
  readonly triggerSource: PriceSource | null;
  readonly priceProtect: boolean;
  /** Why it cannot be placed; `null` when it can. */
  readonly obstacle: string | null;
  /** Whether the price is at or past the level of a stop: a monitor would close at market. */
  readonly isPassed: boolean;
}

/** What the exits of one side depend on. */
export interface SideFacts {
  readonly cover: SideCover;
  /** Of the store, those of this side; none without a store. */
  readonly tranches: readonly Tranche[];
  readonly plan: ExitPlan | null;
  readonly instrument: Instrument;
  readonly venue: VenueTraits;
  /** Current prices, as far as the exchange tells them. */
  readonly prices: ReadonlyMap<PriceSource, Decimal>;
}

const OBSTACLES: Readonly<Record<LocalReason, string>> = {
  plan: 'its plan keeps it local: only run can guard it',
  'kind-unsupported': 'the exchange has no such order: only run can guard it',
  pooled: 'a stop that its side shares stands for it',
  'below-minimum': 'it is below the smallest order of the exchange: only run can guard it',
};

/** What is missing of one side, stops first. */
export function missingExits(facts: SideFacts): readonly MissingExit[] {
  const { cover, plan, instrument, venue } = facts;
  const uncovered = decimal(cover.uncovered);
  if (cover.entryPrice === null || (plan === null && facts.tranches.length === 0)) {
    const why = plan === null ? 'no settings cover this symbol' : 'its entry price is not known';
    return uncovered.gt(0) ? [obstructed(facts, 'stop-loss', uncovered, why)] : [];
  }
  const tranches = tranchesOf(facts);
  const missing: MissingExit[] = [];
  if (uncovered.gt(0)) {
    const wanted = tranches.map((tranche) => desiredStops(tranche, instrument, unwatched(venue)));
    missing.push(...lacking(facts, 'stop-loss', wanted, cover.stops, uncovered));
  }
  const profits = tranches.map((tranche) => desiredTakeProfits(tranche, instrument, venue));
  const expected = sumDecimals(profits.flatMap(({ orders }) => orders.map((o) => o.quantity)));
  const lack = maxDecimal(ZERO, expected.minus(cover.takeProfit));
  if (lack.gt(0)) missing.push(...lacking(facts, 'take-profit', profits, cover.takeProfits, lack));
  return missing;
}

/** A limit that the price leaves behind protects nothing, and nobody is there to see it: stops go at market. */
function unwatched(venue: VenueTraits): VenueTraits {
  return { ...venue, orderKinds: venue.orderKinds.filter((kind) => kind !== 'stop-limit') };
}

/** The tranches of the store, and one of the configured plan for what none of them holds. */
function tranchesOf({ cover, tranches, plan, instrument }: SideFacts): readonly Tranche[] {
  const { symbol, side, held, entryPrice } = cover;
  const rest = decimal(held).minus(sumDecimals(tranches.map(remaining)));
  if (rest.lte(0) || plan === null || entryPrice === null) return tranches;
  const intake = { orderId: 'held', quantity: rest, cost: rest.times(entryPrice), fee: ZERO };
  const terms = { ordinal: 0, number: 0, openedSeq: 0, separate: false, now: 0 };
  return [...tranches, openTranche({ symbol, side, intake, plan, ...terms }, instrument)];
}

/** Wanted orders that do not rest, up to what is lacking: what rests counts for its own level first. */
function lacking(
  facts: SideFacts,
  role: MissingExit['role'],
  wanted: readonly DesiredRole[],
  resting: readonly RestingExit[],
  lack: Decimal,
): readonly MissingExit[] {
  const orders = wanted.flatMap((desired) => desired.orders);
  let left = lack;
  const rows: MissingExit[] = [];
  for (const { order, open } of openParts(orders, resting)) {
    const quantity = minDecimal(open, left);
    if (quantity.lte(0)) continue;
    left = left.minus(quantity);
    const level = order.triggerPrice ?? order.price;
    const passedAt = role === 'stop-loss' && level !== null ? passedBy(facts, order, level) : null;
    const isDust = quantity.lt(facts.instrument.minQty) && quantity.lt(order.quantity);
    rows.push({
      ...namesOf(facts, role, quantity),
      level: level === null ? null : toDecimalString(level),
      kind: order.kind,
      triggerSource: order.triggerSource,
      obstacle: passedAt ?? (isDust ? OBSTACLES['below-minimum'] : null),
      isPassed: passedAt !== null,
    });
  }
  if (left.lte(0)) return rows;
  const [reason] = wanted.flatMap(({ local }) => (local === null ? [] : [local]));
  // A take-profit that is local by plan lacks nothing.
  if (role === 'take-profit') return rows;
  const why = reason === undefined ? OBSTACLES['below-minimum'] : OBSTACLES[reason];
  return [...rows, obstructed(facts, role, left, why)];
}

/** Says that the price is past a stop; `null` when it is not, or nobody knows. */
function passedBy(
  { cover, prices }: SideFacts,
  { triggerSource }: DesiredOrder,
  level: Decimal,
): string | null {
  const price = prices.get(triggerSource ?? 'LAST') ?? prices.get('LAST') ?? prices.get('MARK');
  if (price === undefined) return null;
  if (cover.side === 'LONG' ? price.gt(level) : price.lt(level)) return null;
  return `the price ${toDecimalString(price)} is past it: close the position, or let run do it`;
}

function openParts(
  orders: readonly DesiredOrder[],
  resting: readonly RestingExit[],
): readonly { readonly order: DesiredOrder; readonly open: Decimal }[] {
  const parts = orders.map((order) => ({ order, open: order.quantity }));
  const pool = resting.map(({ price, quantity }) => ({ price, left: decimal(quantity) }));
  const use = (matches: (at: Decimal | null, price: DecimalString | null) => boolean): void => {
    for (const part of parts) {
      const at = part.order.triggerPrice ?? part.order.price;
      for (const exit of pool) {
        if (!matches(at, exit.price)) continue;
        const taken = minDecimal(part.open, exit.left);
        part.open = part.open.minus(taken);
        exit.left = exit.left.minus(taken);
      }
    }
  };
  use((at, price) => at !== null && price !== null && at.eq(price));
  use(() => true);
  return parts;
}

function obstructed(
  facts: SideFacts,
  role: MissingExit['role'],
  quantity: Decimal,
  obstacle: string,
): MissingExit {
  return {
    ...namesOf(facts, role, quantity),
    level: null,
    kind: null,
    triggerSource: null,
    obstacle,
    isPassed: false,
  };
}

function namesOf({ cover, plan }: SideFacts, role: MissingExit['role'], quantity: Decimal) {
  return {
    symbol: cover.symbol,
    side: cover.side,
    role,
    quantity: toDecimalString(quantity),
    priceProtect: plan?.priceProtect ?? false,
  };
}
