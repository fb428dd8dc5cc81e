import type { Decimal } from '../../../model/decimal.js';
import { isStopKind } from '../../../model/order-kind.js';
import type { PriceSource } from '../../../model/price.js';
import type { OrderSide } from '../../../model/side.js';
import { isReached, isUntriggered, levelOf, type PaperOrder } from './paper-order.js';
import { FILL_SOURCES, PriceChannel, triggerSourcesOf } from './price-channel.js';

/** Which of the orders that one price reaches goes first: stops, then other triggers, then limits. */
function rankOf(order: PaperOrder): number {
  if (!isUntriggered(order)) return 2;
  return isStopKind(order.kind) ? 0 : 1;
}

/**
 * Prices of one symbol and the orders that wait for them.
 *
 * The numbers only preselect (a decimal at or past another one is never on the other side of it as a number), a hit
 * is decided on exact decimals. A source that is not fed is stood in for by the next best one until its first price.
 */
export class SymbolBook {
  readonly symbol: string;
  readonly #channels: Readonly<Record<PriceSource, PriceChannel>> = {
    LAST: new PriceChannel(),
    MARK: new PriceChannel(),
    INDEX: new PriceChannel(),
    BID: new PriceChannel(),
    ASK: new PriceChannel(),
  };
  readonly #waiting = new Map<PaperOrder, PriceChannel>();

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  channel(source: PriceSource): PriceChannel {
    return this.#channels[source];
  }

  /** Notes a price; true when it may have reached a level. Allocates nothing. */
  accept(source: PriceSource, price: number, timeMs: number): boolean {
    const channel = this.#channels[source];
    const isFirst = !channel.isFed;
    channel.price = price;
    channel.timeMs = timeMs;
    if (isFirst) this.#route();
    return price >= channel.nearestUp || price <= channel.nearestDown;
  }

  /** The price that a market order of this side gets; not a number while none is known. */
  fillPrice(side: OrderSide): number {
    return this.#firstFed(FILL_SOURCES[side]).price;
  }

  /** The price that the order is judged on; not a number while none is known. */
  judgingPrice(order: PaperOrder): number {
    return this.#channelFor(order).price;
  }

  /** The price that limit prices are banded around; not a number while none is known. */
  bandPrice(): number {
    return this.#firstFed(['MARK', 'LAST', 'INDEX', 'BID', 'ASK']).price;
  }

  /** Lets the order wait for its level. */
  shelve(order: PaperOrder): void {
    const level = Number(levelOf(order));
    const channel = this.#channelFor(order);
    order.key = order.rising ? level : -level;
    order.shelf = channel.shelfOf(order);
    order.shelf.push(order);
    this.#waiting.set(order, channel);
    channel.refreshNearest();
  }

  unshelve(order: PaperOrder): void {
    order.shelf?.remove(order);
    order.shelf = null;
    this.#waiting.get(order)?.refreshNearest();
    this.#waiting.delete(order);
  }

  /**
   * Takes out every order that the price of this source reaches: stops first, then other triggers, then limits;
   * within each the level that was passed first, then the older order.
   */
  takeReached(source: PriceSource, exact: Decimal): readonly PaperOrder[] {
    const channel = this.#channels[source];
    const { price } = channel;
    const reached: PaperOrder[] = [];
    /** Reached as numbers only: such a price has more digits than a number can hold. */
    const missed: PaperOrder[] = [];
    for (const [heap, key] of [
      [channel.triggersUp, price],
      [channel.triggersDown, -price],
      [channel.limitsUp, price],
      [channel.limitsDown, -price],
    ] as const) {
      for (;;) {
        const order = heap.peek();
        if (order === undefined || order.key > key) break;
        heap.pop();
        (isReached(order, exact) ? reached : missed).push(order);
      }
    }
    for (const order of missed) order.shelf?.push(order);
    for (const order of reached) {
      order.shelf = null;
      this.#waiting.delete(order);
    }
    channel.refreshNearest();
    return reached.sort((a, b) => rankOf(a) - rankOf(b));
  }

  /** A new source may be a better judge of orders that wait already. Happens once per source and symbol. */
  #route(): void {
    for (const [order, channel] of [...this.#waiting]) {
      if (this.#channelFor(order) === channel) continue;
      this.unshelve(order);
      this.shelve(order);
    }
  }

  #channelFor(order: PaperOrder): PriceChannel {
    return this.#firstFed(
      order.triggerSource !== null && isUntriggered(order)
        ? triggerSourcesOf(order.triggerSource, order.side)
        : FILL_SOURCES[order.side],
    );
  }

  #firstFed(sources: readonly PriceSource[]): PriceChannel {
    for (const source of sources) {
      const channel = this.#channels[source];
      if (channel.isFed) return channel;
    }
    return this.#channels.LAST;
  }
}
