/**
 * What a commit costs: `recorded` and `durable` of the SQLite store, and how long the event loop is held, against
 * other ways to the same durability. Compare figures of one run only: disks and neighbours differ.
 *
 * npx tsx bench/store-commit.ts [milliseconds per figure]
 */
import { mkdtempSync, rmSync, stat } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BATCH_TABLES, encodeBatch } from '../src/adapters/stores/sqlite/encoded-batch.js';
import { MIGRATIONS } from '../src/adapters/stores/sqlite/schema.js';
import { SqliteStore } from '../src/adapters/stores/sqlite/sqlite-store.js';
import type { CommitTicket, StoreBatch } from '../src/ports/store.js';
import {
  batchOf,
  sampleEvent,
  sampleOrder,
  sampleTranche,
} from '../src/testing/contracts/sample-rows.js';

interface Contender {
  commit(batch: StoreBatch): CommitTicket;
  close(): Promise<void>;
}
interface Figures {
  readonly commits: number;
  readonly recorded: readonly number[];
  readonly durable: readonly number[];
  readonly delay: readonly number[];
}

const DURATION_MS = Number(process.argv[2] ?? 1_500);
const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'store-bench-'));
const IDENTITY = {
  exchangeId: 'paper',
  accountId: 'a',
  mode: 'simulated',
  instanceId: 'default',
  newIncarnation: 'a1',
} as const;
let files = 0;

const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  'no store': async () => ({
    commit: () => ({
      recorded: Promise.resolve(),
      // A trip through the thread pool, as the sync is one.
      durable: new Promise((resolve) => stat(folder, () => resolve())),
    }),
    close: async () => {},
  }),
  'NORMAL, async sync (shipped)': () => shipped(queueMicrotask),
  'same, written in the next turn': () => shipped(setImmediate as never),
  'writer thread, FULL': writerThread,
  'FULL on the main thread': mainThreadFull,
};

/** Flows that commit, act when recorded, tell when durable, and wait for an answer of the network in between. */
async function measure(contender: Contender, inFlight: number): Promise<Figures> {
  const figures = {
    commits: 0,
    recorded: [] as number[],
    durable: [] as number[],
    delay: [] as number[],
  };
  const end = performance.now() + DURATION_MS;
  let isRunning = true;
  const watch = (async () => {
    while (isRunning) {
      const asked = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1));
      figures.delay.push(Math.max(0, performance.now() - asked - 1));
    }
  })();
  const flow = async (number: number): Promise<void> => {
    for (let step = 0; performance.now() < end; step++) {
      const batch = sampleBatch(number, step);
      const begun = performance.now();
      const { recorded, durable } = contender.commit(batch);
      await recorded;
      figures.recorded.push(performance.now() - begun);
      await durable;
      figures.durable.push(performance.now() - begun);
      figures.commits++;
      await new Promise((resolve) => stat(folder, resolve));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => flow(number)));
  isRunning = false;
  await watch;
  return figures;
}

function sampleBatch(number: number, step: number): StoreBatch {
  const id = number * 1_000_000 + step;
  const tranche = sampleTranche(id);
  return batchOf({
    tranches: [tranche],
    orders: [
      sampleOrder(`sl-${id}`, { trancheId: tranche.id }),
      sampleOrder(`tp-${id}`, { trancheId: tranche.id, role: 'take-profit' }),
    ],
    events: [sampleEvent(id + 1)],
  });
}

async function shipped(schedule: typeof queueMicrotask): Promise<Contender> {
  const store = new SqliteStore({ path: join(folder, `${files++}.db`) });
  await store.open(IDENTITY);
  const original = globalThis.queueMicrotask;
  globalThis.queueMicrotask = schedule;
  return {
    commit: (batch) => store.commit(batch),
    async close() {
      globalThis.queueMicrotask = original;
      await store.close();
    },
  };
}

const PROGRAM = `
  const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
  const Database = require(workerData.module);
  const database = new Database(workerData.path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(workerData.schema);
  const statements = new Map(workerData.tables.map(([name, sql]) => [name, database.prepare(sql)]));
  function write(batches) {
    database.exec('BEGIN IMMEDIATE');
    for (const { upserts } of batches)
      for (const { table, rows } of upserts) for (const row of rows) statements.get(table).run(row);
    database.exec('COMMIT');
  }
`;

function workerData(): Record<string, unknown> {
  return {
    module: createRequire(import.meta.url).resolve('better-sqlite3'),
    path: join(folder, `${files++}.db`),
    schema: MIGRATIONS.join('\n'),
    tables: BATCH_TABLES.map(({ name, upsertSql }) => [name, upsertSql]),
  };
}

/** A prototype: everything that waits at the port goes into one transaction with a sync of its own. */
async function writerThread(): Promise<Contender> {
  const worker = new Worker(
    `${PROGRAM}
    parentPort.on('message', (first) => {
      const batches = [first];
      for (let more; (more = receiveMessageOnPort(parentPort)); ) batches.push(more.message);
      write(batches);
      parentPort.postMessage(batches.length);
    });
    parentPort.postMessage(0);`,
    { eval: true, workerData: workerData() },
  );
  await new Promise((resolve) => worker.once('message', resolve));
  const waiting: (() => void)[] = [];
  worker.on('message', (count: number) => {
    for (const resolve of waiting.splice(0, count)) resolve();
  });
  return {
    commit(batch) {
      const written = new Promise<void>((resolve) => waiting.push(resolve));
      worker.postMessage(encodeBatch(batch));
      return { recorded: written, durable: written };
    },
    close: async () => void (await worker.terminate()),
  };
}

async function mainThreadFull(): Promise<Contender> {
  const data = workerData();
  const require = createRequire(import.meta.url);
  const write = new Function(
    'require',
    'workerData',
    `${PROGRAM.replace(/const \{.*\n/, '')}return write;`,
  )(require, data);
  return {
    commit(batch) {
      write([encodeBatch(batch)]);
      return { recorded: Promise.resolve(), durable: Promise.resolve() };
    },
    close: async () => {},
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

for (const inFlight of [1, 10, 64]) {
  console.log(`\n${inFlight} in flight, us (p50 / p99); a batch is 1 tranche, 2 orders, 1 event`);
  const results = new Map<string, Figures[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, open] of Object.entries(CONTENDERS)) {
      const contender = await open();
      results.set(name, [...(results.get(name) ?? []), await measure(contender, inFlight)]);
      await contender.close();
    }
  }
  for (const [name, rounds] of results) {
    const pick = (member: 'recorded' | 'durable' | 'delay'): string =>
      [0.5, 0.99]
        .map((share) =>
          median(rounds.map((figures) => Math.round(1_000 * quantile(figures[member], share)))),
        )
        .join(' / ');
    const rate = Math.round(median(rounds.map(({ commits }) => (commits * 1_000) / DURATION_MS)));
    console.log(
      `${name.padEnd(32)} recorded ${pick('recorded').padEnd(15)} durable ${pick('durable').padEnd(16)} loop delay ${pick('delay').padEnd(15)} ${rate}/s`,
    );
  }
}
rmSync(folder, { recursive: true });
