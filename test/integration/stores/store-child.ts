/**
 * A process of its own that works with a store and dies as it is told. Speaks in lines on its standard output.
 *
 * Arguments: one JSON text, see `ChildTask`.
 */
import fs from 'node:fs';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import type { StoreBatch, StoreIdentity } from '../../../src/ports/store.js';
import { batchOf, sampleEvent, sampleOrder } from '../../../src/testing/contracts/sample-rows.js';
import { type DriverName, driverOf } from './drivers.js';

export interface ChildTask {
  readonly path: string;
  readonly driver: DriverName;
  readonly identity: StoreIdentity;
  /**
   * `hold`: open and wait to be killed · `commit-and-die`: kill itself when two thirds of `batchesFile` are recorded, with
   * the rest under way · `flood`: commit until killed · `power`: commit 450 times, telling how much of the log was
   * synced, and wait to be killed ·
   * `try`: open and close
   */
  readonly act: 'hold' | 'commit-and-die' | 'flood' | 'power' | 'try';
  readonly batchesFile?: string;
}

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
const store = new SqliteStore({ path: task.path, driver: await driverOf(task.driver) });
let syncedBytes = 0;
if (task.act === 'power') watchSyncs();

try {
  await store.open(task.identity);
} catch (error) {
  say(isMonitorError(error) ? error.code : `${error}`);
  process.exit(1);
}
say('open');
if (task.act === 'try') await store.close();
else if (task.act === 'commit-and-die') await commitAndDie();
else if (task.act !== 'hold') await flood();
if (task.act === 'hold' || task.act === 'power') setInterval(() => {}, 1_000_000);

async function commitAndDie(): Promise<void> {
  const batches = JSON.parse(fs.readFileSync(task.batchesFile ?? '', 'utf8')) as StoreBatch[];
  const awaited = Math.floor((batches.length * 2) / 3);
  for (const batch of batches.slice(0, awaited)) {
    await store.commit(batch).recorded;
    say('recorded');
  }
  for (const batch of batches.slice(awaited))
    void store.commit(batch).recorded.then(() => say('recorded'));
  queueMicrotask(() => process.kill(process.pid, 'SIGKILL'));
}

async function flood(): Promise<void> {
  // Fewer rows than ask for a checkpoint: after one the log begins anew and its length says nothing.
  const last = task.act === 'power' ? 450 : Number.POSITIVE_INFINITY;
  for (let seq = 1; seq <= last; seq++) {
    const { recorded, durable } = store.commit(
      batchOf({ orders: [sampleOrder(`order-${seq}`)], events: [sampleEvent(seq)] }),
    );
    await recorded;
    if (task.act === 'flood') say(`recorded ${seq}`);
    else void durable.then(() => say(`durable ${seq} ${syncedBytes}`));
    // Lets syncs finish and several commits fall into one of them.
    if (seq % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (seq % 50 === 0) await durable;
  }
}

/** What a sync guarantees is what the log held when it began. */
function watchSyncs(): void {
  const original = fs.fdatasync;
  fs.fdatasync = ((fd: number, done: (error: Error | null) => void) => {
    const { size } = fs.fstatSync(fd);
    original(fd, (error) => {
      if (error === null) syncedBytes = size;
      done(error);
    });
  }) as typeof fs.fdatasync;
}

function say(line: string): void {
  fs.writeSync(1, `${line}\n`);
}
