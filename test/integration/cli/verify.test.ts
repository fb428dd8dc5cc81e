import { describe, expect, it } from 'vitest';
import { LiveWorld, SYMBOL } from './live-world.js';

describe('verify', () => {
  it('finds nothing held: protected', async () => {
    const world = new LiveWorld();
    expect(await world.run('verify')).toBe(0);
    expect(world.text).toMatch(/Nothing is held/);
  });

  it('a take-profit without a stop is a gap', async () => {
    const world = new LiveWorld();
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('LONG', '0.1', { kind: 'limit', price: '46000' });
    expect(await world.run('verify', '--json')).toBe(1);
    expect(world.json()).toMatchObject({
      protected: false,
      positions: [{ held: '0.1', resting: '0', uncovered: '0.1', takeProfit: '0.1' }],
    });
  });

  it('a stop of 1 % of the position covers 1 % of it', async () => {
    const world = new LiveWorld();
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('LONG', '0.001');
    expect(await world.run('verify', '--json')).toBe(1);
    expect(world.json().positions).toMatchObject([{ resting: '0.001', uncovered: '0.099' }]);
  });

  it('a stop of the other leg covers nothing, and two parts cover a whole', async () => {
    const world = new LiveWorld();
    world.exchange.account.buy(SYMBOL, '0.1');
    world.exchange.account.sell(SYMBOL, '0.2');
    await world.stopBy('SHORT', '0.2');
    expect(await world.run('verify', '--json')).toBe(1);
    expect(world.json().positions).toMatchObject([
      { side: 'LONG', resting: '0', uncovered: '0.1' },
      { side: 'SHORT', resting: '0.2', uncovered: '0' },
    ]);
    await world.stopBy('LONG', '0.04');
    await world.stopBy('LONG', '0.06');
    expect(await world.run('verify', '--json')).toBe(0);
    expect(world.json()).toMatchObject({ protected: true, protectedIfCrashed: true });
  });

  it('in one-way mode a stop that could open covers nothing', async () => {
    const world = new LiveWorld({ positionMode: 'one-way' });
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('BOTH', '0.1', { reduceOnly: false });
    expect(await world.run('verify')).toBe(1);
    expect(world.text).toMatch(/not reduce-only/);
    await world.stopBy('BOTH', '0.1');
    expect(await world.run('verify')).toBe(0);
  });

  it('a plan without a stop leaves no gap, a symbol without a plan does', async () => {
    const world = new LiveWorld({ config: { symbols: { [SYMBOL]: { takeProfitPct: 2 } } } });
    world.exchange.account.buy(SYMBOL, '0.1');
    expect(await world.run('verify', '--json')).toBe(0);
    expect(world.json().positions).toMatchObject([{ withoutStop: '0.1', uncovered: '0' }]);
    world.exchange.account.buy('ETHUSDT', '1');
    expect(await world.run('verify')).toBe(1);
    expect(world.text).toMatch(/no settings cover this symbol/);
  });

  it.each(['fetchPositions', 'fetchOpenOrders', 'fetchAccount'] as const)(
    'a failing %s is no empty account',
    async (name) => {
      const world = new LiveWorld();
      world.connect = (exchange) => {
        Object.assign(exchange, { [name]: () => Promise.reject(new Error('502')) });
        return exchange;
      };
      expect(await world.run('verify', '--json')).toBe(2);
      expect(world.json()).toMatchObject({ protected: false, error: {} });
    },
  );

  it('an answer that never comes is one that could not be read', async () => {
    const world = new LiveWorld();
    world.connect = (exchange) => {
      exchange.fetchOpenOrders = () => new Promise(() => {});
      return exchange;
    };
    expect(await world.run('verify')).toBe(2);
  });

  it('a report that makes no sense is not believed', async () => {
    const world = new LiveWorld();
    world.connect = (exchange) => {
      exchange.fetchPositions = () => Promise.resolve([{ symbol: SYMBOL }] as never);
      return exchange;
    };
    expect(await world.run('verify')).toBe(2);
  });

  it('the paper account of another process cannot be read', async () => {
    const world = new LiveWorld({ config: { exchange: { id: 'paper' } } });
    expect(await world.run('verify')).toBe(2);
    expect(world.text).toMatch(/simulation/);
  });

  it('a store of another account is refused, a missing one is not', async () => {
    const world = new LiveWorld({ store: true });
    expect(await world.run('verify')).toBe(0);
    const other = new LiveWorld({
      config: { instanceId: 'other', store: { path: world.storePath } },
    });
    const running = other.begin('run');
    await other.pass(2_000);
    expect(await world.run('verify')).toBe(2);
    expect(world.text).toMatch(/belongs to another monitor/);
    other.signal();
    expect(await other.until(running)).toBe(0);
  });
});
