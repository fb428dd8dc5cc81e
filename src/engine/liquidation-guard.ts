import { type Decimal, decimal, toDecimalString } from '../model/decimal.js';
import type { ExitLevels } from '../model/exit-plan.js';
import { roundStop } from '../model/price.js';
import type { PositionSide } from '../model/side.js';
import type { Tranche } from '../model/tranche.js';
import { favoured } from '../positions/favoured.js';
import { isTighter, ratcheted } from '../positions/stop-in-force.js';
import { relevelAt } from '../positions/tranche-arithmetic.js';
import { stopPrice } from './price-sources.js';
import type { SymbolState, TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * The loosest stop that still acts before the exchange liquidates; `null` when nothing is known or wanted.
 *
 * Where both sides are held, exchanges tell one price for the two of them: behind the price it is the other side's, and a
 * stop there would close at once.
 */
export function loosestStop(step: Step, tranche: Tranche): Decimal | null {
  const { plan, side } = tranche;
  const symbol = step.symbol(tranche.symbol);
  const instrument = step.instrument(tranche.symbol);
  const liquidationPrice = symbol.liquidation[side];
  if (plan.liquidationBufferPct === null || liquidationPrice === null) return null;
  const price = stopPrice(step.state, tranche, step.mono);
  if (!isTighter(price ?? tranche.entryPrice, liquidationPrice, side)) return null;
  const level = favoured(liquidationPrice, decimal(plan.liquidationBufferPct), side);
  if (level.lte(0)) return null;
  if (price === null || isTighter(price, level, side)) return roundStop(level, side, instrument);
  /** The price is inside the buffer: a stop in the middle still acts first, and is not passed yet. */
  const middle = roundStop(price.plus(liquidationPrice).div(2), side, instrument);
  return isTighter(price, middle, side) && isTighter(middle, liquidationPrice, side)
    ? middle
    : null;
}

/** Where the exchange would liquidate now: margin and leverage move it, and stops are looked at again. */
export function noteLiquidation(
  step: Step,
  symbol: SymbolState,
  side: PositionSide,
  price: Decimal | null,
): void {
  const known = symbol.liquidation[side];
  if (known === null || price === null ? known === price : known.eq(price)) return;
  symbol.liquidation[side] = price;
  for (const node of symbol.live[side]) step.revisit(node);
}

/**
 * A stop that the exchange's liquidation would come before is tightened, and that is told.
 *
 * Where hits are confirmed it is the order behind the guard that has to lie in front of the liquidation: it moves there, and
 * the guard only if it lies beyond as well.
 *
 * @param before levels of the last look
 */
export function guardLiquidation(step: Step, node: TrancheNode, before: ExitLevels): void {
  const { tranche } = node;
  const { side } = tranche;
  keepOrder(tranche, before);
  const limit = loosestStop(step, tranche);
  if (limit === null) return;
  const { guard } = tranche.levels;
  if (guard !== null && isTighter(limit, guard, side)) {
    tranche.progress = ratcheted(tranche.progress, { level: limit, rule: 'stop-loss' }, side);
    relevelAt(tranche, step.instrument(tranche.symbol), stopPrice(step.state, tranche, step.mono));
  }
  keepOrder(tranche, before);
  const { stopLoss } = tranche.levels;
  if (stopLoss !== null && isTighter(limit, stopLoss, side))
    tranche.levels = { ...tranche.levels, stopLoss: limit };
  const level = tranche.levels.stopLoss;
  if (level === null || !level.eq(limit) || before.stopLoss?.eq(level)) return;
  const liquidationPrice = step.symbol(tranche.symbol).liquidation[side];
  step.emit('protection:tightened', {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side,
    level: toDecimalString(level),
    liquidationPrice: toDecimalString(liquidationPrice ?? limit),
    reason: 'the stop lay beyond the price at which the exchange liquidates',
  });
}

/** An order that went in front of the liquidation stays there, wherever that goes: nothing that protects is loosened. */
function keepOrder(tranche: Tranche, { stopLoss: before }: ExitLevels): void {
  const { guard, stopLoss } = tranche.levels;
  if (before === null || guard === null || stopLoss === null) return;
  if (isTighter(before, stopLoss, tranche.side) && !isTighter(before, guard, tranche.side))
    tranche.levels = { ...tranche.levels, stopLoss: before };
}
