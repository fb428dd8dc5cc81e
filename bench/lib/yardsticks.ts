import type { Contender } from './measure.js';
import { sink } from './measure.js';

/** Prices between two levels, off the whole numbers, so that they are doubles. */
export function quietPrices(from: number, to: number, count: number): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, index) => from + (((index * 7_919) % 9_973) / 9_973) * (to - from),
  );
}

/** What no decision can beat: read a price, compare it with two numbers in registers. */
export function inlinedGuard(prices: Float64Array, down: number, up: number): Contender {
  const mask = prices.length - 1;
  return {
    run(times) {
      let hits = 0;
      for (let index = 0; index < times; index += 1) {
        const price = prices[index & mask] as number;
        if (price <= down || price >= up) hits += 1;
      }
      sink.value += hits;
    },
  };
}

export interface Guard {
  readonly up: number;
  readonly down: number;
}

/** The least that finds its levels by symbol: one `Map.get`, two compares. */
export function mapGetAndCompare(
  prices: Float64Array,
  symbols: readonly string[],
  guards: ReadonlyMap<string, Guard>,
): Contender {
  const mask = prices.length - 1;
  return {
    run(times) {
      let hits = 0;
      let which = 0;
      for (let index = 0; index < times; index += 1) {
        const price = prices[index & mask] as number;
        const guard = guards.get(symbols[which] as string);
        which += 1;
        if (which === symbols.length) which = 0;
        if (guard === undefined || price <= guard.down || price >= guard.up) hits += 1;
      }
      sink.value += hits;
    },
  };
}

/** A tranche as a plain object, as a straight port of the first design keeps it. */
export interface PlainTranche {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'LONG' | 'SHORT';
  readonly quantity: number;
  readonly entryPrice: number;
  readonly tpPrice: number;
  readonly slPrice: number;
  readonly tpOrderId: string | null;
  readonly slOrderId: string | null;
  readonly tpEnabled: boolean;
  readonly slEnabled: boolean;
  isClosing: boolean;
  closingStartedAt: number;
  lastUpdated: number;
}

export function plainTranches(count: number): PlainTranche[] {
  return Array.from({ length: count }, (_, index) => {
    const entryPrice = 1_000 + ((index * 7_919) % 100);
    return {
      id: `S0USDT:LONG:o${index}:0`,
      symbol: 'S0USDT',
      side: 'LONG',
      quantity: 0.01,
      entryPrice,
      tpPrice: (entryPrice * 105) / 100,
      slPrice: (entryPrice * 95) / 100,
      tpOrderId: `tp-${index}`,
      slOrderId: `sl-${index}`,
      tpEnabled: true,
      slEnabled: true,
      isClosing: false,
      closingStartedAt: 0,
      lastUpdated: 0,
    };
  });
}

/** Looks at every tranche. */
export function naiveScan(tranches: readonly PlainTranche[], prices: Float64Array): Contender {
  const mask = prices.length - 1;
  return {
    run(times) {
      for (let index = 0; index < times; index += 1) {
        sink.value += hitsAt(tranches, prices[index & mask] as number);
      }
    },
  };
}

export function hitsAt(tranches: readonly PlainTranche[], price: number): number {
  let hits = 0;
  for (const { side, tpPrice, slPrice } of tranches) {
    const isHit =
      side === 'LONG' ? price >= tpPrice || price <= slPrice : price <= tpPrice || price >= slPrice;
    if (isHit) hits += 1;
  }
  return hits;
}

/**
 * The loop of the first design, made anew from its description: for LONG then SHORT, the position's tranches are copied
 * into a list; each is asked whether it is closing (a flag that is dropped after 30 s) and whether its take-profit is on
 * and passed. It knows no stop.
 */
export function firstLoop(tranches: readonly PlainTranche[], prices: Float64Array): Contender {
  const positions = new Map([
    ['S0USDT_LONG', new Map(tranches.map((tranche) => [tranche.id, tranche]))],
  ]);
  const mask = prices.length - 1;
  return {
    run(times) {
      for (let index = 0; index < times; index += 1) {
        const price = prices[index & mask] as number;
        for (const side of ['LONG', 'SHORT']) {
          const held = positions.get(`S0USDT_${side}`);
          if (held === undefined) continue;
          for (const [, tranche] of Array.from(held)) {
            if (tranche.isClosing) {
              if (Date.now() - tranche.closingStartedAt < 30_000) continue;
              tranche.isClosing = false;
            }
            if (!tranche.tpEnabled) continue;
            if (side === 'LONG' ? price >= tranche.tpPrice : price <= tranche.tpPrice) {
              sink.value += 1;
            }
          }
        }
      }
    },
  };
}
