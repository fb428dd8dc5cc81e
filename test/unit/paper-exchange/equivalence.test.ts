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
  /** Its trigger, or its price where it has none. */
  readonly level: number;
  /** Price of a stop that becomes a limit. */
  readonly limit: number;
  readonly source: PriceSource;
  leaves: number;
  triggered: boolean;
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
        (isRising(a) ? levelOf(a) - levelOf(b) : levelOf(b) - levelOf(a)) ||
        Number(a.id.slice(1)) - Number(b.id.slice(1)),
    );
    for (const order of hits) {
      if (order.kind !== 'stop-limit' || order.triggered)
        this.execute(order, isLimit(order) ? levelOf(order) : null);
      else this.trigger(order);
    }
  }

  place(order: Placed): void {
    const price = this.prices.get(this.judge(order) ?? 'LAST');
    const passed = price !== undefined && isPassed(order, price);
    if (order.kind === 'ioc-limit') {
      if (passed && this.reducible(order.side) > 0) this.execute(order, null);
      return;
    }
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

  /** From now on it is a limit, also for the price that triggered it. */
  private trigger(order: Placed): void {
    order.triggered = true;
    const price = this.prices.get(this.judge(order) ?? 'LAST');
    if (price !== undefined && isPassed(order, price)) this.execute(order, null);
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
      !isLimit(order) && order.source === 'MARK' ? ['MARK', 'LAST'] : ['LAST', 'MARK'];
    return wanted.find((source) => this.prices.has(source));
  }
}

function isLimit({ kind, triggered }: Placed): boolean {
  return kind === 'limit' || kind === 'ioc-limit' || triggered;
}

function levelOf({ level, limit, triggered }: Placed): number {
  return triggered ? limit : level;
}

function isRising(order: Placed): boolean {
  const isStop = !isLimit(order) && order.kind !== 'take-profit-market';
  return order.side === (isStop ? 'BUY' : 'SELL');
}

function isPassed(order: Placed, price: number): boolean {
  return isRising(order) ? price >= levelOf(order) : price <= levelOf(order);
}

function rank(order: Placed): number {
  if (isLimit(order)) return 2;
  return order.kind === 'take-profit-market' ? 1 : 0;
}

const side = fc.constantFrom<OrderSide>('BUY', 'SELL');
const source = fc.constantFrom<PriceSource>('LAST', 'LAST', 'MARK');
const level = fc.integer({ min: 90, max: 110 });
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ price: level, source }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom<OrderKind>(
        'stop-market',
        'stop-limit',
        'take-profit-market',
        'limit',
        'ioc-limit',
      ),
      side,
      level,
      limit: level,
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
              ...(step.kind === 'limit' || step.kind === 'ioc-limit'
                ? { price: at }
                : { triggerPrice: at, triggerSource: step.source }),
              ...(step.kind === 'stop-limit' && { price: `${step.limit}` }),
            });
            naive.place({ ...step, id, leaves: step.quantity, triggered: false });
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
