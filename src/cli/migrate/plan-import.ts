import { type Decimal, sumDecimals, toDecimalString } from '../../model/decimal.js';
import { type Instrument, instrumentFrom } from '../../model/instrument.js';
import type { ResolvedConfig } from '../../monitor/config/resolved-config.js';
import type { AccountLook } from './exchange-look.js';
import { type MigratedTranche, migratedTranche } from './import/migrated-tranche.js';
import { type TakeOver, takeOverExits } from './import/old-exits.js';
import {
  type Accepting,
  type HeldSide,
  type SettledSide,
  settleSide,
} from './import/settle-side.js';
import type { OldPositions } from './old/read-sides.js';
import { quantityOf, type SideReadings, sideKey } from './old/reading.js';
import type { SideLine } from './report.js';

/** What an import would do. */
export interface ImportPlan {
  readonly sides: readonly SettledSide[];
  readonly migrated: readonly MigratedTranche[];
  readonly takeOver: TakeOver;
  readonly lines: readonly SideLine[];
  /** Every side is settled, and no plan is missing or impossible. */
  readonly isSettled: boolean;
  /** Symbols with something to import that no settings cover. */
  readonly uncovered: readonly string[];
  /** Tranches that a monitor would close as soon as it starts. */
  readonly pastStop: readonly string[];
}

export interface PlanRequest {
  readonly old: OldPositions;
  readonly resolved: ResolvedConfig;
  /** `null` = the account was not read. */
  readonly look: AccountLook | null;
  readonly accepting: Accepting;
  readonly now: number;
}

/** Decides side by side what is imported, and builds it. Changes nothing. */
export function planImport(request: PlanRequest): ImportPlan {
  const { old, resolved, look, accepting, now } = request;
  const known = new Set(
    old.sides.flatMap(({ symbol, readings }) =>
      readings.some(({ table }) => table !== 'trades') ? [symbol] : [],
    ),
  );
  const sides = allSides(request).map((side) =>
    settleSide(side, heldOf(look, side), accepting, known.has(side.symbol)),
  );
  const migrated: MigratedTranche[] = [];
  const uncovered = new Set<string>();
  const problems = new Map<SettledSide, string>();
  const pastStop: string[] = [];
  for (const side of sides) {
    const plan = resolved.core.plans.get(side.symbol) ?? resolved.core.plans.get('*') ?? null;
    if (side.tranches.length === 0) continue;
    if (plan === null) {
      uncovered.add(side.symbol);
      continue;
    }
    const instrument = instrumentOf(side.symbol, resolved, look);
    for (const settled of side.tranches) {
      try {
        const index = migrated.length;
        migrated.push(migratedTranche({ settled, plan, instrument, index, now }));
      } catch (error) {
        problems.set(side, error instanceof Error ? error.message : String(error));
      }
    }
  }
  for (const { tranche } of migrated) {
    const price = look?.prices.get(tranche.symbol)?.get(tranche.plan.workingType) ?? null;
    if (isPast(tranche.levels.stopLoss, price, tranche.side)) {
      pastStop.push(`${tranche.id} (stop ${tranche.levels.stopLoss}, price ${price})`);
    }
  }
  const takeOver = takeOverExits(migrated, old.relations, look?.orders ?? null, now);
  const lines = sides.map((side) => lineOf(side, migrated, problems.get(side) ?? null));
  const isOpen = ({ verdict }: SideLine): boolean =>
    verdict === 'undecided' || verdict === 'mismatch';
  return {
    sides,
    migrated,
    takeOver,
    lines: lines.filter((line) => isWorthTelling(line)),
    isSettled: problems.size === 0 && !lines.some(isOpen),
    uncovered: [...uncovered],
    pastStop,
  };
}

/** Sides of the database, and sides that only the account knows: those that settings cover concern us. */
function allSides({ old, look, resolved }: PlanRequest): readonly SideReadings[] {
  const known = new Set(old.sides.map(({ symbol, side }) => sideKey(symbol, side)));
  const { plans } = resolved.core;
  const only = (look?.positions ?? []).filter(
    ({ symbol, side, quantity }) =>
      quantity.gt(0) && !known.has(sideKey(symbol, side)) && (plans.has(symbol) || plans.has('*')),
  );
  return [
    ...old.sides,
    ...only.map(({ symbol, side }) => ({ symbol, side, readings: [], variants: [], silences: [] })),
  ];
}

function heldOf(look: AccountLook | null, { symbol, side }: SideReadings): HeldSide | null {
  if (look === null) return null;
  const rows = look.positions.filter((row) => row.symbol === symbol && row.side === side);
  return {
    quantity: sumDecimals(rows.map(({ quantity }) => quantity)),
    entryPrice: rows.find(({ entryPrice }) => entryPrice?.gt(0))?.entryPrice ?? null,
  };
}

function instrumentOf(
  symbol: string,
  { instruments }: ResolvedConfig,
  look: AccountLook | null,
): Instrument | null {
  const given = instruments.get(symbol);
  return given === undefined ? (look?.instruments.get(symbol) ?? null) : instrumentFrom(given);
}

function isPast(stop: Decimal | null, price: Decimal | null, side: 'LONG' | 'SHORT'): boolean {
  if (stop === null || price === null) return false;
  return side === 'LONG' ? price.lte(stop) : price.gte(stop);
}

function lineOf(
  side: SettledSide,
  migrated: readonly MigratedTranche[],
  problem: string | null,
): SideLine {
  const { readings, verdict, source, held, notes } = side;
  const own = migrated.filter(({ settled }) => side.tranches.includes(settled));
  return {
    symbol: side.symbol,
    side: side.side,
    database: Object.fromEntries(
      readings.readings.map((reading) => [reading.table, toDecimalString(quantityOf(reading))]),
    ),
    exchange: held === null ? null : toDecimalString(held),
    store: toDecimalString(sumDecimals(own.map(({ settled }) => settled.quantity))),
    verdict: problem === null ? verdict : 'undecided',
    source,
    tranches: own.map(({ tranche }) => ({
      id: tranche.id,
      quantity: toDecimalString(tranche.openedQty),
      entryPrice: toDecimalString(tranche.entryPrice),
      stopLoss: tranche.levels.stopLoss === null ? null : toDecimalString(tranche.levels.stopLoss),
      takeProfits: tranche.levels.takeProfits.map(({ price }) => toDecimalString(price)),
    })),
    notes: [...notes, ...levelNotes(own), ...(problem === null ? [] : [problem])],
  };
}

/** Levels that the older system had noted, where the new plan means others. */
function levelNotes(own: readonly MigratedTranche[]): readonly string[] {
  return own.flatMap(({ settled, tranche }) => {
    const { takeProfit, stopLoss } = settled;
    const [first] = tranche.levels.takeProfits;
    const notes: string[] = [];
    if (takeProfit !== null && !(first?.price.eq(takeProfit) ?? false)) {
      notes.push(
        `its take-profit was ${takeProfit}, by the settings it is ${first?.price ?? 'none'}`,
      );
    }
    if (stopLoss !== null && !(tranche.levels.stopLoss?.eq(stopLoss) ?? false)) {
      notes.push(
        `its stop was ${stopLoss}, by the settings it is ${tranche.levels.stopLoss ?? 'none'}`,
      );
    }
    return notes;
  });
}

/** What is closed for everybody is no line: a database has years of it. */
function isWorthTelling(line: SideLine): boolean {
  const amounts = [...Object.values(line.database), line.exchange ?? '0', line.store];
  const isOpen = line.verdict === 'undecided' || line.verdict === 'mismatch';
  return isOpen || amounts.some((amount) => amount !== '0');
}
