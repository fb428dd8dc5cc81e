import {
  FILL_OVERLAP_MS,
  MISREAD_MEMORY_MS,
  REDUCING_ORDERS_KEPT,
  TIME_DOUBT_MS,
  UNMATCHED_REDUCTIONS_MAX,
} from '../limits.js';
import { type Decimal, minDecimal, toDecimalString, ZERO } from '../model/decimal.js';
import { configuredPlan } from '../model/settings.js';
import { oppositeOf, type PositionSide } from '../model/side.js';
import type { Exit } from '../model/tranche.js';
import { newLedger } from '../orders/execution-ledger.js';
import { bookEntry } from './entries.js';
import { reduceTranches } from './executions.js';
import { ledgerKey, type Misread, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * Sets right what was read wrongly because a reduction was heard of too late.
 *
 * In one-way mode a foreign fill is split by what we hold at that moment: the part up to zero closes, the rest enters.
 * When it turns out that something else had reduced before it, that first part was an entry as well, and is protected.
 */
export function correctMisreadExits(step: Step): void {
  for (let misread = step.misread.shift(); misread !== undefined; misread = step.misread.shift()) {
    const { settings, phase } = step.state;
    /** Before the account was read completely nothing is planned: the first complete look goes on from what is kept. */
    const mayCorrect = settings.positionMode === 'one-way' && phase === 'running';
    const left = mayCorrect ? correct(step, misread) : misread.quantity;
    if (left.gt(0)) {
      remember(step, { ...misread, quantity: left });
      step.send({ kind: 'compare-account', reason: 'a reduction exceeds what is known' });
    }
  }
}

/** Reports come in any order: the entry that was reduced may be heard of after its reduction. */
function remember(step: Step, misread: Misread): void {
  const { unmatched } = step.symbol(misread.symbol);
  unmatched.push(misread);
  if (unmatched.length > UNMATCHED_REDUCTIONS_MAX) unmatched.shift();
}

/** Takes up what was heard of before the first complete look at the account. */
export function reviewUnmatched(step: Step): void {
  for (const symbol of step.state.symbols.values())
    step.misread.push(...symbol.unmatched.splice(0));
}

/** Notes a foreign order that may only reduce. */
export function noteReducing(step: Step, symbol: string, orderId: string): void {
  const { reducing } = step.symbol(symbol);
  reducing.add(orderId);
  for (const oldest of reducing) {
    if (reducing.size <= REDUCING_ORDERS_KEPT) break;
    reducing.delete(oldest);
  }
}

/**
 * The part of a fill that reductions were waiting for: what it opened was closed before we heard of it.
 *
 * In one-way mode it must not be taken for a reduction of what is held now.
 */
export function alreadyClosed(
  step: Step,
  symbol: string,
  side: PositionSide,
  quantity: Decimal,
  time: number,
): Decimal {
  let left = quantity;
  for (const { misread, taken } of takeUnmatched(step, symbol, side, quantity, time)) {
    left = left.minus(taken);
    step.emit('fill:applied', {
      symbol,
      trancheId: null,
      orderId: misread.orderId,
      orderSide: side === 'LONG' ? 'SELL' : 'BUY',
      side,
      quantity: toDecimalString(taken),
      price: toDecimalString(misread.price),
      fee: '0',
      effect: 'external',
      reason: 'closed what had not been heard of',
    });
  }
  return quantity.minus(left);
}

/** Takes reductions that were waiting for this entry out of it. */
export function reduceLateEntry(
  step: Step,
  symbol: string,
  side: PositionSide,
  quantity: Decimal,
  time: number,
): void {
  for (const { misread, taken } of takeUnmatched(step, symbol, side, quantity, time)) {
    reduceTranches(step, symbol, side, {
      quantity: taken,
      price: misread.price,
      fee: ZERO,
      orderId: misread.orderId,
      reason: 'external',
      time: misread.time,
    });
  }
}

/** Reductions of a side, made after a moment, that wait for what they reduced. What they take is theirs no more. */
function takeUnmatched(
  step: Step,
  symbol: string,
  side: PositionSide,
  quantity: Decimal,
  time: number,
): { readonly misread: Misread; readonly taken: Decimal }[] {
  const found: { misread: Misread; taken: Decimal }[] = [];
  let left = quantity;
  /** Those of this very step have not been put aside yet. */
  for (const waiting of [step.symbol(symbol).unmatched, step.misread]) {
    for (const misread of waiting.splice(0)) {
      if (step.venue - misread.time > FILL_OVERLAP_MS) continue;
      const fits = misread.symbol === symbol && misread.side === side && misread.time >= time;
      const taken = fits ? minDecimal(left, misread.quantity) : ZERO;
      left = left.minus(taken);
      if (taken.gt(0)) found.push({ misread, taken });
      const rest = misread.quantity.minus(taken);
      if (rest.gt(0)) waiting.push({ ...misread, quantity: rest });
    }
  }
  return found;
}

/**
 * The exchange holds more of a side than we know of, and has said so twice: fills that were read as exits of the other
 * side were entries then. They are looked for among the latest, and protected.
 *
 * @returns whether anything was found
 */
export function enterMisread(
  step: Step,
  symbol: string,
  side: PositionSide,
  quantity: Decimal,
): boolean {
  if (step.state.settings.positionMode !== 'one-way') return false;
  const candidates = foreignExits(step, symbol, oppositeOf(side))
    .filter(({ exit }) => step.venue - exit.time <= MISREAD_MEMORY_MS)
    .sort((a, b) => b.exit.time - a.exit.time);
  let left = quantity;
  for (const { node, exit } of candidates) {
    if (left.lte(0)) break;
    const taken = minDecimal(left, exit.quantity);
    left = left.minus(taken);
    const { slot, price, time } = exit;
    /** Not looked at again: what had closed that tranche is not known. */
    replaceExit(node, exit, taken, { orderId: 'external', role: 'external', slot, price, time });
    step.touch(node);
    enter(step, node, exit, taken, side);
  }
  return left.lt(quantity);
}

/** @returns what no other fill explains */
function correct(step: Step, misread: Misread): Decimal {
  let left = misread.quantity;
  for (const { node, exit } of laterForeignExits(step, misread)) {
    if (left.lte(0)) return left;
    const taken = minDecimal(left, exit.quantity);
    left = left.minus(taken);
    replaceExit(node, exit, taken, misread);
    step.touch(node);
    enter(step, node, exit, taken, oppositeOf(node.tranche.side));
  }
  for (const { node, exit } of earlierForeignExits(step, misread)) {
    if (left.lte(0)) return left;
    const taken = minDecimal(left, exit.quantity);
    left = left.minus(taken);
    /** Not looked at again: this part is settled. */
    replaceExit(node, exit, taken, {
      ...misread,
      orderId: 'external',
      role: 'external',
      price: exit.price,
      time: exit.time,
    });
    step.touch(node);
    enter(step, node, exit, taken, node.tranche.side);
  }
  return left;
}

/**
 * What was read as an exit of the other side although it opened the one that was reduced: so much of it never closed
 * anything.
 */
function earlierForeignExits(
  step: Step,
  { symbol, side, time }: Misread,
): { readonly node: TrancheNode; readonly exit: Exit }[] {
  const opposite = oppositeOf(side);
  return foreignExits(step, symbol, opposite)
    .filter(({ exit }) => exit.time <= time && time - exit.time <= FILL_OVERLAP_MS)
    .sort((a, b) => b.exit.time - a.exit.time);
}

/**
 * Reductions of the side by orders that are not ours, made after the one that was missed; the latest first. The time of a
 * fill that brought none is our estimate of the exchange's.
 */
function laterForeignExits(
  step: Step,
  { symbol, side, since }: Misread,
): { readonly node: TrancheNode; readonly exit: Exit }[] {
  return foreignExits(step, symbol, side)
    .filter(({ exit }) => exit.time >= since - TIME_DOUBT_MS)
    .sort((a, b) => b.exit.time - a.exit.time);
}

/** Exits of a side by orders that are not ours and that may have been entries. */
function foreignExits(
  step: Step,
  symbol: string,
  side: PositionSide,
): { readonly node: TrancheNode; readonly exit: Exit }[] {
  const { reducing } = step.symbol(symbol);
  const found: { node: TrancheNode; exit: Exit }[] = [];
  for (const node of step.state.nodes.values()) {
    if (node.tranche.symbol !== symbol || node.tranche.side !== side) continue;
    for (const exit of node.tranche.exits) {
      const known = exit.orderId === 'external' || reducing.has(exit.orderId);
      if (exit.role === 'external' && !known) found.push({ node, exit });
    }
  }
  return found;
}

/** What the later order was believed to have closed was closed by the one that was missed, at its price. */
function replaceExit(
  { tranche }: TrancheNode,
  exit: Exit,
  taken: Decimal,
  {
    orderId,
    role,
    slot,
    price,
    time,
  }: Pick<Misread, 'orderId' | 'role' | 'slot' | 'price' | 'time'>,
): void {
  const earlier: Exit = { ...exit, orderId, role, slot, quantity: taken, price, fee: ZERO, time };
  const rest = exit.quantity.minus(taken);
  const parts = rest.gt(0) ? [{ ...exit, quantity: rest }, earlier] : [earlier];
  tranche.exits.splice(tranche.exits.indexOf(exit), 1, ...parts);
  tranche.proceeds = tranche.proceeds.plus(taken.times(price.minus(exit.price)));
}

function enter(
  step: Step,
  node: TrancheNode,
  exit: Exit,
  quantity: Decimal,
  side: PositionSide,
): void {
  const { symbol, plan } = node.tranche;
  const key = ledgerKey(symbol, exit.orderId);
  /** One of our own that took more than was there, where the exchange lets that open the other side, has none yet. */
  const ledger = step.state.ledgers.get(key) ?? newLedger(symbol, exit.orderId, step.now);
  step.state.ledgers.set(key, ledger);
  bookEntry(step, {
    ledger,
    side,
    quantity,
    cost: quantity.times(exit.price),
    fee: ZERO,
    plan: configuredPlan(step.state.settings, symbol) ?? plan,
    choice: 'auto',
    time: exit.time,
  });
  step.saveLedger(ledger);
}
