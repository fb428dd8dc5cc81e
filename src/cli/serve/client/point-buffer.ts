import { PAGE_POINTS_MAX } from '../../../limits.js';
import type { PricePoint } from '../price-history.js';

/** Prices that were asked for bit by bit, as columns. */
export class PointBuffer {
  #points: PricePoint[] = [];

  /** Time of the last point, which may still have grown when it is asked for again. */
  get lastTime(): number | null {
    return this.#points.at(-1)?.[0] ?? null;
  }

  clear(): void {
    this.#points = [];
  }

  /** Takes points in that begin at or before the end of what is known; a time that comes again replaces the old one. */
  add(points: readonly PricePoint[]): void {
    const [first] = points;
    if (first === undefined) return;
    const kept = this.#points.filter(([time]) => time < first[0]);
    this.#points = [...kept, ...points].slice(-PAGE_POINTS_MAX);
  }

  columns(): {
    readonly times: readonly number[];
    readonly last: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  } {
    const column = (index: 0 | 1 | 2 | 3): readonly number[] =>
      this.#points.map((point) => point[index]);
    return { times: column(0), last: column(1), low: column(2), high: column(3) };
  }
}
