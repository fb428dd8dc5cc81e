import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import type { CommitTicket, StoreBatch } from '../../../src/ports/store.js';
import { BTC, CoreBench, type CoreBenchOptions, ETH } from '../../support/core-bench.js';

const LIVE: CoreBenchOptions = { live: true };

async function restarted(first: CoreBench, options: CoreBenchOptions = {}): Promise<CoreBench> {
  await first.monitor.stop();
  const second = new CoreBench({ ...options, store: first.store, after: first });
  await second.until(second.monitor.start());
  return second;
}

describe('faults of the origin: state and persistence', () => {
  it('item 20: equal tranche numbers of two symbols and two sides never mix', async () => {
    const first = await CoreBench.started();
    await first.fill('0.1', '45000');
    await first.fill('0.1', '45000', { side: 'SELL' });
    await first.fill('1', '3000', { symbol: ETH });
    const eth = first.tranche(0, ETH);
    const long = first.tranche(0);
    expect([eth.number, long.number, first.tranche(1).number]).toEqual([0, 0, 0]);
    await first.until(first.monitor.updateTpSl(eth.id, { tpPrice: '3100' }));
    const second = await restarted(first);
    expect(second.tranche(0).orders.map(({ orderId }) => orderId)).toEqual(
      long.orders.map(({ orderId }) => orderId),
    );
    expect(second.tranche(0).levels).toEqual(long.levels);
    expect(second.tranche(0, ETH).levels.takeProfits[0]?.price).toBe('3100');
  });

  it('item 20: a level that was removed stays removed over a restart', async () => {
    const first = await CoreBench.started();
    await first.fill('0.1', '45000');
    await first.until(first.monitor.updateTpSl(first.tranche().id, { tpPrice: null }));
    const second = await restarted(first);
    await second.run(30_000);
    expect(await second.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
  });

  it('item 21: quantities are what is held, not the sum of history; tranches stay apart over a restart', async () => {
    const first = await CoreBench.started({ globals: { tranchePnlIncrementPct: 1 } });
    for (let round = 0; round < 3; round += 1) {
      await first.tick(45_000);
      await first.fill('0.1', '45000');
      await first.until(first.monitor.closePosition(BTC));
    }
    await first.fill('0.1', '45000');
    await first.tick(44_000);
    await first.fill('0.2', '44000');
    const second = await restarted(first, { globals: { tranchePnlIncrementPct: 1 } });
    expect(
      second.tranches().map(({ quantity, entryPrice }) => `${quantity}@${entryPrice}`),
    ).toEqual(['0.1@45000', '0.2@44000']);
  });

  it('item 21: 0.1@45000 and 0.3@44000 weigh 44250', async () => {
    const first = await CoreBench.started();
    await first.fill('0.1', '45000');
    await first.fill('0.3', '44000');
    expect(first.tranche().entryPrice).toBe('44250');
    expect((await restarted(first)).tranche().entryPrice).toBe('44250');
  });

  it('item 22: profit is booked from what was executed and paid, not from the tick', async () => {
    const bench = await CoreBench.started({
      symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, takeProfitOrder: 'local' } },
      paper: { slippageBps: 10, fees: { takerPct: '0.05' } },
    });
    await bench.fill('0.1', '45000', { fee: '2.25', tradeId: 't1', lastFilledQty: '0.1' });
    await bench.tick(45_500);
    const [closed] = bench.named('tranche:closed');
    /** Sold at 45500 less ten basis points, and 0.05 % of that is paid. */
    expect(closed).toMatchObject({ exitPrice: '45454.5', realizedPnl: '45.45', slippage: '4.5' });
    expect(closed?.fees).toBe('4.522725');
    expect(closed?.chain.fills[0]?.fee).toBe('2.272725');
  });

  it('item 23: an order is recorded under its client id before it leaves', async () => {
    const recorded = new Set<string>();
    class WatchedStore extends MemoryStore {
      override commit(batch: StoreBatch): CommitTicket {
        const ticket = super.commit(batch);
        const ids = batch.orders.map(({ clientOrderId }) => clientOrderId);
        void ticket.recorded.then(() => {
          for (const id of ids) recorded.add(id);
        });
        return ticket;
      }
    }
    const bench = await CoreBench.started({ ...LIVE, store: new WatchedStore() });
    const unrecorded: string[] = [];
    bench.exchange.refuse = ({ clientOrderId }) => {
      if (!recorded.has(clientOrderId)) unrecorded.push(clientOrderId);
      return null;
    };
    await bench.market(45_000);
    await bench.tick(45_000);
    await bench.trade('0.1');
    await bench.tick(45_600);
    await bench.run(1_000);
    expect(bench.exchange.placed).toHaveLength(3);
    expect(unrecorded).toEqual([]);
  });

  it('item 23: the id of an order is derived, so that the same fill asks for the same ids', async () => {
    const ids = async (): Promise<readonly string[]> => {
      const bench = await CoreBench.started({ monitor: { profile: 'replay' } });
      await bench.fill('0.1', '45000', { orderId: 'entry-1' });
      return bench.exchange.placed.map(({ clientOrderId }) => clientOrderId);
    };
    const once = await ids();
    expect(once).toHaveLength(2);
    expect(await ids()).toEqual(once);
  });

  it('item 30: what happens is told as typed events, and can be read again', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    await bench.tick(45_450);
    const names = bench.events.map(({ name }) => name);
    for (const name of [
      'monitor:started',
      'fill:applied',
      'tranche:opened',
      'order:submitted',
      'order:accepted',
      'protection:placed',
      'order:filled',
      'tranche:closed',
    ] as const) {
      expect(names).toContain(name);
    }
    const seqs = bench.events.map(({ payload }) => payload.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    const stored: number[] = [];
    for await (const event of bench.monitor.history()) stored.push(event.seq);
    expect(stored).toEqual(seqs);
  });
});
