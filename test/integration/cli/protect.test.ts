import { describe, expect, it } from 'vitest';
import { LiveWorld, SYMBOL, withEntryPrices } from './live-world.js';

describe.each([
  ['without a store', false],
  ['with a store', true],
])('protect %s', (_name, store) => {
  it.each(['hedge', 'one-way'] as const)(
    '%s: places stop and take-profit',
    async (positionMode) => {
      const world = new LiveWorld({ store, positionMode });
      world.exchange.account.sell(SYMBOL, '0.1');
      expect(await world.run('protect', '--check-only', '--json')).toBe(1);
      expect(world.json()).toMatchObject({
        did: 'checked',
        missing: [
          {
            role: 'stop-loss',
            side: 'SHORT',
            quantity: '0.1',
            level: '45450',
            kind: 'stop-market',
          },
          { role: 'take-profit', quantity: '0.1', level: '44100', kind: 'limit' },
        ],
      });
      expect(world.exchange.account.openOrders()).toEqual([]);

      expect(await world.run('protect', '--yes')).toBe(0);
      expect(world.exchange.account.stops()).toMatchObject([
        { triggerPrice: '45450', quantity: '0.1', side: 'BUY' },
      ]);
      expect(world.exchange.account.takeProfits()).toMatchObject([{ price: '44100' }]);
      expect(world.exchange.account.held(SYMBOL, 'SHORT')).toBe('0.1');

      expect(await world.run('protect', '--yes')).toBe(0);
      expect(world.text).toMatch(/Nothing is missing/);
      expect(world.exchange.account.openOrders()).toHaveLength(2);
      expect(await world.run('verify')).toBe(0);
    },
  );

  it('asks, and takes a no', async () => {
    const world = new LiveWorld({ store });
    world.exchange.account.buy(SYMBOL, '0.1');
    expect(await world.run('protect')).toBe(2);
    expect(world.text).toMatch(/--yes/);
    world.isInteractive = true;
    world.answer = false;
    expect(await world.run('protect')).toBe(1);
    expect(world.asked).toEqual(['Place 2 orders?']);
    expect(world.exchange.account.openOrders()).toEqual([]);
    world.answer = true;
    expect(await world.run('protect')).toBe(0);
  });

  it('closes nothing whose stop is passed already', async () => {
    const world = new LiveWorld({ store });
    world.exchange.account.buy(SYMBOL, '0.1');
    world.exchange.setPrice(SYMBOL, 44_000);
    expect(await world.run('protect', '--yes')).toBe(1);
    expect(world.exchange.account.held(SYMBOL, 'LONG')).toBe('0.1');
    expect(world.text).toMatch(/is past it/);
  });

  it('cannot place what no settings cover', async () => {
    const world = new LiveWorld({ store });
    world.exchange.account.buy('ETHUSDT', '1');
    expect(await world.run('protect', '--yes')).toBe(1);
    expect(world.text).toMatch(/no settings cover/);
    expect(world.exchange.account.openOrders()).toEqual([]);
  });

  it('a failed read is no "all protected"', async () => {
    const world = new LiveWorld({ store });
    world.exchange.account.buy(SYMBOL, '0.1');
    world.connect = (exchange) => {
      exchange.fetchOpenOrders = () => Promise.reject(new Error('502'));
      return withEntryPrices(exchange);
    };
    expect(await world.run('protect', '--yes')).toBe(2);
    expect(world.exchange.account.openOrders()).toEqual([]);
  });

  it('places nothing in a simulation or for an observer', async () => {
    for (const globals of [{ simulateOnly: true }, { usePositionMonitor: false }]) {
      const world = new LiveWorld({ store, config: { globals } });
      world.exchange.account.buy(SYMBOL, '0.1');
      expect(await world.run('protect', '--yes')).toBe(2);
      expect(world.exchange.account.openOrders()).toEqual([]);
    }
  });
});

describe('protect', () => {
  it('places the missing part beside a stop of somebody else', async () => {
    const world = new LiveWorld();
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('LONG', '0.04');
    expect(await world.run('protect', '--yes')).toBe(0);
    expect(world.exchange.account.stops().map(({ quantity }) => quantity)).toEqual([
      '0.04',
      '0.06',
    ]);
  });

  it('places stops of all symbols before any take-profit, and does not repeat a lost answer', async () => {
    const world = new LiveWorld({
      config: { symbols: { '*': { takeProfitPct: 2, stopLossPct: 1 } } },
    });
    world.exchange.account.buy(SYMBOL, '0.1');
    world.exchange.account.sell('ETHUSDT', '1');
    const sent: string[] = [];
    world.connect = (exchange) => {
      const place = exchange.placeOrder.bind(exchange);
      exchange.placeOrder = async (request) => {
        sent.push(request.kind);
        const outcome = await place(request);
        return sent.length === 1 ? { kind: 'unknown', detail: 'reset' } : outcome;
      };
      return withEntryPrices(exchange);
    };
    expect(await world.run('protect', '--yes', '--json')).toBe(0);
    expect(sent).toEqual(['stop-market', 'stop-market', 'limit', 'limit']);
    expect(world.exchange.account.openOrders()).toHaveLength(4);
  });

  it('is refused while run holds the store', async () => {
    const world = new LiveWorld({ store: true });
    const running = world.begin('run');
    await world.pass(2_000);
    const second = new LiveWorld({ config: { store: { path: world.storePath } } });
    second.exchange.account.buy(SYMBOL, '0.1');
    expect(await second.run('protect', '--yes', '--json')).toBe(2);
    expect(second.json()).toMatchObject({ error: { code: 'STORE_LOCKED' } });
    expect(second.exchange.account.openOrders()).toEqual([]);
    world.signal();
    expect(await world.until(running)).toBe(0);
  });

  it('leaves a store that run goes on with', async () => {
    const world = new LiveWorld({ store: true });
    world.exchange.account.buy(SYMBOL, '0.1');
    expect(await world.run('protect', '--yes')).toBe(0);
    const before = world.exchange.account.openOrders().map(({ orderId }) => orderId);
    const running = world.begin('run');
    await world.pass(20_000);
    world.signal();
    expect(await world.until(running)).toBe(0);
    expect(world.exchange.account.openOrders().map(({ orderId }) => orderId)).toEqual(before);
  });
});
