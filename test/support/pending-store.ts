import type {
  CommitTicket,
  HistoryQuery,
  Store,
  StoreBatch,
  StoredEvent,
  StoreIdentity,
  StoreSnapshot,
  StoreStamp,
} from '../../src/ports/store.js';

/** A store that really writes, and says whether it still does: virtual time waits for it, however long the disk takes. */
export class PendingStore implements Store {
  readonly durability: Store['durability'];
  readonly #store: Store;
  #pending = 0;

  constructor(store: Store) {
    this.#store = store;
    this.durability = store.durability;
  }

  /** Whether something is under way at the disk. */
  get pending(): boolean {
    return this.#pending > 0;
  }

  open(identity: StoreIdentity): Promise<StoreStamp> {
    return this.#counted(this.#store.open(identity));
  }

  load(): Promise<StoreSnapshot> {
    return this.#counted(this.#store.load());
  }

  commit(batch: StoreBatch): CommitTicket {
    const ticket = this.#store.commit(batch);
    for (const promise of [ticket.recorded, ticket.durable]) this.#counted(promise).catch(() => {});
    return ticket;
  }

  history(query: HistoryQuery): AsyncIterable<StoredEvent> {
    return this.#store.history(query);
  }

  close(): Promise<void> {
    return this.#counted(this.#store.close());
  }

  #counted<Result>(promise: Promise<Result>): Promise<Result> {
    this.#pending += 1;
    return promise.finally(() => {
      this.#pending -= 1;
    });
  }
}
