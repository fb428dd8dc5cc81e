import { type Decimal, ZERO } from '../model/decimal.js';
import type { FillEvidence } from '../model/fill.js';
import type { ExecutionLedger } from '../model/ledger.js';

/** What a piece of evidence added to what was known. */
export interface ExecutionDelta {
  readonly quantity: Decimal;
  /** Sum of price * quantity of the addition. */
  readonly cost: Decimal;
  readonly fee: Decimal;
}

export function newLedger(symbol: string, orderId: string, now: number): ExecutionLedger {
  return {
    symbol,
    orderId,
    clientOrderId: null,
    cumulative: { quantity: ZERO, cost: ZERO },
    tradesTotal: { quantity: ZERO, cost: ZERO },
    trades: new Map(),
    bookedQty: ZERO,
    bookedCost: ZERO,
    trancheIds: [],
    updatedAt: now,
  };
}

/**
 * Takes evidence in and returns what is new in it; `null` when it says nothing new.
 *
 * Cumulative figures only rise (the largest wins); trades count once by id. The price of an addition follows from
 * the costs: `(z2*a2 - z1*a1) / (z2 - z1)`.
 */
export function absorbEvidence(
  ledger: ExecutionLedger,
  evidence: Pick<FillEvidence, 'cumulative' | 'trade'>,
  now: number,
): ExecutionDelta | null {
  let fee = ZERO;
  const { cumulative, trade } = evidence;
  if (trade !== null && !ledger.trades.has(trade.tradeId)) {
    ledger.trades.set(trade.tradeId, {
      quantity: trade.quantity,
      price: trade.price,
      fee: trade.fee,
    });
    ledger.tradesTotal = {
      quantity: ledger.tradesTotal.quantity.plus(trade.quantity),
      cost: ledger.tradesTotal.cost.plus(trade.quantity.times(trade.price)),
    };
    fee = trade.fee;
  }
  if (
    cumulative !== null &&
    cumulative.avgPrice !== null &&
    cumulative.quantity.gt(ledger.cumulative.quantity)
  ) {
    ledger.cumulative = {
      quantity: cumulative.quantity,
      cost: cumulative.quantity.times(cumulative.avgPrice),
    };
  }
  /** Trades are exact where they are complete; an average price is rounded by the exchange. */
  const total = ledger.tradesTotal.quantity.gte(ledger.cumulative.quantity)
    ? ledger.tradesTotal
    : ledger.cumulative;
  const quantity = total.quantity.minus(ledger.bookedQty);
  if (quantity.lte(0) && fee.eq(0)) return null;
  ledger.updatedAt = now;
  if (quantity.lte(0)) return { quantity: ZERO, cost: ZERO, fee };
  const difference = total.cost.minus(ledger.bookedCost);
  /** Averages that contradict each other would give the addition no price: then the whole average is taken. */
  const cost = difference.gt(0) ? difference : total.cost.times(quantity).div(total.quantity);
  ledger.bookedQty = total.quantity;
  ledger.bookedCost = ledger.bookedCost.plus(cost);
  return { quantity, cost, fee };
}
