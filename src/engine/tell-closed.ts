import { toDecimalString } from '../model/decimal.js';
import type { CausalChain } from '../model/monitor-event.js';
import type { WorkingOrder } from '../model/order.js';
import { feesPaid, realizedPnl } from '../positions/tranche-arithmetic.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { exitView, trancheView } from './views.js';

/** Tells the whole account of a tranche that is closed. */
export function tellClosed(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const { contractSize } = step.instrument(tranche.symbol);
  const reason = tranche.closing?.reason ?? 'external';
  const exitPrice = tranche.exitedQty.gt(0) ? tranche.proceeds.div(tranche.exitedQty) : null;
  const level = tranche.closing?.level ?? tranche.exits.at(-1)?.level ?? null;
  const difference = level === null || exitPrice === null ? null : exitPrice.minus(level);
  const signed =
    difference === null ? null : tranche.side === 'LONG' ? difference : difference.times(-1);
  step.emit('tranche:closed', {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side: tranche.side,
    reason,
    quantity: toDecimalString(tranche.exitedQty),
    entryPrice: toDecimalString(tranche.entryPrice),
    exitPrice: exitPrice === null ? null : toDecimalString(exitPrice),
    realizedPnl: toDecimalString(realizedPnl(tranche, contractSize)),
    fees: toDecimalString(feesPaid(tranche)),
    funding: toDecimalString(tranche.progress.fundingPaid),
    slippage: signed === null ? null : toDecimalString(signed),
    chain: {
      tick: causingTick(step, node),
      rule: reason,
      level: level === null ? null : toDecimalString(level),
      requests: node.orders.map((order) => order.clientOrderId),
      fills: tranche.exits.map(exitView),
    },
    tranche: trancheView(step.state, node, step.mono),
  });
}

/** The price that made the rule fire: ours, or where a resting order acted first, the one it was executed at. */
function causingTick(step: Step, { tranche }: TrancheNode): CausalChain['tick'] {
  const trigger = tranche.closing?.trigger;
  if (trigger) {
    return { source: trigger.source, price: toDecimalString(trigger.price), time: trigger.time };
  }
  const exit = tranche.exits.find((candidate) => candidate.role !== 'external');
  if (exit === undefined || exit.role === 'close') return null;
  const order = step.state.orders.get(exit.orderId as WorkingOrder['clientOrderId']);
  return {
    source: order?.terms.triggerSource ?? 'LAST',
    price: toDecimalString(exit.price),
    time: exit.time,
  };
}
