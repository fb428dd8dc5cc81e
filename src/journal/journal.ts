import { STORE_RETRY_MS } from '../limits.js';
import type { Clock, TimerHandle } from '../ports/clock.js';
import type { CommitTicket, Store, StoreBatch } from '../ports/store.js';
import { mergeBatches } from './merge-batches.js';

/** How one batch fared. Both promises always settle and never reject. */
export interface JournalTicket {
  /** Whether the batch survives the death of the process; `false` when the store failed. */
  readonly recorded: Promise<boolean>;
  /** Whether it survives power loss. `false` when the store failed: the batch is written later. */
  readonly durable: Promise<boolean>;
}

/**
 * Writes batches to the store, in order, and keeps what could not be written.
 *
 * While the store fails nothing is lost: batches are merged in memory and written as one when it works again.
 */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onState: (writable: boolean, detail: string) => void;
  #backlog: StoreBatch[] = [];
  /** Batches in the store's hands, and those behind them that it has written already. */
  readonly #underWay: Entry[] = [];
  #retry: TimerHandle | null = null;
  #retrying: Promise<void> | null = null;
  #failing = false;
  #pending = 0;

  constructor(store: Store, clock: Clock, onState: (writable: boolean, detail: string) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onState = onState;
  }

  /** Batches that are not durable yet. */
  get pending(): number {
    return this.#pending;
  }

  get writable(): boolean {
    return !this.#failing;
  }

  commit(batch: StoreBatch): JournalTicket {
    if (this.#failing) {
      this.#backlog.push(batch);
      return { recorded: FALSE, durable: FALSE };
    }
    this.#pending += 1;
    const entry: Entry = { batch, written: false };
    this.#underWay.push(entry);
    const ticket = commitTo(this.#store, batch);
    const recorded = ticket.recorded.then(
      () => this.#written(entry),
      (error: unknown) => this.#failed(entry, error),
    );
    const durable = ticket.durable.then(
      () => true,
      () => false,
    );
    void durable.then(() => {
      this.#pending -= 1;
    });
    return { recorded, durable };
  }

  /** Tries once more to write what is missing, and stops retrying. */
  async close(): Promise<void> {
    if (this.#retry !== null) this.#clock.clearTimer(this.#retry);
    this.#retry = null;
    await this.#retrying;
    if (this.#backlog.length > 0) await this.#writeBacklog();
    if (this.#retry !== null) this.#clock.clearTimer(this.#retry);
    this.#retry = null;
  }

  #written(entry: Entry): boolean {
    entry.written = true;
    while (this.#underWay[0]?.written === true) this.#underWay.shift();
    return true;
  }

  /**
   * What was committed after a batch that failed is written again behind it: its rows are newer, and the rows of the
   * failed one must not come after them.
   */
  #failed(entry: Entry, error: unknown): boolean {
    const at = this.#underWay.indexOf(entry);
    if (at >= 0) {
      const following = this.#underWay.splice(at).map(({ batch }) => batch);
      this.#backlog = [...following, ...this.#backlog];
    }
    if (!this.#failing) {
      this.#failing = true;
      this.#onState(false, error instanceof Error ? error.message : String(error));
    }
    this.#schedule();
    return false;
  }

  #schedule(): void {
    if (this.#retry !== null) return;
    this.#retry = this.#clock.setTimer(() => {
      this.#retry = null;
      this.#retrying = this.#writeBacklog().finally(() => {
        this.#retrying = null;
      });
    }, STORE_RETRY_MS);
  }

  async #writeBacklog(): Promise<void> {
    const writing = this.#backlog;
    if (writing.length === 0) return;
    this.#backlog = [];
    try {
      await commitTo(this.#store, mergeBatches(writing)).recorded;
    } catch {
      this.#backlog = [...writing, ...this.#backlog];
      this.#schedule();
      return;
    }
    /** Batches that came meanwhile are still missing: the store works again only when all are in. */
    if (this.#backlog.length > 0) {
      await this.#writeBacklog();
      return;
    }
    this.#failing = false;
    this.#onState(true, 'everything that was missing is written');
  }
}

interface Entry {
  readonly batch: StoreBatch;
  written: boolean;
}

const FALSE = Promise.resolve(false);

/** A store that throws instead of rejecting has failed all the same. */
function commitTo(store: Store, batch: StoreBatch): CommitTicket {
  try {
    return store.commit(batch);
  } catch (error) {
    const failed = Promise.reject(error);
    failed.catch(() => {});
    return { recorded: failed, durable: failed };
  }
}
