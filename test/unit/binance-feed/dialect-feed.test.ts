import { describe, expect, it } from 'vitest';
import { createBinanceFeed } from '../../../src/adapters/feeds/binance-dialect/binance-feed.js';
import { FeedBench } from './feed-bench.js';

const BTC = ['BTCUSDT'];

describe('streams', () => {
  it('of Binance go over the connection of their route', async () => {
    const bench = await new FeedBench().start(BTC, ['MARK', 'LAST', 'BID', 'ASK']);
    const byUrl = Object.fromEntries(
      bench.venue.sockets.alive.map((socket) => [
        socket.url,
        [...(bench.venue.streamsOf.get(socket) ?? [])],
      ]),
    );
    expect(byUrl).toEqual({
      'wss://fstream.binance.com/market/ws': ['btcusdt@markPrice@1s', 'btcusdt@aggTrade'],
      'wss://fstream.binance.com/public/ws': ['btcusdt@bookTicker'],
    });
  });

  it('of Aster share one connection', async () => {
    const bench = await new FeedBench({ exchange: 'aster' }).start(BTC, ['MARK', 'LAST', 'BID']);
    expect(bench.venue.sockets.alive.map(({ url }) => url)).toEqual([
      'wss://fstream.asterdex.com/ws',
    ]);
  });

  it('are split over connections at the limit', async () => {
    const symbols = Array.from({ length: 450 }, (_, index) => `S${index}USDT`);
    const bench = await new FeedBench({ exchange: 'aster' }).start(symbols, ['LAST']);
    await bench.run(2_000);
    const sizes = bench.venue.sockets.alive.map((one) => bench.venue.streamsOf.get(one)?.size);
    expect(sizes).toEqual([200, 200, 50]);
  });

  it('are asked for at no more than five commands a second', async () => {
    const bench = await new FeedBench().start([], []);
    for (let index = 0; index < 60; index += 1) {
      const requests = [{ symbol: `S${index}USDT`, sources: ['LAST'] as const }];
      await bench.feed.subscribe(requests);
      await bench.run(20);
      if (index % 3 === 0) await bench.feed.unsubscribe([`S${index}USDT`]);
    }
    await bench.run(3_000);
    const times = bench.venue.commands.map(({ at }) => at);
    for (const at of times) {
      expect(times.filter((one) => one >= at && one < at + 1_000).length).toBeLessThanOrEqual(5);
    }
    expect(bench.venue.streamsOf.get(bench.venue.sockets.last)?.size).toBe(40);
  });

  it('are asked for again when nobody acknowledges', async () => {
    const bench = new FeedBench();
    bench.venue.answers = false;
    await bench.start(BTC, ['LAST']);
    bench.venue.answers = true;
    await bench.run(10_000);
    bench.venue.push('BTCUSDT', 'LAST', 5);
    expect(bench.prices('LAST')).toEqual([5]);
  });

  it('survive a neighbour that the exchange cannot read', async () => {
    const bench = new FeedBench();
    bench.venue.unreadable.add('s7usdt@aggTrade');
    const symbols = Array.from({ length: 20 }, (_, index) => `S${index}USDT`);
    await bench.start(symbols, ['LAST']);
    await bench.run(10_000);
    expect(bench.venue.streamsOf.get(bench.venue.sockets.last)?.size).toBe(19);
  });

  it('become the one of all symbols above a number, and single ones again below half of it', async () => {
    const symbols = Array.from({ length: 6 }, (_, index) => `S${index}USDT`);
    const bench = await new FeedBench({ allSymbolsFrom: 5 }).start(symbols.slice(0, 4), ['MARK']);
    const streams = () => [...(bench.venue.streamsOf.get(bench.venue.sockets.last) ?? [])];
    expect(streams()).toHaveLength(4);
    await bench.feed.subscribe(symbols.map((symbol) => ({ symbol, sources: ['MARK'] })));
    await bench.run(3_000);
    expect(streams()).toEqual(['!markPrice@arr@1s']);
    const all = symbols.map((symbol) => bench.venue.frame(symbol, 'MARK', 7).message);
    bench.venue.publish('!markPrice@arr@1s', [...all, { ...all[0], s: 'OTHERUSDT' }]);
    expect(bench.sink.ticks.map(({ symbol }) => symbol)).toEqual(symbols);
    await bench.feed.unsubscribe(symbols.slice(0, 3));
    await bench.run(3_000);
    expect(streams()).toEqual(['!markPrice@arr@1s']);
    await bench.feed.unsubscribe(symbols.slice(3, 4));
    await bench.run(3_000);
    expect(streams()).toEqual(['s4usdt@markPrice@1s', 's5usdt@markPrice@1s']);
  });

  it('end with the symbol, and their connection with the last of them', async () => {
    const bench = await new FeedBench().start(BTC, ['MARK', 'BID']);
    await bench.feed.unsubscribe(BTC);
    await bench.run(1_000);
    bench.venue.push('BTCUSDT', 'MARK', 5);
    expect(bench.sink.ticks).toEqual([]);
    expect(bench.venue.sockets.alive).toHaveLength(1);
  });
});

