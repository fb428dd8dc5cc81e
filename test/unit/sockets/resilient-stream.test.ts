import { describe, expect, it } from 'vitest';
import { createResilientStream } from '../../../src/platform/sockets/resilient-stream.js';
import type { ResilientStreamOptions } from '../../../src/platform/sockets/stream-options.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { runFor } from '../../../src/testing/run-time.js';
import { FakeSockets } from './fake-socket.js';

class Bench {
  readonly clock = new VirtualClock();
  readonly sockets = new FakeSockets();
  readonly told: string[] = [];
  proof: unknown;
  random = 0;
  readonly stream;

  constructor(options: Partial<ResilientStreamOptions> = {}) {
    this.stream = createResilientStream({
      url: () => 'wss://example.test/ws',
      clock: this.clock,
      createWebSocket: this.sockets.create,
      random: () => this.random,
      reconnectMinMs: 1_000,
      reconnectMaxMs: 8_000,
      maxAgeMs: 100_000,
      silentAfterMs: 10_000,
      overlapMs: 2_000,
      onMessage: (data, _at, isReplacement) => {
        this.told.push(`${isReplacement ? 'new ' : ''}${data}`);
        return this.proof;
      },
      onOpen: (_send, isReplacement) => {
        this.told.push(isReplacement ? 'open as replacement' : 'open');
      },
      onState: (state, reason) => this.told.push(`${state}: ${reason}`),
      onReplaced: (how) => this.told.push(`replaced: ${how}`),
      onReplacementFailed: (reason) => this.told.push(`replacement failed: ${reason}`),
      ...options,
    });
  }

  /** Opens the stream and forgets what that told. */
  async open(): Promise<void> {
    const opened = this.stream.open();
    await runFor(this.clock, 0);
    this.sockets.last.open();
    await opened;
    this.told.length = 0;
  }

  /** Lets time pass; the socket in force delivers every second. */
  async live(ms: number): Promise<void> {
    const socket = this.sockets.last;
    for (let left = ms; left > 0; left -= 1_000) {
      socket.deliver('tick');
      await runFor(this.clock, Math.min(left, 1_000));
    }
    this.told.length = 0;
  }
}

