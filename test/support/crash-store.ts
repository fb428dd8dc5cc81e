import { openTicket, refusedTicket } from '../../src/adapters/stores/commit-ticket.js';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { StoreError } from '../../src/errors/store-error.js';
import type { Clock } from '../../src/ports/clock.js';
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

/**
 * A disk that outlives its processes: every `handle()` is the store of one life.
 *
 * It keeps the batches, so a crash can lose the unrecorded ones, a power loss those that were not durable, and an old
 * backup can be restored by cutting the list.
 */
export class CrashDisk {
  readonly batches: StoreBatch[] = [];
  /** How many of them survive power loss. */
  durableCount = 0;
  #incarnation: string | null = null;
  readonly #clock: Clock;
  #handle = 0;
  /** How long a write takes until it is recorded, and from there until it is durable, ms. */
  recordMs = 0;
  durableMs = 0;
  /** Asked per commit: true = this one fails. */
  failing: () => boolean = () => false;
  /** Called after each batch that was recorded. */
  onRecorded: ((batch: StoreBatch, index: number) => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The handle before is dead: what it had not recorded is lost. */
  handle(): Store {
    this.cut();
    return new CrashStore(this, this.#clock, this.#handle);
  }

  cut(): void {
    this.#handle += 1;
  }

  /** Loses what was recorded and not durable. */
  losePower(): void {
    this.batches.length = Math.min(this.batches.length, this.durableCount);
  }

  /** Brings a backup back. */
  restore(count: number): void {
    this.batches.length = Math.min(this.batches.length, count);
    this.durableCount = this.batches.length;
  }

  isAlive(handle: number): boolean {
    return handle === this.#handle;
  }

  incarnation(offered: string): string {
    this.#incarnation ??= offered;
    return this.#incarnation;
  }
}

class CrashStore implements Store {
  readonly durability = 'power';
  readonly #disk: CrashDisk;
  readonly #clock: Clock;
  readonly #handle: number;
  readonly #inner = new MemoryStore();

  constructor(disk: CrashDisk, clock: Clock, handle: number) {
    this.#disk = disk;
    this.#clock = clock;
    this.#handle = handle;
  }

  async open(identity: StoreIdentity): Promise<StoreStamp> {
    const newIncarnation = this.#disk.incarnation(identity.newIncarnation);
    const stamp = await this.#inner.open({ ...identity, newIncarnation });
    for (const batch of this.#disk.batches) await this.#inner.commit(batch).durable;
    return stamp;
  }

  load(): Promise<StoreSnapshot> {
    return this.#inner.load();
  }

  commit(batch: StoreBatch): CommitTicket {
    const disk = this.#disk;
    if (disk.failing()) {
      const error = new StoreError('STORE_WRITE_FAILED', 'scripted: the disk is full', {});
      if (disk.recordMs === 0) return refusedTicket(error);
      const { ticket, fail } = openTicket();
      this.#clock.setTimer(() => fail(error), disk.recordMs);
      return ticket;
    }
    const { ticket, recorded, durable } = openTicket();
    const record = (): void => {
      if (!disk.isAlive(this.#handle)) return;
      disk.batches.push(batch);
      const count = disk.batches.length;
      void this.#inner.commit(batch);
      recorded();
      disk.onRecorded?.(batch, count - 1);
      this.#later(disk.durableMs, () => {
        if (!disk.isAlive(this.#handle)) return;
        disk.durableCount = Math.max(disk.durableCount, count);
        durable();
      });
    };
    this.#later(disk.recordMs, record);
    return ticket;
  }

  history(query: HistoryQuery): AsyncIterable<StoredEvent> {
    return this.#inner.history(query);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #later(ms: number, act: () => void): void {
    if (ms === 0) queueMicrotask(act);
    else this.#clock.setTimer(act, ms);
  }
}
