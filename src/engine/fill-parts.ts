import { type Decimal, minDecimal, toDecimalString, ZERO } from '../model/decimal.js';
import type { FillEvidence } from '../model/fill.js';
import type { ExecutionLedger } from '../model/ledger.js';
import { openedSideOf, oppositeOf, type PositionSide } from '../model/side.js';
import type { ExecutionDelta } from '../orders/execution-ledger.js';
import { reduceTranches } from './executions.js';
import { alreadyClosed, noteReducing } from './misread-exits.js';
import { ADOPTED_ORDER_ID } from './state.js';
import type { Step } from './step-context.js';

/** The part of a fill that enters a position. */
export interface EntryPart {
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fee: Decimal;
}

/**
 * Takes the part of a fill that reduces out of what is held, and returns the part that enters, if any.
 *
 * A reduction never becomes an entry; in one-way mode what goes beyond zero opens the other side.
 */
export function reduceFirst(
  step: Step,
  evidence: FillEvidence,
  growth: ExecutionDelta,
): EntryPart | null {
  const opened = openedSideOf(evidence.side);
  const { positionSide } = evidence;
  /** A one-way account has one net position, whatever side the host names. */
  const oneWay = step.state.settings.positionMode === 'one-way';
  const reduces = !oneWay && positionSide !== 'BOTH' ? positionSide !== opened : false;
  const target = reduces ? (positionSide as PositionSide) : oppositeOf(opened);
  const forced = evidence.reduceOnly || evidence.cause !== 'order';
  const delta = oneWay && !forced ? stillOpen(step, evidence, opened, growth) : growth;
  if (delta === null) return null;
  const whole: EntryPart = { side: opened, ...delta };
  if (!reduces && !oneWay && !forced) return whole;
  if (reduces || forced) noteReducing(step, evidence.symbol, evidence.orderId);
  const price = delta.cost.div(delta.quantity);
  const left = takeOut(step, evidence, target, delta, price);
  if (left.lte(0)) return null;
  if (reduces || forced) {
    /** More was reduced than we know of: what was heard before it is looked at again. */
    const { symbol, orderId, time } = evidence;
    const role = 'external';
    step.misread.push({
      symbol,
      side: target,
      orderId,
      role,
      slot: 0,
      quantity: left,
      price,
      time,
      since: time,
    });
    return null;
  }
  const share = left.div(delta.quantity);
  return left.eq(delta.quantity)
    ? whole
    : { side: opened, quantity: left, cost: left.times(price), fee: delta.fee.times(share) };
}

/** What a fill opened and nothing has closed since, as far as we know; `null` when nothing is left. */
function stillOpen(
  step: Step,
  { symbol, time }: FillEvidence,
  side: PositionSide,
  growth: ExecutionDelta,
): ExecutionDelta | null {
  const closed = alreadyClosed(step, symbol, side, growth.quantity, time);
  if (closed.eq(0)) return growth;
  const quantity = growth.quantity.minus(closed);
  if (quantity.lte(0)) return null;
  /** By its price, not by its share: a share may have no end, and a stop is rounded by the last digit. */
  const price = growth.cost.div(growth.quantity);
  const fee = growth.fee.times(quantity).div(growth.quantity);
  return { quantity, cost: price.times(quantity), fee };
}

/**
 * A fill from before an adoption explains what was adopted: it gives the adopted tranche its order, and adds nothing.
 */
export function claimAdopted(
  step: Step,
  evidence: FillEvidence,
  entry: EntryPart,
  ledger: ExecutionLedger,
): boolean {
  for (const adopted of step.symbol(evidence.symbol).adopted) {
    const named = ADOPTED_ORDER_ID.exec(adopted.orderId);
    if (named === null || named[2] !== entry.side || evidence.time > Number(named[1])) continue;
    let claimed = ZERO;
    for (const claim of adopted.trades.values()) claimed = claimed.plus(claim.quantity);
    if (adopted.bookedQty.minus(claimed).lt(entry.quantity)) continue;
    adopted.trades.set(`${ledger.orderId}@${ledger.bookedQty.toFixed()}`, {
      quantity: entry.quantity,
      price: entry.cost.div(entry.quantity),
      fee: entry.fee,
    });
    ledger.trancheIds.push(...adopted.trancheIds);
    step.saveLedger(adopted);
    step.saveLedger(ledger);
    return true;
  }
  return false;
}

/** External quantity first, then tranches, newest first. */
function takeOut(
  step: Step,
  evidence: FillEvidence,
  side: PositionSide,
  delta: ExecutionDelta,
  price: Decimal,
): Decimal {
  const symbol = step.symbol(evidence.symbol);
  const external = minDecimal(symbol.external[side], delta.quantity);
  if (external.gt(0)) {
    symbol.external[side] = symbol.external[side].minus(external);
    step.emit('fill:applied', {
      symbol: evidence.symbol,
      trancheId: null,
      orderId: evidence.orderId,
      orderSide: evidence.side,
      side,
      quantity: toDecimalString(external),
      price: toDecimalString(price),
      fee: '0',
      effect: 'external',
      reason: 'reduces exposure that is not ours',
    });
  }
  const rest = delta.quantity.minus(external);
  if (rest.lte(0)) return ZERO;
  return reduceTranches(step, evidence.symbol, side, {
    quantity: rest,
    price,
    fee: delta.fee,
    orderId: evidence.orderId,
    reason: evidence.cause === 'order' ? 'external' : 'liquidation',
    time: evidence.time,
  });
}
