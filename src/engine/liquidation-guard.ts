import { type Decimal, decimal, HUNDRED, toDecimalString } from '../model/decimal.js';
import type { ExitPlan } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
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
  return level.gt(0) ? roundStop(level, side, instrument) : null;
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

/** A stop that the exchange's liquidation would come before is tightened, and that is told. */
export function guardLiquidation(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const { side, plan, levels } = tranche;
  const symbol = step.symbol(tranche.symbol);
  const instrument = step.instrument(tranche.symbol);
  const limit = loosestStop(step, tranche);
  if (limit === null || levels.stopLoss === null || !isTighter(limit, levels.stopLoss, side))
    return;
  const level = beforeFloor(plan, limit, side, instrument);
  tranche.progress = ratcheted(tranche.progress, { level, rule: 'stop-loss' }, side);
  relevelAt(tranche, instrument, stopPrice(step.state, tranche, step.mono));
  step.emit('protection:tightened', {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side,
    level: toDecimalString(level),
    liquidationPrice: toDecimalString(symbol.liquidation[side] ?? limit),
    reason: 'the stop lay beyond the price at which the exchange liquidates',
  });
}

/** Where hits are confirmed the order rests behind the guard: the guard goes so far that the order is in front. */
function beforeFloor(
  { confirm }: ExitPlan,
  limit: Decimal,
  side: PositionSide,
  instrument: Instrument,
): Decimal {
  const floorPct = confirm?.hardFloorPct ?? null;
  if (floorPct === null) return limit;
  const share = side === 'LONG' ? HUNDRED.minus(floorPct) : HUNDRED.plus(floorPct);
  return roundStop(limit.times(HUNDRED).div(share), side, instrument);
}