describe('ticks', () => {
  it('are of the wanted sources only', async () => {
    const bench = await new FeedBench().start(BTC, ['ASK']);
    bench.venue.push('BTCUSDT', 'ASK', 5);
    expect(bench.sink.ticks).toMatchObject([{ source: 'ASK', price: 5 }]);
    const [answer] = await bench.feed.subscribe([{ symbol: 'BTCUSDT', sources: ['BID', 'INDEX'] }]);
    expect(answer).toEqual({ symbol: 'BTCUSDT', sources: ['BID'] });
    bench.venue.push('BTCUSDT', 'BID', 6);
    expect(bench.sink.ticks.slice(1)).toMatchObject([
      { source: 'BID', price: 6, exchangeTimeMs: bench.clock.now() },
      { source: 'ASK', price: 7, receivedAtMonotonicMs: bench.clock.monotonic() },
    ]);
  });

  it('stop inside a tick when the symbol is unsubscribed there', async () => {
    const bench = await new FeedBench().start(BTC, ['BID', 'ASK']);
    bench.sink.onTick = () => void bench.feed.unsubscribe(BTC);
    bench.venue.push('BTCUSDT', 'BID', 6);
    expect(bench.sink.ticks).toHaveLength(1);
  });

  it('come without loss through a planned replacement', async () => {
    const bench = await new FeedBench({ maxAgeMs: 60_000 }).start(BTC, ['MARK']);
    await bench.live(150, BTC, 'MARK', (second) => second + 1);
    expect(bench.prices('MARK')).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
    expect(bench.sink.connections).toEqual(['connected']);
    expect(bench.sink.gaps).toEqual([]);
    expect(bench.sink.staleSymbols.size).toBe(0);
    expect(bench.venue.sockets.all.length).toBeGreaterThan(2);
    expect(bench.venue.sockets.alive.length).toBeLessThanOrEqual(2);
  });

  it('come without loss when the exchange announces that it ends the connection', async () => {
    const bench = await new FeedBench().start(BTC, ['MARK']);
    await bench.live(2, BTC);
    bench.venue.sockets.last.deliver({ event: { e: 'serverShutdown' } });
    await bench.live(20, BTC);
    expect(bench.prices('MARK')).toHaveLength(22);
    expect(bench.venue.sockets.all).toHaveLength(2);
    expect(bench.venue.sockets.alive).toHaveLength(1);
  });
});

describe('an outage', () => {
  it('is told, with a gap for each symbol', async () => {
    const symbols = ['BTCUSDT', 'ETHUSDT'];
    const bench = await new FeedBench({ fetchJson: null }).start(symbols, ['MARK', 'LAST']);
    await bench.live(3, symbols);
    for (const symbol of symbols) bench.venue.push(symbol, 'LAST', 100);
    bench.venue.isReachable = false;
    bench.venue.dropAll();
    await bench.run(20_000);
    expect(bench.sink.connections).toEqual(['connected', 'disconnected']);
    expect([...bench.sink.staleSymbols.values()]).toEqual([true, true]);
    expect(bench.sink.gaps).toEqual([]);
    bench.venue.isReachable = true;
    await bench.run(6_000);
    expect(bench.sink.connections).toEqual(['connected', 'disconnected', 'reconnected']);
    expect(bench.sink.gaps).toEqual(symbols);
    expect([...bench.sink.staleSymbols.values()]).toEqual([true, true]);
    bench.venue.push('BTCUSDT', 'MARK', 100);
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(true);
    bench.venue.push('BTCUSDT', 'LAST', 100);
    expect([...bench.sink.staleSymbols.values()]).toEqual([false, true]);
  });

  it('of one connection blinds the symbols that need it, and only them', async () => {
    const bench = await new FeedBench({ fetchJson: null }).start(BTC, ['MARK']);
    await bench.feed.subscribe([{ symbol: 'ETHUSDT', sources: ['BID'] }]);
    await bench.live(2, BTC);
    bench.venue.isReachable = false;
    bench.venue.sockets.alive.find(({ url }) => url.endsWith('/public/ws'))?.drop();
    await bench.live(2, BTC);
    expect(bench.sink.connections).toEqual(['connected']);
    expect([...bench.sink.staleSymbols]).toEqual([['ETHUSDT', true]]);
    bench.venue.isReachable = true;
    await bench.live(5, BTC);
    expect(bench.sink.gaps).toEqual(['ETHUSDT']);
  });

  it('at the start rejects, and the feed may be connected later', async () => {
    const bench = new FeedBench();
    bench.venue.isReachable = false;
    await expect(bench.feed.connect(bench.sink)).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      retryable: true,
    });
    expect(bench.clock.pendingTimers).toBe(0);
    bench.venue.isReachable = true;
    await bench.start(BTC, ['MARK']);
    bench.venue.push('BTCUSDT', 'MARK', 5);
    expect(bench.prices('MARK')).toEqual([5]);
  });
});

