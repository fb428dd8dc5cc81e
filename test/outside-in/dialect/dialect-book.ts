import type { LoopbackExchange } from '../../../src/testing/exchange-server/loopback-exchange.js';
import { type ExitRole, exitKey, roleOf, units } from '../venue/live-book.js';
import type { CoverBook } from '../world/cover-watch.js';

/** An order of the monitor that rests. */
export interface RestingExit {
  readonly role: ExitRole;
  /** Symbol and side of the position that it reduces. */
  readonly key: string;
  /** In {@link units}, as the next one. */
  readonly quantity: number;
  readonly executed: number;
}

/** The truth: what an account at the loopback exchange holds, and which of the monitor's orders rest there. */
export class DialectBook implements CoverBook {
  readonly #exchange: LoopbackExchange;
  readonly #stepUnits: ReadonlyMap<string, number>;

  constructor(exchange: LoopbackExchange) {
    this.#exchange = exchange;
    this.#stepUnits = new Map(
      [...exchange.instruments].map(([symbol, { stepSize }]) => [symbol, units(Number(stepSize))]),
    );
  }

  /** The monitor's resting orders by client id: plain and conditional ones, those whose condition is just met too. */
  get orders(): ReadonlyMap<string, RestingExit> {
    const { orders, conditionals } = this.#exchange;
    const found = new Map<string, RestingExit>();
    for (const order of orders.open) {
      const role = roleOf(order.clientOrderId);
      // What a stop has sent at Aster bears the stop's name, and is no stop any more.
      if (role === null || (role === 'stop-loss' && order.condition !== null)) continue;
      found.set(order.clientOrderId, this.#exit(order, role, order.executed));
    }
    for (const order of conditionals.open) {
      const role = roleOf(order.clientId);
      if (role !== null) found.set(order.clientId, this.#exit(order, role, 0));
    }
    return found;
  }

  /** Held quantity by symbol and side. */
  get held(): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    for (const symbol of this.#exchange.instruments.keys()) {
      for (const side of ['LONG', 'SHORT']) {
        const key = `${symbol} ${side}`;
        const quantity = this.heldOf(key);
        if (quantity > 0) held.set(key, quantity);
      }
    }
    return held;
  }

  heldOf(key: string): number {
    const [symbol = '', side] = key.split(' ');
    const steps = this.#exchange.orders.venue.held(symbol, side as 'LONG' | 'SHORT');
    return Math.max(0, this.unitsOf(symbol, steps));
  }

  stopped(key: string): number {
    let sum = 0;
    for (const { role, key: of, quantity, executed } of this.orders.values()) {
      if (role === 'stop-loss' && of === key) sum += quantity - executed;
    }
    return sum;
  }

  uncovered(): readonly string[] {
    return [...this.held].filter(([key, held]) => this.stopped(key) < held).map(([key]) => key);
  }

  unitsOf(symbol: string, steps: number): number {
    return steps * (this.#stepUnits.get(symbol) ?? 0);
  }

  #exit(
    order: { readonly symbol: string; readonly side: 'BUY' | 'SELL'; readonly quantity: number },
    role: ExitRole,
    executed: number,
  ): RestingExit {
    const { symbol, side, quantity } = order;
    return {
      role,
      key: exitKey(symbol, side),
      quantity: this.unitsOf(symbol, quantity),
      executed: this.unitsOf(symbol, executed),
    };
  }
}
