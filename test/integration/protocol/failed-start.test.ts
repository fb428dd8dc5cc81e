import { afterEach, describe, expect, it, vi } from 'vitest';
import { PaperExchange } from '../../../src/adapters/exchanges/paper/paper-exchange.js';
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import { createBinanceExchange } from '../../../src/binance.js';
import { ExchangeError } from '../../../src/errors/exchange-error.js';
import { PositionMonitor } from '../../../src/monitor/position-monitor.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { ExchangeAdapter } from '../../../src/ports/exchange-adapter.js';
import { FakeDialectVenue } from '../../support/fake-dialect-venue.js';
import { drained, INSTRUMENTS, SYMBOL } from '../../support/protocol-bench.js';
import { ScriptedExchange } from '../../support/scripted-exchange.js';

const REFUSED = new ExchangeError('EXCHANGE_REJECTED', 'The key is refused', { retryable: false });
const never = (): Promise<never> => new Promise(() => {});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A monitor before an exchange that sets a timer when it connects, as one does that keeps a stream or a clock. */
function setup(connect: () => Promise<void>, simulateOnly = false) {
  const clock = new VirtualClock();
  const paper = new PaperExchange({ instruments: INSTRUMENTS, clock });
  const closed: string[] = [];
  let timer: unknown = null;
  const exchange: ExchangeAdapter = Object.assign(
    new ScriptedExchange({ paper, clock }).adapter(),
    {
      connect: () => {
        clock.clearTimer(timer);
        timer = clock.setTimer(() => {}, 1_800_000);
        return connect();
      },
      close: async () => {
        closed.push('exchange');
        clock.clearTimer(timer);
      },
    },
  );
  const store = new MemoryStore();
  const closeStore = store.close.bind(store);
  store.close = () => {
    closed.push('store');
    return closeStore();
  };
  const monitor = monitorOf(exchange, clock, { simulateOnly, store });
  return { clock, closed, monitor, exchange };
}

function monitorOf(
  exchange: ExchangeAdapter,
  clock: VirtualClock,
  { simulateOnly = false, store = new MemoryStore() } = {},
): PositionMonitor {
  return new PositionMonitor({
    config: { globals: { simulateOnly }, symbols: { [SYMBOL]: { stopLossPct: 1 } } },
    exchange,
    feed: new ManualFeed({ clock }),
    clock,
    store,
  });
}

/** Counts the paper exchanges that were closed: while simulating, the monitor makes one of its own. */
function watchPaper(): { readonly closed: () => number } {
  const close = vi.spyOn(PaperExchange.prototype, 'close');
  return { closed: () => close.mock.calls.length };
}

describe.each([false, true])('a start that fails, simulateOnly: %s', (simulateOnly) => {
  it('because the exchange refuses to connect leaves nothing open', async () => {
    const paper = watchPaper();
    const { clock, closed, monitor } = setup(() => Promise.reject(REFUSED), simulateOnly);
    await expect(monitor.start()).rejects.toBe(REFUSED);
    expect(closed).toEqual(['exchange', 'store']);
    expect(paper.closed()).toBe(simulateOnly ? 1 : 0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('because it was stopped while the exchange says nothing leaves nothing open', async () => {
    const paper = watchPaper();
    const { clock, closed, monitor } = setup(never, simulateOnly);
    const starting = monitor.start();
    await drained();
    const stopping = monitor.stop();
    await expect(starting).rejects.toThrow('stopped while it was starting');
    await stopping;
    expect(closed).toEqual(['exchange', 'store']);
    expect(paper.closed()).toBe(simulateOnly ? 1 : 0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('because it was stopped between two attempts leaves nothing open', async () => {
    const { clock, closed, monitor } = setup(
      () => Promise.reject(new Error('no route')),
      simulateOnly,
    );
    const starting = monitor.start();
    await drained();
    const stopping = monitor.stop();
    await expect(starting).rejects.toThrow('no route');
    await stopping;
    expect(closed).toEqual(['exchange', 'store']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a start that fails', () => {
  it('because the paper exchange does closes the real one as well', async () => {
    const { clock, closed, monitor } = setup(async () => {}, true);
    vi.spyOn(PaperExchange.prototype, 'connect').mockRejectedValueOnce(REFUSED);
    const paper = watchPaper();
    await expect(monitor.start()).rejects.toBe(REFUSED);
    expect(closed).toEqual(['exchange', 'store']);
    expect(paper.closed()).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('because the exchange does not close either still tells the first reason', async () => {
    const { closed, monitor, exchange } = setup(() => Promise.reject(REFUSED));
    exchange.close = () => Promise.reject(new Error('stuck'));
    await expect(monitor.start()).rejects.toBe(REFUSED);
    expect(closed).toEqual(['store']);
  });

  it('after a stop while the store was opened asks the exchange nothing more', async () => {
    const store = new MemoryStore();
    const open = store.open.bind(store);
    let goOn = (): void => {};
    store.open = async (expected) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return open(expected);
    };
    const clock = new VirtualClock();
    const paper = new PaperExchange({ instruments: INSTRUMENTS, clock });
    const scripted = new ScriptedExchange({ paper, clock, latencyMs: 0 });
    const monitor = monitorOf(scripted.adapter(), clock, { store });
    const starting = monitor.start();
    await drained();
    const asked = scripted.requests.length;
    const stopping = monitor.stop();
    goOn();
    await expect(starting).rejects.toThrow('stopped while it was starting');
    await stopping;
    expect(scripted.requests).toHaveLength(asked);
    expect(clock.pendingTimers).toBe(0);
  });

  it('at an exchange that was asked for its time keeps no timer of its clock', async () => {
    const clock = new VirtualClock();
    const venue = new FakeDialectVenue(clock);
    venue.on('POST /fapi/v1/listenKey', () => ({ status: 401, code: -2015 }));
    const exchange = createBinanceExchange({
      apiKey: 'key',
      apiSecret: 'secret',
      clock,
      transport: venue,
      createWebSocket: venue.createWebSocket,
    });
    const starting = monitorOf(exchange, clock).start();
    await expect(starting).rejects.toMatchObject({ code: 'EXCHANGE_REJECTED' });
    expect(venue.asked('GET /fapi/v1/time')).not.toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
