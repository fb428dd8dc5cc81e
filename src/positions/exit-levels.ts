import { ValidationError } from '../errors/validation-error.js';
import { type Decimal, decimal, HUNDRED, toDecimalString } from '../model/decimal.js';
import type { ExitLevels, ExitPlan, LevelRule } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
import { roundStop, roundTakeProfit } from '../model/price.js';
import type { PositionSide } from '../model/side.js';

/**
 * Levels of a plan at one entry price.
 *
 * Take-profit LONG `entry * (1 + pct/100)`, SHORT `entry * (1 - pct/100)`; stop mirrored. Take-profits are rounded to
 * the nearest tick, stops never looser than asked.
 *
 * @throws ValidationError `LEVEL_INVALID` when a level would be zero or negative
 */
export function exitLevels(
  plan: ExitPlan,
  side: PositionSide,
  entryPrice: Decimal,
  instrument: Instrument,
): ExitLevels {
  return {
    takeProfits: plan.takeProfits.map((rule) => ({
      price: positive(
        roundTakeProfit(
          positive(levelPrice(rule.level, entryPrice, side === 'LONG'), 'take-profit', instrument),
          instrument,
        ),
        'take-profit',
        instrument,
      ),
      portion: decimal(rule.portion),
    })),
    stopLoss:
      plan.stopLoss === null
        ? null
        : positive(
            roundStop(
              positive(
                levelPrice(plan.stopLoss, entryPrice, side === 'SHORT'),
                'stop-loss',
                instrument,
              ),
              side,
              instrument,
            ),
            'stop-loss',
            instrument,
          ),
  };
}

function levelPrice(rule: LevelRule, entryPrice: Decimal, above: boolean): Decimal {
  if (rule.kind === 'price') return decimal(rule.price);
  const percent = decimal(rule.percent);
  const factor = above ? HUNDRED.plus(percent) : HUNDRED.minus(percent);
  return entryPrice.times(factor).div(HUNDRED);
}

function positive(price: Decimal, name: string, instrument: Instrument): Decimal {
  if (price.gt(0)) return price;
  throw new ValidationError('LEVEL_INVALID', `The ${name} level of ${instrument.symbol}`, {
    expected: 'a price above zero',
    received: toDecimalString(price),
    remedy: 'Give a smaller percentage',
  });
}
