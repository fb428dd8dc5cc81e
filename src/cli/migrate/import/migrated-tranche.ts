import { type Decimal, sumDecimals, ZERO } from '../../../model/decimal.js';
import type { ExitPlan } from '../../../model/exit-plan.js';
import type { TrancheId } from '../../../model/ids.js';
import { type Instrument, instrumentFrom } from '../../../model/instrument.js';
import type { ExecutionLedger } from '../../../model/ledger.js';
import type { Tranche } from '../../../model/tranche.js';
import { newLedger } from '../../../orders/execution-ledger.js';
import { openTranche } from '../../../positions/tranche-arithmetic.js';
import type { SettledTranche } from './settle-side.js';

/** What a settled tranche becomes in the new store. */
export interface MigratedTranche {
  readonly tranche: Tranche;
  /** What is known of the orders that entered it: heard of again, they are not booked again. */
  readonly ledgers: readonly ExecutionLedger[];
  readonly settled: SettledTranche;
}

export interface TrancheRequest {
  readonly settled: SettledTranche;
  readonly plan: ExitPlan;
  /** `null` = nobody could be asked: levels are put on the grid when the monitor has asked. */
  readonly instrument: Instrument | null;
  /** Counts the tranches of one import, from 0. */
  readonly index: number;
  readonly now: number;
}

/** Finer than any exchange's grid. */
const UNKNOWN_GRID = { tickSize: '0.00000001', stepSize: '0.00000001' } as const;

/**
 * Opens the tranche as if its quantity had come in at once, at its entry price.
 *
 * Where its entries are known it goes by the id of the first one. Otherwise it counts as adopted: fills from before this
 * moment explain it and add nothing.
 *
 * @throws ValidationError `LEVEL_INVALID` when a level of the plan is impossible at this entry
 */
export function migratedTranche(request: TrancheRequest): MigratedTranche {
  const { settled, plan, index, now } = request;
  const { symbol, side, quantity, entryPrice, entries } = settled;
  const instrument = request.instrument ?? instrumentFrom({ symbol, ...UNKNOWN_GRID });
  // The moment is part of the id, and ids of adopted tranches have to differ.
  const orderId = entries[0]?.orderId ?? `adopted-${Math.floor(now) + index}-${side}`;
  const cost = quantity.times(entryPrice);
  const tranche = openTranche(
    {
      symbol,
      side,
      intake: { orderId, quantity, cost, fee: ZERO },
      ordinal: 0,
      number: settled.number ?? index,
      openedSeq: index + 1,
      plan,
      separate: false,
      now: settled.openedAt ?? now,
    },
    instrument,
  );
  const bought = sumDecimals(entries.map((entry) => entry.quantity));
  const costs = entries.map((entry) => entry.cost);
  if (bought.eq(quantity) && costs.every((each) => each !== null)) {
    // Nothing has left it: it consists of exactly these.
    tranche.openedCost = sumDecimals(costs);
    tranche.sources = entries.map((entry) => ({
      orderId: entry.orderId,
      quantity: entry.quantity,
      cost: entry.cost as Decimal,
      fees: ZERO,
    }));
  }
  const ids = [tranche.id];
  const known = entries.map((entry) =>
    ledgerOf(
      symbol,
      entry.orderId,
      entry.quantity,
      entry.cost ?? entry.quantity.times(entryPrice),
      ids,
      now,
    ),
  );
  return {
    tranche,
    ledgers: known.length > 0 ? known : [ledgerOf(symbol, orderId, quantity, cost, ids, now)],
    settled,
  };
}

function ledgerOf(
  symbol: string,
  orderId: string,
  quantity: Decimal,
  cost: Decimal,
  trancheIds: readonly TrancheId[],
  now: number,
): ExecutionLedger {
  const ledger = newLedger(symbol, orderId, now);
  ledger.bookedQty = quantity;
  ledger.bookedCost = cost;
  ledger.cumulative = { quantity, cost };
  ledger.trancheIds = [...trancheIds];
  return ledger;
}
