import { OLD_ENTRY_DEVIATION_PCT, OLD_QUANTITY_TOLERANCE } from '../../../limits.js';
import {
  type Decimal,
  decimal,
  HUNDRED,
  maxDecimal,
  toDecimalString,
  ZERO,
} from '../../../model/decimal.js';
import type { PositionSide } from '../../../model/side.js';
import {
  type OldEntry,
  type OldTranche,
  quantityOf,
  type Reading,
  type SideReadings,
} from '../old/reading.js';

/**
 * How a side was settled. `agreed`: everything that speaks says the same · `exchange`: tables disagree, the account
 * confirms one · `accepted`: on request · `undecided`: nobody can confirm · `mismatch`: the account says something else.
 */
export type Verdict = 'agreed' | 'exchange' | 'accepted' | 'undecided' | 'mismatch';

/** A tranche to import. */
export interface SettledTranche extends Omit<OldTranche, 'entryPrice'> {
  readonly entryPrice: Decimal;
  /** Entries that it consists of, when they add up to exactly this. */
  readonly entries: readonly OldEntry[];
}

export interface SettledSide {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly verdict: Verdict;
  /** Where quantity and split come from; `null` = nothing is imported. */
  readonly source: string | null;
  readonly tranches: readonly SettledTranche[];
  /** What the account holds; `null` = not read. */
  readonly held: Decimal | null;
  readonly readings: SideReadings;
  readonly notes: readonly string[];
}

/** What an account holds of one side. */
export interface HeldSide {
  readonly quantity: Decimal;
  readonly entryPrice: Decimal | null;
}

/** What was allowed on the command line. */
export interface Accepting {
  /** Where nobody else can be asked, the most detailed table counts. */
  readonly database: boolean;
  /** Where no table agrees with the account, what it holds becomes one tranche. */
  readonly exchange: boolean;
}

/**
 * Decides what of one side is imported. Nothing is guessed: quantities that nobody confirms stay undecided.
 *
 * @param held `null` = the account was not read
 * @param isKnown whether a table of positions knows the symbol: then fills that cannot be told apart do not keep the
 *   side open that no table mentions
 */
export function settleSide(
  readings: SideReadings,
  held: HeldSide | null,
  accepting: Accepting,
  isKnown: boolean,
): SettledSide {
  return held === null
    ? withoutAccount(readings, accepting, isKnown)
    : withAccount(readings, held, accepting);
}

function withoutAccount(side: SideReadings, accepting: Accepting, isKnown: boolean): SettledSide {
  const [first] = side.readings;
  const quantity = first === undefined ? ZERO : quantityOf(first);
  const agree = side.readings.every((reading) => isSame(quantityOf(reading), quantity));
  const isSilent = side.silences.length > 0 && !(isKnown && quantity.eq(0));
  if (agree && !isSilent) return settled(side, 'agreed', first ?? null, null, []);
  const why = agree
    ? side.silences.map(({ table, reason }) => `${table}: ${reason}`)
    : ['the tables disagree and no account was read'];
  if (accepting.database) return settled(side, 'accepted', first ?? null, null, why);
  return open(side, 'undecided', null, why);
}

function withAccount(side: SideReadings, held: HeldSide, accepting: Accepting): SettledSide {
  const matching = [...side.readings, ...side.variants].find((reading) =>
    isSame(quantityOf(reading), held.quantity),
  );
  if (matching !== undefined) {
    const agree = side.readings.every((reading) => isSame(quantityOf(reading), held.quantity));
    return settled(side, agree ? 'agreed' : 'exchange', matching, held, []);
  }
  // Nothing speaks and nothing is held.
  if (held.quantity.eq(0) && side.readings.length === 0) {
    return settled(side, 'exchange', null, held, []);
  }
  const why = [`the account holds ${toDecimalString(held.quantity)}, which no table says`];
  if (!accepting.exchange) return open(side, 'mismatch', held, why);
  const { symbol, side: leg } = side;
  const whole: Reading = {
    table: 'positions',
    variant: '',
    entries: [],
    tranches: held.quantity.eq(0)
      ? []
      : [
          {
            symbol,
            side: leg,
            number: null,
            quantity: held.quantity,
            entryPrice: held.entryPrice,
            exitOrderIds: [...side.readings, ...side.variants].flatMap(({ tranches }) =>
              tranches.flatMap(({ exitOrderIds }) => exitOrderIds),
            ),
            takeProfit: null,
            stopLoss: null,
            openedAt: null,
          },
        ],
  };
  return { ...settled(side, 'accepted', whole, held, why), source: 'the account' };
}

