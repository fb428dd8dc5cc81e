import { CHECKPOINT_ROWS, CHECKPOINT_ROWS_MAX } from '../../../limits.js';
import type { SqliteDatabase, SqliteStatement } from './driver.js';

interface CheckpointResult {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/** Keeps the log short: moves its pages into the database when nobody waits for anything. */
export class Checkpointer {
  readonly #passive: SqliteStatement;
  readonly #truncate: SqliteStatement;
  #rows = 0;

  constructor(database: SqliteDatabase) {
    this.#passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#truncate = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Counts what went into the log. Rows stand for pages: the log's own length cannot be asked for cheaply. */
  note(rowCount: number): void {
    this.#rows += rowCount;
  }

  /**
   * Makes a checkpoint if the log is long enough. It syncs, so it holds the event loop for some ms.
   *
   * @param isQuiet nobody waits for a write or a sync
   */
  runWhenDue(isQuiet: boolean): void {
    if (this.#rows < (isQuiet ? CHECKPOINT_ROWS : CHECKPOINT_ROWS_MAX)) return;
    this.#rows = 0;
    try {
      // Takes what it can; pages that a reader still needs are left for the next time.
      this.#passive.get();
    } catch {
      // The log keeps everything. A disk that is full or broken shows in the next commit, which is reported.
    }
  }

  /**
   * Moves everything and empties the log.
   *
   * @throws when a reader or a failing disk leaves a part behind
   */
  runWhole(): void {
    const { busy, log, checkpointed } = this.#truncate.get() as CheckpointResult;
    this.#rows = 0;
    if (busy !== 0 || log !== checkpointed) {
      throw new Error(`a reader holds the log: ${checkpointed} of ${log} pages were moved`);
    }
  }
}
