import { describe, expect, it } from 'vitest';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { generationOf, ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';
const PROTECTED = ['stop-loss SELL 0.1 @ 44550', 'take-profit SELL 0.1 @ 45900'];

async function holding(options: ConstructorParameters<typeof ProtocolBench>[0] = {}) {
  const bench = await ProtocolBench.started(options);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(200);
  return bench;
}

describe('while the store is down', () => {
  it('a fill gets its stop, and nothing else; its caller hears false', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.failing = () => true;
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(false);
    await bench.run(5_000);
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 44550']);
    expect(bench.placed()).toHaveLength(1);
    expect(bench.canceled()).toEqual([]);
    expect(bench.named('store:failed')).toHaveLength(1);
    expect(bench.monitor.getHealth().storeWritable).toBe(false);
    expect(generationOf(bench.placed()[0]?.clientOrderId ?? '')).toBe(0);
  });

  it('the stop of a fill that came later has a deterministic id as well', async () => {
    const first = await ProtocolBench.started();
    first.disk.failing = () => true;
    await first.until(first.monitor.handleOrderFill(await first.trade('0.1')));
    await first.run(1_500);
    /** Known to be down by now. */
    await first.until(
      first.monitor.handleOrderFill(
        await first.trade('0.1', { side: 'SELL', positionSide: 'SHORT' }),
      ),
    );
    await first.run(1_000);
    expect(await first.resting()).toEqual([
      'stop-loss BUY 0.1 @ 45450',
      'stop-loss SELL 0.1 @ 44550',
    ]);
    const ids = first.placed().map(({ clientOrderId }) => generationOf(clientOrderId));
    expect(ids).toEqual([0, 0]);
  });

  it('everything is written and finished when it works again', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.failing = () => true;
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(5_000);
    bench.disk.failing = () => false;
    await bench.run(3_000);
    expect(bench.named('store:recovered')).toHaveLength(1);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    bench.crash();
    await bench.boot();
    bench.tick(45_000);
    await bench.run(5_000);
    expect(bench.tranche().coverage).toBe('resting');
    expect(bench.placed('stop-loss')).toHaveLength(1);
  });

  it('an unrecorded stop is adopted after a death', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.failing = () => true;
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(1_000);
    bench.crash();
    bench.disk.failing = () => false;
    await bench.boot();
    bench.tick(45_000);
    await bench.run(10_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(bench.placed('stop-loss')).toHaveLength(1);
  });

  it('neither take-profit nor replacement nor cancellation leaves', async () => {
    const bench = await holding();
    const before = bench.exchange.requests.filter(({ place, cancel }) => place || cancel).length;
    bench.disk.failing = () => true;
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700, tpPrice: 46_000 });
    void bench.monitor.closePosition(SYMBOL);
    await bench.run(10_000);
    expect(bench.exchange.requests.filter(({ place, cancel }) => place || cancel)).toHaveLength(
      before,
    );
    expect(await bench.resting()).toEqual(PROTECTED);
    bench.disk.failing = () => false;
    await bench.run(5_000);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });

  it('a stop that rests is left to the exchange', async () => {
    const bench = await holding();
    bench.disk.failing = () => true;
    bench.tick(44_500, { feedOnly: true });
    await bench.run(5_000);
    expect(bench.placed('close')).toEqual([]);
    bench.disk.failing = () => false;
    await bench.run(5_000);
    expect(await bench.held()).toBe('');
  });

  it('a tranche without a stop is closed once, reduce-only, with all it holds', async () => {
    const bench = await holding({
      symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1, stopLossOrder: 'local' } },
    });
    bench.disk.failing = () => true;
    bench.exchange.onPlace({ do: 'unknown', executed: false });
    bench.tick(44_500);
    for (let count = 0; count < 10; count += 1) {
      bench.tick(44_400 - count);
      await bench.run(500);
    }
    expect(bench.placed('close')).toHaveLength(1);
    expect(bench.placed('close')[0]).toMatchObject({ quantity: '0.1', reduceOnly: true });
    expect(generationOf(bench.placed('close')[0]?.clientOrderId ?? '')).toBe(0);
    bench.disk.failing = () => false;
    await bench.run(20_000);
    expect(await bench.held()).toBe('');
  });

  it('older rows never come back over newer ones', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.recordMs = 20;
    let commits = 0;
    /** One write in the middle fails while those around it succeed. */
    bench.disk.failing = () => {
      commits += 1;
      return commits === 2;
    };
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(10_000);
    const live = bench.tranche();
    bench.crash();
    await bench.boot();
    bench.tick(45_000);
    await bench.run(200);
    const again = bench.tranche();
    expect(again.orders.map(({ clientOrderId, status }) => [clientOrderId, status])).toEqual(
      live.orders.map(({ clientOrderId, status }) => [clientOrderId, status]),
    );
    expect(again.quantity).toBe('0.1');
  });
});

describe('while the store is slow', () => {
  it('requests wait for their record, and prices go on', async () => {
    const bench = await ProtocolBench.started();
    bench.tick(45_000);
    bench.disk.recordMs = 800;
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(790);
    expect(bench.placed()).toEqual([]);
    bench.tick(45_100);
    expect(bench.monitor.positions()[0]?.lastPrice).toBe('45100');
    await bench.until(answer);
    expect(bench.placed('stop-loss')).toHaveLength(1);
  });

  it('durability that takes seconds delays the answer and not the stop', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.durableMs = 5_000;
    const started = bench.clock.now();
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(100);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(await bench.until(answer)).toBe(true);
    expect(bench.clock.now() - started).toBeGreaterThanOrEqual(5_000);
    expect(bench.exchange.placed(isStop)).toHaveLength(1);
  });
});
