import { UNPROTECTED_NOTICE_MS } from '../limits.js';
import { maxDecimal, toDecimalString, ZERO } from '../model/decimal.js';
import { remaining } from '../model/tranche.js';
import { coverageOf, nakedSince, restingStopQuantity, unprotectedMsOf } from './coverage.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * Notes a gap that began, at the moment it began. New exposure gets a moment to be covered before it is told; cover that
 * was lost is told at once.
 */
export function beginGap(step: Step, node: TrancheNode): void {
  const since = nakedSince(step.state, node, step.mono);
  if (since === null || node.gap !== null) return;
  const isNew = node.lastFillMono === since;
  node.gap = { since, tellAt: since + (isNew ? UNPROTECTED_NOTICE_MS : 0) };
}

/** Books a gap that is over, to the millisecond; what was told as missing is told as recovered with the same number. */
export function endGap(step: Step, node: TrancheNode, reason: string): void {
  if (node.gap !== null) {
    const gapMs = step.mono - node.gap.since;
    node.gap = null;
    node.nakedMs += gapMs;
    step.state.nakedMs += gapMs;
  }
  const isGone = remaining(node.tranche).lte(0);
  if (node.missing?.what === 'cover' || isGone) tellRecovered(step, node, reason);
}

/** Cover, or an order that gives it, is missing: told once until it is recovered, or gets worse. */
export function tellMissing(
  step: Step,
  node: TrancheNode,
  what: 'cover' | 'order',
  reason: string,
): void {
  const { state, mono } = step;
  const held = remaining(node.tranche);
  const coverage = coverageOf(state, node, mono);
  const uncovered =
    coverage === 'none' ? maxDecimal(ZERO, held.minus(restingStopQuantity(state, node))) : ZERO;
  node.missing = { what, nakedMs: node.nakedMs };
  step.emit('protection:missing', {
    ...idsOf(node),
    coverage,
    exposure: toDecimalString(held),
    uncovered: toDecimalString(uncovered),
    unprotectedMs: unprotectedMsOf(state, node, mono) - node.nakedMs,
    reason,
  });
}

export function tellRecovered(step: Step, node: TrancheNode, reason: string): void {
  if (node.missing === null) return;
  const unprotectedMs = node.nakedMs - node.missing.nakedMs;
  node.missing = null;
  const coverage = coverageOf(step.state, node, step.mono);
  step.emit('protection:recovered', { ...idsOf(node), coverage, unprotectedMs, reason });
}

export function idsOf({ tranche }: TrancheNode) {
  return {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side: tranche.side,
  };
}
