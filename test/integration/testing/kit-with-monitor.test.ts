import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import type { PositionMode } from '../../../src/model/side.js';
import { PositionMonitor } from '../../../src/monitor/position-monitor.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { Store } from '../../../src/ports/store.js';
import { eventsOf, IDENTITY, numbered } from '../../../src/testing/contracts/store-card-tools.js';
import { directScheduler } from '../../../src/testing/direct-scheduler.js';
import { ScriptedFeed } from '../../../src/testing/feeds/scripted-feed.js';
import { type RunOptions, runFor, runUntil } from '../../../src/testing/run-time.js';
import { SimExchange } from '../../../src/testing/sim/sim-exchange.js';
import { SIM_PROFILES, type SimProfile } from '../../../src/testing/sim/sim-profile.js';
import { FaultyStore } from '../../../src/testing/stores/faulty-store.js';
import { waitForEvent } from '../../../src/testing/wait-for-event.js';
import { describeDrivers } from '../stores/describe-drivers.js';

const SYMBOL = 'BTCUSDT';

/** Everything that a life of a monitor shares with the next one. */
class World {
  readonly clock = new VirtualClock();
  exchange: SimExchange;
  feed: ScriptedFeed;
  monitor: PositionMonitor;

  store: Store;

  constructor(
    store: Store = new MemoryStore(),
    profile: SimProfile = SIM_PROFILES.binanceLike,
    mode?: PositionMode,
  ) {
    this.store = store;
    this.exchange = new SimExchange({
      clock: this.clock,
      profile,
      ...(mode !== undefined && { positionMode: mode }),
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
      prices: { [SYMBOL]: 45_000 },
    });
    this.feed = this.#newFeed();
    this.monitor = this.#newMonitor();
  }

  /** Waits while virtual time, and where the store is real also real time, passes. */
  until<Result>(promise: PromiseLike<Result>): Promise<Result> {
    return runUntil(this.clock, promise, this.#options());
  }

  run(ms: number): Promise<void> {
    return runFor(this.clock, ms, this.#options());
  }

  async start(): Promise<void> {
    await this.until(this.monitor.start());
    this.feed.tick(SYMBOL, 45_000);
  }

  /** The process dies; the next one begins on the same account. */
  async crash(store: Store): Promise<void> {
    this.exchange = this.exchange.crash();
    this.feed = this.#newFeed();
    this.store = store;
    this.monitor = this.#newMonitor();
    await this.start();
  }

  #options(): Pick<RunOptions, 'isBusy'> {
    return { isBusy: () => this.store instanceof FaultyStore && this.store.busy };
  }

  #newFeed(): ScriptedFeed {
    return new ScriptedFeed({ clock: this.clock, market: this.exchange });
  }

  #newMonitor(): PositionMonitor {
    return new PositionMonitor({
      config: { symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1 } } },
      exchange: this.exchange,
      feed: this.feed,
      store: this.store,
      clock: this.clock,
      scheduler: directScheduler(),
    });
  }
}

describe.each(Object.values<SimProfile>(SIM_PROFILES))('on a $name exchange', (profile) => {
  it.each(profile.positionModes)('%s: a fill is protected, and stopped out', async (mode) => {
    const world = new World(undefined, profile, mode);
    await world.start();
    const fill = world.exchange.account.buy(SYMBOL, '0.1');
    expect(await world.until(world.monitor.handleOrderFill(fill))).toBe(true);
    expect(world.exchange.account.stops()).toMatchObject([{ triggerPrice: '44550' }]);
    expect(world.exchange.account.takeProfits()).toMatchObject([{ price: '45900' }]);

    const closed = waitForEvent(world.monitor, 'tranche:closed', { clock: world.clock });
    await world.until(world.feed.play(SYMBOL, [44_900, 44_500, 44_450]));
    expect((await world.until(closed)).reason).toBe('stop-loss');
    await world.run(5_000);
    expect(world.exchange.account.held(SYMBOL, 'LONG')).toBe('0');
    expect(world.exchange.account.held(SYMBOL, 'SHORT')).toBe('0');
    expect(world.exchange.account.openOrders()).toEqual([]);
  });
});

