import type { PositionSide } from '../../model/side.js';

/** Where a simulated exchange says that it would liquidate, in ticks. Told with positions; what happens there is up to the test. */
export class SimLiquidation {
  readonly #ticks = new Map<string, number>();

  /** Level of a side, ticks; `null` when the exchange says none. */
  of(symbol: string, side: PositionSide): number | null {
    return this.#ticks.get(`${symbol}|${side}`) ?? null;
  }

  /** Margin or leverage changed: it lies elsewhere from now on. `null` = nothing is told of it any more. */
  set(symbol: string, side: PositionSide, ticks: number | null): void {
    if (ticks === null) this.#ticks.delete(`${symbol}|${side}`);
    else this.#ticks.set(`${symbol}|${side}`, ticks);
  }
}
