import type { SeededRandom } from '../../support/seeded-random.js';

/** What becomes of one write on its way. */
export interface WriteFate {
  /** Time until it reaches the book, ms. */
  readonly travelMs: number;
  /** `lost` before or after the book, `unavailable` (503) before or after it, `throttled`: refused at the door. */
  readonly end:
    | 'answered'
    | 'lost-before'
    | 'lost-after'
    | 'unavailable-before'
    | 'unavailable-after'
    | 'throttled';
  /** Time of the answer's way back, ms. */
  readonly returnMs: number;
}

export interface ReadFate {
  readonly end: 'answered' | 'lost' | 'unavailable';
  readonly returnMs: number;
}

const LATE_CHANCE = 0.02;

/** Chooses what goes wrong. Each kind is rare, so that most lives see one or none. */
export class Fates {
  readonly #random: SeededRandom;
  #isCalm = false;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Everything goes well from now on. */
  calm(): void {
    this.#isCalm = true;
  }

  ofWrite(): WriteFate {
    const random = this.#random;
    const swift = { travelMs: random.int(0, 4), returnMs: random.int(0, 4) };
    const dice = random.next();
    if (this.#isCalm) return { ...swift, end: 'answered' };
    if (random.chance(LATE_CHANCE))
      return { ...swift, end: 'answered', returnMs: random.int(100, 1_500) };
    if (random.chance(LATE_CHANCE))
      return { ...swift, end: 'answered', travelMs: random.int(100, 3_500) };
    if (dice < 0.015) return { ...swift, end: 'lost-after' };
    if (dice < 0.025) return { ...swift, end: 'lost-before' };
    if (dice < 0.04) return { ...swift, end: 'unavailable-after' };
    if (dice < 0.05) return { ...swift, end: 'unavailable-before' };
    if (dice < 0.06) return { ...swift, end: 'throttled' };
    return { ...swift, end: 'answered' };
  }

  ofRead(): ReadFate {
    const random = this.#random;
    const dice = random.next();
    const returnMs = random.int(0, 5);
    if (this.#isCalm) return { end: 'answered', returnMs };
    if (dice < 0.01) return { end: 'lost', returnMs };
    if (dice < 0.03) return { end: 'unavailable', returnMs };
    if (dice < 0.05) return { end: 'answered', returnMs: random.int(50, 600) };
    return { end: 'answered', returnMs };
  }

  /** Whether the account stream breaks at this moment; asked once per step of the prices. */
  dropsStream(): boolean {
    return this.#random.chance(0.003) && !this.#isCalm;
  }

  /** A price that never was, told to listeners only; asked once per step and symbol. */
  oddPrice(price: number): number | null {
    if (!this.#random.chance(0.002) || this.#isCalm) return null;
    return price * this.#random.pick([0.1, 0.5, 0.85, 1.15, 2, 10]);
  }
}
