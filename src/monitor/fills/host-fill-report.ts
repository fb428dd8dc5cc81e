import { toDecimalString } from '../../model/decimal.js';
import type { FillEvidence } from '../../model/fill.js';
import type { HostFillReport } from '../../ports/exchange-adapter.js';

/** A host's fill as a simulated exchange takes it. */
export function hostFillReport(evidence: FillEvidence): HostFillReport {
  const { cumulative, trade } = evidence;
  return {
    symbol: evidence.symbol,
    orderId: evidence.orderId,
    side: evidence.side,
    positionSide: evidence.positionSide,
    reduceOnly: evidence.reduceOnly,
    time: evidence.time,
    ...(evidence.clientOrderId === null ? {} : { clientOrderId: evidence.clientOrderId }),
    ...(cumulative === null ? {} : { executedQty: toDecimalString(cumulative.quantity) }),
    ...(cumulative === null || cumulative.avgPrice === null
      ? {}
      : { avgPrice: toDecimalString(cumulative.avgPrice) }),
    ...(trade === null
      ? {}
      : {
          trade: {
            tradeId: trade.tradeId,
            quantity: toDecimalString(trade.quantity),
            price: toDecimalString(trade.price),
          },
        }),
  };
}
