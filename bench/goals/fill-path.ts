import diagnostics from 'node:diagnostics_channel';
import fs from 'node:fs';
import type { Goal } from '../lib/goal.js';
import { LiveBench } from '../lib/live-bench.js';
import { inFlight, quantile } from '../lib/measure.js';
import { type Row, rowOf } from '../lib/row.js';
import { MANY_SYMBOLS } from '../loopback/words.js';

const VENUE_MS = 20;

/** G5: from a fill to its request, and to both orders acknowledged, at an exchange that answers after 20 ms. */
export const fillPath: Goal = async ({ quick }) => {
  const syncs = countSyncs();
  const prompt = await LiveBench.start({ dialect: 'aster', store: 'sqlite' });
  const handed = await samples(prompt, quick ? 150 : 1_000, 1, syncs, quick ? 150 : 1_000);
  await prompt.stop();
  const bench = await LiveBench.start({
    ...{ dialect: 'aster', store: 'sqlite', answerDelayMs: VENUE_MS },
  });
  const alone = await samples(bench, quick ? 40 : 300, 1, syncs);
  const crowd = await samples(bench, quick ? 200 : 1_000, 10, syncs);
  await bench.stop();
  const us = (values: readonly number[], share: number): number => quantile(values, share) * 1_000;
  const added = (share: number, { ours, bare }: Samples): number =>
    us(ours.acknowledged, share) - us(bare.acknowledged, share);
  const overhead = (
    id: string,
    share: number,
    taken: Samples,
    callers: number,
    percent: number,
  ): Row => {
    const extra = added(share, taken);
    const bareUs = us(taken.bare.acknowledged, share);
    return rowOf({
      id,
      name: `fill -> both orders acknowledged, added to a bare round trip, p${share * 100}, ${callers} in flight`,
      goal: `<= ${percent} % of a 20 ms venue`,
      unit: 'us',
      figure: extra,
      reference: bareUs,
      yardstick: 'bare signed request over kept node:http connections',
      bounds: { figureMax: VENUE_MS * 10 * percent },
      note: `in all ${Math.round(us(taken.ours.acknowledged, share))} us`,
    });
  };
  return [
    rowOf({
      id: 'G5a',
      name: 'fill -> request handed to the HTTP client, p50',
      goal: '<= 15 us',
      unit: 'us',
      figure: us(handed.ours.left, 0.5),
      reference: us(handed.bare.left, 0.5),
      yardstick: 'bare loop: sign the same request and hand it over',
      bounds: { figureMax: 15 },
      note: 'with the SQLite store: the record is written before the request leaves',
    }),
    rowOf({
      id: 'G5b',
      name: 'fill -> request handed to the HTTP client, p99',
      goal: '<= 100 us',
      unit: 'us',
      figure: us(handed.ours.left, 0.99),
      reference: us(handed.bare.left, 0.99),
      yardstick: 'bare loop: sign the same request and hand it over',
      bounds: { figureMax: 100 },
    }),
    overhead('G5c', 0.5, alone, 1, 1),
    overhead('G5d', 0.99, alone, 1, 5),
    overhead('G5e', 0.5, crowd, 10, 1),
    overhead('G5f', 0.99, crowd, 10, 5),
    rowOf({
      id: 'G5g',
      name: 'syncs of the disk that ended between a fill and its request, one in flight',
      goal: 'none',
      unit: 'syncs',
      figure: handed.syncsWaitedFor,
      bounds: { figureMax: 0 },
      note: `${handed.ours.left.length} fills; every one was synced before it was acknowledged`,
    }),
  ];
};

interface Times {
  /** From the call to the request at the HTTP client, ms. */
  readonly left: number[];
  /** From the call to the answer for both orders, ms. */
  readonly acknowledged: number[];
}

interface Samples {
  readonly ours: Times;
  readonly bare: Times;
  syncsWaitedFor: number;
}

/** Syncs that ended since the process began. */
function countSyncs(): { ended: number } {
  const syncs = { ended: 0 };
  const original = fs.fdatasync;
  fs.fdatasync = ((fd: number, done: (error: Error | null) => void) => {
    original(fd, (error) => {
      syncs.ended += 1;
      done(error);
    });
  }) as typeof fs.fdatasync;
  return syncs;
}

async function samples(
  bench: LiveBench,
  count: number,
  callers: number,
  syncs: { readonly ended: number },
  warmUp = Math.max(callers * 2, 20),
): Promise<Samples> {
  const taken: Samples = {
    ours: { left: [], acknowledged: [] },
    bare: { left: [], acknowledged: [] },
    syncsWaitedFor: 0,
  };
  /** By symbol: when its request came to the HTTP client. */
  let onLeft: (at: number) => void = () => {};
  const watch = (message: unknown): void => {
    const { request } = message as { readonly request: { readonly path: string } };
    if (request.path.includes('batchOrders')) onLeft(performance.now());
  };
  diagnostics.subscribe('http.client.request.start', watch);
  await inFlight(count + warmUp, callers, async (number) => {
    const symbol = MANY_SYMBOLS[number % callers] as string;
    const counts = number >= warmUp;
    const turns = [ourTurn, bareTurn];
    for (const turn of number % 2 === 0 ? turns : turns.reverse()) {
      await turn(symbol, number, counts);
    }
  });
  diagnostics.unsubscribe('http.client.request.start', watch);
  return taken;

  async function ourTurn(symbol: string, _number: number, counts: boolean): Promise<void> {
    const orderId = await bench.enter(0, symbol);
    const answered = new Promise<number>((resolve, reject) => {
      bench.onPlaced.set(symbol, (outcomes) => {
        if (outcomes.length === 2 && outcomes.every(({ kind }) => kind === 'accepted')) {
          resolve(performance.now());
        } else reject(new Error(`the placement ended as ${JSON.stringify(outcomes)}`));
      });
    });
    const syncsBefore = syncs.ended;
    const began = performance.now();
    if (callers === 1) {
      onLeft = (at) => {
        onLeft = () => {};
        if (!counts) return;
        taken.ours.left.push(at - began);
        taken.syncsWaitedFor += syncs.ended - syncsBefore;
      };
    }
    const reported = bench.report(symbol, orderId);
    const at = await answered;
    if (counts) taken.ours.acknowledged.push(at - began);
    bench.onPlaced.delete(symbol);
    if (!(await reported)) throw new Error('the fill is not protected');
    await bench.monitor.closePosition(symbol);
  }

  async function bareTurn(symbol: string, number: number, counts: boolean): Promise<void> {
    await bench.enter(1, symbol);
    const id = `${callers}-${number}`;
    const began = performance.now();
    if (callers === 1) {
      onLeft = (at) => {
        onLeft = () => {};
        if (counts) taken.bare.left.push(at - began);
      };
    }
    await bench.placeBare(symbol, id);
    if (counts) taken.bare.acknowledged.push(performance.now() - began);
    await bench.cancelBare(symbol, id);
    await bench.leave(symbol);
  }
}
