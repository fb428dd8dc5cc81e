import type { SimWrite } from '../../src/testing/sim/sim-line.js';
import { type Oracle, RACE_MS } from './oracle.js';
import { SYMBOL } from './plan.js';
import type { BelievedTranche } from './subject.js';

/*
 * What each take-profit level may take, written down a second time: what the oracle compares with must not be the code that
 * is judged.
 */

/** Nearer to the next step than this is on it. */
const NEARLY = 1e-6;
/** Past a level by more than this nothing is waited for: beyond the default, parts of the price. */
const BEYOND = 0.0015;

/**
 * Steps that each level has left to take: its share of what was opened, without what it took, in whole steps; parts of a
 * step go on to the next level; where the portions make up the whole, the last level takes all that is left.
 */
export function leftOnLadder({ opened, held, taken, profits }: BelievedTranche): number[] {
  const isWhole = profits.reduce((sum, { portion }) => sum + portion, 0) >= 1 - NEARLY;
  const left: number[] = [];
  /** A level may have taken what another one was too small for: that is not taken again. */
  const shares = profits.reduce((sum, { portion }) => sum + opened * portion, 0);
  const due = shares - taken.reduce((sum, steps) => sum + steps, 0);
  let free = isWhole ? held : Math.max(0, Math.min(held, due));
  let carried = 0;
  for (const [slot, { portion }] of profits.entries()) {
    const share = Math.max(0, opened * portion - (taken[slot] ?? 0)) + carried;
    const isLast = isWhole && slot === profits.length - 1;
    const wanted = isLast ? free : Math.min(share, free);
    const steps = Math.floor(wanted + NEARLY);
    left.push(steps);
    carried = wanted - steps;
    free -= steps;
  }
  return left;
}

/** A take-profit reaches the exchange: for no more than its level has left, and what smaller levels handed on. */
export function judgeSlice(
  oracle: Oracle,
  write: SimWrite,
  trancheId: string,
  steps: number,
): void {
  const tranche = oracle.subject.tranches().find(({ id }) => id === trancheId);
  const order = tranche?.orders.find(({ clientOrderId }) => clientOrderId === write.clientOrderId);
  if (tranche === undefined || order === undefined || tranche.profits.length < 2) return;
  if (!oracle.knowsTaken) return;
  if (order.kind === 'market') oracle.note('a level is taken at market');
  const { slot } = order;
  const isWhole = tranche.profits.reduce((sum, { portion }) => sum + portion, 0) >= 1 - NEARLY;
  if (isWhole && slot === tranche.profits.length - 1) return;
  /** The plan that it was decided under, or what the tranche is made of, is another one by now. */
  const changed = Math.max(oracle.lastPlanChange, oracle.lastExitOf(trancheId));
  if (oracle.now - changed <= RACE_MS + oracle.pausedMs || oracle.hasStoreTrouble) return;
  const { portion } = tranche.profits[slot] ?? { portion: 0 };
  const share = tranche.opened * portion;
  const total = steps + (tranche.taken[slot] ?? 0);
  /** Levels below one step hand on less than a step each. */
  if (total <= share + slot + NEARLY) return;
  oracle.fail('I1a', `level ${slot + 1} of ${trancheId} takes ${total}, its share is ${share}`);
}

/** After quiet: what rests for the levels is what they have left. */
export function ladderDifferences(oracle: Oracle, tranche: BelievedTranche): string[] {
  const { world } = oracle;
  if (!oracle.knowsTaken) return [];
  const left = leftOnLadder(tranche);
  const resting = left.map(() => 0);
  for (const { role, slot, status, quantity, executed } of tranche.orders) {
    if (role !== 'take-profit' || (status !== 'accepted' && status !== 'triggered')) continue;
    resting[slot] = (resting[slot] ?? 0) + quantity - executed;
  }
  const name = `${tranche.id} (${tranche.state}, ${tranche.held})`;
  const found: string[] = [];
  if (tranche.wantsRestingProfit && left.some((steps, slot) => steps !== resting[slot])) {
    found.push(`take-profits of ${name} rest for ${resting}, ${left} is left to take`);
  }
  const { instantTpEnabled = true } = world.plan.setup.globals;
  if (tranche.state !== 'OPEN' || (!instantTpEnabled && tranche.plan.takeProfitOrder !== 'local'))
    return found;
  const last = world.venue.price(SYMBOL, 'LAST') ?? 0;
  for (const [slot, { ticks }] of tranche.profits.entries()) {
    const gain = tranche.side === 'LONG' ? last - ticks : ticks - last;
    if ((left[slot] ?? 0) > 0 && gain > ticks * BEYOND)
      found.push(`level ${slot + 1} of ${name} is passed and has ${left[slot]} to take`);
  }
  return found;
}
