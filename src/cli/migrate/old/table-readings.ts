import { maxDecimal, ZERO } from '../../../model/decimal.js';
import type { PositionSide } from '../../../model/side.js';
import { exitIdsOf } from './old-relations.js';
import { oldId, oldNumber, oldPositionSide, oldTime, positive, type RawRow } from './old-values.js';
import { type OldTranche, type Reading, type Silence, sideKey } from './reading.js';

type PositionTable = 'position_tranches' | 'position_tp_sl' | 'positions';

/** What a table of positions says, by side. */
export interface TableReadings {
  readonly readings: ReadonlyMap<string, Reading>;
  /** By symbol: rows that cannot be read keep both sides of it in doubt. */
  readonly silences: ReadonlyMap<string, Silence>;
}

interface Columns {
  readonly side: string;
  readonly quantity: string;
  readonly entry: string;
  readonly number: string | null;
}

const COLUMNS: Readonly<Record<PositionTable, Columns>> = {
  position_tranches: {
    side: 'position_side',
    quantity: 'total_quantity',
    entry: 'avg_entry_price',
    number: 'tranche_id',
  },
  position_tp_sl: { side: 'side', quantity: 'quantity', entry: 'entry_price', number: null },
  positions: { side: 'side', quantity: 'quantity', entry: 'entry_price', number: 'tranche_id' },
};
/** Words with which the rows of `position_tp_sl` say that they are over. Anything else counts as open. */
const OVER = /^(CLOSED|CLOSED_PHANTOM|DONE|CANCEL|INACTIVE|FILLED|TP_|SL_|LIQUIDATED)/;

/** Reads a table whose rows are positions or parts of them. A row of quantity zero says that its part is closed. */
export function readTable(table: PositionTable, rows: readonly RawRow[]): TableReadings {
  const readings = new Map<string, Reading>();
  const silences = new Map<string, Silence>();
  const { side, quantity, entry, number } = COLUMNS[table];
  for (const row of rows) {
    const symbol = oldId(row.symbol);
    if (symbol === null) continue;
    const amount = oldNumber(row[quantity]);
    const leg = legOf(oldPositionSide(row[side]), amount);
    if (amount === null || leg === null) {
      const column = amount === null ? quantity : side;
      const reason = `a row whose ${column} is ${JSON.stringify(row[column] ?? null)}`;
      silences.set(symbol, { table, reason });
      continue;
    }
    const key = sideKey(symbol, leg);
    const before = readings.get(key)?.tranches ?? [];
    const isOver = table === 'position_tp_sl' && OVER.test(`${row.status ?? ''}`.toUpperCase());
    const held = maxDecimal(amount, amount.times(-1));
    const given = number === null ? Number.NaN : Number(row[number] ?? 0);
    const tranche: OldTranche = {
      symbol,
      side: leg,
      number: Number.isInteger(given) && given >= 0 ? given : null,
      quantity: held,
      entryPrice: positive(row[entry]),
      exitOrderIds: exitIdsOf(row),
      takeProfit: positive(row.tp_price),
      stopLoss: positive(row.sl_price),
      openedAt: oldTime(row.created_at),
    };
    const tranches = isOver || held.eq(ZERO) ? before : [...before, tranche];
    readings.set(key, { table, variant: '', tranches, entries: [] });
  }
  return { readings, silences };
}

/** In one-way mode the sign of the quantity is the side. */
function legOf(side: PositionSide | 'BOTH' | null, amount: ReturnType<typeof oldNumber>) {
  if (side !== 'BOTH') return side;
  return amount === null || amount.eq(0) ? 'LONG' : amount.gt(0) ? 'LONG' : 'SHORT';
}
