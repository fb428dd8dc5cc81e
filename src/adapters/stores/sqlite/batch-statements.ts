import { StoreError } from '../../../errors/store-error.js';
import type { SqliteDatabase, SqliteStatement } from './driver.js';
import { BATCH_TABLES, type EncodedBatch } from './encoded-batch.js';

/** The prepared statements of a writing connection. */
export class BatchStatements {
  readonly #path: string;
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #rollback: SqliteStatement;
  readonly #selectWriter: SqliteStatement;
  readonly #deleteRegistration: SqliteStatement;
  readonly #upserts: ReadonlyMap<string, SqliteStatement>;
  readonly #writer: number;

  /** Registers as the store's writer: from now on an earlier one is refused. */
  constructor(database: SqliteDatabase, path: string) {
    this.#path = path;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#selectWriter = database.prepare('SELECT writer FROM store WHERE id = 1');
    this.#deleteRegistration = database.prepare('DELETE FROM registrations WHERE "key" = ?');
    this.#upserts = new Map(
      BATCH_TABLES.map(({ name, upsertSql }) => [name, database.prepare(upsertSql)]),
    );
    database.exec('UPDATE store SET writer = writer + 1 WHERE id = 1');
    this.#writer = this.#readWriter();
  }

  /**
   * Writes batches in one transaction.
   *
   * @throws whatever the driver throws, after everything was rolled back; StoreError `STORE_LOCKED` when another
   * writer took the store over
   */
  write(batches: readonly EncodedBatch[]): void {
    try {
      this.#begin.run();
    } catch (error) {
      // A rollback that failed earlier left its transaction open: end it, so that the next write can begin.
      this.#endTransaction();
      throw error;
    }
    try {
      this.#assertWriter();
      for (const batch of batches) this.#writeRows(batch);
      this.#commit.run();
    } catch (error) {
      this.#endTransaction();
      throw error;
    }
  }

  #writeRows(batch: EncodedBatch): void {
    for (const { table, rows } of batch.upserts) {
      const statement = this.#upserts.get(table);
      if (statement === undefined) throw new Error(`no statement for table ${table}`);
      for (const row of rows) statement.run(...row);
    }
    for (const key of batch.deletedRegistrations) this.#deleteRegistration.run(key);
  }

  /** The lock keeps other writers away, unless someone removed its file: this finds out before anything is mixed. */
  #assertWriter(): void {
    const writer = this.#readWriter();
    if (writer === this.#writer) return;
    throw new StoreError('STORE_LOCKED', `Another process has taken over the store ${this.#path}`, {
      expected: `writer ${this.#writer}`,
      received: `writer ${writer}`,
      remedy: 'Stop one of the two monitors and start the other again',
    });
  }

  #readWriter(): number {
    return (this.#selectWriter.get() as { writer: number } | undefined)?.writer ?? 0;
  }

  #endTransaction(): void {
    try {
      this.#rollback.run();
    } catch {
      // SQLite has rolled back by itself already (disk full, I/O error), or the next write tries again.
    }
  }
}