describe('a resilient stream', () => {
  it('resolves with the first connection, and tells it once', async () => {
    const bench = new Bench();
    const opened = bench.stream.open();
    await runFor(bench.clock, 0);
    expect(bench.stream.isUp).toBe(false);
    bench.sockets.last.open();
    await opened;
    expect(bench.told).toEqual(['up: connected', 'open']);
    expect(bench.stream.isUp).toBe(true);
    await expect(bench.stream.open()).rejects.toThrow('open already');
  });

  it('rejects when the first attempt fails, and may be opened again', async () => {
    const bench = new Bench();
    const first = bench.stream.open();
    await runFor(bench.clock, 0);
    bench.sockets.last.fail();
    await expect(first).rejects.toThrow('cannot be opened');
    await runFor(bench.clock, 60_000);
    expect(bench.sockets.all).toHaveLength(1);
    expect(bench.told).toEqual([]);
    await bench.open();
    expect(bench.stream.isUp).toBe(true);
  });

  it.each([
    ['a socket that never opens', {}],
    ['an address that never comes', { url: () => new Promise<string>(() => {}) }],
  ])('gives up on %s', async (_name, options) => {
    const bench = new Bench(options);
    const opened = bench.stream.open();
    const outcome = expect(opened).rejects.toThrow('in time');
    await runFor(bench.clock, 10_000);
    await outcome;
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('keeps the address out of what it tells', async () => {
    const bench = new Bench({ url: () => Promise.reject(new Error('key=SECRET')) });
    await expect(bench.stream.open()).rejects.not.toThrow('SECRET');
  });

  it('reconnects with a delay that doubles, half of it random', async () => {
    const bench = new Bench();
    await bench.open();
    const delays: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      bench.random = round === 5 ? 0.999 : 0;
      const count = bench.sockets.all.length;
      bench.sockets.last.open();
      bench.sockets.last.drop();
      const from = bench.clock.now();
      while (bench.sockets.all.length === count) await runFor(bench.clock, 100);
      delays.push(bench.clock.now() - from);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 4_000, 8_000]);
  });

  it('starts the back-off anew after a connection that lasted', async () => {
    const bench = new Bench();
    await bench.open();
    for (let round = 0; round < 4; round += 1) {
      bench.sockets.last.drop();
      await runFor(bench.clock, 8_000);
      bench.sockets.last.open();
    }
    await bench.live(9_000);
    bench.sockets.last.drop();
    const count = bench.sockets.all.length;
    await runFor(bench.clock, 500);
    expect(bench.sockets.all).toHaveLength(count + 1);
  });

  it('tells down once for a row of failures, and up at their end', async () => {
    const bench = new Bench();
    await bench.open();
    bench.sockets.last.drop(1001);
    for (let round = 0; round < 3; round += 1) {
      await runFor(bench.clock, 8_000);
      bench.sockets.last.fail();
    }
    await runFor(bench.clock, 8_000);
    bench.sockets.last.open();
    expect(bench.told).toEqual(['down: closed with code 1001', 'up: connected', 'open']);
  });

  it('takes silence for a dead connection', async () => {
    const bench = new Bench();
    await bench.open();
    await runFor(bench.clock, 9_000);
    bench.sockets.last.deliver('tick');
    await runFor(bench.clock, 9_900);
    expect(bench.told).toEqual(['tick']);
    await runFor(bench.clock, 100);
    expect(bench.told).toEqual(['tick', 'down: silent']);
    expect(bench.sockets.all[0]?.isClosed).toBe(true);
  });

  it('takes frames that prove nothing for silence', async () => {
    const bench = new Bench();
    await bench.open();
    bench.proof = false;
    await runFor(bench.clock, 5_000);
    bench.sockets.last.deliver('ack');
    await runFor(bench.clock, 5_000);
    expect(bench.told).toEqual(['ack', 'down: silent']);
  });

  it('never counts a late event of a dead socket', async () => {
    const bench = new Bench();
    await bench.open();
    const [first] = bench.sockets.all;
    const late = first?.onmessage;
    first?.drop();
    await runFor(bench.clock, 1_000);
    bench.sockets.last.open();
    bench.told.length = 0;
    late?.({ data: 'late' } as never);
    first?.deliver('late');
    first?.drop();
    first?.fail();
    expect(bench.told).toEqual([]);
    expect(bench.stream.isUp).toBe(true);
  });

  it('replaces an old connection after the new one delivers', async () => {
    const bench = new Bench();
    await bench.open();
    await bench.live(100_000);
    const [old, fresh] = bench.sockets.all;
    expect(fresh).toBeDefined();
    fresh?.open();
    old?.deliver('a');
    await runFor(bench.clock, 3_000);
    expect(old?.isClosed).toBe(false);
    fresh?.deliver('a');
    old?.deliver('b');
    await runFor(bench.clock, 1_999);
    expect(old?.isClosed).toBe(false);
    fresh?.deliver('b');
    await runFor(bench.clock, 1);
    expect(old?.isClosed).toBe(true);
    fresh?.deliver('c');
    expect(bench.told).toEqual([
      'open as replacement',
      'a',
      'new a',
      'b',
      'new b',
      'replaced: planned',
      'c',
    ]);
  });

  it('keeps the old connection while a replacement fails or is silent, and tries again', async () => {
    const bench = new Bench();
    await bench.open();
    await bench.live(100_000);
    bench.sockets.last.fail();
    const [old] = bench.sockets.all;
    for (let second = 0; second < 35; second += 1) {
      old?.deliver('tick');
      if (second === 2) bench.sockets.last.open();
      await runFor(bench.clock, 1_000);
    }
    expect(bench.told.filter((line) => line !== 'tick')).toEqual([
      'replacement failed: the connection failed',
      'open as replacement',
      'replacement failed: silent',
    ]);
    expect(bench.stream.isUp).toBe(true);
    expect(bench.sockets.alive.length).toBeLessThanOrEqual(2);
  });

  it('takes the replacement over at once when the old connection goes', async () => {
    const bench = new Bench();
    await bench.open();
    bench.stream.replace();
    await runFor(bench.clock, 0);
    const [old, fresh] = bench.sockets.all;
    fresh?.open();
    old?.drop();
    fresh?.deliver('a');
    expect(bench.told).toEqual(['open as replacement', 'replaced: lost', 'a']);
    expect(bench.stream.isUp).toBe(true);
  });

  it('is down while the only connection is a replacement that is not open yet', async () => {
    const bench = new Bench();
    await bench.open();
    bench.stream.replace();
    await runFor(bench.clock, 0);
    const [old, fresh] = bench.sockets.all;
    old?.drop();
    expect(bench.told).toEqual(['down: closed with code 1006']);
    fresh?.open();
    expect(bench.told).toEqual(['down: closed with code 1006', 'up: connected', 'open']);
    expect(bench.sockets.all).toHaveLength(2);
  });

  it('takes a silent replacement where silence is normal', async () => {
    const bench = new Bench({ silentAfterMs: Number.POSITIVE_INFINITY });
    await bench.open();
    bench.stream.replace();
    await runFor(bench.clock, 0);
    bench.sockets.last.open();
    await runFor(bench.clock, 30_000);
    expect(bench.told).toEqual(['open as replacement', 'replaced: planned']);
    expect(bench.sockets.alive).toHaveLength(1);
  });

  it('drops the connection on demand', async () => {
    const bench = new Bench();
    await bench.open();
    bench.stream.reconnect('the key is gone');
    expect(bench.told).toEqual(['down: the key is gone']);
    expect(bench.sockets.all[0]?.isClosed).toBe(true);
    bench.stream.reconnect('again');
    await runFor(bench.clock, 1_000);
    expect(bench.sockets.all).toHaveLength(2);
  });

  it.each(['before', 'while connecting', 'open', 'down', 'in an overlap'])(
    'is closed for good: %s',
    async (moment) => {
      const bench = new Bench();
      let opened: Promise<void> | null = null;
      if (moment === 'while connecting') {
        opened = bench.stream.open();
        opened.catch(() => {});
        await runFor(bench.clock, 0);
      } else if (moment !== 'before') await bench.open();
      if (moment === 'down') bench.sockets.last.drop();
      if (moment === 'in an overlap') {
        bench.stream.replace();
        await runFor(bench.clock, 0);
        bench.sockets.last.open();
        bench.sockets.last.deliver('a');
      }
      bench.told.length = 0;
      bench.stream.close();
      bench.stream.close();
      for (const socket of bench.sockets.all) {
        socket.open();
        socket.deliver('late');
        socket.fail();
      }
      await runFor(bench.clock, 1_000_000);
      expect(bench.told).toEqual([]);
      expect(bench.clock.pendingTimers).toBe(0);
      expect(bench.sockets.alive).toHaveLength(0);
      expect(bench.stream.send('x')).toBe(false);
      if (opened !== null) await expect(opened).rejects.toThrow('closed');
      await expect(bench.stream.open()).rejects.toThrow('closed');
    },
  );

  it('is not disturbed by a callback that closes it', async () => {
    const bench = new Bench({ onState: () => bench.stream.close() });
    const opened = bench.stream.open();
    await runFor(bench.clock, 0);
    bench.sockets.last.open();
    await opened;
    expect(bench.told).toEqual([]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('sends on the connection in force only', async () => {
    const bench = new Bench();
    expect(bench.stream.send('a')).toBe(false);
    await bench.open();
    expect(bench.stream.send('b')).toBe(true);
    expect(bench.sockets.last.sent).toEqual(['b']);
  });
});
