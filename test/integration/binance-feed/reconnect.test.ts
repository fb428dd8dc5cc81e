import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createAsterFeed } from '../../../src/aster.js';
import { createBinanceFeed } from '../../../src/binance.js';
import type { PriceFeed } from '../../../src/ports/price-feed.js';
import { RecordingPriceSink } from '../../../src/testing/contracts/recording-price-sink.js';
import { PriceVenue } from '../../support/price-venue.js';

const STREAM = 'btcusdt@aggTrade';
const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function opened(
  create: typeof createBinanceFeed,
  options: Parameters<typeof createBinanceFeed>[0] = {},
): Promise<{ venue: PriceVenue; feed: PriceFeed; sink: RecordingPriceSink }> {
  const venue = await PriceVenue.open();
  const feed = create({
    streamUrl: venue.url,
    fetchJson: null,
    reconnectMinMs: 2,
    reconnectMaxMs: 10,
    ...options,
  });
  closings.push(async () => {
    await feed.close();
    await venue.close();
  });
  const sink = new RecordingPriceSink();
  await feed.connect(sink);
  await feed.subscribe([{ symbol: 'BTCUSDT', sources: ['LAST'] }]);
  await venue.subscribedTo([STREAM]);
  return { venue, feed, sink };
}

describe.each([
  { name: 'Binance', create: createBinanceFeed },
  { name: 'Aster', create: createAsterFeed },
])('price feed of $name', ({ create }) => {
  it('loses and reorders nothing that a connection delivered, wherever it is cut', async () => {
    const { venue, sink } = await opened(create);
    const pushed: number[] = [];
    for (let cut = 0; cut < 8; cut += 1) {
      for (let count = 0; count <= cut * 7; count += 1) {
        pushed.push(40_000 + pushed.length);
        venue.push('BTCUSDT', 'LAST', pushed.at(-1) as number);
      }
      await venue.drain();
      venue.cut();
      await venue.subscribedTo([STREAM]);
    }
    expect(sink.pricesOf('BTCUSDT', 'LAST')).toEqual(pushed);
    expect(sink.connections.filter((state) => state === 'reconnected').length).toBe(8);
  });

  it('replaces an old connection without a gap, a loss or a repetition', async () => {
    const { venue, sink } = await opened(create, { maxAgeMs: 120 });
    const pushed: number[] = [];
    const until = Date.now() + 700;
    while (Date.now() < until) {
      pushed.push(40_000 + pushed.length);
      venue.push('BTCUSDT', 'LAST', pushed.at(-1) as number);
      await pause(1);
    }
    await venue.drain();
    expect(sink.pricesOf('BTCUSDT', 'LAST')).toEqual(pushed);
    expect(sink.connections).toEqual(['connected']);
  });

  it('asks for prices while a stream is down, and goes back to the stream', async () => {
    const asked: string[] = [];
    const { venue, sink } = await opened(create, {
      reconnectMinMs: 400,
      reconnectMaxMs: 400,
      fetchJson: async (url) => {
        asked.push(new URL(url).pathname);
        return [{ symbol: 'BTCUSDT', price: '41234.5', time: Date.now() }];
      },
    });
    venue.cut();
    while (!sink.pricesOf('BTCUSDT', 'LAST').includes(41_234.5)) await pause(5);
    expect(new Set(asked)).toEqual(new Set(['/fapi/v1/ticker/price']));
    await venue.subscribedTo([STREAM]);
    venue.push('BTCUSDT', 'LAST', 41_300);
    await venue.drain();
    expect(sink.pricesOf('BTCUSDT', 'LAST').at(-1)).toBe(41_300);
  });

  it('closes for good', async () => {
    const { venue, feed } = await opened(create);
    await feed.close();
    await pause(50);
    expect(venue.connections).toBe(0);
    await feed.close();
  });
});
