import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Goal } from '../lib/goal.js';
import { LiveBench } from '../lib/live-bench.js';
import { inFlight, inTurn, median } from '../lib/measure.js';
import { rowOf } from '../lib/row.js';
import { MANY_SYMBOLS } from '../loopback/words.js';

const FILLS = 128;
/** Sampling period of the delay, ms. */
const RESOLUTION_MS = 1;

/** G8: how long durable writes hold the event loop. */
export const stalls: Goal = async ({ quick }) => {
  const durable = await LiveBench.start({ dialect: 'aster', store: 'sqlite' });
  const forgetful = await LiveBench.start({ dialect: 'aster', store: 'memory' });
  const rows = [];
  for (const [id, callers, limitMs] of [
    ['G8a', 10, 6],
    ['G8b', 64, 15],
  ] as const) {
    const taken = await inTurn(
      { store: () => delayOf(durable, callers), none: () => delayOf(forgetful, callers) },
      { rounds: quick ? 3 : 15, warmUp: 2 },
    );
    rows.push(
      rowOf({
        id,
        name: `event loop delay p99 with durable writes, ${callers} in flight`,
        goal: `<= 1.5x of the same without a disk (about ${limitMs} ms)`,
        unit: 'ms',
        figure: median(taken.store),
        reference: median(taken.none),
        yardstick: 'the same monitor with its store in memory',
        bounds: { ratioMax: 1.5 },
      }),
    );
  }
  await durable.stop();
  await forgetful.stop();
  return rows;
};

/** p99 of the delay while so many fills are protected, ms. */
async function delayOf(bench: LiveBench, callers: number): Promise<number> {
  const at = (number: number): string => MANY_SYMBOLS[number % MANY_SYMBOLS.length] as string;
  const entries: string[] = [];
  for (let number = 0; number < FILLS; number += 1) entries.push(await bench.enter(0, at(number)));
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  await inFlight(FILLS, callers, async (number) => {
    if (!(await bench.report(at(number), entries[number] as string))) {
      throw new Error('a fill is not protected');
    }
  });
  histogram.disable();
  await bench.closeAll(MANY_SYMBOLS);
  return histogram.percentile(99) / 1e6 - RESOLUTION_MS;
}
