import { FrameFeed, markPriceFrames } from '../lib/frame-feed.js';
import type { Goal } from '../lib/goal.js';
import { markedMonitor } from '../lib/marked-monitor.js';
import { quantile } from '../lib/measure.js';
import { type Row, rowOf } from '../lib/row.js';
import {
  QUIET_FROM,
  QUIET_TO,
  seededMonitor,
  symbolOf,
  TWO_LEVELS,
} from '../lib/seeded-monitor.js';
import { type Guard, quietPrices } from '../lib/yardsticks.js';

const SYMBOLS = 500;
const SHARE = 0.9999;

/** G13: the slowest of many single ticks. */
export const tail: Goal = async ({ quick }) => {
  const tranches = quick ? 5_000 : 100_000;
  const count = quick ? 50_000 : 400_000;
  const prices = quietPrices(QUIET_FROM, QUIET_TO, 1_024);
  const held = await seededMonitor(TWO_LEVELS, tranches, SYMBOLS, { isDeaf: true });
  const guards = new Map<string, Guard>(
    Array.from({ length: SYMBOLS }, (_, index) => [symbolOf(index), { up: 1_050, down: 1_044 }]),
  );
  const names = [...guards.keys()].map((name) => name.slice());
  const { sink: door } = held.feed;
  const [time, at] = [Date.now(), performance.now()];
  let hits = 0;
  const decoded = each(count, {
    ours: (index) => {
      const price = prices[index & 1_023] as number;
      door.tick(names[index % SYMBOLS] as string, 'LAST', price, time, at);
    },
    bare: (index) => {
      const price = prices[index & 1_023] as number;
      const guard = guards.get(names[index % SYMBOLS] as string);
      if (guard === undefined || price <= guard.down || price >= guard.up) hits += 1;
    },
  });
  await held.monitor.stop();
  if (hits > 0) throw new Error('a quiet price is none');
  const frames = new FrameFeed();
  const marked = await markedMonitor(tranches, SYMBOLS, frames.feed);
  const { receive } = frames;
  const { texts, bytes } = markPriceFrames(count * 2, SYMBOLS, prices, Date.now());
  const raw = each(count, {
    ours: (index) => receive((bytes[index] as Buffer).toString()),
    bare: (index) => {
      JSON.parse(texts[index] as string);
    },
  });
  await marked.stop();
  return [
    row('G13a', 'decoded tick, p99.99', 2, decoded, 'Map.get + two compares, timed alike'),
    {
      ...row('G13b', 'bytes -> decision, p99.99', 20, raw, 'JSON.parse alone, timed alike'),
      met: false,
      offered: false,
      note: 'the feed takes texts only; measured is Buffer.toString and the feed',
    },
  ];
};

interface Tail {
  readonly ours: number;
  readonly bare: number;
}

function row(id: string, name: string, limitUs: number, tails: Tail, yardstick: string): Row {
  return rowOf({
    ...{ id, name, yardstick },
    goal: `<= ${limitUs} us`,
    unit: 'us',
    figure: tails.ours / 1_000,
    reference: tails.bare / 1_000,
    bounds: { figureMax: limitUs },
  });
}

/**
 * Times every single call, ns. In slices that take turns, the first tenth as warm-up: the collector, the kernel and
 * neighbours visit both.
 */
function each(count: number, calls: Readonly<Record<keyof Tail, (index: number) => void>>): Tail {
  const taken = { ours: new Float64Array(count), bare: new Float64Array(count) };
  const slice = 1_000;
  const warmUp = Math.floor(count / 10);
  for (let from = 0; from < count; from += slice) {
    for (const name of ['ours', 'bare'] as const) {
      const call = calls[name];
      const values = taken[name];
      for (let index = from; index < from + slice; index += 1) {
        const began = performance.now();
        call(index);
        values[index] = (performance.now() - began) * 1e6;
      }
    }
  }
  return {
    ours: quantile(taken.ours.subarray(warmUp), SHARE),
    bare: quantile(taken.bare.subarray(warmUp), SHARE),
  };
}
