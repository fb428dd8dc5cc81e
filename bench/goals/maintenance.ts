import type { Goal } from '../lib/goal.js';
import { median, seededRandom, sink } from '../lib/measure.js';
import { rowOf } from '../lib/row.js';
import {
  type BenchMonitor,
  QUIET_FROM,
  seededMonitor,
  symbolOf,
  TWO_LEVELS,
  tick,
} from '../lib/seeded-monitor.js';
import { YardstickHeap } from '../lib/yardstick-heap.js';
import { hitsAt, plainTranches } from '../lib/yardsticks.js';

const SYMBOLS = 500;
/** How long the closes of a crash are waited for, ms. */
const CLOSING_MS_MAX = 10_000;

/** G4: what opening, moving, closing and firing cost with many tranches held. No store, no network. */
export const maintenance: Goal = async ({ quick }) => {
  const tranches = quick ? 10_000 : 100_000;
  const heap = heapSpeeds(tranches, quick ? 5 : 15);
  const held = await seededMonitor(TWO_LEVELS, tranches, SYMBOLS);
  const calls = await callsOf(held, quick ? 200 : 1_000);
  await held.monitor.stop();
  const crash = await crashOf(tranches, tranches / 10);
  const compared = { unit: 'ns', bounds: { ratioMax: 2 } } as const;
  const goal = '<= 2x the yardstick heap';
  const yardstick = 'indexed 4-ary heap, one level';
  return [
    rowOf({
      id: 'G4a',
      name: `a tranche opened (handleOrderFill), ${tranches} held`,
      figure: calls.open,
      reference: heap.add,
      ...{ ...compared, goal, yardstick },
      note: 'the public call does all of the fill: ledger, plan, levels, records, events, answer',
    }),
    rowOf({
      id: 'G4b',
      name: `a level moved (updateTpSl), ${tranches} held`,
      figure: calls.move,
      reference: heap.move,
      ...{ ...compared, goal, yardstick },
    }),
    rowOf({
      id: 'G4c',
      name: `a tranche closed (closeTranche), ${tranches} held`,
      figure: calls.close,
      reference: heap.remove,
      ...{ ...compared, goal, yardstick },
      note: 'with the market order at the paper exchange and the booking of its fill',
    }),
    rowOf({
      id: 'G4d',
      name: `fired tranche, other level included (a tick that hits ${tranches / 10})`,
      goal: '<= 1 us per fired tranche',
      unit: 'ns',
      figure: (crash.decided * 1e6) / (tranches / 10),
      reference: heap.fire,
      yardstick: 'two yardstick heaps: popped from one, removed from the other',
      bounds: { figureMax: 1_000 },
    }),
    rowOf({
      id: 'G4e',
      name: `one tick that hits ${tranches / 10} of ${tranches}: until the call returns`,
      goal: '<= 10 ms',
      unit: 'ms',
      figure: crash.decided,
      reference: crash.scanned,
      yardstick: 'naive scan of the same tranches, deciding only',
      bounds: { figureMax: 10 },
      note: `${crash.closed} of them are closed and booked after ${Math.round(crash.tookMs)} ms`,
    }),
  ];
};

