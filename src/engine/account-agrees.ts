import type { Tranche } from '../model/tranche.js';
import type { Step } from './step-context.js';

/** Whether the last comparison found what we hold: one that found something else answers for nothing. */
export function accountAgrees(step: Step, { symbol, side }: Tranche): boolean {
  const { differences, unsure } = step.symbol(symbol);
  return differences[side] === null && !unsure[side];
}

/**
 * Whether what rested for a passed level may have been executed unheard: without the account stream only a look at the
 * account since tells. Whoever takes the level at market before that sells the same twice.
 */
export function mayHaveExecuted({ state }: Step, since: number): boolean {
  const { comparedAt, exchangeUp, streamHeard } = state;
  const looked = comparedAt !== null && comparedAt > since;
  return !(exchangeUp && streamHeard) && !looked;
}
