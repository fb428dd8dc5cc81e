import { readFileSync, writeSync } from 'node:fs';
import type { StoreBatch, StoreIdentity } from 'position-monitor';
import { JournalStore } from './store.js';

/** Writes batches and dies without closing: what it saw recorded must be there for the next process. */
interface Task {
  readonly path: string;
  readonly identity: StoreIdentity;
  readonly batches: readonly StoreBatch[];
}

const { path, identity, batches } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Task;
const store = new JournalStore(path);
await store.open(identity);
for (const batch of batches) await store.commit(batch).recorded;
writeSync(1, String(batches.length));
process.kill(process.pid, 'SIGKILL');
