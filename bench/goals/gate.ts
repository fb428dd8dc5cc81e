import type { Goal } from '../lib/goal.js';
import { seededRandom } from '../lib/measure.js';
import { rowOf } from '../lib/row.js';
import { type BenchMonitor, newMonitor, TWO_LEVELS, tick } from '../lib/seeded-monitor.js';

const SYMBOL = 'GATEUSDT';
const ACTS = 120;
/** Prices are counted in ticks of 0.01, levels in whole ones: the scan needs no rounding of its own. */
const FIRST_PRICE = 100_000;
/** Ticks stay inside `maxJumpPct`, so that none of them is doubted. */
const STEP_MAX = 600;
/** Callbacks are whole hundredths of a percent. */
const PARTS = 10_000;

/** What the scan knows of a tranche. */
interface Scanned {
  readonly id: string;
  readonly side: 'LONG' | 'SHORT';
  takeProfit: number;
  stopLoss: number;
  /** Hundredths of a percent; 0 = it does not trail. */
  readonly callback: number;
  /** Best price since it was opened. */
  peak: number;
}

/**
 * The gate: the monitor fires what a scan of all tranches fires, at the same tick, over random sequences of opening,
 * closing, moving levels and trailing. Figures of a monitor that fails here do not count.
 */
export const gate: Goal = async ({ quick }) => {
  const sequences = quick ? 15 : 150;
  const seen = { ticks: 0, fires: 0 };
  const failed: string[] = [];
  for (let seed = 1; seed <= sequences; seed += 1) {
    const difference = await new Sequence(seed).run(seen);
    if (difference !== null) failed.push(`seed ${seed}: ${difference}`);
  }
  return [
    rowOf({
      id: 'gate',
      name: `sequences of ${sequences} whose fires differ from those of a naive scan`,
      goal: 'none',
      unit: 'sequences',
      figure: failed.length,
      bounds: { figureMax: 0 },
      note: failed[0] ?? `${seen.ticks} ticks, ${seen.fires} fires, each on the same tick`,
    }),
  ];
};

