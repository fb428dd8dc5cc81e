import type { PriceSource } from '../model/price.js';
import type { TriggerEvidence } from '../model/tranche.js';
import { freshPrice, isPassed, stopSource } from './price-sources.js';
import type { Confirming, SymbolState, TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { actOnStop, type StopHit } from './stop-hits.js';
import { raisePeak } from './trail.js';

/** Begins to wait for what the plan wants to see; `false` when the very first tick is enough. */
export function confirmLater(step: Step, node: TrancheNode, hit: StopHit): boolean {
  const confirming: Confirming = { ...hit, since: step.mono, ticks: 1 };
  if (isConfirmed(step, node, confirming)) return false;
  node.confirming = confirming;
  step.symbol(node.tranche.symbol).confirming.add(node);
  return true;
}

/** A price came: each tranche that waits sees whether it speaks for the hit or against it. */
export function judgeConfirmations(
  step: Step,
  symbol: SymbolState,
  source: PriceSource,
  trigger: TriggerEvidence,
): void {
  for (const node of symbol.confirming) {
    const { confirming, tranche } = node;
    if (confirming === null || tranche.state !== 'OPEN') {
      symbol.confirming.delete(node);
      continue;
    }
    if (source === stopSource(step.state, tranche)) {
      if (!isPassed(trigger.price, confirming.level, tranche.side, 'stop-loss')) {
        /** It is back: the level is armed anew, and the next hit begins from the first tick. */
        symbol.confirming.delete(node);
        node.confirming = null;
        /** The book did not follow its trail meanwhile: this may be a new best price. */
        if (tranche.progress.peak !== null) raisePeak(node, trigger.price);
        step.revisit(node);
        continue;
      }
      confirming.ticks += 1;
    }
    actIfConfirmed(step, node);
  }
}

/** Time passes as well: looked at whenever the tranche is. */
export function advanceConfirmation(step: Step, node: TrancheNode): void {
  const { confirming, tranche } = node;
  if (confirming === null) return;
  const { confirm } = tranche.plan;
  if (confirm === null) node.confirming = null;
  else if (!actIfConfirmed(step, node) && confirm.ms !== null) {
    const due = confirming.since + confirm.ms;
    if (step.mono < due) step.wake(node, due);
  }
  if (node.confirming === null) step.symbol(tranche.symbol).confirming.delete(node);
}

function actIfConfirmed(step: Step, node: TrancheNode): boolean {
  const { confirming, tranche } = node;
  if (confirming === null || !isConfirmed(step, node, confirming)) return false;
  step.symbol(tranche.symbol).confirming.delete(node);
  actOnStop(step, node, confirming);
  step.revisit(node);
  return true;
}

function isConfirmed(step: Step, { tranche }: TrancheNode, seen: Confirming): boolean {
  const { confirm } = tranche.plan;
  if (confirm === null) return true;
  if (confirm.ticks !== null && seen.ticks < confirm.ticks) return false;
  if (confirm.ms !== null && step.mono - seen.since < confirm.ms) return false;
  const symbol = step.symbol(tranche.symbol);
  const own = freshPrice(step.state, symbol, stopSource(step.state, tranche), step.mono);
  /** A price that grew old meanwhile confirms nothing. */
  if (own === null || !isPassed(own, seen.level, tranche.side, 'stop-loss')) return false;
  if (confirm.source === null) return true;
  const other = freshPrice(step.state, symbol, confirm.source, step.mono);
  return other !== null && isPassed(other, seen.level, tranche.side, 'stop-loss');
}
