import type { Goal } from '../lib/goal.js';
import { type Contender, sink, speeds } from '../lib/measure.js';
import type { PushFeed } from '../lib/push-feed.js';
import { type Row, rowOf } from '../lib/row.js';
import { seededMonitor, symbolOf, TRAILING, TRAILING_IN_STEPS } from '../lib/seeded-monitor.js';

const FEW = 100;
/** Stops whose resting level follows: each step is recorded, so fewer of them say as much. */
const STEPPING = { quick: 100, full: 1_000 };
const SYMBOL = symbolOf(0);
/** Each new high is so much above the last one. */
const STEP = 0.01;

/** G3: a new high that lifts every trailing stop of a symbol. */
export const trailing: Goal = async ({ quick }) => {
  const many = quick ? 5_000 : 100_000;
  const few = await seededMonitor(TRAILING, FEW, 1, { isDeaf: true });
  const crowded = await seededMonitor(TRAILING, many, 1, { isDeaf: true });
  const scan = new ScannedTrails(many);
  const [high, highOfFew] = [new Rise(crowded.feed), new Rise(few.feed)];
  const ns = speeds(
    { raise: high, quiet: high.quiet(), few: highOfFew },
    { rounds: quick ? 7 : 21, times: quick ? 5_000 : 20_000 },
  );
  const scans = speeds({ scan }, { rounds: 3, times: quick ? 20 : 60, warmUp: 1 });
  const inSteps = quick ? STEPPING.quick : STEPPING.full;
  const stepping = await seededMonitor(TRAILING_IN_STEPS, inSteps, 1, { isDeaf: true });
  // One percent up: three steps of the default length.
  const steps = speeds(
    { rise: new Rise(stepping.feed) },
    { rounds: quick ? 1 : 3, times: 1_000, warmUp: 1 },
  );
  const { activeTranches } = crowded.monitor.getHealth();
  if (activeTranches !== many) throw new Error('a trailing stop was hit');
  for (const { monitor } of [few, crowded, stepping]) await monitor.stop();
  return [
    rowOf({
      id: 'G3a',
      name: `a new high for ${many} trailing stops of one symbol`,
      goal: '<= 4x a quiet tick',
      unit: 'ns',
      figure: ns.raise,
      reference: ns.quiet,
      yardstick: 'quiet tick of the same monitor',
      bounds: { ratioMax: 4 },
    }),
    rowOf({
      id: 'G3b',
      name: `a new high: ${many} / ${FEW} trailing stops`,
      goal: 'independent of n: <= 1.25',
      unit: 'ns',
      figure: ns.raise,
      reference: ns.few,
      yardstick: `the same with ${FEW}`,
      bounds: { ratioMax: 1.25 },
    }),
    rowOf({
      id: 'G3c',
      name: `a rise of 1 % in 1,000 new highs, ${inSteps} trailing stops with the default step`,
      goal: '<= 4x a quiet tick',
      unit: 'ns',
      figure: steps.rise,
      reference: ns.quiet,
      yardstick: 'quiet tick',
      bounds: { ratioMax: 4 },
      note: 'per tick; every tranche steps (a tenth of its callback) about four times meanwhile',
    }),
    rowOf({
      id: 'G3-naive',
      name: 'a new high against a scan of trailing objects',
      goal: '<= 1/20,000 of it',
      unit: 'ns',
      figure: ns.raise,
      reference: scans.scan,
      yardstick: `naive scan of ${many} trailing objects`,
      bounds: { ratioMax: 1 / 20_000 },
    }),
  ] satisfies readonly Row[];
};

/** Pushes ever higher prices. */
class Rise implements Contender {
  readonly #feed: PushFeed;
  #price = 1_000;

  constructor(feed: PushFeed) {
    this.#feed = feed;
  }

  run(times: number): void {
    const { sink: door } = this.#feed;
    const [time, at] = [Date.now(), performance.now()];
    let price = this.#price;
    for (let index = 0; index < times; index += 1) {
      price += STEP;
      door.tick(SYMBOL, 'LAST', price, time, at);
    }
    this.#price = price;
  }

  /** Prices a little below the highest one: no stop is raised, none is hit. */
  quiet(): Contender {
    return {
      run: (times) => {
        const { sink: door } = this.#feed;
        const [time, at] = [Date.now(), performance.now()];
        const top = this.#price;
        for (let index = 0; index < times; index += 1) {
          door.tick(SYMBOL, 'LAST', top - STEP * (1 + (index & 7)), time, at);
        }
      },
    };
  }
}

/** What each tick costs when every trailing stop is an object that is looked at. */
class ScannedTrails implements Contender {
  readonly #trails: { peak: number; readonly share: number; readonly id: string }[];
  #price = 1_000;

  constructor(count: number) {
    this.#trails = Array.from({ length: count }, (_, index) => ({
      id: `o${index}`,
      peak: 1_000,
      share: 1 - (0.02 + ((index * 7_919) % 10_007) / 1_000_000),
    }));
  }

  run(times: number): void {
    for (let index = 0; index < times; index += 1) {
      this.#price += STEP;
      for (const trail of this.#trails) {
        if (this.#price > trail.peak) trail.peak = this.#price;
        if (this.#price <= trail.peak * trail.share) sink.value += 1;
      }
    }
  }
}
