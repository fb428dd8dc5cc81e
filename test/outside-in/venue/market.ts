import type { InstrumentInput } from 'position-monitor';
import type { SeededRandom } from '../../support/seeded-random.js';

/** A contract of the venue, and what the bot buys of it. */
export interface Contract extends InstrumentInput {
  readonly symbol: string;
  readonly basePrice: number;
  /** Decimals of the price. */
  readonly priceDigits: number;
  /** Smallest and largest entry, in steps. */
  readonly entrySteps: readonly [number, number];
}

export const CONTRACTS: readonly Contract[] = [
  {
    symbol: 'BTCUSDT',
    tickSize: '0.1',
    stepSize: '0.001',
    minQty: '0.001',
    // Small enough that stops and closes of grown tranches are split.
    maxMarketQty: '0.05',
    minNotional: '5',
    basePrice: 45_000,
    priceDigits: 1,
    entrySteps: [2, 30],
  },
  {
    symbol: 'ETHUSDT',
    tickSize: '0.01',
    stepSize: '0.01',
    minQty: '0.01',
    minNotional: '5',
    basePrice: 3_000,
    priceDigits: 2,
    entrySteps: [2, 40],
  },
  {
    symbol: 'SOLUSDT',
    tickSize: '0.01',
    stepSize: '0.1',
    minQty: '0.1',
    minNotional: '5',
    basePrice: 150,
    priceDigits: 2,
    entrySteps: [2, 50],
  },
];

/** Spread of one step, and pull back to the base price. */
const STEP_SPREAD = 0.0003;
const PULL = 0.002;
const GAP_CHANCE = 0.005;
const WICK_CHANCE = 0.01;

/** The price of one contract: a random walk around its base, with gaps, and with wicks that are there and gone. */
export class PriceWalk {
  readonly contract: Contract;
  readonly #random: SeededRandom;
  #price: number;
  #isFrozen = false;

  constructor(contract: Contract, random: SeededRandom) {
    this.contract = contract;
    this.#random = random;
    this.#price = contract.basePrice;
  }

  get price(): number {
    return this.#onTick(this.#price);
  }

  /** The market goes to sleep; its price is still told. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** The prices of one step, mostly one. */
  next(): readonly number[] {
    if (this.#isFrozen) return [this.price];
    const random = this.#random;
    const { basePrice } = this.contract;
    const noise = random.next() + random.next() + random.next() - 1.5;
    this.#price *= 1 + noise * 2 * STEP_SPREAD + PULL * (1 - this.#price / basePrice);
    if (random.chance(GAP_CHANCE)) this.#price *= 1 + this.#leap();
    if (!random.chance(WICK_CHANCE)) return [this.price];
    return [this.#onTick(this.#price * (1 + this.#leap())), this.price];
  }

  /** A move of 0.3 to 1.2 percent, up or down. */
  #leap(): number {
    const size = 0.003 + this.#random.next() * 0.009;
    return this.#random.chance(0.5) ? size : -size;
  }

  #onTick(price: number): number {
    return Number(price.toFixed(this.contract.priceDigits));
  }
}
