import { PositionMonitorError } from '../../../errors/position-monitor-error.js';
import { StoreError } from '../../../errors/store-error.js';
import { STORE_GROUP_MAX, STORE_QUEUE_MAX, STORE_WRITES_PER_TURN } from '../../../limits.js';
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
 * Writes batches soon and together: the two pull in opposite directions.
 *
 * A request to the exchange waits for `recorded`, so the first batches of a turn of the event loop are written in a
 * microtask, right after the work that queued them (all that it queued in one transaction). A transaction costs more
 * than its rows, and in a burst many pieces of work follow each other, so after a few transactions the rest of the
 * turn's batches is gathered and written at its end.
 */
export class GroupWriter {
  readonly #parts: GroupWriterParts;
  #queue: QueuedBatch[] = [];
  /** A microtask will write. */
  #isSoon = false;
  /** The end of the turn will be noticed. */
  #endsTurn = false;
  #writesThisTurn = 0;

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
    this.#schedule();
    return queued.ticket;
  }

  /** Writes everything that waits, now. */
  flush(): void {
    while (this.#queue.length > 0) this.#writeNext();
  }

  #schedule(): void {
    if (!this.#isSoon && this.#writesThisTurn < STORE_WRITES_PER_TURN) {
      this.#isSoon = true;
      queueMicrotask(() => this.#writeSoon());
    }
    if (this.#endsTurn) return;
    this.#endsTurn = true;
    // real-time: the end of a turn of the event loop is when a burst has been gathered
    setImmediate(() => this.#writeAtTurnEnd());
  }

  #writeSoon(): void {
    this.#isSoon = false;
    this.#writesThisTurn++;
    this.#writeNext();
  }

  #writeAtTurnEnd(): void {
    this.#endsTurn = false;
    this.#writesThisTurn = 0;
    this.#writeNext();
    // The rest of a very large burst: the event loop gets a turn in between.
    if (this.#queue.length > 0) this.#schedule();
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
