import type {
  CommitTicket,
  Store,
  StoreBatch,
  StoredEvent,
  StoreIdentity,
  StoreSnapshot,
  StoreStamp,
} from 'position-monitor';

const DONE: CommitTicket = { recorded: Promise.resolve(), durable: Promise.resolve() };
const NOTHING: StoreSnapshot = {
  tranches: [],
  orders: [],
  ledgers: [],
  registrations: [],
  marks: [],
  lastSeq: 0,
};

/** Gives back what it was made with and forgets the rest: a restart in memory, and no cost of storing. */
export class BlankStore implements Store {
  readonly durability = 'none';
  #snapshot: StoreSnapshot | null;
  readonly #onBatch: (batch: StoreBatch) => void;

  constructor(snapshot: StoreSnapshot = NOTHING, onBatch: (batch: StoreBatch) => void = () => {}) {
    this.#snapshot = snapshot;
    this.#onBatch = onBatch;
  }

  async open({ newIncarnation, ...identity }: StoreIdentity): Promise<StoreStamp> {
    return { ...identity, incarnation: newIncarnation, created: true };
  }

  /** Lets go of the rows, so that they are not counted as the monitor's memory. */
  async load(): Promise<StoreSnapshot> {
    const snapshot = this.#snapshot ?? NOTHING;
    this.#snapshot = null;
    return snapshot;
  }

  commit(batch: StoreBatch): CommitTicket {
    this.#onBatch(batch);
    return DONE;
  }

  async *history(): AsyncIterable<StoredEvent> {}

  async close(): Promise<void> {}
}
