import { type Decimal, sumDecimals, toDecimalString } from '../model/decimal.js';
import type { CausalChain } from '../model/monitor-event.js';
import type { WorkingOrder } from '../model/order.js';
import type { Tranche } from '../model/tranche.js';
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
  const slippage = slippageOf(tranche);
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
    slippage: slippage === null ? null : toDecimalString(slippage),
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

/** How much better (+) or worse (-) than its own level each piece left, per contract; `null` where none had a level. */
function slippageOf({ exits, side }: Tranche): Decimal | null {
  const levelled = exits.flatMap((exit) =>
    exit.level === null ? [] : [{ ...exit, at: exit.level }],
  );
  const quantity = sumDecimals(levelled.map((exit) => exit.quantity));
  if (quantity.lte(0)) return null;
  const gained = sumDecimals(
    levelled.map((exit) => exit.price.minus(exit.at).times(exit.quantity)),
  );
  const each = gained.div(quantity);
  return side === 'LONG' ? each : each.times(-1);
}

/** The price that made the last rule fire: ours, or where a resting order acted first, the one it was executed at. */
function causingTick(step: Step, { tranche }: TrancheNode): CausalChain['tick'] {
  const trigger = tranche.closing?.trigger;
  if (trigger) {
    return { source: trigger.source, price: toDecimalString(trigger.price), time: trigger.time };
  }
  const exit = tranche.exits.findLast((candidate) => candidate.role !== 'external');
  if (exit === undefined || exit.role === 'close') return null;
  const order = step.state.orders.get(exit.orderId as WorkingOrder['clientOrderId']);
  return {
    source: order?.terms.triggerSource ?? 'LAST',
    price: toDecimalString(exit.price),
    time: exit.time,
  };
}
