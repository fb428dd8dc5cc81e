import { type Decimal, ONE, toDecimalString } from '../model/decimal.js';
import type { ExitPlan } from '../model/exit-plan.js';

/** Absolute levels for a plan: a price sets, `null` removes, `undefined` keeps. */
export interface GivenLevels {
  readonly takeProfit: Decimal | null | undefined;
  readonly stopLoss: Decimal | null | undefined;
}

/** The plan with these levels. A take-profit is one of the whole tranche: it takes the place of all that there are. */
export function planWithLevels(plan: ExitPlan, given: GivenLevels): ExitPlan {
  const { takeProfit, stopLoss } = given;
  return {
    ...plan,
    takeProfits: takeProfit === undefined ? plan.takeProfits : onlyLevel(takeProfit),
    stopLoss: stopLoss === undefined ? plan.stopLoss : priceRule(stopLoss),
    volatility: keptVolatility(plan.volatility, given),
  };
}

function onlyLevel(price: Decimal | null): ExitPlan['takeProfits'] {
  const level = priceRule(price);
  return level === null ? [] : [{ level, portion: toDecimalString(ONE) }];
}

function priceRule(price: Decimal | null): ExitPlan['stopLoss'] {
  return price === null ? null : { kind: 'price', price: toDecimalString(price) };
}

/** A level that is taken away is not planned again by volatility. */
function keptVolatility(
  rule: ExitPlan['volatility'],
  { takeProfit, stopLoss }: GivenLevels,
): ExitPlan['volatility'] {
  if (rule === null) return null;
  const tpMultiple = takeProfit === null ? null : rule.tpMultiple;
  const slMultiple = stopLoss === null ? null : rule.slMultiple;
  return tpMultiple === null && slMultiple === null ? null : { ...rule, tpMultiple, slMultiple };
}
