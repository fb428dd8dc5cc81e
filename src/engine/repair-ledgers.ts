import type { Decimal } from '../model/decimal.js';
import { maxDecimal, ZERO } from '../model/decimal.js';
import type { ExecutionLedger } from '../model/ledger.js';
import type { Tranche } from '../model/tranche.js';
import { newLedger } from '../orders/execution-ledger.js';
import { type EngineState, ledgerKey } from './state.js';

interface Booked {
  readonly symbol: string;
  readonly orderId: string;
  readonly trancheIds: Set<Tranche['id']>;
  quantity: Decimal;
  cost: Decimal;
}

/**
 * What tranches hold of an order was booked, whatever the order's own ledger says.
 *
 * A store that refused one batch and took the next remembers a tranche with its executions and not the ledger that they
 * came from; without this they would be booked once more when they are read again. Ledgers only rise here.
 */
export function repairLedgers(state: EngineState): void {
  for (const booked of bookedByOrder(state).values()) {
    const { symbol, orderId } = booked;
    const own = state.orders.get(orderId as never);
    if (own !== undefined) {
      raise(own.execution, booked);
      own.reportedQty = maxDecimal(own.reportedQty, booked.quantity);
      continue;
    }
    const key = ledgerKey(symbol, orderId);
    const ledger = state.ledgers.get(key) ?? newLedger(symbol, orderId, state.lastUpdate);
    raise(ledger, booked);
    if (state.ledgers.has(key) || ledger.bookedQty.lte(0)) continue;
    ledger.trancheIds.push(...booked.trancheIds);
    state.ledgers.set(key, ledger);
  }
}

function bookedByOrder(state: EngineState): Map<string, Booked> {
  const found = new Map<string, Booked>();
  const add = (tranche: Tranche, orderId: string, quantity: Decimal, cost: Decimal): void => {
    const key = ledgerKey(tranche.symbol, orderId);
    let booked = found.get(key);
    if (booked === undefined) {
      const { symbol } = tranche;
      booked = { symbol, orderId, trancheIds: new Set(), quantity: ZERO, cost: ZERO };
      found.set(key, booked);
    }
    booked.trancheIds.add(tranche.id);
    booked.quantity = booked.quantity.plus(quantity);
    booked.cost = booked.cost.plus(cost);
  };
  for (const { tranche } of state.nodes.values()) {
    for (const { orderId, quantity, cost } of tranche.sources) {
      add(tranche, orderId, quantity, cost);
    }
    for (const { orderId, quantity, price } of tranche.exits) {
      /** Booked without an order: nothing can be read again. */
      if (orderId !== 'external') add(tranche, orderId, quantity, quantity.times(price));
    }
  }
  return found;
}

function raise(
  ledger: Pick<ExecutionLedger, 'bookedQty' | 'bookedCost' | 'cumulative'>,
  { quantity, cost }: Booked,
): void {
  if (ledger.bookedQty.gte(quantity)) return;
  ledger.bookedQty = quantity;
  ledger.bookedCost = maxDecimal(ledger.bookedCost, cost);
  if (ledger.cumulative.quantity.lt(quantity)) ledger.cumulative = { quantity, cost };
}
