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
  #identity = '';
  #waiters: OpenTicket[] = [];
  #running: Promise<void> | null = null;
  /**
   * `log`: syncing the log suffices. `suspect`: a sync failed, after which the kernel may have forgotten which pages
   * are not on disk, so only a checkpoint proves anything. `lost`: the log's file is no longer the one at its path
   * (someone removed it); every commit is checkpointed until the store is opened anew.
   */
  #trust: 'log' | 'suspect' | 'lost' = 'log';

  constructor(parts: WalSyncParts) {
    this.#parts = parts;
    this.#walPath = `${parts.path}-wal`;
  }

  /** Opens the log. The connection must have written something before. */
  async open(): Promise<void> {
    this.#handle = await openFile(this.#walPath, 'r+');
    this.#identity = await this.#identify();
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

  /** Whether everything recorded is durable. */
  get isTrusted(): boolean {
    return this.#trust === 'log';
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
    if (this.#trust !== 'log') {
      this.#parts.checkpointAll();
      if (this.#trust === 'suspect') this.#trust = 'log';
      return;
    }
    try {
      if (this.#handle === null) throw new Error('the log is not open');
      const [, identity] = await Promise.all([syncFile(this.#handle), this.#identify()]);
      if (identity === this.#identity) return;
    } catch (cause) {
      const isGone = (cause as { code?: unknown }).code === 'ENOENT';
      this.#trust = isGone ? 'lost' : 'suspect';
      throw cause;
    }
    this.#trust = 'lost';
    throw new Error(`${this.#walPath} was replaced while in use`);
  }

  async #identify(): Promise<string> {
    const { dev, ino } = await statFile(this.#walPath);
    return `${dev}:${ino}`;
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
