import type { OrderSide, PositionMode, PositionSide, WirePositionSide } from '../../model/side.js';
import type { SimOrder } from './sim-order.js';

/** What a simulated account holds, in steps. In one-way mode one signed number per symbol, in hedge mode one per side. */
export class SimPositions {
  readonly #mode: PositionMode;
  readonly #steps = new Map<string, number>();

  constructor(mode: PositionMode) {
    this.#mode = mode;
  }

  /** Held of a side; below zero only where excess is executed. */
  held(symbol: string, side: PositionSide): number {
    if (this.#mode === 'hedge') return this.#steps.get(`${symbol}|${side}`) ?? 0;
    const net = this.#steps.get(symbol) ?? 0;
    return side === 'LONG' ? Math.max(0, net) : Math.max(0, -net);
  }

  /** How much an order of this side can take away. */
  reducible(symbol: string, side: OrderSide, positionSide: WirePositionSide): number {
    if (positionSide !== 'BOTH') return Math.max(0, this.held(symbol, positionSide));
    return this.held(symbol, side === 'SELL' ? 'LONG' : 'SHORT');
  }

  /** An execution of so many steps. */
  move(
    { symbol, side, positionSide }: Pick<SimOrder, 'symbol' | 'side' | 'positionSide'>,
    steps: number,
  ): void {
    const key = positionSide === 'BOTH' ? symbol : `${symbol}|${positionSide}`;
    const up = positionSide === 'SHORT' ? side === 'SELL' : side === 'BUY';
    this.#steps.set(key, (this.#steps.get(key) ?? 0) + (up ? steps : -steps));
  }
}
