/** A small seeded generator (sfc32): the same seed gives the same numbers everywhere. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #d = 1;

  /** @param purpose streams of different purposes do not disturb each other */
  constructor(seed: number, purpose: string) {
    let hash = 0x811c9dc5;
    for (const letter of purpose) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    this.#a = seed | 0;
    this.#b = hash | 0;
    for (let round = 0; round < 15; round += 1) this.next();
  }

  /** From 0 to below 1. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.int(0, values.length - 1)] as Value;
  }
}
