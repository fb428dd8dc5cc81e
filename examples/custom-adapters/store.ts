import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Store, StoreBatch, StoreIdentity, StoreStamp } from 'position-monitor';
import { type CommitTicket, type HistoryQuery, MemoryStore, StoreError } from 'position-monitor';

const VERSION = 1;
/** Files that are open here. Other processes are kept out by whoever starts the bot. */
const OPEN = new Set<string>();

/** A store in one file: a line that says whose it is, then a line per batch. Reads are served from memory. */
export class JournalStore implements Store {
  readonly durability = 'process'; // written is in the system's hands, not yet on the disk
  readonly #memory = new MemoryStore();
  readonly #path: string;
  #file: number | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async open(identity: StoreIdentity): Promise<StoreStamp> {
    if (OPEN.has(this.#path)) throw new StoreError('STORE_LOCKED', `${this.#path} is in use`);
    OPEN.add(this.#path);
    try {
      const [owner, ...batches] = readJournal(this.#path);
      await this.#memory.open((owner ?? identity) as StoreIdentity);
      await this.#memory.close();
      const stamp = await this.#memory.open(identity); // rejects when the file is somebody else's
      for (const batch of batches) await this.#memory.commit(batch as StoreBatch).recorded;
      this.#file = openSync(this.#path, 'a');
      if (!owner) writeSync(this.#file, `${JSON.stringify({ version: VERSION, ...identity })}\n`);
      return { ...stamp, created: !owner };
    } catch (error) {
      await this.#memory.close();
      OPEN.delete(this.#path);
      throw error;
    }
  }

  load() {
    return this.#memory.load();
  }

  commit(batch: StoreBatch): CommitTicket {
    if (this.#file === null) return refused(new StoreError('STORE_CLOSED', 'Open it first'));
    try {
      const line = JSON.stringify(batch);
      writeSync(this.#file, `${line}\n`);
      return this.#memory.commit(JSON.parse(line));
    } catch (cause) {
      return refused(new StoreError('STORE_WRITE_FAILED', 'Not written', { cause }));
    }
  }

  history(query: HistoryQuery) {
    return this.#memory.history(query);
  }

  async close(): Promise<void> {
    if (this.#file === null) return;
    closeSync(this.#file);
    this.#file = null;
    await this.#memory.close();
    OPEN.delete(this.#path);
  }
}

/** Whole lines only: what a crash cut off in the middle was never recorded. */
function readJournal(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  truncateSync(path, end);
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  const rows = lines.map((line, index) => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new StoreError('STORE_CORRUPT', `${path}, line ${index + 1}`, { cause });
    }
  });
  if (rows[0]?.version > VERSION) throw new StoreError('STORE_SCHEMA_NEWER', path);
  return rows;
}

/** Both promises reject, and nobody need look at either. */
function refused(error: StoreError): CommitTicket {
  const failed = Promise.reject(error);
  failed.catch(() => {});
  return { recorded: failed, durable: failed };
}
