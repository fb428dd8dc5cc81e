import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import {
  type Decimal,
  type DecimalInput,
  type DecimalString,
  toDecimalString,
  tryDecimal,
} from '../model/decimal.js';
import type { ExitPlan, ExitPlanInput } from '../model/exit-plan.js';
import { type Instrument, type InstrumentInput, instrumentFrom } from '../model/instrument.js';
import {
  type OrderSide,
  openedSideOf,
  type PositionSide,
  type WirePositionSide,
} from '../model/side.js';
import type { Tranche } from '../model/tranche.js';
import { breakevenActivation, breakevenLevel } from '../positions/breakeven.js';
import { exitLevels } from '../positions/exit-levels.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { trailActivation, trailLevel } from '../positions/trailing.js';
import { openTranche } from '../positions/tranche-arithmetic.js';
import { exitPlanFrom } from './config/exit-plan-from.js';
import { frozen } from './config/frozen.js';

/** What a fill would be protected with. Decimal strings, rounded to the instrument. */
export interface PlannedExits {
  readonly side: PositionSide;
  readonly quantity: DecimalString;
  readonly entryPrice: DecimalString;
  readonly takeProfits: readonly {
    readonly price: DecimalString;
    readonly portion: DecimalString;
    readonly quantity: DecimalString;
  }[];
  /** Where the plan's own stop rests; that of a trail may lie nearer. */
  readonly stopLoss: DecimalString | null;
  readonly trailingStop: {
    /** Exact price that arms the trail; `null` = it is armed at once. */
    readonly activationPrice: DecimalString | null;
    /** Its first level. */
    readonly stop: DecimalString;
  } | null;
  readonly breakeven: {
    /** Exact price that moves the stop; `null` = a take-profit level does. */
    readonly activationPrice: DecimalString | null;
    /** Where the stop goes, before any fees: those are known only afterwards. */
    readonly level: DecimalString;
  } | null;
}

/** The part of a fill that a plan depends on. */
export interface PlannableFill {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide?: WirePositionSide;
  readonly executedQty: DecimalInput;
  readonly avgPrice: DecimalInput;
}

/**
 * Previews the exits of a fill: pure, sends nothing.
 *
 * @throws ValidationError `FILL_INVALID`, `PLAN_INVALID`, `LEVEL_INVALID`
 * @throws ConfigError `INSTRUMENT_UNSUPPORTED`
 * @example
 * planExits(
 *   { symbol: 'BTCUSDT', side: 'BUY', executedQty: '0.1', avgPrice: '45000' },
 *   { takeProfitPct: 1, stopLossPct: 5 },
 *   { symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' },
 * ).stopLoss // '42750'
 */
export function planExits(
  fill: PlannableFill,
  plan: ExitPlanInput,
  instrument: InstrumentInput,
): PlannedExits {
  const quantity = positive(fill.executedQty, 'executedQty');
  const price = positive(fill.avgPrice, 'avgPrice');
  const { positionSide } = fill;
  const side =
    positionSide === undefined || positionSide === 'BOTH' ? openedSideOf(fill.side) : positionSide;
  const resolved = exitPlanFrom(plan, null, 'plan', side);
  const rules = instrumentFrom(instrument);
  const tranche = openTranche(
    {
      symbol: fill.symbol,
      side,
      intake: {
        orderId: 'preview',
        quantity,
        cost: quantity.times(price),
        fee: quantity.minus(quantity),
      },
      ordinal: 0,
      number: 0,
      openedSeq: 0,
      plan: resolved,
      separate: false,
      now: 0,
    },
    rules,
  );
  const levels = exitLevels(resolved, side, price, rules);
  const quantities = takeProfitQuantities(tranche, rules);
  return frozen({
    side,
    quantity: toDecimalString(quantity),
    entryPrice: toDecimalString(price),
    takeProfits: levels.takeProfits.map((level, slot) => ({
      price: toDecimalString(level.price),
      portion: toDecimalString(level.portion),
      quantity: toDecimalString(quantities[slot] ?? quantity),
    })),
    stopLoss: textOf(levels.stopLoss),
    trailingStop: plannedTrail(resolved, tranche, rules),
    breakeven: plannedBreakeven(resolved, tranche, rules),
  });
}

function plannedTrail(
  { trailingStop }: ExitPlan,
  { side, entryPrice }: Tranche,
  instrument: Instrument,
): PlannedExits['trailingStop'] {
  if (trailingStop === null) return null;
  const activation = trailActivation(trailingStop, entryPrice, side);
  const stop = trailLevel(trailingStop, activation ?? entryPrice, side, instrument);
  return { activationPrice: textOf(activation), stop: toDecimalString(stop) };
}

function plannedBreakeven(
  { breakeven }: ExitPlan,
  tranche: Tranche,
  instrument: Instrument,
): PlannedExits['breakeven'] {
  if (breakeven === null) return null;
  const level = breakevenLevel({ ...breakeven, includeFees: false }, tranche, instrument);
  return {
    activationPrice: textOf(breakevenActivation(breakeven, tranche, instrument)),
    level: toDecimalString(level),
  };
}

function textOf(price: Decimal | null): DecimalString | null {
  return price === null ? null : toDecimalString(price);
}

function positive(value: DecimalInput, field: string) {
  const read = tryDecimal(value);
  if (read?.gt(0)) return read;
  throw new ValidationError('FILL_INVALID', `The fill's ${field}`, {
    expected: 'a decimal above zero',
    received: describe(value),
  });
}
