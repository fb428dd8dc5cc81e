import { StoreError } from '../../../errors/store-error.js';
import { CLOSED_TRANCHES_KEPT, HISTORY_PAGE, MEMORY_EVENTS_KEPT } from '../../../limits.js';
import { isTerminal } from '../../../model/order.js';
import type {
  CommitTicket,
  HistoryQuery,
  LedgerRow,
  MarkRow,
  OrderRow,
  RegistrationRow,
  Store,
  StoreBatch,
  StoredEvent,
  StoreIdentity,
  StoreSnapshot,
  StoreStamp,
  TrancheRow,
} from '../../../ports/store.js';
import { openTicket, refusedTicket } from '../commit-ticket.js';
import { assertOwner } from '../store-owner.js';
import { copyPlain } from './copy-plain.js';

/**
 * A store that lives as long as its object: for tests, simulations and the first steps of a user.
 *
 * Nothing survives the process (`durability: 'none'`). Closing and opening the same object again finds its data, as a
 * restart would. The last 100,000 events are kept, older ones are dropped; so are closed tranches with their orders
 * beyond the thousand that were closed last.
 *
 * @example
 * const monitor = new PositionMonitor({ config, exchange, feed, store: new MemoryStore() });
 */
export class MemoryStore implements Store {
  readonly durability = 'none';
  #isOpen = false;
  #stamp: Omit<StoreStamp, 'created'> | null = null;
  readonly #tranches = new Map<string, TrancheRow>();
  /** Closed tranches, the one that was closed last at the end. */
  readonly #closed = new Set<string>();
  readonly #orders = new Map<string, OrderRow>();
  readonly #ordersOf = new Map<string, Set<string>>();
  readonly #ledgers = new Map<string, LedgerRow>();
  readonly #registrations = new Map<string, RegistrationRow>();
  readonly #marks = new Map<string, MarkRow>();
  /** By `seq`, in rising order. */
  #events: StoredEvent[] = [];

  async open(identity: StoreIdentity): Promise<StoreStamp> {
    if (this.#isOpen) {
      throw new StoreError('STORE_LOCKED', 'This memory store is open already', {
        remedy: 'Use one store per monitor',
      });
    }
    const created = this.#stamp === null;
    const { newIncarnation, ...owner } = identity;
    if (this.#stamp !== null) assertOwner(this.#stamp, identity, 'The memory store');
    this.#stamp ??= { ...owner, incarnation: newIncarnation };
    this.#isOpen = true;
    return { ...this.#stamp, created };
  }

  async load(): Promise<StoreSnapshot> {
    this.#assertOpen();
    const tranches = [...this.#tranches.values()];
    return copyPlain({
      tranches,
      orders: [...this.#orders.values()],
      ledgers: [...this.#ledgers.values()],
      registrations: [...this.#registrations.values()],
      marks: [...this.#marks.values()],
      lastSeq: this.#events.at(-1)?.seq ?? 0,
    });
  }

  commit(batch: StoreBatch): CommitTicket {
    if (!this.#isOpen) return refusedTicket(closedError());
    let copy: StoreBatch;
    try {
      // First everything is copied, then everything applied: a row that cannot be copied changes nothing.
      copy = copyPlain(batch);
    } catch (cause) {
      return refusedTicket(
        new StoreError('STORE_WRITE_FAILED', 'The batch holds something that is not plain data', {
          cause,
        }),
      );
    }
    this.#apply(copy);
    const { ticket, recorded, durable } = openTicket();
    queueMicrotask(() => {
      recorded();
      durable();
    });
    return ticket;
  }

  async *history(query: HistoryQuery): AsyncIterable<StoredEvent> {
    this.#assertOpen();
    const { name, symbol, trancheId, limit = Number.POSITIVE_INFINITY } = query;
    const lastSeq = this.#events.at(-1)?.seq ?? 0;
    let after = query.afterSeq ?? 0;
    let given = 0;
    while (given < limit && after < lastSeq) {
      this.#assertOpen();
      // Looked up anew for each page: events may be dropped or added while the reader works.
      const from = firstAfter(this.#events, after);
      const page = this.#events.slice(from, from + HISTORY_PAGE);
      if (page.length === 0) return;
      for (const event of page) {
        if (event.seq > lastSeq || given >= limit) return;
        after = event.seq;
        if (name !== undefined && event.name !== name) continue;
        if (symbol !== undefined && event.symbol !== symbol) continue;
        if (trancheId !== undefined && event.trancheId !== trancheId) continue;
        given++;
        yield copyPlain(event);
      }
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw closedError();
  }

  #apply(batch: StoreBatch): void {
    for (const row of batch.tranches) this.#putTranche(row);
    for (const row of batch.orders) this.#putOrder(row);
    for (const row of batch.ledgers)
      this.#ledgers.set(JSON.stringify([row.symbol, row.orderId]), row);
    for (const row of batch.registrations) this.#registrations.set(row.key, row);
    for (const key of batch.deletedRegistrations) this.#registrations.delete(key);
    for (const row of batch.marks) this.#marks.set(row.name, row);
    for (const event of batch.events) this.#putEvent(event);
    this.#forgetClosed();
  }

  #putTranche(row: TrancheRow): void {
    this.#tranches.set(row.id, row);
    this.#closed.delete(row.id);
    if (row.state === 'CLOSED') this.#closed.add(row.id);
  }

  #putOrder(row: OrderRow): void {
    const before = this.#orders.get(row.clientOrderId);
    if (before !== undefined && before.trancheId !== row.trancheId) {
      this.#ordersOf.get(before.trancheId)?.delete(row.clientOrderId);
    }
    this.#orders.set(row.clientOrderId, row);
    const siblings = this.#ordersOf.get(row.trancheId);
    if (siblings === undefined) this.#ordersOf.set(row.trancheId, new Set([row.clientOrderId]));
    else siblings.add(row.clientOrderId);
  }

  #putEvent(event: StoredEvent): void {
    const last = this.#events.at(-1);
    if (last === undefined || event.seq > last.seq) this.#events.push(event);
    else {
      const at = firstAfter(this.#events, event.seq - 1);
      const isRepeated = this.#events[at]?.seq === event.seq;
      this.#events.splice(at, isRepeated ? 1 : 0, event);
    }
    // Cut in large steps: cutting one event a time would move the whole array each time.
    if (this.#events.length >= MEMORY_EVENTS_KEPT * 1.1) {
      this.#events = this.#events.slice(-MEMORY_EVENTS_KEPT);
    }
  }

  #forgetClosed(): void {
    if (this.#closed.size <= CLOSED_TRANCHES_KEPT) return;
    for (const id of this.#closed) {
      if (this.#closed.size <= CLOSED_TRANCHES_KEPT) return;
      const orderIds = this.#ordersOf.get(id) ?? [];
      // An order that the exchange may still hold is never forgotten, nor is what it belongs to.
      const lives = [...orderIds].some((orderId) => {
        const order = this.#orders.get(orderId);
        return order !== undefined && !isTerminal(order.status);
      });
      if (lives) continue;
      for (const orderId of orderIds) this.#orders.delete(orderId);
      this.#ordersOf.delete(id);
      this.#tranches.delete(id);
      this.#closed.delete(id);
    }
  }
}

function closedError(): StoreError {
  return new StoreError('STORE_CLOSED', 'The memory store is not open', {
    remedy: 'Call open() first',
  });
}

/** Index of the first event with a higher `seq`. */
function firstAfter(events: readonly StoredEvent[], seq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
