import type { ExitExecution } from '../model/exit-plan.js';
import { AT_ANY_PRICE } from './begin-close.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * Lets a tranche be sold in another way than its plan says. It becomes part of the plan, so that a restart goes on with it.
 *
 * A close that is under way changes over at once, and keeps its cause. Its deadline and schedule begin anew, because they are
 * those of the new way; what it has sold counts. Asked for again, the same way changes nothing: nobody waits longer for it.
 * Where time is short, or whoever closes wants out at any price, nothing slows the close down.
 */
export function chooseExit(step: Step, node: TrancheNode, execution: ExitExecution): void {
  const { tranche, close } = node;
  const { closing, plan } = tranche;
  if (tranche.state === 'CLOSED' || isSame(execution, plan.exitExecution)) return;
  if (closing !== null) {
    const inHurry = close?.urgent || AT_ANY_PRICE.has(closing.reason);
    if (inHurry && execution.kind !== 'market') return;
    tranche.closing = { ...closing, since: step.now };
    if (close !== null) close.begunMono = step.mono;
  }
  tranche.plan = { ...plan, exitExecution: execution };
  tranche.updatedAt = step.now;
  step.touch(node);
}

/** Built by one function, so that the order of keys is stable. */
function isSame(a: ExitExecution, b: ExitExecution): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
