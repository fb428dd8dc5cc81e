import { seededMonitor, TRAILING, TWO_LEVELS } from './seeded-monitor.js';
import { plainTranches } from './yardsticks.js';

export type Weighed = 'objects' | 'two-levels' | 'trailing';

/** Bytes per tranche that stay after collecting garbage. Needs `--expose-gc`. */
export async function weigh(what: Weighed, count: number): Promise<number> {
  // Whatever code and caches weigh is there before.
  await holder(what, 100);
  const before = weight();
  const held = await holder(what, count);
  const after = weight();
  if (held === undefined) throw new Error('nothing is held');
  return (after - before) / count;
}

async function holder(what: Weighed, count: number): Promise<unknown> {
  if (what === 'objects') {
    return new Map(plainTranches(count).map((tranche) => [tranche.id, tranche]));
  }
  return seededMonitor(what === 'trailing' ? TRAILING : TWO_LEVELS, count, 500, { isDeaf: true });
}

function weight(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('start it with --expose-gc');
  for (let round = 0; round < 3; round += 1) gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
