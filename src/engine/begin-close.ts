import type { Decimal } from '../model/decimal.js';
import type { CloseReason, Tranche, TriggerEvidence } from '../model/tranche.js';
import { isTighter } from '../positions/stop-in-force.js';
import { restsAtLevel } from './shared-stops.js';
import { type EngineState, forgetHits, noAttempts, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { keepPeak } from './trail.js';

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

/** Whoever closes for one of these wants out at market and at once, whatever the plan says. */
export const AT_ANY_PRICE: ReadonlySet<CloseReason> = new Set([
  'panic',
  'emergency',
  'liquidation',
]);

/**
 * Starts the one close flow of a tranche. The first cause stays, unless a later one ends the patience of a close that takes
 * its time.
 *
 * The stop keeps resting until the close is proven filled. Nothing is sent here: the flow itself decides what may leave.
 */
export function beginClose(step: Step, node: TrancheNode, cause: CloseCause): void {
  const { tranche } = node;
  if (tranche.state === 'CLOSING') hasten(step, node, cause);
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
  node.close.begunMono = step.mono;
  forgetHits(node);
  step.symbol(tranche.symbol).confirming.delete(node);
  disarmAll(node);
  step.touch(node);
}

function hasten(step: Step, node: TrancheNode, { reason }: CloseCause): void {
  const { tranche } = node;
  const { closing } = tranche;
  const isPatient = tranche.plan.exitExecution.kind !== 'market';
  if (closing === null || !isPatient || !AT_ANY_PRICE.has(reason)) return;
  if (AT_ANY_PRICE.has(closing.reason)) return;
  tranche.closing = { ...closing, reason };
  tranche.updatedAt = step.now;
  step.touch(node);
}

/** Whether a close is one for which time is short: a stop's, and no stop rests at its level for all that is held. */
export function isUrgent(state: EngineState, node: TrancheNode): boolean {
  const reason = node.tranche.closing?.reason;
  if (reason === undefined || !STOP_REASONS.has(reason)) return false;
  return !restsAtLevel(state, node) || restsBehind(node.tranche);
}

/** Whether what rests is for a price that must not be waited for: the hard floor behind a level that was confirmed. */
function restsBehind({ closing, levels, side }: Tranche): boolean {
  const level = closing?.level ?? null;
  const { guard, stopLoss } = levels;
  if (level === null || guard === null || stopLoss === null || guard.eq(stopLoss)) return false;
  return isTighter(level, stopLoss, side);
}

export function newCloseProgress(urgent: boolean, mono: number): NonNullable<TrancheNode['close']> {
  return {
    urgent,
    startedMono: mono,
    begunMono: null,
    sentMono: null,
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
  keepPeak(node);
}
