import { openTicket } from '../../src/adapters/stores/commit-ticket.js';
import { StoreError } from '../../src/errors/store-error.js';
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
import type { SimDisk } from './disk.js';
import { throughSqlite } from './sqlite-codec.js';

/** The store of one process on a simulated disk. What it reads has gone through the shipped SQLite schema. */
export class SimStore implements Store {
  readonly durability = 'power';
  readonly #disk: SimDisk;
  readonly #life: number;

  constructor(disk: SimDisk) {
    this.#disk = disk;
    this.#life = disk.nextLife();
  }

  async open({ newIncarnation: _, ...identity }: StoreIdentity): Promise<StoreStamp> {
    const { incarnation, batches } = this.#disk;
    return { ...identity, incarnation, created: batches.length === 0 };
  }

  async load(): Promise<StoreSnapshot> {
    return throughSqlite(this.#disk.batches);
  }

  commit(batch: StoreBatch): CommitTicket {
    const { ticket, recorded, durable, fail } = openTicket();
    const failed = (): void =>
      fail(new StoreError('STORE_WRITE_FAILED', 'scripted: the disk is full'));
    this.#disk.commit(this.#life, {
      batch: () => batch,
      recorded: (ok) => (ok ? recorded() : failed()),
      durable: (ok) => (ok ? durable() : failed()),
    });
    return ticket;
  }

  async *history(_query: HistoryQuery): AsyncIterable<StoredEvent> {
    for (const { events } of this.#disk.batches) yield* events;
  }

  async close(): Promise<void> {
    this.#disk.flush();
  }
}