function settled(
  side: SideReadings,
  verdict: Verdict,
  reading: Reading | null,
  held: HeldSide | null,
  notes: readonly string[],
): SettledSide {
  if (reading === null || reading.tranches.length === 0) {
    return { ...open(side, verdict, held, notes), source: null };
  }
  const fills = [...side.readings, ...side.variants].filter(({ table }) => table === 'trades');
  const remarks = [...notes];
  const tranches: SettledTranche[] = [];
  for (const tranche of exact(reading.tranches, held?.quantity ?? null)) {
    const entries = entriesOf(tranche, reading, fills);
    const entryPrice = entryOf(tranche, reading, fills) ?? held?.entryPrice ?? null;
    if (entryPrice === null) {
      const why = `the entry price of ${nameOf(tranche)} is not known (${reading.table} says zero or nothing)`;
      return open(side, 'undecided', held, [...remarks, why]);
    }
    if (entryOf(tranche, reading, fills) === null) {
      remarks.push(`the entry price of ${nameOf(tranche)} is the account's`);
    }
    tranches.push({ ...tranche, entryPrice, entries });
  }
  if (held?.entryPrice) remarks.push(...deviation(tranches, held.entryPrice));
  const { symbol, side: leg } = side;
  const source = reading.variant === '' ? reading.table : `${reading.table}, ${reading.variant}`;
  return {
    symbol,
    side: leg,
    verdict,
    source,
    tranches,
    held: held?.quantity ?? null,
    readings: side,
    notes: remarks,
  };
}

function open(
  side: SideReadings,
  verdict: Verdict,
  held: HeldSide | null,
  notes: readonly string[],
): SettledSide {
  return {
    symbol: side.symbol,
    side: side.side,
    verdict,
    source: null,
    tranches: [],
    held: held?.quantity ?? null,
    readings: side,
    notes,
  };
}

/** Binary noise within the tolerance goes to the largest part, so that the sum is what is held. */
function exact(tranches: readonly OldTranche[], held: Decimal | null): readonly OldTranche[] {
  if (held === null) return tranches;
  const off = held.minus(quantityOf({ tranches }));
  if (off.eq(0)) return tranches;
  const largest = tranches.reduce((most, each) => (each.quantity.gt(most.quantity) ? each : most));
  return tranches.map((each) =>
    each === largest ? { ...each, quantity: each.quantity.plus(off) } : each,
  );
}

/** Weighted by what was filled, where fills and the reading mean the same quantity; else as the row says. */
function entryOf(
  tranche: OldTranche,
  { tranches }: Reading,
  fills: readonly Reading[],
): Decimal | null {
  for (const fill of fills) {
    const same = fill.tranches.find(
      ({ number, quantity }) => number === tranche.number && isSame(quantity, tranche.quantity),
    );
    const [only] = fill.tranches;
    const single = tranches.length === 1 && fill.tranches.length === 1;
    const twin =
      same ?? (single && only && isSame(only.quantity, tranche.quantity) ? only : undefined);
    if (twin?.entryPrice) return twin.entryPrice;
  }
  return tranche.entryPrice;
}

function entriesOf(
  tranche: OldTranche,
  { tranches }: Reading,
  fills: readonly Reading[],
): readonly OldEntry[] {
  for (const fill of fills) {
    const own =
      tranches.length === 1 && fill.tranches.length === 1
        ? fill.entries
        : fill.entries.filter(({ trancheId }) => trancheId === tranche.number);
    if (own.length > 0) return own;
  }
  return [];
}

function deviation(tranches: readonly SettledTranche[], account: Decimal): readonly string[] {
  const quantity = quantityOf({ tranches });
  const cost = tranches.reduce((sum, each) => sum.plus(each.quantity.times(each.entryPrice)), ZERO);
  const average = cost.div(quantity);
  const apart = average.minus(account).times(HUNDRED).div(account);
  if (maxDecimal(apart, apart.times(-1)).lte(decimal(OLD_ENTRY_DEVIATION_PCT))) return [];
  return [
    `its entry price is ${average.round(8).toFixed()} by the database and ${toDecimalString(account)} at the exchange`,
  ];
}

function nameOf({ number }: OldTranche): string {
  return number === null ? 'the position' : `tranche ${number}`;
}

export function isSame(a: Decimal, b: Decimal): boolean {
  const apart = a.minus(b);
  const size = maxDecimal(maxDecimal(a, a.times(-1)), maxDecimal(b, b.times(-1)));
  return maxDecimal(apart, apart.times(-1)).lte(size.times(OLD_QUANTITY_TOLERANCE));
}
