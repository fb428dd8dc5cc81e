import { describe, expect, it } from 'vitest';
import { LiveWorld, SYMBOL } from './live-world.js';

describe('run', () => {
  it('protects a fill of the account, ends on a signal and leaves the orders', async () => {
    const world = new LiveWorld({ store: true });
    const running = world.begin('run', '--json');
    await world.pass(1_000);
    world.feed.tick(SYMBOL, 45_000);
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.pass(3_000);
    expect(world.exchange.account.stops()).toMatchObject([{ triggerPrice: '44550' }]);
    const names = world.out.map((line) => JSON.parse(line).name);
    expect(names).toContain('monitor:started');
    expect(names).toContain('protection:placed');
    world.signal();
    expect(await world.until(running)).toBe(0);
    expect(JSON.parse(world.out.at(-1) ?? '')).toMatchObject({ name: 'monitor:stopped' });
    expect(world.exchange.account.openOrders()).toHaveLength(2);
    expect(world.exits).toEqual([]);
  });

  it('adopts what is held when it is asked to, and says so to people', async () => {
    const world = new LiveWorld({
      store: true,
      config: { globals: { adoptPositions: 'adopt', adoptAfterMs: 500, reconcileIntervalMs: 500 } },
    });
    world.exchange.account.buy(SYMBOL, '0.1');
    // Long ago: no fill that is read explains it.
    world.clock.advanceTo(world.clock.now() + 600_000);
    const running = world.begin('run');
    await world.pass(5_000);
    expect(world.exchange.account.stops()).toHaveLength(1);
    expect(world.out.join('\n')).toMatch(/^\d{4}-.* position:adopted BTCUSDT.*quantity 0\.1/m);
    world.signal('SIGINT');
    expect(await world.until(running)).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const world = new LiveWorld();
    const running = world.begin('run');
    await world.pass(1_000);
    world.signal('SIGINT');
    world.signal('SIGINT');
    expect(world.exits).toEqual([130]);
    await world.until(running);
  });

  it('ends on a signal while the exchange cannot be reached', async () => {
    const world = new LiveWorld({ store: true });
    world.connect = (exchange) => {
      exchange.fetchAccount = () => Promise.reject(new Error('unreachable'));
      return exchange;
    };
    const running = world.begin('run');
    await world.pass(5_000);
    expect(world.exits).toEqual([]);
    world.signal();
    expect(await world.until(running)).toBe(0);
  });

  it('is refused on a store that another one holds', async () => {
    const world = new LiveWorld({ store: true });
    const running = world.begin('run');
    await world.pass(2_000);
    const second = new LiveWorld({ config: { store: { path: world.storePath } } });
    expect(await second.run('run')).toBe(2);
    world.signal();
    expect(await world.until(running)).toBe(0);
  });

  it('cannot start without an exchange', async () => {
    const world = new LiveWorld();
    world.configure({ exchange: undefined });
    expect(await world.run('run')).toBe(2);
  });

  it('its own guards count for verify while it lives, and no longer', async () => {
    const world = new LiveWorld({
      store: true,
      config: { symbols: { [SYMBOL]: { stopLossPct: 1, stopLossOrder: 'local' } } },
    });
    const running = world.begin('run');
    await world.pass(1_000);
    world.feed.tick(SYMBOL, 45_000);
    world.exchange.account.buy(SYMBOL, '0.1');
    const account = world.exchange;
    await world.pass(2_000);

    const looking = new LiveWorld({
      config: {
        store: { path: world.storePath },
        symbols: { [SYMBOL]: { stopLossPct: 1, stopLossOrder: 'local' } },
      },
    });
    Object.defineProperty(looking, 'clock', { value: world.clock });
    looking.connect = () => borrowed(account);
    expect(await looking.run('verify', '--json')).toBe(0);
    expect(looking.json()).toMatchObject({
      protected: true,
      protectedIfCrashed: false,
      store: { isRunBeating: true },
      positions: [{ resting: '0', local: '0.1', uncovered: '0' }],
    });

    world.signal();
    expect(await world.until(running)).toBe(0);
    looking.connect = () => account.crash();
    expect(await looking.run('verify', '--json')).toBe(1);
    expect(looking.json()).toMatchObject({
      store: { isRunBeating: false },
      positions: [{ local: '0', uncovered: '0.1' }],
    });
  });
});

/** Another reader of a connection that stands: it must not end it. */
function borrowed<Exchange extends { connect: unknown; close: unknown }>(exchange: Exchange) {
  return new Proxy(exchange, {
    get(target, key) {
      if (key === 'connect' || key === 'close') return () => Promise.resolve();
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
