import { describe, expect, it } from 'vitest';
import { FeedError } from '../../../src/errors/feed-error.js';
import { ProtocolBench } from '../../support/protocol-bench.js';

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
