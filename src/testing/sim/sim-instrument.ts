import { type Decimal, decimal } from '../../model/decimal.js';
import type { InstrumentInput } from '../../model/instrument.js';

/** Numbers further from the grid than this share of a step are not on it. */
const GRID_TOLERANCE = 1e-6;

/**
 * One contract of a simulated exchange. Inside, prices are whole ticks and quantities whole steps: exact, and fast
 * enough for millions of simulated lives.
 */
export class SimInstrument {
  readonly input: InstrumentInput;
  readonly symbol: string;
  readonly #tick: number;
  readonly #step: number;
  readonly #tickDecimal: Decimal;
  readonly #stepDecimal: Decimal;
  readonly #prices = new Map<number, Decimal>();
  readonly #quantities = new Map<number, Decimal>();

  constructor(input: InstrumentInput) {
    this.input = input;
    this.symbol = input.symbol;
    this.#tickDecimal = decimal(input.tickSize);
    this.#stepDecimal = decimal(input.stepSize);
    this.#tick = Number(input.tickSize);
    this.#step = Number(input.stepSize);
  }

  /** Whole ticks of a price; `null` off the grid. */
  ticks(price: number): number | null {
    return onGrid(price / this.#tick);
  }

  /** Whole steps of a quantity; `null` off the grid. */
  steps(quantity: number): number | null {
    return onGrid(quantity / this.#step);
  }

  /** The tick nearest to any price. */
  nearestTicks(price: number): number {
    return Math.round(price / this.#tick);
  }

  price(ticks: number): Decimal {
    return remembered(this.#prices, ticks, this.#tickDecimal);
  }

  /** Price as a number, for feeds. */
  priceNumber(ticks: number): number {
    return this.price(ticks).toNumber();
  }

  quantity(steps: number): Decimal {
    return remembered(this.#quantities, steps, this.#stepDecimal);
  }

  /** Average price of an execution: its cost in ticks times steps. */
  average(cost: number, steps: number): Decimal {
    return Number.isInteger(cost / steps)
      ? this.price(cost / steps)
      : this.#tickDecimal.times(cost).div(steps);
  }
}

function onGrid(count: number): number | null {
  const whole = Math.round(count);
  return Math.abs(count - whole) <= GRID_TOLERANCE * Math.max(1, Math.abs(count)) ? whole : null;
}

function remembered(known: Map<number, Decimal>, count: number, unit: Decimal): Decimal {
  let value = known.get(count);
  if (value === undefined) {
    value = unit.times(count);
    known.set(count, value);
  }
  return value;
}