describe('silence', () => {
  it('of a connection that acknowledges and pushes nothing is told, and ends it', async () => {
    const bench = new FeedBench({ fetchJson: null });
    bench.venue.mute.add('btcusdt@markPrice@1s');
    await bench.start(BTC, ['MARK']);
    await bench.run(12_000);
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(true);
    expect(bench.venue.sockets.all).toHaveLength(2);
    // An address that is wrong for good is not knocked at for ever at the same pace.
    await bench.run(3_600_000);
    expect(bench.venue.sockets.all.length).toBeLessThan(20);
    bench.venue.mute.clear();
    bench.venue.push('BTCUSDT', 'MARK', 5);
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(false);
  });

  it('of one symbol is told although its neighbours deliver, and its stream is asked for again', async () => {
    const symbols = ['BTCUSDT', 'ETHUSDT'];
    const bench = await new FeedBench({ fetchJson: null }).start(symbols, ['MARK']);
    await bench.live(2, symbols);
    const before = bench.venue.commands.length;
    await bench.live(12, BTC);
    expect([...bench.sink.staleSymbols]).toEqual([['ETHUSDT', true]]);
    expect(bench.venue.sockets.all).toHaveLength(1);
    expect(bench.venue.commands.slice(before).map(({ command }) => command)).toMatchObject([
      { method: 'UNSUBSCRIBE', params: ['ethusdt@markPrice@1s'] },
      { method: 'SUBSCRIBE', params: ['ethusdt@markPrice@1s'] },
    ]);
    await bench.live(1, symbols);
    expect(bench.sink.staleSymbols.get('ETHUSDT')).toBe(false);
  });

  it('is what a stream that delivers minutes late amounts to', async () => {
    const bench = await new FeedBench({ fetchJson: null }).start(BTC, ['MARK']);
    await bench.live(20, BTC);
    for (let second = 0; second < 20; second += 1) {
      const { stream, message } = bench.venue.frame('BTCUSDT', 'MARK', 100);
      bench.clock.advanceBy(1_000);
      const late = { ...message, E: bench.clock.now() - second * 2_000 + second / 100 };
      bench.venue.publish(stream, late);
      await bench.run(0);
    }
    await bench.run(1_000);
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(true);
  });

  it('is no matter of our clock: it may be wrong, and jump', async () => {
    const bench = await new FeedBench({ fetchJson: null }).start(BTC, ['MARK']);
    for (let second = 0; second < 40; second += 1) {
      const { stream, message } = bench.venue.frame('BTCUSDT', 'MARK', 100);
      const E = 1_800_000_000_000 + bench.clock.monotonic();
      bench.venue.publish(stream, { ...message, E });
      await bench.run(1_000);
      if (second === 20) bench.clock.jumpWallBy(-3_600_000);
    }
    expect(bench.sink.staleSymbols.size).toBe(0);
    expect(bench.prices('MARK')).toHaveLength(40);
  });
});

