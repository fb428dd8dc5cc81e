import { invariant } from '../../../errors/invariant.js';
import { PAPER_ORDERS_KEPT } from '../../../limits.js';
import type { OrderQuery } from '../../../ports/exchange-adapter.js';
import { isOpenOrder, type PaperOrder } from './paper-order.js';

/** Open orders, and the terminal ones of late. A client id names one open order at most. */
export class OrderArchive {
  readonly #open = new Map<string, PaperOrder>();
  readonly #openByClientId = new Map<string, PaperOrder>();
  /** Terminal orders, the oldest first. */
  readonly #ended = new Map<string, PaperOrder>();
  /** The latest terminal order of each client id. */
  readonly #endedByClientId = new Map<string, PaperOrder>();

  add(order: PaperOrder): void {
    invariant(!this.#openByClientId.has(order.clientOrderId), 'an open client id is unique');
    this.#open.set(order.orderId, order);
    this.#openByClientId.set(order.clientOrderId, order);
  }

  /** Moves an order that became terminal. The oldest one is forgotten beyond the bound. */
  end(order: PaperOrder): void {
    invariant(!isOpenOrder(order), 'only a terminal order is archived');
    this.#open.delete(order.orderId);
    this.#openByClientId.delete(order.clientOrderId);
    this.#ended.set(order.orderId, order);
    this.#endedByClientId.set(order.clientOrderId, order);
    if (this.#ended.size <= PAPER_ORDERS_KEPT) return;
    for (const oldest of this.#ended.values()) {
      this.#ended.delete(oldest.orderId);
      if (this.#endedByClientId.get(oldest.clientOrderId) === oldest) {
        this.#endedByClientId.delete(oldest.clientOrderId);
      }
      break;
    }
  }

  open(symbol?: string): readonly PaperOrder[] {
    const orders = [...this.#open.values()];
    return symbol === undefined ? orders : orders.filter((order) => order.symbol === symbol);
  }

  findOpen({ symbol, orderId, clientOrderId }: OrderQuery): PaperOrder | undefined {
    const order =
      orderId !== undefined
        ? this.#open.get(orderId)
        : this.#openByClientId.get(clientOrderId as string);
    return order?.symbol === symbol ? order : undefined;
  }

  /** The open order, else the latest terminal one. */
  find(query: OrderQuery): PaperOrder | undefined {
    const { symbol, orderId, clientOrderId } = query;
    const ended =
      orderId !== undefined
        ? this.#ended.get(orderId)
        : this.#endedByClientId.get(clientOrderId as string);
    return this.findOpen(query) ?? (ended?.symbol === symbol ? ended : undefined);
  }

  isOpenClientId(clientOrderId: string): boolean {
    return this.#openByClientId.has(clientOrderId);
  }
}
