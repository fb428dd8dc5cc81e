import { FrameFeed, markPriceFrames } from '../lib/frame-feed.js';
import type { Goal } from '../lib/goal.js';
import { markedMonitor } from '../lib/marked-monitor.js';
import { type Contender, median, sink, speeds } from '../lib/measure.js';
import type { PushFeed } from '../lib/push-feed.js';
import { rowOf } from '../lib/row.js';
import {
  QUIET_FROM,
  QUIET_TO,
  seededMonitor,
  symbolOf,
  TWO_LEVELS,
} from '../lib/seeded-monitor.js';
import { inlinedGuard, mapGetAndCompare, quietPrices } from '../lib/yardsticks.js';

const SYMBOLS = 500;

/** G2: ticks of 500 symbols a second, from a symbol and from what the exchange sends. */
export const manySymbols: Goal = async ({ quick }) => {
  const tranches = quick ? 5_000 : 100_000;
  const prices = quietPrices(QUIET_FROM, QUIET_TO, 1_024);
  // As JSON brings them: texts of their own, not those that the maps were built with.
  const names = JSON.parse(
    JSON.stringify(Array.from({ length: SYMBOLS }, (_, index) => symbolOf(index))),
  ) as string[];
  const guards = new Map(
    Array.from({ length: SYMBOLS }, (_, index) => [symbolOf(index), { up: 1_050, down: 1_044.05 }]),
  );
  const held = await seededMonitor(TWO_LEVELS, tranches, SYMBOLS, { isDeaf: true });
  const ns = speeds(
    {
      monitor: ticksOf(held.feed, names, prices),
      map: mapGetAndCompare(prices, names, guards),
      guard: inlinedGuard(prices, 1_044.05, 1_050),
    },
    { rounds: quick ? 7 : 21, times: quick ? 200_000 : 1_000_000 },
  );
  await held.monitor.stop();
  const frames = await decoding(quick, tranches, prices);
  const rate = (nsEach: number): number => 1e9 / nsEach;
  return [
    rowOf({
      id: 'G2a',
      name: `ticks/s by symbol, ${tranches} tranches over ${SYMBOLS} symbols`,
      goal: '>= 25M ticks/s',
      unit: '/s',
      figure: rate(ns.monitor),
      reference: rate(ns.map),
      yardstick: 'Map.get + two compares, 500 symbols',
      bounds: { figureMin: 25e6 },
    }),
    rowOf({
      id: 'G2b',
      name: `ticks/s by handle, ${tranches} tranches over ${SYMBOLS} symbols`,
      goal: '>= 100M ticks/s',
      unit: '/s',
      figure: rate(ns.monitor),
      reference: rate(ns.guard),
      yardstick: 'inlined guard loop',
      bounds: { figureMin: 100e6 },
      offered: false,
      note: 'there is no price handle; measured is PriceSink.tick',
    }),
    rowOf({
      id: 'G2c',
      name: 'bytes of a mark price -> decision',
      goal: '>= 5M/s and >= 8x JSON.parse alone',
      unit: '/s',
      figure: rate(frames.bytes),
      reference: rate(frames.parse),
      yardstick: 'JSON.parse of the same texts',
      bounds: { figureMin: 5e6, ratioMin: 8 },
      offered: false,
      note: 'the feed takes texts only; measured is Buffer.toString and the feed',
    }),
    rowOf({
      id: 'G2d',
      name: 'JSON text of a mark price -> decision',
      goal: '>= 0.7x bare JSON.parse',
      unit: '/s',
      figure: rate(frames.texts),
      reference: rate(frames.parse),
      yardstick: 'JSON.parse of the same texts',
      bounds: { ratioMin: 0.7 },
    }),
  ];
};

function ticksOf(feed: PushFeed, names: readonly string[], prices: Float64Array): Contender {
  const { sink: door } = feed;
  const mask = prices.length - 1;
  return {
    run(times) {
      const [time, at] = [Date.now(), performance.now()];
      let which = 0;
      for (let index = 0; index < times; index += 1) {
        door.tick(names[which] as string, 'LAST', prices[index & mask] as number, time, at);
        which += 1;
        if (which === names.length) which = 0;
      }
    },
  };
}

/** Median ns per message: parsed alone, through the feed, and through the feed from bytes. */
async function decoding(
  quick: boolean,
  tranches: number,
  prices: Float64Array,
): Promise<{ readonly parse: number; readonly texts: number; readonly bytes: number }> {
  const frames = new FrameFeed();
  const monitor = await markedMonitor(tranches, SYMBOLS, frames.feed);
  const count = quick ? 20_000 : 100_000;
  const taken = { parse: [] as number[], texts: [] as number[], bytes: [] as number[] };
  let time = Date.now();
  for (let round = -2; round < (quick ? 5 : 15); round += 1) {
    const measured: Record<keyof typeof taken, () => void> = {
      parse: () => {
        const { texts } = next();
        timed('parse', round, () => {
          for (const text of texts) sink.value += (JSON.parse(text) as { E: number }).E & 1;
        });
      },
      texts: () => {
        const { texts } = next();
        const { receive } = frames;
        timed('texts', round, () => {
          for (const text of texts) receive(text);
        });
      },
      bytes: () => {
        const { bytes } = next();
        const { receive } = frames;
        timed('bytes', round, () => {
          for (const one of bytes) receive(one.toString());
        });
      },
    };
    const order = Object.values(measured);
    for (const run of round % 2 === 0 ? order : order.reverse()) run();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { lastUpdate } = monitor.getHealth();
  if (lastUpdate === null) throw new Error('no frame reached the monitor');
  await monitor.stop();
  return {
    parse: median(taken.parse),
    texts: median(taken.texts),
    bytes: median(taken.bytes),
  };

  function next(): ReturnType<typeof markPriceFrames> {
    const made = markPriceFrames(count, SYMBOLS, prices, time);
    time += Math.ceil(count / SYMBOLS);
    return made;
  }

  function timed(name: keyof typeof taken, round: number, run: () => void): void {
    const began = process.hrtime.bigint();
    run();
    if (round >= 0) taken[name].push(Number(process.hrtime.bigint() - began) / count);
  }
}
