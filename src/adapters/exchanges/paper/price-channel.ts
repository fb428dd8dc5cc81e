import type { PriceSource } from '../../../model/price.js';
import type { OrderSide } from '../../../model/side.js';
import { IndexedHeap } from '../../../platform/indexed-heap.js';
import { isUntriggered, type PaperOrder } from './paper-order.js';

/** One price of one symbol, with the levels that wait for it. */
export class PriceChannel {
  /** Last price; not a number before the first one. */
  price: number = Number.NaN;
  /** When the exchange made that price, ms since 1970 UTC; 0 when unknown. */
  timeMs: number = Number.NaN;
  /** Nearest level that a rising price reaches, and that a falling one reaches. */
  nearestUp: number = Number.POSITIVE_INFINITY;
  nearestDown: number = Number.NEGATIVE_INFINITY;
  /** Conditional orders and limits apart: stops go first where one price reaches both. */
  readonly triggersUp = new IndexedHeap<PaperOrder>();
  readonly triggersDown = new IndexedHeap<PaperOrder>();
  readonly limitsUp = new IndexedHeap<PaperOrder>();
  readonly limitsDown = new IndexedHeap<PaperOrder>();

  get isFed(): boolean {
    return !Number.isNaN(this.price);
  }

  shelfOf(order: PaperOrder): IndexedHeap<PaperOrder> {
    if (isUntriggered(order)) return order.rising ? this.triggersUp : this.triggersDown;
    return order.rising ? this.limitsUp : this.limitsDown;
  }

  /** Falling levels are kept negated, so that the nearest one is always the smallest key. */
  refreshNearest(): void {
    const up = Math.min(keyOf(this.triggersUp), keyOf(this.limitsUp));
    const down = Math.min(keyOf(this.triggersDown), keyOf(this.limitsDown));
    this.nearestUp = up;
    this.nearestDown = -down;
  }
}

function keyOf(heap: IndexedHeap<PaperOrder>): number {
  return heap.peek()?.key ?? Number.POSITIVE_INFINITY;
}

/** Which price fills an order of this side, the best first: who sells gets the bid. */
export const FILL_SOURCES: Readonly<Record<OrderSide, readonly PriceSource[]>> = {
  SELL: ['BID', 'LAST', 'MARK', 'ASK', 'INDEX'],
  BUY: ['ASK', 'LAST', 'MARK', 'BID', 'INDEX'],
};

/** Which price a trigger is judged on, the asked one first, then what stands in while that one is not fed. */
export function triggerSourcesOf(asked: PriceSource, side: OrderSide): readonly PriceSource[] {
  const quote: readonly PriceSource[] = side === 'SELL' ? ['BID', 'ASK'] : ['ASK', 'BID'];
  return asked === 'INDEX'
    ? ['INDEX', 'MARK', 'LAST', ...quote]
    : [asked, 'LAST', ...quote, 'MARK', 'INDEX'];
}
