import { ConfigError } from '../../../errors/config-error.js';
import { describe } from '../../../errors/describe.js';
import { StoreError } from '../../../errors/store-error.js';
import type {
  CommitTicket,
  HistoryQuery,
  Store,
  StoreBatch,
  StoredEvent,
  StoreIdentity,
  StoreSnapshot,
  StoreStamp,
} from '../../../ports/store.js';
import { refusedTicket } from '../commit-ticket.js';
import type { SqliteDatabase, SqliteDriver } from './driver.js';
import { type EncodedBatch, encodeBatch } from './encoded-batch.js';
import { findDriver } from './find-driver.js';
import { writeError } from './sqlite-errors.js';
import { openSession, type StoreSession } from './store-session.js';
import { readHistory, readSnapshot } from './stored-rows.js';

export interface SqliteStoreOptions {
  /** Path of the database file. Beside it lie `-wal` and `-shm` while it is open, and `-lock`. */
  readonly path: string;
  /** Default: `node:sqlite` where the runtime has it, else the package better-sqlite3. */
  readonly driver?: SqliteDriver;
}

/**
 * A store in one SQLite file, for a live account: what `durable` acknowledged survives power loss.
 *
 * Commits are written within the turn of the event loop that queued them (`recorded`: survives the death of the
 * process) and synced in the background, all waiting ones together (`durable`). One process writes at a time; the
 * command line and {@link openReadOnlySqlite} may read meanwhile. Keep the file on a local disk, and copy it only with
 * `VACUUM INTO` or SQLite's backup while it is open.
 *
 * @example
 * const store = new SqliteStore({ path: 'bot.db' });
 * const monitor = new PositionMonitor({ config, exchange, feed, store });
 */
export class SqliteStore implements Store {
  readonly durability = 'power';
  readonly #path: string;
  readonly #driver: SqliteDriver | undefined;
  #session: StoreSession | null = null;
  #opening: Promise<StoreSession> | null = null;
  #closing: Promise<void> | null = null;

  constructor({ path, driver }: SqliteStoreOptions) {
    if (typeof path !== 'string' || path === '' || path === ':memory:' || path.includes('\0')) {
      throw new ConfigError('CONFIG_INVALID', 'A SQLite store needs a file', {
        expected: 'a path',
        received: describe(path),
        remedy: 'Use MemoryStore for a store without a file',
      });
    }
    this.#path = path;
    this.#driver = driver;
  }

  async open(identity: StoreIdentity): Promise<StoreStamp> {
    if (this.#session !== null || this.#opening !== null || this.#closing !== null) {
      throw new StoreError('STORE_LOCKED', `The store ${this.#path} is open already`, {
        remedy: 'Use one store per monitor',
      });
    }
    this.#opening = this.#open(identity);
    try {
      this.#session = await this.#opening;
      return this.#session.stamp;
    } finally {
      this.#opening = null;
    }
  }

  async load(): Promise<StoreSnapshot> {
    const { writer, database, path } = this.#current();
    writer.flush();
    return readSnapshot(database, path);
  }

  commit(batch: StoreBatch): CommitTicket {
    let encoded: EncodedBatch;
    let session: StoreSession;
    try {
      session = this.#current();
      encoded = encodeBatch(batch);
    } catch (error) {
      return refusedTicket(writeError(this.#path, error, false));
    }
    return session.writer.add(encoded);
  }

  async *history(query: HistoryQuery): AsyncIterable<StoredEvent> {
    const session = this.#current();
    session.writer.flush();
    const connection = (): SqliteDatabase => {
      // The same session, not a later one: its events may be others.
      if (this.#session !== session) throw this.#closedError();
      return session.database;
    };
    yield* readHistory(connection, session.path, query);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    try {
      await this.#closing;
    } finally {
      this.#closing = null;
    }
  }

  async #open(identity: StoreIdentity): Promise<StoreSession> {
    return openSession(this.#driver ?? (await findDriver()), this.#path, identity);
  }

  async #close(): Promise<void> {
    // Half opened: wait for the rest. Its failure is told to the caller of `open`.
    await this.#opening?.catch(() => null);
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  #current(): StoreSession {
    if (this.#session === null) throw this.#closedError();
    return this.#session;
  }

  #closedError(): StoreError {
    return new StoreError('STORE_CLOSED', `The store ${this.#path} is not open`, {
      remedy: 'Call open() first',
    });
  }
}
