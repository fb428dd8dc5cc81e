import type { Decimal } from '../../../model/decimal.js';
import { sumDecimals } from '../../../model/decimal.js';
import type { PositionSide } from '../../../model/side.js';
import type { OldTable } from './old-database.js';

/** A tranche that an older database says is open. */
export interface OldTranche {
  readonly symbol: string;
  readonly side: PositionSide;
  /** Number that the older system gave it; `null` where it gave none. */
  readonly number: number | null;
  readonly quantity: Decimal;
  /** `null` where it is not told, or told as zero. */
  readonly entryPrice: Decimal | null;
  /** Orders that the same row names as its exits. */
  readonly exitOrderIds: readonly string[];
  readonly takeProfit: Decimal | null;
  readonly stopLoss: Decimal | null;
  readonly openedAt: number | null;
}

/** An order that entered a side, with all that it executed. */
export interface OldEntry {
  readonly orderId: string;
  readonly trancheId: number;
  readonly quantity: Decimal;
  readonly cost: Decimal | null;
  readonly time: number | null;
}

/** What one table says of one side of one symbol. */
export interface Reading {
  readonly table: OldTable;
  /** What is said beside the plain reading, e.g. `closed marks left out`; empty for the plain one. */
  readonly variant: string;
  /** Open ones only; none = it says that nothing is held. */
  readonly tranches: readonly OldTranche[];
  /** Known entries of what is open; only `trades` has them. */
  readonly entries: readonly OldEntry[];
}

/** Why a table says nothing of a side although it has rows of it. */
export interface Silence {
  readonly table: OldTable;
  readonly reason: string;
}

/** Everything that a database says of one side. */
export interface SideReadings {
  readonly symbol: string;
  readonly side: PositionSide;
  /** Plain readings, the most detailed table first. */
  readonly readings: readonly Reading[];
  /** Readings that only an exchange can confirm. */
  readonly variants: readonly Reading[];
  readonly silences: readonly Silence[];
}

export function quantityOf({ tranches }: Pick<Reading, 'tranches'>): Decimal {
  return sumDecimals(tranches.map(({ quantity }) => quantity));
}

export function sideKey(symbol: string, side: PositionSide): string {
  return `${symbol}|${side}`;
}
