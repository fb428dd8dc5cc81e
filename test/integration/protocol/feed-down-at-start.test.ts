import { describe, expect, it } from 'vitest';
import { FeedError } from '../../../src/errors/feed-error.js';
import { FEED_START_WAIT_MS } from '../../../src/limits.js';
import { type BenchOptions, ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

/** A bench whose feed refuses the first connections. */
function withFeedDown(times: number, retryable: boolean): ProtocolBench {
  const bench = new ProtocolBench();
  const connect = bench.feed.connect.bind(bench.feed);
  let left = times;
  bench.feed.connect = async (sink) => {
    left -= 1;
    if (left >= 0) throw new FeedError('FEED_UNREACHABLE', 'the prices are down', { retryable });
    await connect(sink);
  };
  return bench;
}

/** A bench whose feed says nothing about its connection until it is told to. */
function withFeedHanging(options: BenchOptions = {}) {
  const bench = new ProtocolBench(options);
  const connect = bench.feed.connect.bind(bench.feed);
  const attempts: { readonly connect: () => void; readonly fail: (error: Error) => void }[] = [];
  bench.feed.connect = async (sink) => {
    await new Promise<void>((resolve, reject) => attempts.push({ connect: resolve, fail: reject }));
    await connect(sink);
  };
  return { bench, attempts };
}

describe('a price feed that is down when the monitor starts', () => {
  it('keeps no stop from resting, and guards as soon as it is there', async () => {
    const bench = withFeedDown(3, true);
    await bench.start();
    expect(bench.monitor.getHealth().websocketConnected).toBe(false);
    await bench.trade('0.1');
    await bench.run(1_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    await bench.run(30_000);
    expect(bench.monitor.getHealth().websocketConnected).toBe(true);
    bench.tick(45_010);
    await bench.run(100);
    expect(bench.monitor.getHealth().staleSymbols).toEqual([]);
  });

  it('that refuses for good refuses the start', async () => {
    const bench = withFeedDown(1, false);
    await expect(bench.until(bench.monitor.start())).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
    });
  });
});

describe('a price feed that hangs when the monitor starts', () => {
  it('holds the start for a moment only, and is used as soon as it is there', async () => {
    const { bench, attempts } = withFeedHanging({
      symbols: { [SYMBOL]: { stopLossPct: 1, stopLossOrder: 'local' } },
    });
    const begin = bench.clock.now();
    const starting = bench.monitor.start();
    await bench.run(FEED_START_WAIT_MS);
    expect(bench.monitor.getHealth().state).toBe('starting');
    await bench.until(starting);
    expect(bench.clock.now() - begin).toBeLessThan(FEED_START_WAIT_MS + 500);
    expect(bench.monitor.getHealth().websocketConnected).toBe(false);
    await bench.trade('0.1');
    await bench.run(60_000);
    expect(bench.tranche().coverage).toBe('none');
    expect(attempts).toHaveLength(1);
    attempts[0]?.connect();
    await bench.run(100);
    expect(bench.monitor.getHealth().websocketConnected).toBe(true);
    bench.tick(45_010);
    await bench.run(100);
    expect(bench.monitor.getHealth().staleSymbols).toEqual([]);
    bench.tick(44_500);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
  });

  it('keeps no stop from resting', async () => {
    const { bench } = withFeedHanging();
    await bench.start();
    await bench.trade('0.1');
    await bench.run(1_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.1 @ 44550',
      'take-profit SELL 0.1 @ 45900',
    ]);
  });

  it('and fails in the end is tried again', async () => {
    const { bench, attempts } = withFeedHanging();
    await bench.start();
    attempts[0]?.fail(new FeedError('FEED_UNREACHABLE', 'no answer', { retryable: true }));
    await bench.run(30_000);
    expect(attempts).toHaveLength(2);
    attempts[1]?.connect();
    await bench.run(100);
    expect(bench.monitor.getHealth().websocketConnected).toBe(true);
  });

  it('does not keep the monitor from being stopped, and leaves no timer', async () => {
    const { bench } = withFeedHanging();
    const starting = bench.monitor.start();
    await bench.run(100);
    const stopping = bench.monitor.stop();
    await expect(starting).rejects.toThrow('stopped while it was starting');
    await stopping;
    expect(bench.clock.pendingTimers).toBe(0);
  });
});
