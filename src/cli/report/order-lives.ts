import { invariant } from '../../errors/invariant.js';
import { REPORT_ORDERS_PER_TRANCHE_MAX } from '../../limits.js';
import type { OrderView } from '../../model/views.js';

/** What became of an order, ms since 1970 UTC; `null` = it did not happen. */
export interface OrderLife {
  view: OrderView;
  sentAt: number | null;
  acceptedAt: number | null;
  /** Filled, cancelled or refused. */
  endedAt: number | null;
}

/** When the orders of a tranche were sent, accepted and done with. */
export class OrderLives {
  readonly #lives = new Map<string, OrderLife>();
  /** Orders that are not kept, because others came after them and they executed nothing. */
  forgotten = 0;

  note(
    kind: 'submitted' | 'accepted' | 'filled' | 'cancelled' | 'rejected',
    view: OrderView,
    time: number,
  ): void {
    const life = this.#lives.get(view.clientOrderId) ?? this.#begin(view);
    life.view = view;
    if (kind === 'submitted') life.sentAt ??= time;
    else if (kind === 'accepted') life.acceptedAt ??= time;
    else life.endedAt = time;
  }

  of(clientOrderId: string): OrderLife | undefined {
    return this.#lives.get(clientOrderId);
  }

  /** In the order of sending. */
  all(): readonly OrderLife[] {
    return [...this.#lives.values()];
  }

  #begin(view: OrderView): OrderLife {
    const life: OrderLife = { view, sentAt: null, acceptedAt: null, endedAt: null };
    this.#lives.set(view.clientOrderId, life);
    if (this.#lives.size > REPORT_ORDERS_PER_TRANCHE_MAX) this.#forgetOne();
    return life;
  }

  /** The oldest that is done with and executed nothing; where there is none, all are worth keeping. */
  #forgetOne(): void {
    for (const [id, { view, endedAt }] of this.#lives) {
      if (endedAt === null || Number(view.executedQty) > 0) continue;
      invariant(this.#lives.delete(id), 'an order that is forgotten was known');
      this.forgotten += 1;
      return;
    }
  }
}
