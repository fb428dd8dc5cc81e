import { describe, expect, it } from 'vitest';
import type { FakeSocket } from '../sockets/fake-socket.js';
import { FeedBench } from './feed-bench.js';

const BTC = ['BTCUSDT'];
const encoder = new TextEncoder();

/** Lets every price come in this form from here on. */
function deliverAs(bench: FeedBench, form: (socket: FakeSocket, text: string) => void): void {
  bench.venue.sockets.onCreate = wrap(bench.venue.sockets.onCreate, (socket) => {
    const { deliver } = socket;
    socket.deliver = (data) => {
      const text = JSON.stringify(data);
      if (text.startsWith('{"e"')) form(socket, text);
      else deliver.call(socket, data);
    };
  });
}

function wrap(
  before: ((socket: FakeSocket) => void) | null,
  after: (socket: FakeSocket) => void,
): (socket: FakeSocket) => void {
  return (socket) => {
    before?.(socket);
    after(socket);
  };
}

describe('frames of a feed', () => {
  it.each([
    ['as text', (socket: FakeSocket, text: string) => socket.onmessage?.({ data: text } as never)],
    [
      'as bytes',
      (socket: FakeSocket, text: string) =>
        socket.onmessage?.({ data: encoder.encode(text) } as never),
    ],
  ])('tell the same prices %s, also those that are like one before', async (_name, form) => {
    const bench = new FeedBench();
    deliverAs(bench, form);
    await bench.start(BTC, ['LAST', 'BID', 'ASK']);
    for (let price = 100; price < 120; price += 1) {
      bench.venue.push('BTCUSDT', 'LAST', price);
      bench.venue.push('BTCUSDT', 'BID', price);
    }
    const rising = Array.from({ length: 20 }, (_, index) => 100 + index);
    expect(bench.prices('LAST')).toEqual(rising);
    expect(bench.prices('BID')).toEqual(rising);
    expect(bench.prices('ASK')).toEqual(rising.map((price) => price + 1));
  });

  it('keep their prices when the next one comes while they are told', async () => {
    const bench = await new FeedBench().start(BTC, ['BID', 'ASK']);
    for (const price of [100, 101, 102]) bench.venue.push('BTCUSDT', 'BID', price);
    bench.sink.ticks.length = 0;
    bench.sink.onTick = () => {
      bench.sink.onTick = null;
      bench.venue.push('BTCUSDT', 'BID', 300);
    };
    bench.venue.push('BTCUSDT', 'BID', 200);
    expect(bench.sink.ticks.map(({ source, price }) => `${source} ${price}`)).toEqual([
      'BID 200',
      'BID 300',
      'ASK 301',
      'ASK 201',
    ]);
  });

  it('are told once through a planned replacement, however alike they are', async () => {
    const bench = await new FeedBench({ maxAgeMs: 60_000 }).start(BTC, ['MARK', 'BID']);
    const prices = Array.from({ length: 150 }, (_, index) => 1_000 + (index % 7));
    for (const price of prices) {
      bench.venue.push('BTCUSDT', 'BID', price);
      bench.venue.push('BTCUSDT', 'MARK', price);
      await bench.run(1_000);
    }
    expect(bench.prices('MARK')).toEqual(prices);
    expect(bench.prices('BID')).toEqual(prices);
    expect(bench.venue.sockets.all.length).toBeGreaterThan(3);
  });
});
