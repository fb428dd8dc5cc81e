import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SqliteStore } from 'position-monitor/sqlite';
import { inChild } from '../lib/children.js';
import type { Goal } from '../lib/goal.js';
import { LiveBench } from '../lib/live-bench.js';
import { inFlight, inTurn, median } from '../lib/measure.js';
import { PaperBench } from '../lib/paper-bench.js';
import { groupCommits } from '../lib/raw-sqlite.js';
import { type Row, rowOf } from '../lib/row.js';
import { MANY_SYMBOLS } from '../loopback/words.js';

const FILLS = 100;
const CALLERS = 10;
const SLOW_MS = 20;
/** Fills of one burst at the exchange inside the process. */
const BURST = { quick: 400, full: 2_000 };
const sync = promisify(fs.fdatasync);

/** G6: fills a second that are protected and durable. */
export const throughput: Goal = async ({ quick }) => {
  const prompt = await burstsOver(0, quick ? 5 : 21);
  const slow = await burstsOver(SLOW_MS, quick ? 2 : 7);
  const folder = fs.mkdtempSync(join(tmpdir(), 'bench-throughput-'));
  const burst = quick ? BURST.quick : BURST.full;
  const inProcess = await burstsInProcess(folder, burst, quick ? 2 : 7);
  const one = await oneByOne(folder, quick ? 100 : 400);
  fs.rmSync(folder, { recursive: true, force: true });
  const rate = (ms: number, fills = FILLS): number => (fills * 1_000) / ms;
  const http = (id: string, taken: typeof prompt, venue: string): Row =>
    rowOf({
      id,
      name: `fills/s protected and durable, ${CALLERS} in flight, ${venue}`,
      goal: '>= 55 % of the bare request rate',
      unit: '/s',
      figure: rate(median(taken.ours)),
      reference: rate(median(taken.bare)),
      yardstick: 'bare signed batch requests at equal concurrency',
      bounds: { ratioMin: 0.55 },
    });
  return [
    http('G6a', prompt, 'prompt loopback venue'),
    http('G6b', slow, '20 ms venue'),
    rowOf({
      id: 'G6c',
      name: `fills/s protected and durable, bursts of ${burst}, in-process venue`,
      goal: '>= 40,000/s',
      unit: '/s',
      figure: rate(inProcess.ours, burst),
      reference: rate(inProcess.raw, burst),
      yardstick: 'raw SQLite: the same number of rows (four a fill) in commits of 100 fills',
      bounds: { figureMin: 40_000 },
    }),
    rowOf({
      id: 'G6d',
      name: 'fill -> acknowledged as durable, in-process venue, one in flight, p50',
      goal: '<= 2.5 fdatasyncs',
      unit: 'us',
      figure: one.ours * 1_000,
      reference: one.sync * 1_000,
      yardstick: 'append of 4 KiB and fdatasync',
      bounds: { ratioMax: 2.5 },
    }),
  ];
};

/** G7: the hundred fills of the headline. */
export const headline: Goal = async ({ quick }) => {
  const http = await burstsOver(0, quick ? 5 : 21);
  const folder = fs.mkdtempSync(join(tmpdir(), 'bench-headline-'));
  const bench = new PaperBench(new SqliteStore({ path: join(folder, 'warm.db') }));
  await bench.start();
  const warm: number[] = [];
  for (let round = 0; round < (quick ? 12 : 40); round += 1) {
    warm.push(await bench.fill(FILLS, CALLERS));
    await bench.clear();
  }
  await bench.monitor.stop();
  const cold: number[] = [];
  for (let round = 0; round < (quick ? 3 : 11); round += 1) {
    const path = join(folder, `cold-${round}.db`);
    cold.push((await inChild<{ tookMs: number }>('cold-fills', { path })).tookMs);
  }
  fs.rmSync(folder, { recursive: true, force: true });
  return [
    rowOf({
      id: 'G7a',
      name: '100 fills, 10 in flight, durable, over loopback HTTP',
      goal: '<= 50 ms',
      unit: 'ms',
      figure: median(http.ours),
      reference: median(http.bare),
      yardstick: '100 bare signed batch requests, 10 in flight',
      bounds: { figureMax: 50 },
    }),
    rowOf({
      id: 'G7b',
      name: '100 fills, 10 in flight, durable, in-process venue, warm',
      goal: '<= 10 ms',
      unit: 'ms',
      figure: median(warm.slice(warm.length / 2)),
      bounds: { figureMax: 10 },
    }),
    rowOf({
      id: 'G7c',
      name: '100 fills, 10 in flight, durable, in-process venue, cold process',
      goal: '<= 80 ms',
      unit: 'ms',
      figure: median(cold),
      bounds: { figureMax: 80 },
    }),
  ];
};

/** Times of 100 fills and of 100 bare requests, in turn, ms. */
async function burstsOver(
  answerDelayMs: number,
  rounds: number,
): Promise<Record<'ours' | 'bare', number[]>> {
  const bench = await LiveBench.start({ dialect: 'aster', store: 'sqlite', answerDelayMs });
  const symbols = MANY_SYMBOLS.slice(0, FILLS);
  const at = (number: number): string => symbols[number % symbols.length] as string;
  const taken = await inTurn(
    {
      ours: async () => {
        const entries = await Promise.all(symbols.map((symbol) => bench.enter(0, symbol)));
        const began = performance.now();
        await inFlight(FILLS, CALLERS, async (number) => {
          if (!(await bench.report(at(number), entries[number] as string))) {
            throw new Error('a fill is not protected');
          }
        });
        const took = performance.now() - began;
        await bench.closeAll(symbols);
        return took;
      },
      bare: async (round) => {
        await Promise.all(symbols.map((symbol) => bench.enter(1, symbol)));
        const began = performance.now();
        await inFlight(FILLS, CALLERS, (number) =>
          bench.placeBare(at(number), `${round}-${number}`),
        );
        const took = performance.now() - began;
        await inFlight(FILLS, CALLERS, async (number) => {
          await bench.cancelBare(at(number), `${round}-${number}`);
          await bench.leave(at(number));
        });
        return took;
      },
    },
    { rounds, warmUp: 2 },
  );
  await bench.stop();
  return taken;
}

async function burstsInProcess(
  folder: string,
  burst: number,
  rounds: number,
): Promise<{ readonly ours: number; readonly raw: number }> {
  const bench = new PaperBench(new SqliteStore({ path: join(folder, 'burst.db') }));
  await bench.start();
  const taken = await inTurn(
    {
      ours: async () => {
        const took = await bench.fill(burst, 64);
        await bench.clear();
        return took;
      },
      raw: async (round) => groupCommits(join(folder, `raw-${round}.db`), burst, 100),
    },
    { rounds, warmUp: 1 },
  );
  await bench.monitor.stop();
  return { ours: median(taken.ours), raw: median(taken.raw) };
}

async function oneByOne(
  folder: string,
  samples: number,
): Promise<{ readonly ours: number; readonly sync: number }> {
  const bench = new PaperBench(new SqliteStore({ path: join(folder, 'one.db') }));
  await bench.start();
  const file = fs.openSync(join(folder, 'sync'), 'w');
  const page = Buffer.alloc(4_096, 1);
  const taken = await inTurn(
    {
      ours: () => bench.fill(1, 1),
      sync: async () => {
        const began = performance.now();
        fs.writeSync(file, page);
        await sync(file);
        return performance.now() - began;
      },
    },
    { rounds: samples, warmUp: 50 },
  );
  fs.closeSync(file);
  await bench.monitor.stop();
  return { ours: median(taken.ours), sync: median(taken.sync) };
}
