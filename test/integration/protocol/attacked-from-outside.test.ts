import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import type { CommitTicket, StoreBatch } from '../../../src/ports/store.js';
import { BTC, CoreBench, drained } from '../../support/core-bench.js';

/** A store that takes its time, or fails, as it is told. */
class UnrulyStore extends MemoryStore {
  delay: (() => Promise<void>) | null = null;
  refusing = false;
  throwing = false;

  override commit(batch: StoreBatch): CommitTicket {
    if (this.throwing) throw new Error('a store must not throw, but this one does');
    if (this.refusing) {
      const failed = Promise.reject(new Error('disk full'));
      failed.catch(() => {});
      return { recorded: failed, durable: failed };
    }
    const ticket = super.commit(batch);
    const { delay } = this;
    if (delay === null) return ticket;
    const recorded = delay().then(() => ticket.recorded);
    return { recorded, durable: recorded };
  }
}

describe('what an attack from outside found', () => {
  it('a store that needs longer than a request may wait still lets orders leave', async () => {
    const store = new UnrulyStore();
    const bench = await CoreBench.started({ store });
    store.delay = () => new Promise((resolve) => void bench.clock.setTimer(resolve, 1_300));
    const answer = bench.monitor.handleOrderFill(bench.fillOf('0.1', '45000'));
    /** Commits wait for the clock here, so nothing settles by itself. */
    for (let step = 0; step < 90; step += 1) {
      bench.clock.advanceBy(100);
      await drained();
    }
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
    expect(await answer).toBe(true);
  });

  it('a store that throws instead of rejecting has failed: the stop leaves, and the rest when it works again', async () => {
    const store = new UnrulyStore();
    const bench = await CoreBench.started({ store });
    store.throwing = true;
    expect(await bench.fill('0.1', '45000')).toBe(false);
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
    expect(bench.monitor.getHealth().storeWritable).toBe(false);
    store.throwing = false;
    await bench.run(5_000);
    expect(bench.monitor.getHealth().storeWritable).toBe(true);
    expect(await bench.resting()).toHaveLength(2);
  });

  it('a fill that joins while the store fails gets a stop for what it adds', async () => {
    const store = new UnrulyStore();
    const bench = await CoreBench.started({ store });
    expect(await bench.fill('0.1', '45000')).toBe(true);
    store.refusing = true;
    expect(await bench.fill('0.4', '45000')).toBe(false);
    const stops = (await bench.paper.fetchOpenOrders(BTC)).filter(
      (order) => order.kind === 'stop-market',
    );
    const covered = stops.reduce((sum, order) => sum + Number(order.quantity), 0);
    expect(covered).toBeGreaterThanOrEqual(0.5);
  });

  it.each([
    [
      'closePosition with a side in lower case',
      (b: CoreBench) => b.monitor.closePosition(BTC, 'long' as never),
    ],
    ['closePosition of a mistyped symbol', (b: CoreBench) => b.monitor.closePosition('BTCUSD')],
    [
      'mergeTranches with ids that are no list',
      (b: CoreBench) => b.monitor.mergeTranches('x', 'abc' as never),
    ],
    [
      'updateTpSl with a mistyped key',
      (b: CoreBench) => b.monitor.updateTpSl('x', { sl: 44_000 } as never),
    ],
    ['updateTpSl without levels', (b: CoreBench) => b.monitor.updateTpSl('x', undefined as never)],
    [
      'registerOrder with a mistyped key',
      (b: CoreBench) =>
        b.monitor.registerOrder({ orderId: 1, symbol: BTC, side: 'BUY', tranch: 'new' } as never),
    ],
    [
      'registerOrder for a tranche that is not there',
      (b: CoreBench) =>
        b.monitor.registerOrder({ orderId: 1, symbol: BTC, side: 'BUY', tranche: 'old' }),
    ],
  ])('%s is refused and halts nothing', async (_name, call) => {
    const bench = await CoreBench.started({
      symbols: { [BTC]: { takeProfitPct: 1, stopLossPct: 5 } },
    });
    await bench.fill('0.1', '45000');
    await expect(bench.until<unknown>(call(bench) as Promise<unknown>)).rejects.toMatchObject({
      name: 'ValidationError',
    });
    expect(bench.monitor.getHealth().state).toBe('running');
    expect(await bench.resting()).toHaveLength(2);
  });

  it('at the tranche limit a fill never joins a tranche whose protection was removed', async () => {
    const bench = await CoreBench.started({ globals: { maxTranchesPerSymbolSide: 1 } });
    await bench.fill('0.1', '45000', { orderId: 'first' });
    expect(await bench.until(bench.monitor.cancelRelatedOrders('first'))).toBe(true);
    expect(await bench.fill('0.5', '45000', { orderId: 'second' })).toBe(true);
    expect(bench.monitor.trancheForOrder('second')).toMatchObject({
      quantity: '0.5',
      coverage: 'resting',
    });
    const report = await bench.monitor.verifyProtection();
    expect(report.positions).toMatchObject([{ held: '0.6', resting: '0.5', withoutStop: '0.1' }]);
  });

  it('a tick from long before the fill is no price, even when it is the first', async () => {
    const bench = await CoreBench.started({
      symbols: { [BTC]: { takeProfitPct: 1, stopLossPct: 1, stopLossOrder: 'local' } },
    });
    expect(await bench.fill('0.1', '45000')).toBe(true);
    bench.feed.tick(BTC, 44_400, { time: bench.clock.now() - 3_600_000 });
    await bench.settle();
    expect(bench.tranche().state).toBe('OPEN');
    await bench.tick(44_400);
    expect(bench.named('tranche:closed')).toMatchObject([{ reason: 'stop-loss' }]);
  });

  it('a call that is on its way when the monitor stops is answered', async () => {
    const bench = await CoreBench.started();
    const fill = bench.monitor.handleOrderFill(bench.fillOf('0.1', '45000'));
    const answered = fill.then(
      () => 'answered',
      () => 'refused',
    );
    await bench.until(bench.monitor.stop());
    expect(['answered', 'refused']).toContain(await bench.until(answered));
  });

  it('an adapter that does not say what its exchange can do is refused at the start', async () => {
    const bench = new CoreBench({ capabilities: { orderKinds: undefined as never } });
    await expect(bench.monitor.start()).rejects.toMatchObject({ code: 'EXCHANGE_PROTOCOL' });
  });
});
