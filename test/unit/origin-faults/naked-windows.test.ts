import { describe, expect, it } from 'vitest';
import type { OrderOutcome } from '../../../src/ports/exchange-adapter.js';
import { BTC, CoreBench, type CoreBenchOptions, drained, trace } from '../../support/core-bench.js';

const LIVE: CoreBenchOptions = { live: true };

async function holding(options: CoreBenchOptions = {}): Promise<CoreBench> {
  const bench = await CoreBench.started({ ...LIVE, ...options });
  await bench.market(45_000);
  await bench.tick(45_000);
  await bench.trade('0.1');
  bench.exchange.forget();
  return bench;
}

describe('faults of the origin: naked windows and lost protection', () => {
  it('item 11: a stop refused inside a batch is alarmed at once, guarded locally and placed again', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.tick(45_000);
    let refusals = 0;
    bench.exchange.refuse = ({ kind }) => {
      if (kind !== 'stop-market' || refusals >= 2) return null;
      refusals += 1;
      return 'would-trigger';
    };
    await bench.trade('0.1');
    expect(bench.named('protection:failed')[0]).toMatchObject({
      role: 'stop-loss',
      coverage: 'local',
    });
    await bench.run(2_000);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
    expect(bench.tranche().coverage).toBe('resting');
  });

  it('item 11: a stop refused because its level is passed closes when our own price says so, too', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.tick(45_000);
    bench.exchange.refuse = ({ kind }) => (kind === 'stop-market' ? 'would-trigger' : null);
    await bench.trade('0.1');
    await bench.tick(42_000);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'stop-loss' });
  });

  it('item 11: a whole batch that is refused is planned again', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    let requests = 0;
    bench.exchange.refuse = () => {
      requests += 1;
      return requests <= 2 ? 'throttled' : null;
    };
    await bench.trade('0.1');
    await bench.run(3_000);
    expect(await bench.resting()).toHaveLength(2);
  });

  it('item 12: a join places the new stop before it cancels the old one', async () => {
    const bench = await holding();
    await bench.market(44_550);
    await bench.trade('0.05');
    await bench.run(3_000);
    expect(trace(bench)).toEqual([
      'place SELL LONG stop-market 0.15 @ 42607.5',
      'cancel stop-market',
      'cancel limit',
      'place SELL LONG limit 0.15 @ 45298.5',
    ]);
  });

  it('item 12: a refused new stop leaves the old one where it is', async () => {
    const bench = await holding();
    bench.exchange.refuse = ({ kind }) => (kind === 'stop-market' ? 'other' : null);
    const updated = bench.monitor.updateTpSl(bench.tranche().id, { slPrice: '43000' });
    expect(await bench.until(updated)).toBe(false);
    expect(await bench.resting()).toContain('SELL LONG stop-market 0.1 @ 42750');
    bench.exchange.refuse = null;
    await bench.run(20_000);
    expect((await bench.resting()).filter((line) => line.includes('stop'))).toEqual([
      'SELL LONG stop-market 0.1 @ 43000',
    ]);
  });

  it('item 13: a failing instant close leaves the stop resting and does not give up', async () => {
    const bench = await holding();
    bench.exchange.refuse = ({ kind }) => (kind === 'market' ? 'other' : null);
    await bench.tick(45_600);
    await bench.run(600_000);
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
    bench.exchange.refuse = null;
    await bench.run(20_000);
    expect(await bench.held()).toBe('');
  });

  it('item 14: a reduce-only refusal with the position still there drops no tranche', async () => {
    const bench = await holding();
    bench.exchange.refuse = ({ kind }) => (kind === 'market' ? 'reduce-only' : null);
    await bench.tick(45_600);
    await bench.run(5_000);
    expect(bench.tranche()).toMatchObject({ quantity: '0.1', state: 'CLOSING' });
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
  });

  it('item 15: a partial entry is protected at once and grown with each further part', async () => {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    const parts = [
      ['0.03', 'PARTIALLY_FILLED'],
      ['0.07', 'PARTIALLY_FILLED'],
      ['0.1', 'FILLED'],
    ] as const;
    for (const [quantity, status] of parts) {
      const covered = bench.monitor.handleOrderFill(
        bench.fillOf(quantity, '45000', { orderId: 'entry', status }),
      );
      await bench.settle();
      /** Before any pause is over: the addition has a stop of its own, or the whole has. */
      expect(bench.tranche().coverage).toBe('resting');
      expect(await bench.until(covered)).toBe(true);
    }
    expect(bench.tranche().quantity).toBe('0.1');
    await bench.run(1_000);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
  });

  it('item 15: a partial entry that is then cancelled stays protected', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.03', '45000', { orderId: 'entry', status: 'PARTIALLY_FILLED' });
    await bench.fill('0.03', '45000', { orderId: 'entry', status: 'CANCELED' });
    await bench.run(60_000);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.03 @ 45450',
      'SELL LONG stop-market 0.03 @ 42750',
    ]);
  });

  it('item 15: a partial take-profit shrinks the stop', async () => {
    const bench = await CoreBench.started({ paper: { partialFills: { limitParts: 2 } } });
    await bench.fill('0.1', '45000');
    await bench.tick(45_450);
    await bench.run(250);
    expect(bench.tranche().quantity).toBe('0.05');
    expect(await bench.resting()).toContain('SELL LONG stop-market 0.05 @ 42750');
    expect((await bench.resting()).filter((line) => line.includes('stop'))).toHaveLength(1);
  });

  it('item 16: an accepted market order is no fill: the stop stays until the executions are known', async () => {
    const bench = await holding();
    bench.exchange.garble = (order) =>
      order.kind === 'market' ? ({ kind: 'accepted' } satisfies OrderOutcome) : undefined;
    await bench.tick(45_600);
    await bench.run(1_000);
    expect(bench.tranche()).toMatchObject({ quantity: '0.1', state: 'CLOSING' });
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
    expect(bench.exchange.placed.filter(({ kind }) => kind === 'market')).toHaveLength(1);
  });

  it('item 16: what a close leaves over is closed by the next one', async () => {
    const bench = await holding();
    /** Only 0.04 of the position is there for the first close; then somebody buys the rest back. */
    bench.exchange.muted = true;
    await bench.paper.placeOrder({
      clientOrderId: 'somebody',
      symbol: BTC,
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.06',
      reduceOnly: true,
      expiresAt: bench.clock.now() + 1,
    });
    bench.exchange.muted = false;
    await bench.tick(45_600);
    await bench.run(20_000);
    expect(await bench.held()).toBe('');
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
    const closed = bench.named('tranche:closed')[0];
    expect(closed?.chain.fills.map(({ quantity, role }) => `${role} ${quantity}`)).toEqual([
      'close 0.04',
      'external 0.06',
    ]);
  });

  it('item 16: every exit of a one-way account only reduces', async () => {
    const bench = await CoreBench.started({ positionMode: 'one-way' });
    await bench.tick(45_000);
    await bench.fill('0.1', '45000');
    await bench.until(bench.monitor.closePosition(BTC));
    expect(bench.exchange.placed).toHaveLength(3);
    expect(bench.exchange.placed.every(({ reduceOnly }) => reduceOnly)).toBe(true);
  });

  it('item 17: an exit above the market maximum is split, never refused', async () => {
    const bench = await CoreBench.started({
      instruments: [
        {
          symbol: BTC,
          tickSize: '0.1',
          stepSize: '0.001',
          maxQty: '1000',
          maxMarketQty: '120',
          minQty: '0.001',
        },
      ],
    });
    await bench.tick(45_000);
    expect(await bench.fill('300', '45000')).toBe(true);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 300 @ 45450',
      'SELL LONG stop-market 120 @ 42750',
      'SELL LONG stop-market 120 @ 42750',
      'SELL LONG stop-market 60 @ 42750',
    ]);
    await bench.until(bench.monitor.closePosition(BTC));
    expect(
      bench.exchange.placed.filter(({ kind }) => kind === 'market').map(({ quantity }) => quantity),
    ).toEqual(['120', '120', '60']);
    expect(await bench.held()).toBe('');
  });

  it('item 17: a growth below the smallest market order does not break the monitor while a stop may not move', async () => {
    const bench = await CoreBench.started({
      instruments: [
        { symbol: BTC, tickSize: '0.1', stepSize: '0.001', minQty: '0.001', minMarketQty: '0.01' },
      ],
    });
    await bench.tick(45_000);
    await bench.fill('0.1', '45000', { orderId: 'entry', status: 'PARTIALLY_FILLED' });
    await bench.fill('0.15', '45000', { orderId: 'entry', status: 'PARTIALLY_FILLED' });
    /** Within the pause after that move, and too small for an additional stop of its own. */
    const grown = bench.monitor.handleOrderFill(
      bench.fillOf('0.153', '45000', { orderId: 'entry' }),
    );
    await bench.settle();
    expect(bench.monitor.getHealth().state).toBe('running');
    expect(await bench.until(grown)).toBe(true);
    await bench.run(1_000);
    expect((await bench.resting()).filter((line) => line.includes('stop'))).toEqual([
      'SELL LONG stop-market 0.153 @ 42750',
    ]);
  });

  it('item 18: a fill without an instrument is told with its exposure, and protected when the filters are there', async () => {
    const bench = await CoreBench.started();
    bench.exchange.failing.add('fetchInstrument');
    expect(await bench.fill('0.1', '45000', { orderId: 'e' })).toBe(false);
    expect(bench.exchange.writes).toEqual([]);
    expect(bench.named('protection:failed')[0]).toMatchObject({
      exposure: '0.1',
      coverage: 'none',
    });
    bench.exchange.failing.clear();
    await bench.run(60_000);
    expect(await bench.resting()).toHaveLength(2);
    expect(await bench.fill('0.1', '45000', { orderId: 'e' })).toBe(true);
    expect(bench.tranche().quantity).toBe('0.1');
  });

  it('item 19: a stop that somebody cancels is told and placed again at once', async () => {
    const bench = await holding();
    const stop = bench.tranche().orders.find(({ role }) => role === 'stop-loss');
    await bench.run(10_000);
    await bench.paper.cancelOrder({
      symbol: BTC,
      clientOrderId: stop?.clientOrderId ?? '',
      kind: 'stop-market',
    });
    await bench.settle();
    expect(bench.named('protection:missing')).toHaveLength(1);
    await bench.run(2_000);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
    expect(bench.named('protection:recovered')).toHaveLength(1);
  });

  it('item 19: orders that went missing while we were away are placed again at the start, the stop first', async () => {
    const first = await holding();
    await first.monitor.stop();
    const { orders } = first.tranches().length > 0 ? first.tranche() : { orders: [] };
    expect(orders).toEqual([]);
    for (const order of await first.paper.fetchOpenOrders()) {
      await first.paper.cancelOrder({
        symbol: BTC,
        clientOrderId: order.clientOrderId ?? '',
        kind: order.kind,
      });
    }
    const second = new CoreBench({ ...LIVE, store: first.store, after: first });
    await second.until(second.monitor.start());
    await second.run(3_000);
    expect(second.exchange.placed.map(({ kind }) => kind)).toEqual(['stop-market', 'limit']);
    expect(await second.resting()).toHaveLength(2);
  });

  it('a request that never comes back is resolved, and the answer of the next caller is not held up', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.market(3_000, { symbol: 'ETHUSDT' });
    bench.exchange.garble = ({ symbol }) => (symbol === BTC ? new Promise(() => {}) : undefined);
    void bench.paper.placeOrder({
      clientOrderId: 'bot',
      symbol: BTC,
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.1',
      reduceOnly: false,
      expiresAt: bench.clock.now() + 1,
    });
    await drained();
    void bench.paper.placeOrder({
      clientOrderId: 'bot-2',
      symbol: 'ETHUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '1',
      reduceOnly: false,
      expiresAt: bench.clock.now() + 1,
    });
    for (let turn = 0; turn < 10; turn += 1) await drained();
    expect(await bench.resting('ETHUSDT')).toHaveLength(2);
    expect(await bench.resting(BTC)).toEqual([]);
  });
});
