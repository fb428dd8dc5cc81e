import { isTerminal } from '../model/order.js';
import { remaining } from '../model/tranche.js';
import { isSharedStop } from './shared-stops.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** A stop that others share goes on to one of them: it goes only when its successor rests. */
export function handOver(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const staying = node.orders.filter(
    (order) => isSharedStop(order) && !isTerminal(order.status) && order.cancelStatus === 'none',
  );
  const heirs = step
    .symbol(tranche.symbol)
    .live[tranche.side].filter((other) => other !== node && remaining(other.tranche).gt(0));
  const heir = heirs.find((other) => other.tranche.state === 'OPEN') ?? heirs[0];
  if (heir === undefined || staying.length === 0) return;
  for (const order of staying) {
    order.trancheId = heir.tranche.id;
    heir.orders.push(order);
    step.saveOrder(order);
  }
  node.orders.splice(
    0,
    node.orders.length,
    ...node.orders.filter((order) => order.trancheId === tranche.id),
  );
  step.revisit(heir);
}