class Sequence {
  readonly #random: () => number;
  readonly #bench: BenchMonitor;
  readonly #fired = new Set<string>();
  #held: Scanned[] = [];
  #price = FIRST_PRICE;
  #orders = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#bench = newMonitor({ plan: TWO_LEVELS });
    this.#bench.monitor.on('trigger:hit', ({ trancheId }) => this.#fired.add(trancheId));
  }

  /** @returns the first difference, `null` = there is none */
  async run(seen: { ticks: number; fires: number }): Promise<string | null> {
    const { monitor } = this.#bench;
    await monitor.start();
    this.#tick(FIRST_PRICE);
    try {
      for (let act = 0; act < ACTS; act += 1) {
        const kind = this.#random();
        if (kind < 0.25) await this.#open();
        else if (kind < 0.32) await this.#move();
        else if (kind < 0.38) await this.#close();
        else {
          const due = this.#scan(this.#price + this.#whole(-STEP_MAX, STEP_MAX));
          await this.#bench.monitor.settled();
          seen.ticks += 1;
          seen.fires += due.length;
          const expected = [...due].sort().join();
          const got = [...this.#fired].sort().join();
          if (got !== expected) {
            return `act ${act}, price ${this.#price / 100}: fired ${got || 'none'}, the scan ${expected || 'none'}`;
          }
          this.#fired.clear();
        }
      }
      return null;
    } finally {
      await monitor.stop();
    }
  }

  async #open(): Promise<void> {
    const side = this.#random() < 0.5 ? 'LONG' : 'SHORT';
    const sign = side === 'LONG' ? 1 : -1;
    const price = this.#price;
    const callback = this.#random() < 0.5 ? this.#whole(5, 120) : 0;
    const takeProfit = price + sign * this.#whole(1, 2_500);
    // Five percent, rounded to where it protects more.
    const stopLoss =
      side === 'LONG' ? Math.ceil((price * 95) / 100) : Math.floor((price * 105) / 100);
    this.#orders += 1;
    const entry = { orderId: `o${this.#orders}`, symbol: SYMBOL } as const;
    const order = { ...entry, side: side === 'LONG' ? 'BUY' : 'SELL', positionSide: side } as const;
    const { monitor } = this.#bench;
    await monitor.registerOrder({
      ...order,
      tranche: 'new',
      plan: {
        takeProfitLevels: [{ price: textOf(takeProfit), portion: 1 }],
        ...(callback > 0 && { trailingStop: { callbackPct: callback / 100 } }),
      },
    });
    const answer = monitor.handleOrderFill({
      ...{ ...order, executedQty: '0.01', avgPrice: textOf(price), status: 'FILLED' },
    });
    // The stream goes on: a level of our own is guarded on a price that was heard since it was subscribed.
    await new Promise((resolve) => setImmediate(resolve));
    this.#tick(price);
    const isCovered = await answer;
    const id = monitor.trancheForOrder(entry.orderId)?.id;
    if (!isCovered || id === undefined) {
      console.log(
        JSON.stringify(monitor.trancheForOrder(entry.orderId)),
        price,
        side,
        callback,
        takeProfit,
      );
      throw new Error('a fill is not protected');
    }
    await monitor.settled();
    const held: Scanned = { id, side, takeProfit, stopLoss, callback, peak: price };
    this.#held.push(held);
    if (callback === 0) await this.#moveLevels(held);
  }

  async #move(): Promise<void> {
    const tranche = this.#any();
    if (tranche !== undefined && tranche.callback === 0) await this.#moveLevels(tranche);
  }

  /** Another stop and another take-profit, neither of them passed. Trails stay as they are. */
  async #moveLevels(tranche: Scanned): Promise<void> {
    const sign = tranche.side === 'LONG' ? 1 : -1;
    tranche.takeProfit = this.#price + sign * this.#whole(1, 2_500);
    tranche.stopLoss = this.#price - sign * this.#whole(1, 2_500);
    const levels = { tpPrice: textOf(tranche.takeProfit), slPrice: textOf(tranche.stopLoss) };
    await this.#bench.monitor.updateTpSl(tranche.id, levels);
    await this.#bench.monitor.settled();
  }

  async #close(): Promise<void> {
    const tranche = this.#any();
    if (tranche === undefined) return;
    this.#held = this.#held.filter((one) => one !== tranche);
    await this.#bench.monitor.closeTranche(tranche.id);
    await this.#bench.monitor.settled();
  }

  /** Tells the price. @returns what a scan of all tranches fires at it, and drops that */
  #scan(price: number): readonly string[] {
    this.#tick(price);
    const due = this.#held.filter((tranche) => isHit(tranche, price));
    this.#held = this.#held.filter((tranche) => !due.includes(tranche));
    return due.map(({ id }) => id);
  }

  #tick(price: number): void {
    this.#price = price;
    tick(this.#bench.feed, SYMBOL, price / 100);
  }

  #any(): Scanned | undefined {
    return this.#held[Math.floor(this.#random() * this.#held.length)];
  }

  #whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }
}

function textOf(ticks: number): string {
  return (ticks / 100).toFixed(2);
}

/** First the best price, then the levels. The trail's level is rounded to where it protects more. */
function isHit(tranche: Scanned, price: number): boolean {
  const { side, takeProfit, callback } = tranche;
  if (side === 'LONG') {
    tranche.peak = Math.max(tranche.peak, price);
    const trail = callback === 0 ? 0 : Math.ceil((tranche.peak * (PARTS - callback)) / PARTS);
    return price >= takeProfit || price <= Math.max(tranche.stopLoss, trail);
  }
  tranche.peak = Math.min(tranche.peak, price);
  const trail =
    callback === 0
      ? Number.POSITIVE_INFINITY
      : Math.floor((tranche.peak * (PARTS + callback)) / PARTS);
  return price <= takeProfit || price >= Math.min(tranche.stopLoss, trail);
}
