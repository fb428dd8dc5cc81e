import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../src/model/decimal.js';
import { BTC, CoreBench } from '../support/core-bench.js';

type Act =
  | {
      readonly kind: 'fill';
      readonly buys: boolean;
      readonly steps: number;
      readonly again: boolean;
    }
  | { readonly kind: 'tick'; readonly move: number }
  | { readonly kind: 'gap'; readonly move: number }
  | { readonly kind: 'merge' }
  | {
      readonly kind: 'levels';
      readonly index: number;
      readonly stop: number;
      readonly profit: number;
    }
  | { readonly kind: 'forget'; readonly index: number }
  | { readonly kind: 'close'; readonly index: number }
  | { readonly kind: 'time'; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      buys: fc.boolean(),
      steps: fc.integer({ min: 1, max: 60 }),
      again: fc.boolean(),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('tick' as const),
      move: fc.integer({ min: -250, max: 250 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('gap' as const),
      move: fc.integer({ min: -1_500, max: 1_500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('levels' as const),
      index: fc.nat(4),
      stop: fc.integer({ min: 1, max: 400 }),
      profit: fc.integer({ min: 1, max: 400 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), index: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      ms: fc.integer({ min: 1, max: 2_500 }),
    }),
  },
);

const world = fc.record({
  hedge: fc.boolean(),
  limitParts: fc.integer({ min: 1, max: 3 }),
  marketParts: fc.integer({ min: 1, max: 3 }),
  slippageBps: fc.constantFrom(0, 5),
  takeProfitOrder: fc.constantFrom(
    'limit' as const,
    'market-on-trigger' as const,
    'local' as const,
  ),
  stopLossOrder: fc.constantFrom(
    'market-on-trigger' as const,
    'market-on-trigger' as const,
    'local' as const,
  ),
  onTrancheLimit: fc.constantFrom('join-newest' as const, 'merge' as const),
  severalStops: fc.boolean(),
  acts: fc.array(act, { minLength: 4, maxLength: 30 }),
});

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

/** A history on an exchange that fills in parts, with what was wrong at the moment in which it was asked for. */
class History {
  readonly bench: CoreBench;
  readonly wrong: string[] = [];
  readonly #orders: {
    readonly id: string;
    readonly side: 'BUY' | 'SELL';
    executed: number;
    cost: number;
  }[] = [];
  #price = 45_000;

  constructor(bench: CoreBench) {
    this.bench = bench;
    bench.exchange.refuse = ({ clientOrderId, quantity, kind }) => {
      const tranche = bench
        .tranches()
        .find((view) => view.orders.some((order) => order.clientOrderId === clientOrderId));
      if (tranche === undefined) this.wrong.push(`${kind} ${clientOrderId} belongs to no tranche`);
      else {
        /** A part that fills in the very moment in which the request is on its way is a race, not a mistake. */
        const racing = tranche.exits.filter(({ time }) => time >= bench.clock.now());
        const held = sumDecimals([tranche, ...racing].map((one) => decimal(one.quantity)));
        if (decimal(quantity).gt(held))
          this.wrong.push(`${kind} of ${quantity} where ${held} is held`);
      }
      return null;
    };
  }

  async perform(one: Act): Promise<void> {
    const { bench } = this;
    await bench.run(1);
    if (one.kind === 'tick' || one.kind === 'gap') {
      this.#price = Math.max(1_000, this.#price + one.move);
      await bench.tick(this.#price);
    } else if (one.kind === 'time') await bench.run(one.ms);
    else if (one.kind === 'fill') await this.#fill(one);
    else if (one.kind === 'merge') {
      for (const { positionId } of bench.monitor.positions())
        await bench.until(bench.monitor.mergeTranches(positionId).catch(() => null));
    } else if (one.kind === 'forget') {
      const order = this.#orders[one.index];
      if (order) await bench.until(bench.monitor.cancelRelatedOrders(order.id));
    } else {
      const tranche = bench.tranches()[one.index];
      if (tranche?.state !== 'OPEN') return;
      if (one.kind === 'close') await bench.until(bench.monitor.closeTranche(tranche.id));
      else {
        const sign = tranche.side === 'LONG' ? 1 : -1;
        const levels = {
          slPrice: this.#price - sign * one.stop,
          tpPrice: this.#price + sign * one.profit,
        };
        await bench.until(bench.monitor.updateTpSl(tranche.id, levels));
      }
    }
  }

  /** A new order, or a further part of the last one. */
  async #fill({ buys, steps, again }: Extract<Act, { kind: 'fill' }>): Promise<void> {
    const side = buys ? 'BUY' : 'SELL';
    let order = this.#orders.at(-1);
    if (!again || order === undefined) {
      order = { id: `o${this.#orders.length}`, side, executed: 0, cost: 0 };
      this.#orders.push(order);
    }
    order.executed += steps;
    order.cost += steps * this.#price;
    await this.bench.fill(
      decimal(order.executed).times('0.001').toFixed(),
      decimal(order.cost).div(order.executed).toFixed(),
      {
        orderId: order.id,
        side: order.side,
        status: 'PARTIALLY_FILLED',
      },
    );
  }
}

describe('exits on an exchange that fills in parts', () => {
  it('never ask for more than a tranche holds, and the books agree with the exchange in the end', async () => {
    await fc.assert(fc.asyncProperty(world, live), { numRuns: 250 });
  });
});

async function live(options: World): Promise<void> {
  const {
    hedge,
    limitParts,
    marketParts,
    slippageBps,
    takeProfitOrder,
    stopLossOrder,
    onTrancheLimit,
  } = options;
  const bench = await CoreBench.started({
    positionMode: hedge ? 'hedge' : 'one-way',
    symbols: { [BTC]: { takeProfitPct: 0.6, stopLossPct: 0.8, takeProfitOrder, stopLossOrder } },
    globals: { tranchePnlIncrementPct: 0.3, maxTranchesPerSymbolSide: 3, onTrancheLimit },
    paper: { partialFills: { limitParts, marketParts }, slippageBps },
    capabilities: { severalStops: options.severalStops },
  });
  const history = new History(bench);
  await bench.tick(45_000);
  for (const one of options.acts) await history.perform(one);
  await bench.run(30_000);
  expect(history.wrong).toEqual([]);
  expect(bench.monitor.getHealth()).toMatchObject({ state: 'running', unresolvedOrders: 0 });
  for (const closed of bench.named('tranche:closed')) {
    const taken = sumDecimals(closed.chain.fills.map(({ quantity }) => decimal(quantity)));
    expect(taken.lte(closed.tranche.openedQty), `${closed.trancheId} gave more than it had`).toBe(
      true,
    );
  }
  const rows = await bench.paper.fetchPositions(BTC);
  for (const side of ['LONG', 'SHORT'] as const) {
    const held = decimal(rows.find((row) => row.side === side)?.quantity ?? '0');
    const ours = sumDecimals(
      bench
        .tranches()
        .filter((view) => view.side === side)
        .map(({ quantity }) => decimal(quantity)),
    );
    expect(`${side} ${ours.toFixed()}`).toBe(`${side} ${held.toFixed()}`);
  }
  expect(
    (await bench.monitor.verifyProtection()).positions.flatMap(({ problems }) => problems),
  ).toEqual([]);
  /** Nothing of ours rests for what is closed. */
  const alive = new Set(
    bench.tranches().flatMap(({ orders }) => orders.map(({ clientOrderId }) => clientOrderId)),
  );
  const orphans = (await bench.paper.fetchOpenOrders()).filter(
    ({ clientOrderId }) => !alive.has(clientOrderId as never),
  );
  expect(orphans).toEqual([]);
  await bench.until(bench.monitor.stop());
}
