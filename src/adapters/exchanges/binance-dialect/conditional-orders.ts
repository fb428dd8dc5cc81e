import { CONDITIONAL_ORDERS_KEPT } from '../../../limits.js';
import type { FillReport, OrderStatusReport } from '../../../ports/exchange-adapter.js';
import { BoundedMap } from './bounded-map.js';
import type { AlgoOrder } from './codec/orders.js';
import { optional } from './codec/orders.js';

/**
 * What is known of conditional orders with ids of their own, and of the ordinary orders that their triggers made.
 *
 * A trigger makes a new order. Whether that carries the client id of the conditional one differs, so the two are joined
 * by the exchange's ids first. What the child executes is told under the client id of the conditional order and the
 * child's own order id, which is also the one that trades carry.
 */
export class ConditionalOrders {
  readonly #byAlgoId = new BoundedMap<string, AlgoOrder>(CONDITIONAL_ORDERS_KEPT);
  readonly #algoIdByClientId = new BoundedMap<string, string>(CONDITIONAL_ORDERS_KEPT);
  readonly #algoIdByChild = new BoundedMap<string, string>(CONDITIONAL_ORDERS_KEPT);
  /** Orders that are known to be nobody's child. */
  readonly #plain = new BoundedMap<string, true>(CONDITIONAL_ORDERS_KEPT);

  learn(order: AlgoOrder): void {
    const { algoId, childId, report } = order;
    const before = this.#byAlgoId.get(algoId);
    // A late message must not forget the child.
    this.#byAlgoId.set(algoId, {
      ...order,
      childId: childId ?? before?.childId ?? null,
      state: isOver(before) ? before.state : order.state,
    });
    if (report.clientOrderId !== undefined) {
      this.#algoIdByClientId.set(report.clientOrderId, algoId);
    }
    if (childId !== null) {
      this.#algoIdByChild.set(childKey(report.symbol, childId), algoId);
      this.#plain.delete(childKey(report.symbol, childId));
    }
  }

  /** The child of a conditional order was met under that order's client id. */
  learnChild(symbol: string, childId: string, parent: AlgoOrder): void {
    this.learn({ ...parent, childId, report: { ...parent.report, symbol } });
  }

  learnPlain(symbol: string, orderId: string): void {
    this.#plain.set(childKey(symbol, orderId), true);
  }

  isPlain(symbol: string, orderId: string): boolean {
    return this.#plain.has(childKey(symbol, orderId));
  }

  byAlgoId(algoId: string): AlgoOrder | undefined {
    return this.#byAlgoId.get(algoId);
  }

  byClientId(clientOrderId: string | undefined): AlgoOrder | undefined {
    const algoId =
      clientOrderId === undefined ? undefined : this.#algoIdByClientId.get(clientOrderId);
    return algoId === undefined ? undefined : this.#byAlgoId.get(algoId);
  }

  byChild(symbol: string, orderId: string): AlgoOrder | undefined {
    const algoId = this.#algoIdByChild.get(childKey(symbol, orderId));
    return algoId === undefined ? undefined : this.#byAlgoId.get(algoId);
  }

  /** The conditional order that an ordinary order came from, by its id, else by its client id. */
  parentOf(
    order: Pick<OrderStatusReport, 'symbol' | 'orderId' | 'clientOrderId'>,
  ): AlgoOrder | undefined {
    const { symbol, orderId, clientOrderId } = order;
    const parent = this.byChild(symbol, orderId);
    if (parent !== undefined) return parent;
    const named = this.byClientId(clientOrderId);
    // Finished client ids may be used again: a parent that has another child is somebody else's.
    const isFree = named !== undefined && (named.childId === null || named.childId === orderId);
    if (!isFree || named.report.symbol !== symbol) return undefined;
    this.learnChild(symbol, orderId, named);
    return named;
  }

  /** Whether a conditional order that has not triggered as far as is known may have made an order with these terms. */
  mayHaveMade(order: OrderStatusReport): boolean {
    for (const { state, childId, report } of this.#byAlgoId.values()) {
      const waits = (state === 'NEW' || state === 'TRIGGERING') && childId === null;
      if (
        waits &&
        report.symbol === order.symbol &&
        report.side === order.side &&
        report.positionSide === order.positionSide &&
        (Number(report.quantity) === 0 || Number(report.quantity) === Number(order.quantity))
      ) {
        return true;
      }
    }
    return false;
  }

  clear(): void {
    this.#byAlgoId.clear();
    this.#algoIdByClientId.clear();
    this.#algoIdByChild.clear();
    this.#plain.clear();
  }
}

/** The child's report in the words of the conditional order that it came from. */
export function asParent(child: OrderStatusReport, parent: AlgoOrder): OrderStatusReport {
  const { kind, clientOrderId, triggerPrice, triggerSource } = parent.report;
  const quantity = Number(parent.report.quantity) === 0 ? child.quantity : parent.report.quantity;
  // A child that was cut to what was left of the position is over when it has filled.
  return {
    ...child,
    ...optional('clientOrderId', clientOrderId),
    ...optional('triggerPrice', triggerPrice),
    ...optional('triggerSource', triggerSource),
    kind,
    quantity: child.status === 'filled' ? child.quantity : quantity,
    reduceOnly: child.reduceOnly === true || parent.report.reduceOnly === true,
    status: child.status === 'accepted' ? 'triggered' : child.status,
  };
}

export function fillAsParent(fill: FillReport, parent: AlgoOrder): FillReport {
  const { clientOrderId, reduceOnly } = parent.report;
  return {
    ...fill,
    ...optional('clientOrderId', clientOrderId),
    ...(reduceOnly === true && { reduceOnly }),
  };
}

function isOver(order: AlgoOrder | undefined): order is AlgoOrder {
  return order !== undefined && !['NEW', 'TRIGGERING', 'TRIGGERED'].includes(order.state);
}

function childKey(symbol: string, orderId: string): string {
  return `${symbol} ${orderId}`;
}