/** Median ns of each operation on one level. */
function heapSpeeds(
  tranches: number,
  rounds: number,
): Record<'add' | 'remove' | 'move' | 'fire', number> {
  const random = seededRandom(1);
  const batch = Math.min(10_000, tranches / 10);
  const up = new YardstickHeap(tranches + batch);
  const down = new YardstickHeap(tranches + batch);
  for (let id = 0; id < tranches; id += 1) {
    up.add(id, 1_050 + random() * 100);
    down.add(id, -(950 + random() * 94));
  }
  const at = (index: number): number => tranches + index;
  const taken = { add: [], remove: [], move: [], fire: [] } as Record<
    'add' | 'remove' | 'move' | 'fire',
    number[]
  >;
  for (let round = -2; round < rounds; round += 1) {
    timed('add', () => {
      for (let index = 0; index < batch; index += 1) up.add(at(index), 1_050 + random() * 100);
    });
    timed('move', () => {
      for (let index = 0; index < batch; index += 1) up.move(at(index), 1_050 + random() * 100);
    });
    timed('remove', () => {
      for (let index = 0; index < batch; index += 1) up.remove(at(index));
    });
    const fired: number[] = [];
    timed('fire', () => {
      for (let index = 0; index < batch; index += 1) {
        const id = down.leastId;
        down.remove(id);
        up.remove(id);
        fired.push(id);
      }
    });
    for (const id of fired) {
      up.add(id, 1_050 + random() * 100);
      down.add(id, -(950 + random() * 94));
    }

    function timed(name: keyof typeof taken, run: () => void): void {
      const began = process.hrtime.bigint();
      run();
      if (round >= 0) taken[name].push(Number(process.hrtime.bigint() - began) / batch);
    }
  }
  return {
    add: median(taken.add),
    remove: median(taken.remove),
    move: median(taken.move),
    fire: median(taken.fire),
  };
}

/** Median ns of each public call, one after the other. */
async function callsOf(
  { monitor }: BenchMonitor,
  samples: number,
): Promise<Record<'open' | 'move' | 'close', number>> {
  const taken = { open: [] as number[], move: [] as number[], close: [] as number[] };
  const random = seededRandom(2);
  for (let index = 0; index < samples; index += 1) {
    const symbol = symbolOf(index % SYMBOLS);
    const orderId = `fresh-${index}`;
    await monitor.registerOrder({
      ...{ orderId, symbol },
      side: 'BUY',
      positionSide: 'LONG',
      tranche: 'new',
    });
    await timed('open', () =>
      monitor.handleOrderFill({
        ...{ orderId, symbol },
        side: 'BUY',
        positionSide: 'LONG',
        executedQty: '0.01',
        avgPrice: QUIET_FROM,
        status: 'FILLED',
      }),
    );
    const id = monitor.trancheForOrder(orderId)?.id ?? '';
    const slPrice = (950 + Math.floor(random() * 9_000) / 100).toFixed(2);
    await timed('move', () => monitor.updateTpSl(id, { slPrice }));
    await timed('close', async () => {
      await monitor.closeTranche(id);
      return true;
    });
  }
  return { open: median(taken.open), move: median(taken.move), close: median(taken.close) };

  async function timed(name: keyof typeof taken, call: () => Promise<boolean>): Promise<void> {
    const began = process.hrtime.bigint();
    const isDone = await call();
    taken[name].push(Number(process.hrtime.bigint() - began));
    if (!isDone) throw new Error(`${name} came to nothing`);
  }
}

/** One tick that hits a tenth of the tranches, which are spread over levels of one symbol. ms */
async function crashOf(
  tranches: number,
  hits: number,
): Promise<{
  readonly decided: number;
  readonly closed: number;
  readonly tookMs: number;
  readonly scanned: number;
}> {
  const plain = plainTranches(tranches);
  // Stops lie on 100 prices; the highest ten are hit.
  const price = ((1_099 - 9) * 95) / 100;
  const scans: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const began = performance.now();
    sink.value += hitsAt(plain, price);
    scans.push(performance.now() - began);
  }
  if (hitsAt(plain, price) !== hits) throw new Error('the scan disagrees about what is hit');
  const { monitor, feed } = await seededMonitor(TWO_LEVELS, tranches, 1);
  const seen = { hit: 0, closed: 0 };
  monitor.on('trigger:hit', () => {
    seen.hit += 1;
  });
  monitor.on('tranche:closed', () => {
    seen.closed += 1;
  });
  const began = performance.now();
  tick(feed, symbolOf(0), price);
  const decided = performance.now() - began;
  while (seen.closed < hits && performance.now() - began < CLOSING_MS_MAX) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const tookMs = performance.now() - began;
  if (seen.hit !== hits) throw new Error(`${seen.hit} tranches were hit, not ${hits}`);
  return { decided, closed: seen.closed, tookMs, scanned: median(scans) };
}
