/** A job in a cold process: `node child.js JOB JSON`. */
import { SqliteStore } from 'position-monitor/sqlite';
import { PaperBench } from './lib/paper-bench.js';
import { readEverything } from './lib/raw-sqlite.js';
import { recover, writeTranches } from './lib/recovery-jobs.js';
import { type Weighed, weigh } from './lib/weigh.js';

interface Given {
  readonly path: string;
  readonly count: number;
  readonly what: Weighed;
}

const JOBS: Readonly<Record<string, (given: Given) => Promise<object>>> = {
  async 'cold-fills'({ path }) {
    const bench = new PaperBench(new SqliteStore({ path }));
    await bench.start();
    return { tookMs: await bench.fill(100, 10) };
  },
  weigh: async ({ what, count }) => ({ bytes: await weigh(what, count) }),
  async 'write-tranches'({ path, count }) {
    await writeTranches(path, count);
    return {};
  },
  recover: async ({ path, count }) => ({ tookMs: await recover(path, count) }),
  'read-everything': async ({ path }) => readEverything(path),
};

const [name = '', given = 'null'] = process.argv.slice(2);
const job = JOBS[name];
if (job === undefined) throw new Error(`there is no job ${name}`);
const result = await job(JSON.parse(given) as Given);
await new Promise<void>((resolve) => process.send?.(result, () => resolve()));
process.exit(0);
