import type { Decimal } from '../model/decimal.js';
import type { CloseReason, TriggerEvidence } from '../model/tranche.js';
import { restsAtLevel } from './shared-stops.js';
import { type EngineState, noAttempts, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

export interface CloseCause {
  readonly reason: CloseReason;
  readonly level: Decimal | null;
  readonly trigger: TriggerEvidence | null;
}

const STOP_REASONS: ReadonlySet<CloseReason> = new Set([
  'stop-loss',
  'trailing-stop',
  'breakeven',
  'emergency',
  'panic',
]);

/**
 * Starts the one close flow of a tranche; the first cause stays.
 *
 * The stop keeps resting until the close is proven filled. Nothing is sent here: the flow itself decides what may leave.
 */
export function beginClose(step: Step, node: TrancheNode, cause: CloseCause): void {
  const { tranche } = node;
  if (tranche.state !== 'OPEN') return;
  tranche.state = 'CLOSING';
  tranche.closing = {
    reason: cause.reason,
    level: cause.level,
    trigger: cause.trigger,
    since: step.now,
  };
  tranche.updatedAt = step.now;
  node.close = newCloseProgress(isUrgent(step.state, node), step.mono);
  node.grace = {};
  disarmAll(node);
  step.touch(node);
}

/** Whether a close is one for which time is short: a stop's, and no stop rests at its level for all that is held. */
export function isUrgent(state: EngineState, node: TrancheNode): boolean {
  const reason = node.tranche.closing?.reason;
  if (reason === undefined || !STOP_REASONS.has(reason)) return false;
  return !restsAtLevel(state, node);
}

export function newCloseProgress(urgent: boolean, mono: number): NonNullable<TrancheNode['close']> {
  return {
    urgent,
    startedMono: mono,
    view: 'none',
    readingSince: mono,
    viewAt: mono,
    mustRead: false,
    available: null,
    emptySeen: 0,
    attempts: noAttempts(),
    unrecordedSent: false,
  };
}

export function disarmAll(node: TrancheNode): void {
  for (const { book, handle } of node.armed.values()) book.disarm(handle);
  node.armed.clear();
}