describe('without a manual clock', () => {
  it('the kit runs in real time', async () => {
    const exchange = new SimExchange({
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
      prices: { [SYMBOL]: 45_000 },
      latencyMs: 2,
    });
    const feed = new ScriptedFeed({ market: exchange });
    const monitor = new PositionMonitor({
      config: { symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1 } } },
      exchange,
      feed,
      store: new FaultyStore(new MemoryStore()),
    });
    await monitor.start();
    await feed.play(SYMBOL, [45_000, 45_010], { everyMs: 5 });
    const fill = exchange.account.buy(SYMBOL, '0.1');
    const closed = waitForEvent(monitor, 'tranche:closed', { withinMs: 10_000 });
    expect(await monitor.handleOrderFill(fill)).toBe(true);
    feed.tick(SYMBOL, 44_500);
    expect((await closed).reason).toBe('stop-loss');
    await monitor.stop();
  });
});

describe('a read that fails', () => {
  it('is met at the same moment in each run', async () => {
    const runs: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      const world = new World();
      await world.start();
      world.exchange.script.goSilentFor(60_000);
      world.exchange.script.loseNextReply('stop');
      world.exchange.script.failNextRead('fetchOrder');
      const fill = world.exchange.account.buy(SYMBOL, '0.1');
      await world.until(world.monitor.handleOrderFill(fill));
      await world.run(20_000);
      expect(world.exchange.script.pending).toEqual([]);
      expect(world.exchange.account.stops()).toHaveLength(1);
      runs.push(world.exchange.requests.map(({ name, sentAt }) => `${sentAt} ${name}`));
    }
    expect(runs[1]).toEqual(runs[0]);
  });
});

describe('a full disk', () => {
  it('is told, does not keep the stop from resting, and is over when it is', async () => {
    const store = new FaultyStore(new MemoryStore());
    const world = new World(store);
    await world.start();
    store.fillDisk();
    const failed = waitForEvent(world.monitor, 'store:failed', { clock: world.clock });
    const fill = world.exchange.account.buy(SYMBOL, '0.1');
    const handled = world.monitor.handleOrderFill(fill);
    await world.until(failed);
    await world.run(1_000);
    expect(world.exchange.account.stops()).toHaveLength(1);

    const recovered = waitForEvent(world.monitor, 'store:recovered', { clock: world.clock });
    store.freeDisk();
    await world.until(recovered);
    await world.until(handled);
    await world.run(5_000);
    expect(world.exchange.account.stops()).toHaveLength(1);
    expect(world.exchange.account.takeProfits()).toHaveLength(1);
  });
});

describe('a power loss', () => {
  it('between the sending of the stop and the flush leaves one stop, found again', async () => {
    const clock = new VirtualClock();
    const store = new FaultyStore(new MemoryStore(), { clock });
    const world = new World(store);
    await world.start();
    store.slow({ durableMs: Number.POSITIVE_INFINITY });
    const fill = world.exchange.account.buy(SYMBOL, '0.1');
    void world.monitor.handleOrderFill(fill);
    await world.run(100);
    expect(world.exchange.account.stops()).toHaveLength(1);

    await world.crash(await store.losePower());
    await world.until(world.monitor.handleOrderFill(fill));
    await world.run(20_000);
    expect(world.exchange.account.stops()).toHaveLength(1);
    expect(world.exchange.account.takeProfits()).toHaveLength(1);
    expect(world.monitor.getHealth()).toMatchObject({ activeTranches: 1, unresolvedOrders: 0 });
  });
});

await describeDrivers('a store with faults', ({ harness }) => {
  it('over a file: what was not flushed is gone with the power', async () => {
    const place = harness();
    const store = new FaultyStore(place.store());
    await store.open(IDENTITY);
    await store.commit(numbered(1)).durable;
    store.slow({ durableMs: Number.POSITIVE_INFINITY });
    await store.commit(numbered(2)).recorded;
    expect((await eventsOf(store)).map(({ seq }) => seq)).toEqual([1, 2]);
    await store.losePower();
    // Read by a store of its own: what the file has, not what a decorator says.
    const file = await place.opened();
    expect((await eventsOf(file)).map(({ seq }) => seq)).toEqual([1]);
    expect((await file.load()).orders).toHaveLength(1);
  });

  it('over a file: what was not recorded is planned anew by the next process', async () => {
    const place = harness();
    const store = new FaultyStore(place.store());
    const world = new World(store);
    await world.start();
    const first = world.exchange.account.buy(SYMBOL, '0.1');
    expect(await world.until(world.monitor.handleOrderFill(first))).toBe(true);

    await world.crash(await store.crash());
    expect(world.monitor.positions()).toMatchObject([{ symbol: SYMBOL, side: 'LONG' }]);
    expect(world.exchange.account.stops()).toHaveLength(1);
    await world.until(world.monitor.stop());
  });
});
