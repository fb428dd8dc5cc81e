import { describe, expect, it } from 'vitest';
import { BTC, CoreBench } from '../../support/core-bench.js';

describe('answers of the monitor', () => {
  async function two(): Promise<CoreBench> {
    const bench = await CoreBench.started({ globals: { tranchePnlIncrementPct: 1 } });
    await bench.tick(45_000);
    await bench.fill('0.1', '45000');
    await bench.tick(44_000);
    await bench.fill('0.2', '44000');
    return bench;
  }

  it('an update of a position is answered when every tranche of it has its new levels', async () => {
    const bench = await two();
    const [first, second] = bench.tranches();
    /** The stop of the second is refused for a while; the first is fine at once. */
    bench.exchange.refuse = ({ quantity, kind }) =>
      quantity === '0.2' && kind === 'stop-market' ? 'throttled' : null;
    let answered = false;
    const updated = bench.monitor
      .updateTpSl(first?.positionId ?? '', { slPrice: '41000' })
      .then((value) => {
        answered = true;
        return value;
      });
    await bench.settle();
    expect(answered).toBe(false);
    bench.exchange.refuse = null;
    expect(await bench.until(updated)).toBe(true);
    expect((await bench.resting()).filter((line) => line.includes('stop'))).toEqual([
      'SELL LONG stop-market 0.1 @ 41000',
      'SELL LONG stop-market 0.2 @ 41000',
    ]);
    expect(second?.id).not.toBe(first?.id);
  });

  it('an update of a position is answered with false when one tranche of it refuses for good', async () => {
    const bench = await two();
    bench.exchange.refuse = ({ quantity, kind }) =>
      quantity === '0.2' && kind === 'stop-market' ? 'other' : null;
    expect(
      await bench.until(bench.monitor.updateTpSl(bench.tranche().positionId, { slPrice: '41000' })),
    ).toBe(false);
  });

  it('a close that the exchange refuses is answered in time, and goes on', async () => {
    const bench = await two();
    bench.exchange.refuse = ({ kind }) => (kind === 'market' ? 'other' : null);
    const asked = bench.clock.now();
    const result = await bench.until(bench.monitor.closePosition(BTC));
    expect(bench.clock.now() - asked).toBe(10_000);
    expect(result).toMatchObject({ closed: false, remaining: '0.3' });
    bench.exchange.refuse = null;
    await bench.run(20_000);
    expect(await bench.held()).toBe('');
  });

  it('what is too small to be closed by an order is answered as not closed', async () => {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    await bench.fill('0.0015', '45000');
    const result = await bench.until(bench.monitor.closeTranche(bench.tranche().id));
    expect(result).toMatchObject({ closed: false, remaining: '0.0005' });
    expect(bench.named('protection:failed').at(-1)).toMatchObject({
      reason: expect.stringContaining('below-minimum'),
    });
  });

  it('a close of nothing is answered at once', async () => {
    const bench = await CoreBench.started();
    await expect(bench.monitor.closePosition('NOSUCHUSDT')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await bench.monitor.closeAll({ confirm: true })).toMatchObject({ closed: true });
  });

  it('a second close of the same tranche waits for the first and asks for nothing more', async () => {
    const bench = await two();
    const { id } = bench.tranche();
    const both = await bench.until(
      Promise.all([bench.monitor.closeTranche(id), bench.monitor.closeTranche(id)]),
    );
    expect(both.map(({ closed }) => closed)).toEqual([true, true]);
    expect(bench.exchange.placed.filter(({ kind }) => kind === 'market')).toHaveLength(1);
    expect(await bench.held()).toBe('LONG 0.2');
  });

  it('a join that would put a level at zero gives that level up, aloud, and keeps the fill and the stop', async () => {
    const bench = await CoreBench.started({
      instruments: [{ symbol: BTC, tickSize: '0.1', stepSize: '1' }],
      symbols: { '*': { takeProfitPct: 90, stopLossPct: 50 } },
      globals: { tranchePnlIncrementPct: 90 },
    });
    await bench.fill('1', '0.6', { side: 'SELL' });
    expect(bench.tranche().levels.takeProfits[0]?.price).toBe('0.1');
    await bench.fill('20', '0.4', { side: 'SELL' });
    await bench.run(3_000);
    expect(bench.monitor.getHealth().state).toBe('running');
    expect(bench.tranche()).toMatchObject({
      quantity: '21',
      levels: { takeProfits: [] },
      coverage: 'resting',
    });
    expect(bench.named('protection:failed')[0]).toMatchObject({
      reason: expect.stringContaining('impossible level'),
    });
  });

  it('removed protection stays removed, and false is said where other orders take part', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000', { orderId: 'a' });
    await bench.fill('0.1', '45000', { orderId: 'b' });
    await bench.run(3_000);
    expect(await bench.monitor.cancelRelatedOrders('a')).toBe(false);
    expect(await bench.resting()).toHaveLength(2);
    await bench.fill('0.1', '45000', { orderId: 'c', side: 'SELL' });
    expect(await bench.monitor.cancelRelatedOrders('c')).toBe(true);
    await bench.run(60_000);
    await bench.tick(60_000);
    expect(bench.tranches().map(({ side }) => side)).toContain('SHORT');
    expect((await bench.resting()).filter((line) => line.includes('SHORT'))).toEqual([]);
  });
});

describe('the memory of a tranche', () => {
  it('is bounded, however many parts its order is filled in', async () => {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    for (let part = 1; part <= 300; part += 1) {
      await bench.fill((part / 1_000).toFixed(3), '45000', {
        orderId: 'entry',
        status: 'PARTIALLY_FILLED',
      });
    }
    await bench.run(60_000);
    await bench.fill('0.301', '45000', { orderId: 'entry' });
    await bench.run(1_000);
    expect(bench.tranche().orders.length).toBeLessThan(75);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.301 @ 45450',
      'SELL LONG stop-market 0.301 @ 42750',
    ]);
  });
});
