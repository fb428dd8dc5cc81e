import { describe, expect, it } from 'vitest';
import { FundingReader } from '../../../src/execution/funding-reader.js';
import { VenueClock } from '../../../src/execution/venue-clock.js';
import {
  FUNDING_READ_MS,
  FUNDING_READS_PER_MINUTE,
  FUNDING_SETTLE_MS,
} from '../../../src/limits.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { ExchangeAdapter, FundingReport } from '../../../src/ports/exchange-adapter.js';
import { SILENT_LOGGER } from '../../../src/ports/logger.js';
import { directScheduler } from '../../../src/testing/direct-scheduler.js';

type Answer = (symbol: string, sinceMs: number) => Promise<readonly FundingReport[]>;

class ReaderBench {
  readonly clock = new VirtualClock();
  readonly asked: string[] = [];
  answer: Answer = async () => [];
  readonly exchange: { fetchFunding: Answer | undefined } = {
    fetchFunding: (symbol, sinceMs) => {
      this.asked.push(symbol);
      return this.answer(symbol, sinceMs);
    },
  };
  readonly reader: FundingReader;

  constructor() {
    const { clock } = this;
    this.reader = new FundingReader({
      clock,
      venueClock: new VenueClock(clock),
      scheduler: directScheduler(),
      logger: SILENT_LOGGER,
      exchange: this.exchange as Pick<ExchangeAdapter, 'fetchFunding'>,
    });
  }

  /** Asks, and waits for what needs no time. */
  async ask(...symbols: readonly string[]): Promise<void> {
    this.reader.ask(new Map(symbols.map((symbol) => [symbol, 0])));
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
  }

  pass(ms: number): void {
    this.clock.advanceTo(this.clock.now() + ms);
  }

  payment(id: string, agoMs: number): FundingReport {
    return { symbol: 'A', id, amount: '1', time: this.clock.now() - agoMs };
  }

  /** Ids that the next view gets, and how long before now they are complete. */
  taken(): readonly (readonly [ids: string, completeAgoMs: number])[] {
    const now = this.clock.now();
    return this.reader
      .take()
      .map(({ rows, until }) => [rows.map(({ id }) => id).join(' '), now - until]);
  }
}

describe('funding', () => {
  it('is given out once, as far as it has come', async () => {
    const bench = new ReaderBench();
    let answer = (_rows: readonly FundingReport[]): void => {};
    bench.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await bench.ask('A');
    expect(bench.taken()).toEqual([]);
    answer([bench.payment('1', FUNDING_SETTLE_MS)]);
    await bench.ask();
    expect(bench.taken()).toEqual([['1', 0]]);
    expect(bench.taken()).toEqual([]);
  });

  it('that nobody took is told by the next answer: nothing piles up', async () => {
    const bench = new ReaderBench();
    bench.answer = async () => [bench.payment('1', 60_000)];
    await bench.ask('A');
    bench.pass(FUNDING_READ_MS);
    await bench.ask('A');
    expect(bench.taken()).toHaveLength(1);
  });

  it('of this moment waits for what belongs to it, with what it follows closely', async () => {
    const bench = new ReaderBench();
    bench.answer = async () => [
      bench.payment('now', 0),
      bench.payment('old', 4 * FUNDING_SETTLE_MS),
      bench.payment('close', FUNDING_SETTLE_MS - 1),
      bench.payment('closer', FUNDING_SETTLE_MS + 500),
      bench.payment('apart', 2 * FUNDING_SETTLE_MS + 500),
    ];
    await bench.ask('A');
    expect(bench.taken()).toEqual([['old apart', FUNDING_SETTLE_MS + 500]]);
  });

  it('that is dated ahead of our clock waits as well', async () => {
    const bench = new ReaderBench();
    bench.answer = async () => [bench.payment('ahead', -5_000), bench.payment('old', 60_000)];
    await bench.ask('A');
    expect(bench.taken()).toEqual([['old', 0]]);
  });
});

describe('a symbol', () => {
  it('is asked for once in a while, and not while an answer is on its way', async () => {
    const bench = new ReaderBench();
    await bench.ask('A');
    bench.pass(FUNDING_READ_MS - 1);
    await bench.ask('A');
    expect(bench.asked).toEqual(['A']);
    bench.answer = () => new Promise(() => {});
    bench.pass(1);
    await bench.ask('A');
    await bench.ask('A');
    expect(bench.asked).toEqual(['A', 'A']);
  });

  it('is asked for sooner when something was not complete', async () => {
    const bench = new ReaderBench();
    bench.answer = async () => [bench.payment('1', 1)];
    await bench.ask('A');
    bench.pass(FUNDING_SETTLE_MS);
    await bench.ask('A');
    expect(bench.asked).toEqual(['A', 'A']);
  });

  it('is asked for with the next call when it failed, or gave no answer in time', async () => {
    const bench = new ReaderBench();
    bench.answer = () => Promise.reject(new Error('scripted'));
    await bench.ask('A');
    await bench.ask('A');
    expect(bench.asked).toHaveLength(2);
    bench.answer = () => new Promise(() => {});
    await bench.ask('A');
    bench.pass(5_000);
    await bench.ask();
    await bench.ask('A');
    expect(bench.asked).toHaveLength(4);
    expect(bench.taken()).toEqual([]);
  });

  it('is asked for when the one before it has answered: one request at a time', async () => {
    const bench = new ReaderBench();
    const answers: (() => void)[] = [];
    bench.answer = () =>
      new Promise((resolve) => {
        answers.push(() => resolve([]));
      });
    await bench.ask('A', 'B', 'C');
    expect(bench.asked).toEqual(['A']);
    answers.shift()?.();
    await bench.ask('A', 'B', 'C');
    expect(bench.asked).toEqual(['A', 'B']);
    bench.reader.close();
    answers.shift()?.();
    await bench.ask();
    expect(bench.asked).toEqual(['A', 'B']);
  });

  it('is never asked for where the exchange does not tell it', async () => {
    const bench = new ReaderBench();
    bench.exchange.fetchFunding = undefined;
    await bench.ask('A');
    expect(bench.taken()).toEqual([]);
  });

  it('waits for its turn where there are many, and none is left out', async () => {
    const bench = new ReaderBench();
    const symbols = Array.from({ length: 25 }, (_, index) => `S${index}`);
    const perMinute: number[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      const before = bench.asked.length;
      for (let call = 0; call < 6; call += 1) {
        await bench.ask(...symbols);
        bench.pass(10_000);
      }
      perMinute.push(bench.asked.length - before);
    }
    expect(Math.max(...perMinute)).toBe(FUNDING_READS_PER_MINUTE);
    expect(new Set(bench.asked).size).toBe(25);
  });

  it('that fails keeps no other from its turn', async () => {
    const bench = new ReaderBench();
    bench.answer = async (symbol) => {
      if (symbol === 'A') throw new Error('scripted');
      return [];
    };
    const others = Array.from({ length: 20 }, (_, index) => `S${index}`);
    for (let call = 0; call < 24; call += 1) {
      await bench.ask('A', ...others);
      bench.pass(10_000);
    }
    expect(new Set(bench.asked).size).toBe(21);
  });
});
