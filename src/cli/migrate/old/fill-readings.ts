import { type Decimal, minDecimal, sumDecimals, ZERO } from '../../../model/decimal.js';
import type { PositionMode, PositionSide } from '../../../model/side.js';
import type { OldOrder, OldOrders } from './old-orders.js';
import { type OldEntry, type OldTranche, type Reading, type Silence, sideKey } from './reading.js';

const SIDES = ['LONG', 'SHORT'] as const;
const TABLE = 'trades';

/** How the marks of the older system are taken: it set them on the wrong rows as well. */
interface Marks {
  readonly variant: string;
  readonly believes: (order: OldOrder) => boolean;
}

const PLAIN: Marks = { variant: '', believes: ({ closed }) => closed !== 'no' };
const VARIANTS: readonly Marks[] = [
  { variant: 'CLOSED_PHANTOM counted as open', believes: ({ closed }) => closed === 'closed' },
  { variant: 'marks of closing left out', believes: () => false },
];

/** What the fills of a database add up to. */
export interface FillReadings {
  readonly readings: ReadonlyMap<string, Reading>;
  /** By side: other ways to add up, which only an exchange can confirm. */
  readonly variants: ReadonlyMap<string, readonly Reading[]>;
  /** By symbol. */
  readonly silences: ReadonlyMap<string, Silence>;
}

/**
 * Adds up what entered and what left, per symbol, side and tranche. Closed rows are no position: what left the account is
 * first taken from entries that are marked as closed, and only what remains from the open ones.
 *
 * @param mode in hedge mode an order that names no leg may be an entry of one side or an exit of the other: where both
 *   directions occur and nothing tells them apart, fills say nothing
 */
export function readFills({ orders, unreadable }: OldOrders, mode: PositionMode): FillReadings {
  const readings = new Map<string, Reading>();
  const variants = new Map<string, readonly Reading[]>();
  const silences = new Map<string, Silence>();
  const bySymbol = new Map<string, OldOrder[]>();
  for (const order of orders) {
    const of = bySymbol.get(order.symbol);
    if (of === undefined) bySymbol.set(order.symbol, [order]);
    else of.push(order);
  }
  for (const symbol of new Set([...bySymbol.keys(), ...unreadable.keys()])) {
    const own = bySymbol.get(symbol) ?? [];
    const reason = doubtOf(own, unreadable.get(symbol) ?? 0, mode);
    if (reason !== null) {
      silences.set(symbol, { table: TABLE, reason });
      continue;
    }
    for (const side of SIDES) {
      const key = sideKey(symbol, side);
      const read = (marks: Marks) => sumUp(symbol, side, own, mode, marks);
      readings.set(key, read(PLAIN));
      variants.set(key, VARIANTS.map(read));
    }
  }
  return { readings, variants, silences };
}

function doubtOf(
  orders: readonly OldOrder[],
  unreadable: number,
  mode: PositionMode,
): string | null {
  if (unreadable > 0) return `${unreadable} rows of unknown status or side`;
  if (mode === 'one-way') return null;
  const guessed = orders.filter(({ isCertain }) => !isCertain);
  const areBoth = SIDES.every((side) => guessed.some(({ leg }) => leg === side));
  return areBoth
    ? 'fills in both directions that name no leg: entries of one side or exits of the other'
    : null;
}

interface Held {
  readonly entries: readonly OldOrder[];
  quantity: Decimal;
  readonly entered: Decimal;
}

function sumUp(
  symbol: string,
  side: PositionSide,
  orders: readonly OldOrder[],
  mode: PositionMode,
  marks: Marks,
): Reading {
  const isEntry = (order: OldOrder): boolean => !order.isExit && order.leg === side;
  // A net account has no legs: what entered the other side left this one.
  const isExit = (order: OldOrder): boolean =>
    order.isExit
      ? order.leg === side
      : mode === 'one-way' && order.leg !== side && !marks.believes(order);
  const over = orders.filter((order) => isEntry(order) && marks.believes(order));
  const open = orders.filter((order) => isEntry(order) && !marks.believes(order));
  const held = new Map<number, Held>();
  for (const id of [...new Set(open.map(({ trancheId }) => trancheId))].sort((a, b) => a - b)) {
    const entries = open.filter(({ trancheId }) => trancheId === id);
    const entered = sumDecimals(entries.map(({ executed }) => executed));
    held.set(id, { entries, quantity: entered, entered });
  }
  const absorbed = new Map<number, Decimal>();
  for (const { trancheId, executed } of over) {
    absorbed.set(trancheId, (absorbed.get(trancheId) ?? ZERO).plus(executed));
  }
  // Own tranche first; the older system often knew only tranche 0.
  let rest = ZERO;
  for (const order of orders.filter(isExit)) {
    let left = take(absorbed, order.trancheId, order.executed);
    const own = held.get(order.trancheId);
    if (own !== undefined) left = reduce(own, left);
    rest = rest.plus(left);
  }
  for (const id of absorbed.keys()) rest = take(absorbed, id, rest);
  for (const part of held.values()) rest = reduce(part, rest);
  const alive = [...held].filter(([, part]) => part.quantity.gt(0));
  return {
    table: TABLE,
    variant: marks.variant,
    tranches: alive.map(([number, part]) => trancheOf(symbol, side, number, part)),
    entries: alive.flatMap(([, part]) => part.entries.flatMap(entryOf)),
  };
}

/** Takes what may be taken from a pot; what is left of the wish. */
function take(pots: Map<number, Decimal>, id: number, wish: Decimal): Decimal {
  const there = pots.get(id) ?? ZERO;
  const taken = minDecimal(there, wish);
  if (taken.gt(0)) pots.set(id, there.minus(taken));
  return wish.minus(taken);
}

function reduce(part: Held, wish: Decimal): Decimal {
  const taken = minDecimal(part.quantity, wish);
  part.quantity = part.quantity.minus(taken);
  return wish.minus(taken);
}

function trancheOf(symbol: string, side: PositionSide, number: number, part: Held): OldTranche {
  const costs = part.entries.map(({ executed, price }) => price && executed.times(price));
  const known = costs.every((cost) => cost !== null);
  const times = part.entries.map(({ time }) => time).filter((time) => time !== null);
  return {
    symbol,
    side,
    number,
    quantity: part.quantity,
    entryPrice: known ? sumDecimals(costs).div(part.entered) : null,
    exitOrderIds: [],
    takeProfit: null,
    stopLoss: null,
    openedAt: times.length === 0 ? null : Math.min(...times),
  };
}

function entryOf(order: OldOrder): readonly OldEntry[] {
  const { orderId, trancheId, executed, price, time } = order;
  if (orderId === null) return [];
  const cost = price === null ? null : executed.times(price);
  return [{ orderId, trancheId, quantity: executed, cost, time }];
}
