/** A job in a cold process: `node child.js JOB JSON`. */
import { SqliteStore } from 'position-monitor/sqlite';
import { PaperBench } from './lib/paper-bench.js';

const JOBS: Readonly<Record<string, (given: never) => Promise<object>>> = {
  async 'cold-fills'({ path }: { readonly path: string }) {
    const bench = new PaperBench(new SqliteStore({ path }));
    await bench.start();
    const tookMs = await bench.fill(100, 10);
    await bench.monitor.stop();
    return { tookMs };
  },
};

const [name = '', given = 'null'] = process.argv.slice(2);
const job = JOBS[name];
if (job === undefined) throw new Error(`there is no job ${name}`);
const result = await job(JSON.parse(given) as never);
await new Promise<void>((resolve) => process.send?.(result, () => resolve()));
process.exit(0);
