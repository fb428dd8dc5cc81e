import { PositionMonitorError } from '../../../errors/position-monitor-error.js';
import { StoreError } from '../../../errors/store-error.js';
import { STORE_GROUP_MAX, STORE_QUEUE_MAX } from '../../../limits.js';
import type { CommitTicket } from '../../../ports/store.js';
import { type OpenTicket, openTicket, refusedTicket } from '../commit-ticket.js';
import type { EncodedBatch } from './encoded-batch.js';
import { isOfSurroundings, writeError } from './sqlite-errors.js';

/** What a group needs from its surroundings. */
export interface GroupWriterParts {
  readonly path: string;
  /** Writes batches in one transaction or throws and leaves nothing behind. */
  write(batches: readonly EncodedBatch[]): void;
  /** Called with the tickets of batches that are recorded and wait for durability. */
  recorded(tickets: readonly OpenTicket[], rowCount: number): void;
}

interface QueuedBatch extends OpenTicket {
  readonly batch: EncodedBatch;
}

/**
 * Gathers the batches that one piece of work queues, and writes them in one transaction right after it.
 *
 * A transaction costs more than its rows, and a burst of fills brings many batches at once.
 */
export class GroupWriter {
  readonly #parts: GroupWriterParts;
  #queue: QueuedBatch[] = [];
  #isScheduled = false;

  constructor(parts: GroupWriterParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  add(batch: EncodedBatch): CommitTicket {
    if (this.#queue.length >= STORE_QUEUE_MAX) {
      return refusedTicket(
        new StoreError('STORE_WRITE_FAILED', 'Too many batches wait for the store', {
          expected: `at most ${STORE_QUEUE_MAX}`,
          retryable: true,
        }),
      );
    }
    const queued = { batch, ...openTicket() };
    this.#queue.push(queued);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      // A microtask, not the next turn: requests to the exchange wait for `recorded`, and a turn may bring much work.
      queueMicrotask(() => this.#writeGroup());
    }
    return queued.ticket;
  }

  /** Writes everything that waits, now. */
  flush(): void {
    while (this.#queue.length > 0) this.#writeNext();
  }

  #writeGroup(): void {
    this.#isScheduled = false;
    this.#writeNext();
    if (this.#queue.length === 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    // real-time: between two groups of a large burst the event loop gets a turn
    setImmediate(() => this.#writeGroup());
  }

  #writeNext(): void {
    const group =
      this.#queue.length <= STORE_GROUP_MAX ? this.#queue : this.#queue.slice(0, STORE_GROUP_MAX);
    this.#queue = group === this.#queue ? [] : this.#queue.slice(STORE_GROUP_MAX);
    if (group.length === 0) return;
    const error = this.#tryWrite(group);
    if (error === null) return;
    if (group.length === 1 || hitsAll(error)) {
      for (const { fail } of group) fail(this.#describe(error));
      return;
    }
    // One batch of the group may be the culprit: each gets its own try, so that it takes no other with it.
    for (const queued of group) {
      const own = this.#tryWrite([queued]);
      if (own !== null) queued.fail(this.#describe(own));
    }
  }

  #tryWrite(group: readonly QueuedBatch[]): unknown {
    try {
      this.#parts.write(group.map(({ batch }) => batch));
    } catch (error) {
      return error ?? new Error('the driver threw nothing');
    }
    for (const { recorded } of group) recorded();
    this.#parts.recorded(
      group,
      group.reduce((sum, { batch }) => sum + batch.rowCount, 0),
    );
    return null;
  }

  #describe(error: unknown): Error {
    return writeError(this.#parts.path, error);
  }
}

/** Trying one by one helps only against a batch that cannot be written, not against a full disk or a lost lock. */
function hitsAll(error: unknown): boolean {
  return error instanceof PositionMonitorError || isOfSurroundings(error);
}
