import type { CloseResult } from '../model/close-result.js';
import { maxDecimal, sumDecimals, toDecimalString, ZERO } from '../model/decimal.js';
import { remaining } from '../model/tranche.js';
import type { Step } from './step-context.js';
import { trancheView } from './views.js';

/** Callers of close methods get their answer when the last of their tranches is closed, or when time is up. */
export function settleCloseWaiters(step: Step): void {
  const { closeWaiters } = step.state;
  for (let index = closeWaiters.length - 1; index >= 0; index -= 1) {
    const waiter = closeWaiters[index];
    if (!waiter) continue;
    const nodes = waiter.trancheIds.flatMap((id) => step.survivor(id) ?? []);
    const closed = nodes.every((node) => node.tranche.state === 'CLOSED');
    if (!closed && step.mono < waiter.deadline) continue;
    closeWaiters.splice(index, 1);
    step.setTimer(`answer:${waiter.requestId}`, null);
    const left = sumDecimals(nodes.map((node) => remaining(node.tranche)));
    const result: CloseResult = {
      closed,
      tranches: nodes.map((node) => trancheView(step.state, node, step.mono)),
      remaining: toDecimalString(maxDecimal(ZERO, left)),
    };
    step.settle(waiter.requestId, result);
  }
}
