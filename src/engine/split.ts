import { ValidationError } from '../errors/validation-error.js';
import { type Decimal, maxDecimal, roundDecimal, toDecimalString, ZERO } from '../model/decimal.js';
import { type TrancheId, trancheIdOf } from '../model/ids.js';
import type { Input } from '../model/input.js';
import { remaining, type Tranche } from '../model/tranche.js';
import { splitTranche } from '../positions/split-tranche.js';
import { ledgerKey, newNode, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { keepPeak } from './trail.js';
import { notOpen } from './user-calls.js';
import { trancheView } from './views.js';

/** `splitTranche`: a part of a tranche becomes one of its own. Its stop is placed before the old one shrinks. */
export function splitOnRequest(
  step: Step,
  { requestId, id, quantity }: Extract<Input, { kind: 'split' }>,
): void {
  const node = step.survivor(id as TrancheId);
  if (node?.tranche.state !== 'OPEN') {
    step.refuse(requestId, notOpen(step, id));
    return;
  }
  const { tranche } = node;
  const problem = problemWith(step, tranche, quantity);
  if (problem !== null) {
    step.refuse(requestId, problem);
    return;
  }
  keepPeak(node);
  const part = split(step, node, quantity);
  for (const each of [node, part]) {
    step.emit(each === node ? 'tranche:updated' : 'tranche:opened', {
      symbol: tranche.symbol,
      positionId: tranche.positionId,
      trancheId: each.tranche.id,
      side: tranche.side,
      tranche: trancheView(step.state, each, step.mono),
      reason: 'split on request',
    });
  }
  const views = [node, part].map((each) => trancheView(step.state, each, step.mono));
  step.settle(requestId, views);
}

function split(step: Step, node: TrancheNode, quantity: Decimal): TrancheNode {
  const { state } = step;
  const { tranche } = node;
  const live = step.symbol(tranche.symbol).live[tranche.side];
  state.openedSeq += 1;
  const part = newNode(
    splitTranche(tranche, {
      id: idOfPart(step, tranche),
      quantity,
      number: Math.max(...live.map((each) => each.tranche.number)) + 1,
      openedSeq: state.openedSeq,
      now: step.now,
    }),
    step.mono,
  );
  part.age = node.age;
  part.lastFillMono = node.lastFillMono;
  state.nodes.set(part.tranche.id, part);
  live.push(part);
  for (const ledger of state.ledgers.values()) {
    if (!ledger.trancheIds.includes(tranche.id)) continue;
    /** In front: further fills of the order go where they went before. */
    ledger.trancheIds.unshift(part.tranche.id);
    step.saveLedger(ledger);
  }
  step.touch(part);
  step.touch(node);
  return part;
}

/** The next ordinal of the order that opened the tranche. Those that are forgotten in the meantime had one, too. */
function idOfPart({ state }: Step, { symbol, side, sources, id }: Tranche): TrancheId {
  const orderId = sources[0]?.orderId ?? id;
  const known = state.ledgers.get(ledgerKey(symbol, orderId))?.trancheIds ?? [];
  let ordinal = known.filter((each) => each.includes(`:${side}:`)).length;
  while (state.nodes.has(trancheIdOf(symbol, side, orderId, ordinal))) ordinal += 1;
  return trancheIdOf(symbol, side, orderId, ordinal);
}

/** Both parts have to be such that their exits can leave, at market as well. */
function problemWith(step: Step, tranche: Tranche, quantity: Decimal): ValidationError | null {
  const instrument = step.instrument(tranche.symbol);
  const { minQty, minMarketQty, minNotional } = instrument;
  const stepSize = maxDecimal(instrument.stepSize, instrument.marketStepSize);
  const least = maxDecimal(minQty, minMarketQty);
  const held = remaining(tranche);
  const parts = [quantity, held.minus(quantity)];
  const onStep = roundDecimal(quantity, stepSize, 'floor').eq(quantity);
  const isLarge = parts.every((part) => part.gt(0) && part.gte(least));
  const leastWorth = step.state.venue.minNotionalOnExits ? minNotional : ZERO;
  const isWorthIt = parts.every((part) => part.times(tranche.entryPrice).gte(leastWorth));
  if (onStep && isLarge && isWorthIt) return null;
  const worth = leastWorth.gt(0) ? `, worth ${toDecimalString(leastWorth)} or more` : '';
  return new ValidationError('QUANTITY_INVALID', 'The tranche cannot be split like this', {
    expected: `a multiple of ${toDecimalString(stepSize)} below ${toDecimalString(held)}, with ${toDecimalString(least)} or more${worth} on both sides`,
    received: toDecimalString(quantity),
  });
}
