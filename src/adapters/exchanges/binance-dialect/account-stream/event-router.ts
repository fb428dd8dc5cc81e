import { CHILD_HELD_MAX, CHILD_HOLD_MS } from '../../../../limits.js';
import type { Clock, TimerHandle } from '../../../../ports/clock.js';
import type { ExchangeSink, OrderStatusReport } from '../../../../ports/exchange-adapter.js';
import type { AlgoOrder } from '../codec/orders.js';
import type { UserEvent } from '../codec/user-events.js';
import { asParent, type ConditionalOrders, fillAsParent } from '../conditional-orders.js';

type OrderEvent = Extract<UserEvent, { kind: 'order' }>;

export interface EventRouterOptions {
  readonly conditionals: ConditionalOrders;
  readonly clock: Clock;
  readonly sink: ExchangeSink;
  /** Asks the exchange which stop an order came from, before it is told under its own name. */
  readonly findParent: (order: OrderStatusReport) => Promise<void>;
  readonly lookUp: (order: OrderStatusReport) => Promise<OrderStatusReport | null>;
}

/**
 * Passes orders, fills and positions on, executions of triggered stops under the name of the stop.
 *
 * Messages of different types may overtake each other: an execution that may belong to a stop whose trigger has not been
 * told yet waits for that word for a moment, then the exchange is asked.
 */
export class EventRouter {
  readonly #options: EventRouterOptions;
  readonly #held = new Map<string, { readonly events: OrderEvent[]; timer: TimerHandle }>();
  /** Conditional orders that were said to have expired, which may mean that they triggered. */
  readonly #doubtful = new Map<string, TimerHandle>();
  #closed = false;

  constructor(options: EventRouterOptions) {
    this.#options = options;
  }

  order(event: OrderEvent): void {
    const { conditionals } = this.#options;
    const { symbol, orderId } = event.report;
    const key = keyOf(event.report);
    this.#trust(key);
    if (event.report.status === 'expired' && event.isConditional) {
      this.#doubt(key, event.report);
      return;
    }
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.events.push(event);
      return;
    }
    const parent = conditionals.parentOf(event.report);
    const isSettled = parent !== undefined || conditionals.isPlain(symbol, orderId);
    if (!isSettled && this.#mayBeChild(event.report)) this.#hold(event);
    else this.#tell(event, parent);
  }

  algo(order: AlgoOrder): void {
    const { conditionals, sink } = this.#options;
    const { symbol } = order.report;
    conditionals.learn(order);
    sink.order(order.report);
    if (order.childId !== null) this.#release(keyOf({ symbol, orderId: order.childId }));
  }

  /** What waits is dropped: nobody listens any more. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#held.values()) this.#options.clock.clearTimer(timer);
    for (const timer of this.#doubtful.values()) this.#options.clock.clearTimer(timer);
    this.#held.clear();
    this.#doubtful.clear();
  }

  #mayBeChild(report: OrderStatusReport): boolean {
    const isForced = report.cause !== undefined && report.cause !== 'order';
    return (
      !isForced &&
      this.#held.size < CHILD_HELD_MAX &&
      this.#options.conditionals.mayHaveMade(report)
    );
  }

  #hold(event: OrderEvent): void {
    const key = keyOf(event.report);
    const timer = this.#options.clock.setTimer(() => void this.#ask(key, event), CHILD_HOLD_MS);
    this.#held.set(key, { events: [event], timer });
  }

  async #ask(key: string, event: OrderEvent): Promise<void> {
    try {
      await this.#options.findParent(event.report);
    } catch {
      // It is told under its own name then; the comparison that follows a gap sorts it out.
      if (!this.#closed) this.#options.sink.gap('an execution may belong to a stop');
    }
    this.#release(key);
  }

  #release(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined || this.#closed) return;
    this.#options.clock.clearTimer(held.timer);
    this.#held.delete(key);
    for (const event of held.events) {
      this.#tell(event, this.#options.conditionals.parentOf(event.report));
    }
  }

  /**
   * Where a triggered stop goes on as an ordinary order with the same id, some senders end the stop as expired first.
   * To believe that would be to place another stop beside an order that executes: what follows decides, or the exchange.
   */
  #doubt(key: string, report: OrderStatusReport): void {
    const { clock } = this.#options;
    this.#doubtful.set(
      key,
      clock.setTimer(() => void this.#settleDoubt(key, report), CHILD_HOLD_MS),
    );
  }

  #trust(key: string): void {
    this.#options.clock.clearTimer(this.#doubtful.get(key));
    this.#doubtful.delete(key);
  }

  async #settleDoubt(key: string, report: OrderStatusReport): Promise<void> {
    const { lookUp, sink } = this.#options;
    try {
      const found = await lookUp(report);
      // Another word on it may have come meanwhile.
      if (this.#closed || !this.#doubtful.delete(key)) return;
      sink.order(found ?? report);
    } catch {
      this.#doubtful.delete(key);
      if (!this.#closed) sink.gap('a stop was said to have expired');
    }
  }

  /** The trade before the totals: its price and fee are exact. */
  #tell({ report, fill }: OrderEvent, parent: AlgoOrder | undefined): void {
    const { sink } = this.#options;
    if (fill !== null) sink.fill(parent === undefined ? fill : fillAsParent(fill, parent));
    sink.order(parent === undefined ? report : asParent(report, parent));
  }
}

function keyOf({ symbol, orderId }: Pick<OrderStatusReport, 'symbol' | 'orderId'>): string {
  return `${symbol} ${orderId}`;
}
