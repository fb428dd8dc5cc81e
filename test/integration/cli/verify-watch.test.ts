import { describe, expect, it } from 'vitest';
import { LiveWorld, SYMBOL } from './live-world.js';

describe('verify --watch', () => {
  it('goes on while everything is protected, and ends with 1 at the first gap', async () => {
    const world = new LiveWorld();
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('LONG', '0.1');
    const watching = world.begin('verify', '--watch', '--every', '1000');
    await world.pass(10_000);
    const looks = world.out.length;
    expect(looks).toBeGreaterThan(5);
    expect(world.out.every((line) => line.endsWith('1 side held, all by resting stops'))).toBe(
      true,
    );

    world.exchange.account.buy(SYMBOL, '0.05');
    expect(await world.until(watching)).toBe(1);
    expect(world.out.at(-1)).toContain('NOT PROTECTED');
    expect(world.out.length).toBeLessThanOrEqual(looks + 2);
  });

  it('prints one object a line for programs', async () => {
    const world = new LiveWorld();
    const watching = world.begin('verify', '--watch', '--every', '1000', '--json');
    await world.pass(3_000);
    world.signal();
    expect(await world.until(watching)).toBe(0);
    expect(world.out.length).toBeGreaterThan(1);
    for (const line of world.out) expect(JSON.parse(line)).toMatchObject({ protected: true });
  });

  it('ends with 0 on a signal, also between two looks', async () => {
    const world = new LiveWorld();
    const watching = world.begin('verify', '--watch', '--every', '3600000');
    await world.pass(2_000);
    expect(world.out).toHaveLength(1);
    world.signal('SIGINT');
    const before = world.clock.now();
    expect(await world.until(watching)).toBe(0);
    expect(world.clock.now() - before).toBeLessThan(1_000);
  });

  it('outlives a failure to read, and ends with 2 when it lasts', async () => {
    const world = new LiveWorld();
    let isUp = true;
    world.connect = (exchange) => {
      const fetchPositions = exchange.fetchPositions.bind(exchange);
      exchange.fetchPositions = (symbol) =>
        isUp ? fetchPositions(symbol) : Promise.reject(new Error('unreachable'));
      return exchange;
    };
    const watching = world.begin('verify', '--watch', '--every', '1000');
    await world.pass(3_000);
    isUp = false;
    await world.pass(1_500);
    isUp = true;
    await world.pass(5_000);
    expect(world.told.join()).toContain('unreachable; looking again in 1000 ms');
    const looks = world.out.length;
    await world.pass(3_000);
    expect(world.out.length).toBeGreaterThan(looks);
    isUp = false;
    expect(await world.until(watching)).toBe(2);
    expect(world.told.join()).toContain('error: unreachable');
  });

  it('does not wait for what does not mend itself', async () => {
    const world = new LiveWorld({ config: { exchange: { id: 'paper' } } });
    expect(await world.run('verify', '--watch')).toBe(2);
    expect(world.told.join()).not.toContain('looking again');
    expect(await world.run('verify', '--watch', '--every', '10')).toBe(2);
    expect(await world.run('verify', '--watch', '--every', 'often')).toBe(2);
  });
});
