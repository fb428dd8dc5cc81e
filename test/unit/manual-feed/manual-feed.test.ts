import { describe, expect, it, vi } from 'vitest';
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import { ValidationError } from '../../../src/errors/validation-error.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { SILENT_LOGGER } from '../../../src/ports/logger.js';
import { RecordingPriceSink } from '../../../src/testing/contracts/recording-price-sink.js';

function connected(options: ConstructorParameters<typeof ManualFeed>[0] = {}) {
  const clock = new VirtualClock();
  const feed = new ManualFeed({ clock, ...options });
  const sink = new RecordingPriceSink();
  void feed.connect(sink);
  return { clock, feed, sink };
}

describe('ManualFeed', () => {
  it('passes a tick on inside the call', () => {
    const { clock, feed, sink } = connected();
    clock.advanceBy(7);
    expect(feed.tick('BTCUSDT', 45_000)).toBe(true);
    feed.tick('BTCUSDT', '45000.1', { time: 1_600_000_000_000 });
    const tick = { symbol: 'BTCUSDT', source: 'LAST', receivedAtMonotonicMs: 7 };
    expect(sink.ticks).toEqual([
      { ...tick, price: 45_000, exchangeTimeMs: 0 },
      { ...tick, price: 45_000.1, exchangeTimeMs: 1_600_000_000_000 },
    ]);
  });

  it('passes on symbols that nobody subscribed', () => {
    const { feed, sink } = connected();
    feed.tick('ETHUSDT', 3_000);
    expect(sink.ticks).toHaveLength(1);
  });

  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY, '', '0', '-5', '1e5', 'a lot', null, {}])(
    'refuses the price %s',
    (price) => {
      const { feed, sink } = connected();
      expect(() => feed.tick('BTCUSDT', price as number)).toThrow(ValidationError);
      expect(() => feed.tick('BTCUSDT', price as number)).toThrow('above zero');
      expect(sink.ticks).toEqual([]);
    },
  );

  it.each([undefined, null, 7, ''])('refuses the symbol %s', (symbol) => {
    const { feed, sink } = connected();
    expect(() => feed.tick(symbol as string, 1)).toThrow(
      expect.objectContaining({ code: 'TICK_INVALID' }),
    );
    expect(() => feed.stale(symbol as string)).toThrow('Not a symbol');
    expect(() => feed.gap(symbol as string)).toThrow('Not a symbol');
    expect(sink.ticks).toEqual([]);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses the time %s', (time) => {
    const { feed } = connected();
    expect(() => feed.tick('BTCUSDT', 1, { time })).toThrow('Not the time of a tick');
  });

  it('refuses a source that it does not declare, so that no rule waits for another one', () => {
    const { feed, sink } = connected();
    expect(feed.sources).toEqual(['LAST']);
    expect(() => feed.tick('BTCUSDT', 1, { source: 'MARK' })).toThrow('option `sources`');
    expect(sink.ticks).toEqual([]);
    expect(() => new ManualFeed({ sources: ['MOON' as never] })).toThrow('Not a price source');
    expect(() => new ManualFeed({ sources: [] })).toThrow('Not a price source');
  });

  it('answers subscriptions with the sources it has', async () => {
    const { feed } = connected({ sources: ['LAST', 'MARK', 'LAST'] });
    expect(feed.sources).toEqual(['LAST', 'MARK']);
    expect(await feed.subscribe([{ symbol: 'BTCUSDT', sources: ['MARK', 'BID'] }])).toEqual([
      { symbol: 'BTCUSDT', sources: ['MARK'] },
    ]);
  });

  it('tells no tick before connect, while disconnected and after close', async () => {
    const feed = new ManualFeed({ clock: new VirtualClock() });
    expect(feed.tick('BTCUSDT', 1)).toBe(false);
    feed.disconnect();
    feed.reconnect();
    feed.stale('BTCUSDT');
    const sink = new RecordingPriceSink();
    await feed.connect(sink);
    feed.disconnect('rehearsal');
    feed.disconnect();
    expect(feed.tick('BTCUSDT', 2)).toBe(false);
    feed.reconnect();
    feed.reconnect();
    expect(feed.tick('BTCUSDT', 3)).toBe(true);
    await feed.close();
    await feed.close();
    expect(feed.tick('BTCUSDT', 4)).toBe(false);
    expect(sink.ticks.map(({ price }) => price)).toEqual([3]);
    expect(sink.connections).toEqual(['connected', 'disconnected', 'reconnected']);
  });

  it('serves a new listener after close', async () => {
    const { feed } = connected();
    await feed.close();
    const next = new RecordingPriceSink();
    await feed.connect(next);
    feed.tick('BTCUSDT', 5);
    expect(next.pricesOf('BTCUSDT', 'LAST')).toEqual([5]);
  });

  it('tells staleness and gaps', () => {
    const { feed, sink } = connected();
    feed.stale('BTCUSDT');
    expect(sink.staleSymbols.get('BTCUSDT')).toBe(true);
    feed.stale('BTCUSDT', false);
    expect(sink.staleSymbols.get('BTCUSDT')).toBe(false);
    feed.gap('BTCUSDT');
    expect(sink.gaps).toEqual(['BTCUSDT']);
  });

  it('keeps a listener that throws away from the host, and logs it', () => {
    const error = vi.fn();
    const { feed, sink } = connected({ logger: { ...SILENT_LOGGER, error } });
    sink.onTick = () => {
      throw new Error('broken listener');
    };
    expect(feed.tick('BTCUSDT', 1)).toBe(true);
    vi.spyOn(sink, 'gap').mockImplementation(() => {
      throw new Error('broken listener');
    });
    feed.gap('BTCUSDT');
    expect(error).toHaveBeenCalledTimes(2);
  });
});
