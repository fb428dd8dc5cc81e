import { ManualFeed } from 'position-monitor';
import type { Goal } from '../lib/goal.js';
import { type Contender, sink, speeds } from '../lib/measure.js';
import type { PushFeed } from '../lib/push-feed.js';
import { type Row, rowOf } from '../lib/row.js';
import {
  newMonitor,
  QUIET_FROM,
  QUIET_TO,
  seededMonitor,
  symbolOf,
  TWO_LEVELS,
} from '../lib/seeded-monitor.js';
import {
  firstLoop,
  inlinedGuard,
  mapGetAndCompare,
  naiveScan,
  plainTranches,
  quietPrices,
} from '../lib/yardsticks.js';

const FEW = 100;
const SCANNED = 100_000;
const SYMBOL = symbolOf(0);

/** G1: a tick that hits nothing, through the door that every feed uses. */
export const quietTick: Goal = async ({ quick }) => {
  const many = quick ? 10_000 : 1_000_000;
  const prices = quietPrices(QUIET_FROM, QUIET_TO, 1_024);
  const guards = new Map([[SYMBOL, { up: 1_050, down: 1_044.05 }]]);
  const options = { rounds: quick ? 9 : 25, times: quick ? 200_000 : 1_000_000 };
  // One monitor in the process, as a host has it: a second one would cost the compiler its certainty.
  const few = await seededMonitor(TWO_LEVELS, FEW, 1, { isDeaf: true });
  const ns = speeds(
    {
      few: ticks(few.feed, prices),
      guard: inlinedGuard(prices, 1_044.05, 1_050),
      map: mapGetAndCompare(prices, [SYMBOL], guards),
    },
    options,
  );
  const crowded = await seededMonitor(TWO_LEVELS, many, 1, { isDeaf: true });
  const both = speeds({ few: ticks(few.feed, prices), many: ticks(crowded.feed, prices) }, options);
  const manual = await manualMonitor();
  const scans = speeds(
    {
      many: ticks(crowded.feed, prices),
      naive: { ...naiveScan(plainTranches(SCANNED), prices), times: quick ? 20 : 100 },
      first: { ...firstLoop(plainTranches(SCANNED), prices), times: quick ? 3 : 10 },
    },
    { rounds: quick ? 3 : 9, times: 100_000, warmUp: 1 },
  );
  const pushed = speeds({ manual: manual.contender(prices) }, { rounds: 5, times: 20_000 });
  const bytes = allocated(ticks(crowded.feed, prices), quick ? 500_000 : 2_000_000);
  for (const { monitor } of [few, crowded, manual]) await monitor.stop();
  const perTranches = `t(${many} tranches) / t(${FEW})`;
  return [
    rowOf({
      id: 'G1a',
      name: 'quiet tick by handle',
      goal: '<= 5x an inlined guard loop',
      unit: 'ns',
      figure: ns.few,
      reference: ns.guard,
      yardstick: 'inlined guard loop',
      bounds: { ratioMax: 5 },
      offered: false,
      note: 'there is no price handle; measured is PriceSink.tick with one constant symbol',
    }),
    rowOf({
      id: 'G1b',
      name: 'quiet tick by symbol (PriceSink.tick)',
      goal: '<= 2x a bare Map.get + compare',
      unit: 'ns',
      figure: ns.few,
      reference: ns.map,
      yardstick: 'Map.get + two compares',
      bounds: { ratioMax: 2 },
    }),
    rowOf({
      id: 'G1b-manual',
      name: 'quiet tick by symbol (ManualFeed.tick)',
      goal: '<= 2x a bare Map.get + compare',
      unit: 'ns',
      figure: pushed.manual,
      reference: ns.map,
      yardstick: 'Map.get + two compares',
      bounds: { ratioMax: 2 },
      note: 'after a fill, and without the time of the exchange, as a host pushes that has none',
    }),
    rowOf({
      id: 'G1c',
      name: perTranches,
      goal: 't(1M) / t(100) <= 1.25',
      unit: 'ns',
      figure: both.many,
      reference: both.few,
      yardstick: `the same with ${FEW} tranches`,
      bounds: { ratioMax: 1.25 },
    }),
    rowOf({
      id: 'G1d',
      name: 'bytes allocated by a quiet tick',
      goal: '0 bytes',
      unit: 'B',
      figure: bytes,
      bounds: { figureMax: 0.5 },
    }),
    rowOf({
      id: 'G1-naive',
      name: `a scan of ${SCANNED} tranche objects`,
      goal: 'a quiet tick is below a scan',
      unit: 'ns',
      figure: scans.many,
      reference: scans.naive,
      yardstick: 'naive scan of tranche objects',
      bounds: { ratioMax: 1 },
    }),
    rowOf({
      id: 'G1-first',
      name: `the first design's loop, ${SCANNED} tranches`,
      goal: '<= 1/500,000 of it',
      unit: 'ns',
      figure: scans.many,
      reference: scans.first,
      yardstick: "the first design's loop, from its description",
      bounds: { ratioMax: 1 / 500_000 },
    }),
  ] satisfies readonly Row[];
};

function ticks(feed: PushFeed, prices: Float64Array): Contender {
  const { sink: door } = feed;
  const mask = prices.length - 1;
  return {
    run(times) {
      const [time, at] = [Date.now(), performance.now()];
      for (let index = 0; index < times; index += 1) {
        door.tick(SYMBOL, 'LAST', prices[index & mask] as number, time, at);
      }
    },
  };
}

async function manualMonitor() {
  const feed = new ManualFeed();
  const { monitor } = newMonitor({ plan: TWO_LEVELS, feed, isDeaf: true });
  await monitor.start();
  feed.tick(SYMBOL, QUIET_FROM);
  await monitor.handleOrderFill({
    orderId: 'one',
    symbol: SYMBOL,
    side: 'BUY',
    positionSide: 'LONG',
    executedQty: '0.01',
    avgPrice: QUIET_FROM,
    status: 'FILLED',
  });
  const contender = (prices: Float64Array): Contender => ({
    run(times) {
      for (let index = 0; index < times; index += 1) {
        if (feed.tick(SYMBOL, prices[index & (prices.length - 1)] as number)) sink.value += 1;
      }
    },
  });
  return { monitor, contender };
}

/** Bytes per call, with the collector kept out: the least of several tries. */
function allocated(contender: Contender, times: number): number {
  const tries = Array.from({ length: 5 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    contender.run(times);
    return (process.memoryUsage().heapUsed - before) / times;
  });
  return Math.max(0, Math.min(...tries));
}
