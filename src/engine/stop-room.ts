import { isTerminal } from '../model/order.js';
import { isCapped } from './create-state.js';
import type { SymbolState } from './state.js';
import type { Step } from './step-context.js';

/** From this maximum on one slot is kept for orders whose success frees others. */
const RESERVE_FROM = 3;

/**
 * How many more conditional orders the exchange lets rest on a symbol now.
 *
 * The last slot is kept for an order that frees others when it rests: so there is always a way on, however many tranches
 * want something at once.
 */
export function stopRoom(step: Step, symbol: string, freesOthers: boolean): number {
  const { state } = step;
  if (!isCapped(state.venue)) return Infinity;
  const { perSymbol, perAccount } = state.venue.maxProtectiveOrders;
  const within = (maximum: number, taken: number): number =>
    maximum - taken - (freesOthers || maximum < RESERVE_FROM ? 0 : 1);
  const known = step.symbol(symbol);
  const ofSymbol =
    perSymbol === null
      ? Infinity
      : within(perSymbol, known.foreignStops + conditionalOrders(known));
  if (perAccount === null) return Math.max(0, ofSymbol);
  let taken = state.foreignStops;
  for (const each of state.symbols.values()) taken += conditionalOrders(each);
  return Math.max(0, Math.min(ofSymbol, within(perAccount, taken)));
}

/** Conditional orders of ours that the exchange holds or is about to, those included that were asked to go. */
export function conditionalOrders({ live }: SymbolState): number {
  let count = 0;
  for (const node of [...live.LONG, ...live.SHORT]) {
    for (const { terms, status, unsent } of node.orders) {
      if (terms.triggerPrice !== null && !isTerminal(status) && !unsent) count += 1;
    }
  }
  return count;
}
