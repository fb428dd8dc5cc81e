import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderKind } from '../../../src/model/order.js';
import type { PriceSource } from '../../../src/model/price.js';
import type { OrderSide } from '../../../src/model/side.js';
import { PaperBench, SYMBOL } from './paper-fixture.js';

interface Placed {
  readonly id: string;
  readonly kind: OrderKind;
  readonly side: OrderSide;
  readonly level: number;
  readonly source: PriceSource;
  leaves: number;
}

/**
 * The rules of the paper exchange in the plainest words: every order is looked at on every price. One-way mode,
 * ideal fills, whole numbers.
 */
class NaiveExchange {
  readonly trades: string[] = [];
  readonly prices = new Map<PriceSource, number>();
  position = 0;
  open: Placed[] = [];

  accept(source: PriceSource, price: number): void {
    this.prices.set(source, price);
    const hits = this.open.filter(
      (order) => this.judge(order) === source && isPassed(order, price),
    );
    hits.sort(
      (a, b) =>
        rank(a) - rank(b) ||
        Number(isRising(b)) - Number(isRising(a)) ||
        (isRising(a) ? a.level - b.level : b.level - a.level) ||
        Number(a.id.slice(1)) - Number(b.id.slice(1)),
    );
    for (const order of hits) this.execute(order, order.kind === 'limit' ? order.level : null);
  }

  place(order: Placed): void {
    const price = this.prices.get(this.judge(order) ?? 'LAST');
    const passed = price !== undefined && isPassed(order, price);
    if (passed && order.kind !== 'limit') return;
    if (passed && this.reducible(order.side) === 0) return;
    this.open.push(order);
    if (passed) this.execute(order, null);
  }

  enter(side: OrderSide, quantity: number): void {
    const price = this.prices.get('LAST') ?? this.prices.get('MARK');
    if (price === undefined) return;
    this.trades.push(`${side} ${quantity} @ ${price}`);
    this.position += side === 'BUY' ? quantity : -quantity;
  }

  cancel(id: string): void {
    this.open = this.open.filter((order) => order.id !== id);
  }

  private execute(order: Placed, limit: number | null): void {
    const price = limit ?? this.prices.get('LAST') ?? this.prices.get('MARK');
    const quantity = Math.min(order.leaves, this.reducible(order.side));
    this.cancel(order.id);
    if (quantity === 0) return;
    this.trades.push(`${order.side} ${quantity} @ ${price}`);
    this.position += order.side === 'BUY' ? quantity : -quantity;
  }

  private reducible(side: OrderSide): number {
    return Math.max(side === 'SELL' ? this.position : -this.position, 0);
  }

  /** The source that decides, given what was fed so far. */
  private judge(order: Placed): PriceSource | undefined {
    const wanted: PriceSource[] =
      order.kind !== 'limit' && order.source === 'MARK' ? ['MARK', 'LAST'] : ['LAST', 'MARK'];
    return wanted.find((source) => this.prices.has(source));
  }
}

function isRising({ kind, side }: Placed): boolean {
  return kind === 'stop-market' ? side === 'BUY' : side === 'SELL';
}

function isPassed(order: Placed, price: number): boolean {
  return isRising(order) ? price >= order.level : price <= order.level;
}

function rank({ kind }: Placed): number {
  return ['stop-market', 'take-profit-market', 'limit'].indexOf(kind);
}

const side = fc.constantFrom<OrderSide>('BUY', 'SELL');
const source = fc.constantFrom<PriceSource>('LAST', 'LAST', 'MARK');
const level = fc.integer({ min: 90, max: 110 });
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ price: level, source }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom<OrderKind>('stop-market', 'take-profit-market', 'limit'),
      side,
      level,
      source,
      quantity: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ enter: fc.integer({ min: 1, max: 5 }), side }) },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat(20) }) },
);

describe('the price-indexed book', () => {
  it('matches what a full scan of all orders on every price matches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 80, size: 'max' }), async (acts) => {
        const bench = new PaperBench({
          positionMode: 'one-way',
          instruments: [{ symbol: SYMBOL, tickSize: 1, stepSize: 1 }],
        });
        const naive = new NaiveExchange();
        let count = 0;
        for (const step of acts) {
          if ('price' in step) {
            bench.price(step.price, step.source);
            naive.accept(step.source, step.price);
          } else if ('enter' in step) {
            void bench.place({ side: step.side, quantity: `${step.enter}`, clientOrderId: 'e' });
            naive.enter(step.side, step.enter);
          } else if ('cancel' in step) {
            const clientOrderId = `o${step.cancel}`;
            void bench.exchange.cancelOrder({ symbol: SYMBOL, clientOrderId, kind: 'limit' });
            naive.cancel(clientOrderId);
          } else {
            const id = `o${count}`;
            count += 1;
            const at = `${step.level}`;
            void bench.place({
              clientOrderId: id,
              kind: step.kind,
              side: step.side,
              quantity: `${step.quantity}`,
              reduceOnly: true,
              ...(step.kind === 'limit'
                ? { price: at }
                : { triggerPrice: at, triggerSource: step.source }),
            });
            naive.place({ ...step, id, leaves: step.quantity });
          }
          expect(bench.trades()).toEqual(naive.trades);
        }
        const open = await bench.exchange.fetchOpenOrders();
        expect(open.map(({ clientOrderId }) => clientOrderId).sort()).toEqual(
          naive.open.map(({ id }) => id).sort(),
        );
        const [held] = await bench.exchange.fetchPositions();
        const signed = held === undefined ? 0 : Number(held.quantity);
        expect(held?.side === 'SHORT' ? -signed : signed).toBe(naive.position);
      }),
      { numRuns: 500 },
    );
  });
});
