import { describe, expect, it } from 'vitest';
import { roundToIncrement } from '../../../src/model/decimal.js';
import { BTC, CoreBench, type CoreBenchOptions, ETH, trace } from '../../support/core-bench.js';

const LIVE: CoreBenchOptions = { live: true };

describe('faults of the origin: money lost for certain', () => {
  it.each(['BUY', 'SELL'] as const)(
    'item 1: in one-way mode a %s is not closed at its own entry price',
    async (side) => {
      const bench = await CoreBench.started({ positionMode: 'one-way' });
      await bench.fill('0.1', '45000', { side });
      bench.exchange.forget();
      for (const price of [45_000, 45_001, 44_999, 45_000]) await bench.tick(price);
      await bench.run(5_000);
      expect(trace(bench)).toEqual([]);
      expect(bench.tranche()).toMatchObject({
        side: side === 'BUY' ? 'LONG' : 'SHORT',
        state: 'OPEN',
      });
    },
  );

  it('item 2: the fill of our own take-profit is no entry, however often and by whom it is told', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    const [, profit] = bench.tranche().orders;
    await bench.tick(45_450);
    expect(bench.tranches()).toEqual([]);
    /** The host sees it on the same account stream and hands it over: with our client id, and with the exchange's id only. */
    for (const clientOrderId of [profit?.clientOrderId, undefined]) {
      const more = clientOrderId === undefined ? {} : { clientOrderId };
      expect(
        await bench.fill('0.1', '45450', {
          orderId: profit?.orderId ?? '',
          side: 'SELL',
          positionSide: 'LONG',
          ...more,
        }),
      ).toBe(true);
    }
    expect(bench.tranches()).toEqual([]);
    expect(bench.named('tranche:opened')).toHaveLength(1);
    expect(bench.named('tranche:closed')[0]).toMatchObject({
      reason: 'take-profit',
      realizedPnl: '45',
    });
  });

  it.each(['hedge', 'one-way'] as const)(
    'item 2: the fill of our own market close opens nothing in %s mode',
    async (positionMode) => {
      const bench = await CoreBench.started({ positionMode });
      await bench.tick(45_000);
      await bench.fill('0.1', '45000');
      await bench.until(bench.monitor.closePosition(BTC));
      await bench.run(30_000);
      expect(bench.monitor.positions()).toEqual([]);
      expect(await bench.resting()).toEqual([]);
      expect(bench.named('tranche:opened')).toHaveLength(1);
    },
  );

  it('item 2: in one-way mode a closing SELL of the host closes and never joins', async () => {
    const bench = await CoreBench.started({ positionMode: 'one-way' });
    await bench.fill('0.1', '45000');
    await bench.fill('0.1', '45500', { side: 'SELL' });
    await bench.run(1_000);
    expect(bench.monitor.positions()).toEqual([]);
    expect(bench.named('tranche:closed')[0]).toMatchObject({
      realizedPnl: '50',
      reason: 'external',
    });
  });

  it('item 2: what goes beyond zero in one-way mode opens the other side, with its stop above', async () => {
    const bench = await CoreBench.started({ positionMode: 'one-way' });
    await bench.fill('0.1', '45000');
    await bench.fill('0.3', '45000', { side: 'SELL' });
    await bench.run(1_000);
    expect(bench.tranches().map(({ side, quantity }) => `${side} ${quantity}`)).toEqual([
      'SHORT 0.2',
    ]);
    expect(await bench.resting()).toEqual([
      'BUY BOTH limit 0.2 @ 44550',
      'BUY BOTH stop-market 0.2 @ 47250',
    ]);
  });

  it('item 3: one fill told by host, stream and query counts once', async () => {
    const bench = await CoreBench.started(LIVE);
    await bench.market(45_000);
    await bench.trade('0.1', { clientOrderId: 'bot-1' });
    const order = await bench.paper.fetchOrder({ symbol: BTC, clientOrderId: 'bot-1' });
    const told = { orderId: order?.orderId ?? '', clientOrderId: 'bot-1' };
    expect(await bench.fill('0.1', '45000', told)).toBe(true);
    expect(await bench.fill('0.1', '45000', told)).toBe(true);
    await bench.until(bench.monitor.reconcile());
    expect(bench.tranches().map(({ quantity }) => quantity)).toEqual(['0.1']);
    expect(bench.named('fill:applied')).toHaveLength(1);
    expect(trace(bench)).toHaveLength(1);
  });

  async function twoTranches(options: CoreBenchOptions = {}): Promise<CoreBench> {
    const bench = await CoreBench.started({
      ...LIVE,
      globals: { tranchePnlIncrementPct: 1 },
      ...options,
    });
    await bench.market(45_000);
    await bench.trade('0.1');
    await bench.market(44_000);
    await bench.trade('0.2');
    expect(bench.tranches()).toHaveLength(2);
    return bench;
  }

  it('item 4: comparisons leave the protection of every tranche as it is', async () => {
    const bench = await twoTranches();
    const before = await bench.resting();
    expect(before).toHaveLength(4);
    bench.exchange.forget();
    for (let cycle = 0; cycle < 10; cycle += 1) await bench.until(bench.monitor.reconcile());
    await bench.run(120_000);
    expect(await bench.resting()).toEqual(before);
    expect(trace(bench)).toEqual([]);
  });

  it('item 5: a take-profit keeps its place in the queue for as long as it is right', async () => {
    const bench = await twoTranches();
    const ids = bench.tranches().flatMap(({ orders }) => orders.map(({ orderId }) => orderId));
    await bench.run(30 * 60_000);
    expect(bench.tranches().flatMap(({ orders }) => orders.map(({ orderId }) => orderId))).toEqual(
      ids,
    );
  });

  it('item 6: closing one symbol touches no order of another', async () => {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    await bench.tick(3_000, { symbol: ETH });
    await bench.fill('0.1', '45000');
    await bench.fill('1', '3000', { symbol: ETH });
    const before = await bench.resting(BTC);
    await bench.until(bench.monitor.closePosition(ETH));
    await bench.run(60_000);
    expect(await bench.resting(BTC)).toEqual(before);
    expect(await bench.resting(ETH)).toEqual([]);
    expect(bench.exchange.cancelled.map(({ symbol }) => symbol)).toEqual([ETH, ETH]);
  });

  it('item 6: closing one leg touches no order of the other, nor does a position push of zero', async () => {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    await bench.fill('0.1', '45000');
    await bench.fill('0.1', '45000', { side: 'SELL' });
    const short = (await bench.resting()).filter((line) => line.includes('SHORT'));
    await bench.until(bench.monitor.closePosition(BTC, 'LONG'));
    bench.exchange.sink?.position({
      symbol: BTC,
      side: 'LONG',
      quantity: '0',
      time: bench.clock.now(),
    });
    bench.exchange.sink?.position({
      symbol: BTC,
      side: 'SHORT',
      quantity: '0',
      time: bench.clock.now(),
    });
    await bench.run(60_000);
    expect(await bench.resting()).toEqual(short);
    expect(bench.tranche().state).toBe('OPEN');
  });

  it('item 7: a failed positions read is never "none", neither while running nor at the start', async () => {
    const first = await twoTranches();
    const before = await first.resting();
    first.exchange.failing.add('fetchPositions');
    await expect(first.until(first.monitor.reconcile())).rejects.toThrow('fetchPositions failed');
    await first.run(60_000);
    expect(first.tranches()).toHaveLength(2);
    expect(await first.resting()).toEqual(before);
    await first.monitor.stop();
    const second = new CoreBench({
      ...LIVE,
      globals: { tranchePnlIncrementPct: 1 },
      store: first.store,
      after: first,
    });
    second.exchange.failing.add('fetchPositions');
    const started = second.monitor.start();
    await second.run(5_000);
    expect(second.monitor.getHealth().state).toBe('starting');
    expect(second.exchange.writes).toEqual([]);
    second.exchange.failing.clear();
    await second.until(started);
    expect(second.tranches()).toHaveLength(2);
    expect(await second.resting()).toEqual(before);
    expect(second.exchange.writes).toEqual([]);
  });

  it('item 8: a tranche that is already out at the exchange is never closed with the quantity of another', async () => {
    const bench = await twoTranches();
    bench.exchange.forget();
    /** The take-profit of the second fills, and nobody tells us. */
    bench.exchange.muted = true;
    await bench.market(44_440);
    expect(await bench.held()).toBe('LONG 0.1');
    bench.exchange.muted = false;
    bench.feed.tick(BTC, 44_400, { time: bench.clock.now() });
    await bench.tick(44_500);
    await bench.run(5_000);
    expect(bench.exchange.placed.filter(({ kind }) => kind === 'market')).toEqual([]);
    expect(await bench.held()).toBe('LONG 0.1');
    expect(bench.tranches().map(({ quantity, entryPrice }) => `${quantity}@${entryPrice}`)).toEqual(
      ['0.1@45000'],
    );
  });

  it('item 9: while simulating not one write reaches the real exchange', async () => {
    const bench = await CoreBench.started({ ...LIVE, globals: { simulateOnly: true } });
    await bench.tick(45_000);
    expect(await bench.fill('0.1', '45000')).toBe(true);
    await bench.tick(45_450);
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'take-profit' });
    await bench.fill('0.1', '45450');
    await bench.until(bench.monitor.closePosition(BTC));
    await bench.run(30_000);
    expect(bench.exchange.writes).toEqual([]);
  });

  it.each(['0.1', '0.01', '0.001', '0.0001', '0.00001', '0.00000001'])(
    'item 10: every price on a tick of %s is a legal decimal',
    (tick) => {
      const digits = tick.length - 2;
      for (let count = 1; count <= 2_000; count += 1) {
        const price = roundToIncrement(count * 7.77 * Number(tick), tick, 'nearest');
        expect(price).toMatch(new RegExp(`^\\d+(\\.\\d{1,${digits}})?$`));
      }
    },
  );

  it('item 10: a quantity is rounded down, and one below the step is guarded, told, and not sent as zero', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.0015', '45000');
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.001 @ 45450',
      'SELL LONG stop-market 0.001 @ 42750',
    ]);
    const dust = await CoreBench.started();
    await dust.tick(45_000);
    expect(await dust.fill('0.0004', '45000')).toBe(false);
    expect(dust.exchange.placed).toEqual([]);
    expect(dust.named('protection:failed')[0]).toMatchObject({
      reason: expect.stringContaining('below-minimum'),
      coverage: 'local',
    });
  });
});