describe('prices by request', () => {
  it('stand in for a connection that is down, at a bounded rate', async () => {
    const bench = new FeedBench();
    bench.answer = ({ pathname, searchParams }) => ({
      symbol: searchParams.get('symbol'),
      ...(pathname.endsWith('premiumIndex')
        ? { markPrice: '42' }
        : { bidPrice: '41', askPrice: '43' }),
      time: bench.clock.now(),
    });
    await bench.start(BTC, ['MARK', 'BID', 'ASK']);
    await bench.live(2, BTC);
    expect(bench.asked).toEqual([]);
    bench.venue.isReachable = false;
    bench.venue.dropAll();
    await bench.run(20_000);
    expect(new Set(bench.prices('MARK'))).toEqual(new Set([100, 42]));
    expect(bench.prices('BID').length).toBeGreaterThan(5);
    expect(bench.prices('ASK')[0]).toBe(43);
    expect(bench.asked.length).toBeLessThanOrEqual(22);
    expect(new URL(bench.asked[0] ?? '').origin).toBe('https://fapi.binance.com');
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(true);
    const asked = bench.asked.length;
    bench.venue.isReachable = true;
    await bench.run(6_000);
    await bench.live(5, BTC);
    expect(bench.prices('MARK').slice(-5)).toEqual([100, 100, 100, 100, 100]);
    expect(bench.asked.length).toBeGreaterThan(asked);
  });

  it('are asked for all symbols at once when they are many', async () => {
    const symbols = Array.from({ length: 12 }, (_, index) => `S${index}USDT`);
    const bench = new FeedBench();
    bench.answer = () =>
      [...symbols, 'OTHERUSDT'].map((symbol) => ({
        symbol,
        markPrice: '3',
        time: bench.clock.now(),
      }));
    await bench.start(symbols, ['MARK']);
    await bench.run(3_000);
    expect(bench.asked).toEqual(['https://fapi.binance.com/fapi/v1/premiumIndex']);
    expect(bench.sink.ticks).toHaveLength(12);
  });

  it('name a symbol of any script', async () => {
    const bench = new FeedBench();
    await bench.start(['币安人生USDT'], ['MARK']);
    await bench.run(5_000);
    expect(bench.asked[0]).toContain('symbol=%E5%B8%81');
  });

  it('pause longer while nobody answers', async () => {
    const bench = await new FeedBench().start(BTC, ['MARK']);
    await bench.run(600_000);
    expect(bench.asked.length).toBeGreaterThan(5);
    expect(bench.asked.length).toBeLessThan(25);
  });

  it('show that a market rests: its symbol is not stale, and its price goes on being told', async () => {
    const bench = new FeedBench();
    bench.answer = () => ({ symbol: 'BTCUSDT', price: '100', time: 1 });
    await bench.start(BTC, ['LAST']);
    bench.venue.push('BTCUSDT', 'LAST', 100);
    await bench.run(300_000);
    expect(bench.sink.staleSymbols.size).toBe(0);
    expect(bench.prices('LAST').length).toBeGreaterThan(20);
    expect(new Set(bench.prices('LAST'))).toEqual(new Set([100]));
    expect(bench.venue.sockets.all).toHaveLength(1);
  });

  it('show that a stream missed something', async () => {
    const bench = new FeedBench();
    let price = '100';
    bench.answer = () => ({ symbol: 'BTCUSDT', price, time: bench.clock.now() });
    await bench.start(BTC, ['LAST']);
    bench.venue.push('BTCUSDT', 'LAST', 100);
    price = '90';
    await bench.run(15_000);
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(true);
    expect(bench.sink.gaps).toContain('BTCUSDT');
    expect(bench.prices('LAST').at(-1)).toBe(90);
    await bench.run(2_000);
    expect(bench.venue.sockets.all).toHaveLength(2);
    bench.venue.push('BTCUSDT', 'LAST', 91);
    expect(bench.sink.staleSymbols.get('BTCUSDT')).toBe(false);
    expect(bench.prices('LAST').at(-1)).toBe(91);
  });

  it('do not count when the stream was faster', async () => {
    let answer: (value: unknown) => void = () => {};
    const bench = new FeedBench({
      fetchJson: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    await bench.start(BTC, ['MARK']);
    await bench.run(4_000);
    bench.venue.push('BTCUSDT', 'MARK', 100);
    answer({ symbol: 'BTCUSDT', markPrice: '1', time: bench.clock.now() });
    await bench.run(0);
    expect(bench.prices('MARK')).toEqual([100]);
  });
});

describe('the life of a feed', () => {
  it('ends with close, once and for all', async () => {
    const bench = await new FeedBench().start(BTC, ['MARK', 'BID']);
    await bench.feed.close();
    await bench.feed.close();
    expect(bench.clock.pendingTimers).toBe(0);
    expect(bench.venue.sockets.alive).toEqual([]);
    for (const socket of bench.venue.sockets.all) socket.deliver('{}');
    expect(bench.sink.connections).toEqual(['connected']);
    await expect(bench.feed.subscribe([])).rejects.toMatchObject({ code: 'FEED_UNREACHABLE' });
    await expect(bench.feed.connect(bench.sink)).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
    });
    await bench.feed.unsubscribe(BTC);
  });

  it('may end while it connects', async () => {
    const bench = new FeedBench();
    bench.venue.sockets.onCreate = null;
    const connected = bench.feed.connect(bench.sink);
    const outcome = expect(connected).rejects.toMatchObject({ code: 'FEED_UNREACHABLE' });
    await bench.run(0);
    await bench.feed.close();
    await outcome;
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it.each([
    [{ streamUrl: 'https://example.test' }],
    [{ restUrl: 'example.test' }],
    [{ staleAfterMs: 0 }],
    [{ maxAgeMs: Number.NaN }],
  ])('does not begin with %j', (options) => {
    expect(() => createBinanceFeed(options)).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
