import type { TriggerEvidence } from '../model/tranche.js';
import { beginClose } from './begin-close.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** How old the tranche is, ms. Counted by the monotonic clock: a jump of the wall clock ends nothing. */
export function ageOf(step: Step, node: TrancheNode): number {
  node.age ??= { ms: Math.max(0, step.venue - node.tranche.openedAt), since: step.mono };
  return node.age.ms + (step.mono - node.age.since);
}

/** Whether the time limit of the plan is over and has not been acted on. */
export function isTimeUp(step: Step, node: TrancheNode): boolean {
  const { plan, progress } = node.tranche;
  if (plan.timeLimit === null || progress.timeLimitDone) return false;
  return ageOf(step, node) >= plan.timeLimit.ms;
}

/** Looks at the time limit: acts when it is over, or is woken when it will be. */
export function watchTimeLimit(step: Step, node: TrancheNode): void {
  const { plan, progress } = node.tranche;
  if (plan.timeLimit === null || progress.timeLimitDone) return;
  if (!isTimeUp(step, node)) {
    step.wake(node, step.mono + (plan.timeLimit.ms - ageOf(step, node)));
    return;
  }
  /** With a condition, a price says when: its level is armed with the other guards. */
  if (plan.timeLimit.onlyIn === null) applyTimeLimit(step, node, null);
}

/** The time is over and the condition holds. */
export function applyTimeLimit(
  step: Step,
  node: TrancheNode,
  trigger: TriggerEvidence | null,
): void {
  const { tranche } = node;
  if (tranche.plan.timeLimit === null || tranche.progress.timeLimitDone) return;
  tranche.progress = { ...tranche.progress, timeLimitDone: true };
  step.touch(node);
  if (tranche.plan.timeLimit.action === 'tighten') return;
  beginClose(step, node, { reason: 'time-limit', level: null, trigger });
}
