import { PAGE_POINT_MS, PAGE_POINTS_MAX, PAGE_TICKS_KEPT } from '../../limits.js';

/** Last, lowest and highest price of a second: `[time, last, low, high]`. */
export type PricePoint = readonly [timeMs: number, last: number, low: number, high: number];

/** Prices of one symbol and source: the last half hour in seconds, and the latest ticks one by one. */
export class PriceHistory {
  readonly #points: PricePoint[] = [];
  #slot = Number.NEGATIVE_INFINITY;
  #last = 0;
  #low = 0;
  #high = 0;
  readonly #tickPrices = new Float64Array(PAGE_TICKS_KEPT);
  readonly #tickTimes = new Float64Array(PAGE_TICKS_KEPT);
  #ticks = 0;

  /**
   * Takes a tick in. Called for every one, so it makes no objects but one a second.
   *
   * @param now wall ms
   * @param receivedAt monotonic ms
   */
  add(price: number, now: number, receivedAt: number): void {
    const at = this.#ticks % PAGE_TICKS_KEPT;
    this.#tickPrices[at] = price;
    this.#tickTimes[at] = receivedAt;
    this.#ticks += 1;
    const slot = Math.floor(now / PAGE_POINT_MS);
    if (slot > this.#slot) {
      this.#close();
      this.#slot = slot;
      this.#low = price;
      this.#high = price;
    }
    this.#last = price;
    if (price < this.#low) this.#low = price;
    if (price > this.#high) this.#high = price;
  }

  /** Points from a time on, oldest first; the last one may still grow. */
  since(timeMs: number): readonly PricePoint[] {
    const from = this.#points.findIndex(([time]) => time >= timeMs);
    const closed = from === -1 ? [] : this.#points.slice(from);
    return this.#ticks === 0 ? closed : [...closed, this.#open()];
  }

  /** When the latest tick came, monotonic ms; `null` before the first. */
  get lastReceivedAt(): number | null {
    if (this.#ticks === 0) return null;
    return this.#tickTimes[(this.#ticks - 1) % PAGE_TICKS_KEPT] ?? null;
  }

  /** When the latest tick of this price came, monotonic ms; `null` when none of those that are kept had it. */
  receivedAt(price: number): number | null {
    const kept = Math.min(this.#ticks, PAGE_TICKS_KEPT);
    for (let back = 1; back <= kept; back += 1) {
      const at = (this.#ticks - back) % PAGE_TICKS_KEPT;
      if (this.#tickPrices[at] === price) return this.#tickTimes[at] ?? null;
    }
    return null;
  }

  #close(): void {
    if (this.#ticks <= 1) return;
    this.#points.push(this.#open());
    if (this.#points.length > PAGE_POINTS_MAX) this.#points.shift();
  }

  #open(): PricePoint {
    return [this.#slot * PAGE_POINT_MS, this.#last, this.#low, this.#high];
  }
}
