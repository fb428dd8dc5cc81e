import fs, { type BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { StoreError } from '../../../errors/store-error.js';
import type { OpenTicket } from '../commit-ticket.js';

const closeFile = promisify(fs.close);
const openFile = promisify(fs.open);
/** `fs.fdatasync` is looked up at each call, so that a test can observe and break it. */
const syncFile = promisify((fd: number, done: (error: Error | null) => void) =>
  fs.fdatasync(fd, done),
);
const statFile = promisify(
  (path: string, done: (error: Error | null, stats: BigIntStats) => void) =>
    fs.stat(path, { bigint: true }, done),
);

export interface WalSyncParts {
  /** Path of the database. */
  readonly path: string;
  /** Moves the whole log into the database and syncs that; throws when any of it stays behind. Holds the event loop. */
  checkpointAll(): void;
  /** Called after each sync, between two of them; `isQuiet` when nobody waits for another one. */
  afterSync(isQuiet: boolean): void;
}

/**
 * Makes commits survive power loss: one asynchronous sync of the write-ahead log for everyone who waits.
 *
 * A commit writes its pages into the log and returns; they are in the hands of the operating system. `fdatasync` on
 * the log's file, through a handle of our own, forces them to the disk from a thread of the pool. The log is the one
 * file of the database that carries no locks, so opening and closing it is harmless. A sync counts for commits that
 * were recorded before it began, never for later ones.
 */
export class WalSync {
  readonly #parts: WalSyncParts;
  readonly #walPath: string;
  #handle: number | null = null;
  #walIdentity = '';
  #databaseIdentity = '';
  #waiters: OpenTicket[] = [];
  #running: Promise<void> | null = null;
  /**
   * `log`: syncing the log suffices. `suspect`: a sync failed, after which the kernel may have forgotten which pages
   * are not on disk, so only a checkpoint proves anything. `lost`: the log's file is no longer the one at its path
   * (someone removed it); every commit is checkpointed until the store is opened anew. `gone`: so is the database's;
   * what is written from now on nobody will find.
   */
  #trust: 'log' | 'suspect' | 'lost' | 'gone' = 'log';

  constructor(parts: WalSyncParts) {
    this.#parts = parts;
    this.#walPath = `${parts.path}-wal`;
  }

  /** Opens the log. The connection must have written something before. */
  async open(): Promise<void> {
    this.#handle = await openFile(this.#walPath, 'r+');
    this.#walIdentity = await identityOf(this.#walPath);
    this.#databaseIdentity = await identityOf(this.#parts.path);
  }

  /** Settles the `durable` side of tickets that are recorded. */
  add(tickets: readonly OpenTicket[]): void {
    for (const ticket of tickets) this.#waiters.push(ticket);
    this.#running ??= this.#run();
  }

  /** Resolves when nobody waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Whether everything recorded is durable when {@link idle} has resolved. */
  get isTrusted(): boolean {
    return this.#trust === 'log';
  }

  /** Whether not even a checkpoint keeps anything: the database at the path is another one, or none. */
  get isGone(): boolean {
    return this.#trust === 'gone';
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    if (handle !== null) await closeFile(handle);
  }

  async #run(): Promise<void> {
    while (this.#waiters.length > 0) {
      const group = this.#waiters;
      this.#waiters = [];
      try {
        await this.#sync();
        for (const { durable } of group) durable();
      } catch (cause) {
        const error = this.#failure(cause);
        for (const { fail } of group) fail(error);
      }
      this.#parts.afterSync(this.#waiters.length === 0);
    }
    this.#running = null;
  }

  async #sync(): Promise<void> {
    if (this.#trust === 'log') await this.#syncLog();
    else await this.#checkpoint();
  }

  async #syncLog(): Promise<void> {
    // Started before the first wait: whoever is recorded from now on waits for the next sync.
    const synced =
      this.#handle === null ? Promise.reject(new Error('not open')) : syncFile(this.#handle);
    const files = Promise.all([identityOf(this.#walPath), identityOf(this.#parts.path)]);
    try {
      await Promise.all([synced, files]);
    } catch (error) {
      this.#trust = 'suspect';
      throw error;
    }
    const [wal, database] = await files;
    if (wal !== this.#walIdentity) this.#trust = 'lost';
    if (database !== this.#databaseIdentity) this.#trust = 'gone';
    if (this.#trust !== 'log') throw replacedError(this.#parts.path);
  }

  async #checkpoint(): Promise<void> {
    if ((await identityOf(this.#parts.path)) !== this.#databaseIdentity) this.#trust = 'gone';
    if (this.#trust === 'gone') throw replacedError(this.#parts.path);
    this.#parts.checkpointAll();
    if (this.#trust === 'suspect') this.#trust = 'log';
  }

  #failure(cause: unknown): StoreError {
    return new StoreError(
      'STORE_WRITE_FAILED',
      `The store ${this.#parts.path} could not be made durable`,
      {
        received: cause instanceof Error ? cause.message : `${cause}`,
        remedy: 'Check the disk, and that no program touches the files beside the store',
        cause,
        retryable: true,
        outcome: 'unknown',
      },
    );
  }
}

/** Device and inode of what stands at a path; `stat` opens nothing, so it drops no lock. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await statFile(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return 'nothing';
    throw error;
  }
}

function replacedError(path: string): Error {
  return new Error(`${path} or its log was removed or replaced while in use`);
}
