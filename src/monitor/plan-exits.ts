import { ConfigError } from '../errors/config-error.js';
import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { AMOUNT_LENGTH_MAX } from '../limits.js';
import { amountFrom } from '../model/amount.js';
import {
  type Decimal,
  type DecimalInput,
  type DecimalString,
  toDecimalString,
} from '../model/decimal.js';
import type { ExitPlan, ExitPlanInput } from '../model/exit-plan.js';
import { type Instrument, type InstrumentInput, instrumentFrom } from '../model/instrument.js';
import { ownField } from '../model/own-field.js';
import {
  type OrderSide,
  openedSideOf,
  type PositionSide,
  type WirePositionSide,
} from '../model/side.js';
import { isSymbol, SYMBOL_EXPECTED } from '../model/symbol.js';
import type { Tranche } from '../model/tranche.js';
import { breakevenActivation, breakevenLevel } from '../positions/breakeven.js';
import { exitLevels } from '../positions/exit-levels.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { trailActivation, trailLevel } from '../positions/trailing.js';
import { openTranche } from '../positions/tranche-arithmetic.js';
import { exitPlanFrom } from './config/exit-plan-from.js';
import { frozen } from './config/frozen.js';
import { plainCopy } from './config/plain-copy.js';
import { Problems } from './config/problems.js';

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
  const { symbol, side, quantity, price } = readFill(fill);
  const resolved = exitPlanFrom(plan, null, 'plan', side);
  const rules = instrumentFrom(readInstrument(instrument));
  const tranche = openTranche(
    {
      symbol,
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

/** Own fields only, like a fill that is handed over. */
function readFill(fill: unknown): {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly price: Decimal;
} {
  if (typeof fill !== 'object' || fill === null) {
    throw invalid('', 'an object with symbol, side, executedQty and avgPrice', fill);
  }
  const symbol = ownField(fill, 'symbol');
  if (!isSymbol(symbol)) throw invalid(', symbol', SYMBOL_EXPECTED, symbol);
  const ordered = ownField(fill, 'side');
  if (ordered !== 'BUY' && ordered !== 'SELL') throw invalid(', side', '"BUY" or "SELL"', ordered);
  const named = ownField(fill, 'positionSide') ?? 'BOTH';
  if (named !== 'LONG' && named !== 'SHORT' && named !== 'BOTH') {
    throw invalid(', positionSide', '"LONG", "SHORT" or "BOTH"', named);
  }
  return {
    symbol,
    side: named === 'BOTH' ? openedSideOf(ordered) : named,
    quantity: positive(fill, 'executedQty'),
    price: positive(fill, 'avgPrice'),
  };
}

function positive(fill: object, field: keyof PlannableFill): Decimal {
  const value = ownField(fill, field);
  const read = amountFrom(value);
  if (read?.gt(0)) return read;
  const expected = `a decimal above zero of at most ${AMOUNT_LENGTH_MAX} characters`;
  throw invalid(`, ${field}`, expected, value);
}

function invalid(where: string, expected: string, received: unknown): ValidationError {
  return new ValidationError('FILL_INVALID', `The fill cannot be planned${where}`, {
    expected,
    received: describe(received),
  });
}

function readInstrument(instrument: unknown): InstrumentInput {
  const problems = new Problems('instrument');
  const read = plainCopy(instrument, [], problems);
  if (problems.count === 0 && typeof read === 'object' && read !== null) {
    return read as InstrumentInput;
  }
  throw new ConfigError('INSTRUMENT_UNSUPPORTED', 'The instrument', {
    expected: '{ symbol, tickSize, stepSize, … }',
    received: describe(instrument),
  });
}
