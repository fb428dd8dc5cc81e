import { describe, expect, it } from 'vitest';
import type { SymbolSettings } from '../../../src/monitor/config/monitor-config.js';
import type { OrderStatusReport, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { BTC, CoreBench, type CoreBenchOptions, describeOrder } from '../../support/core-bench.js';

/** A protected LONG of 0.1 at 45,000: stop 42,750, take-profit 45,450. */
async function holding(
  settings: SymbolSettings,
  options: CoreBenchOptions = {},
): Promise<CoreBench> {
  const bench = await CoreBench.started({
    ...options,
    symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, ...settings } },
  });
  await bench.tick(45_000);
  await bench.fill('0.1', '45000');
  bench.exchange.forget();
  return bench;
}

/** The same, where the exchange has prices of its own: what the feed tells does not reach its book. */
async function holdingLive(settings: SymbolSettings): Promise<CoreBench> {
  const bench = await CoreBench.started({
    live: true,
    symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, ...settings } },
  });
  await bench.market(45_000);
  await bench.trade('0.1');
  await bench.tick(45_000);
  await bench.run(10);
  bench.exchange.forget();
  return bench;
}

const IOC: SymbolSettings = {
  exitExecution: { kind: 'ioc-limit', slippagePct: 0.1, deadlineMs: 1_000 },
};
const ICEBERG: SymbolSettings = {
  exitExecution: { kind: 'iceberg', visiblePortion: 0.3, deadlineMs: 5_000 },
};
const TWAP: SymbolSettings = { exitExecution: { kind: 'twap', slices: 4, intervalMs: 1_000 } };

/** The orders that close, e.g. `SELL LONG ioc-limit 0.1 @ 44955`. */
function closes(bench: CoreBench): readonly string[] {
  return bench.exchange.placed
    .filter(({ kind }) => kind === 'market' || kind === 'ioc-limit')
    .map(describeOrder);
}

describe('a close by immediate-or-cancel limits', () => {
  it('takes the take-profit away, sells at its limit or better, and then takes the stop away', async () => {
    const bench = await holding(IOC);
    const result = await bench.until(bench.monitor.closePosition(BTC));
    expect(result).toMatchObject({ closed: true, remaining: '0' });
    expect(
      bench.exchange.writes.map((call) =>
        call.call === 'place' ? call.orders.map(describeOrder).join() : call.call,
      ),
    ).toEqual(['cancel', 'SELL LONG ioc-limit 0.1 @ 44955', 'cancel']);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
    const [closed] = bench.named('tranche:closed');
    expect(closed).toMatchObject({ reason: 'manual', exitPrice: '45000' });
    /** The limit follows the price: it is no level that an exit could be measured by. */
    expect(closed?.chain.fills[0]?.level).toBeNull();
  });

  it('goes by the side of the book that it meets', async () => {
    const sources = ['LAST', 'BID', 'ASK'] as const;
    const long = await holding(IOC, { sources: [...sources] });
    await long.tick(44_990, { source: 'BID' });
    await long.tick(45_010, { source: 'ASK' });
    await long.until(long.monitor.closePosition(BTC));
    expect(closes(long)).toEqual(['SELL LONG ioc-limit 0.1 @ 44945']);

    const short = await CoreBench.started({
      sources: [...sources],
      symbols: { '*': { stopLossPct: 5, ...IOC } },
    });
    await short.tick(45_000);
    await short.fill('0.1', '45000', { side: 'SELL' });
    await short.tick(44_990, { source: 'BID' });
    await short.tick(45_010.7, { source: 'ASK' });
    await short.until(short.monitor.closePosition(BTC));
    expect(closes(short)).toEqual(['BUY SHORT ioc-limit 0.1 @ 45055.8']);
    expect(await short.held()).toBe('');
  });

  it('sends the rest again at the price of then, and at market when its time is over', async () => {
    const bench = await holding(IOC, { paper: { partialFills: { limitParts: 4 } } });
    void bench.monitor.closePosition(BTC);
    await bench.run(200);
    expect(closes(bench)).toEqual(['SELL LONG ioc-limit 0.1 @ 44955']);
    await bench.tick(44_900);
    await bench.run(799);
    expect(closes(bench).slice(1)).toEqual([
      'SELL LONG ioc-limit 0.075 @ 44855.1',
      'SELL LONG ioc-limit 0.057 @ 44855.1',
      'SELL LONG ioc-limit 0.043 @ 44855.1',
    ]);
    expect(bench.tranche().orders.filter(({ role }) => role === 'stop-loss')).toMatchObject([
      { status: 'accepted', quantity: '0.1' },
    ]);
    await bench.run(1);
    expect(closes(bench).at(-1)).toBe('SELL LONG market 0.033');
    await bench.run(10);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });

  it('follows a price that runs away, as long as it may', async () => {
    const bench = await holding(IOC);
    /** The exchange trades lower than we know. */
    await bench.market(44_500);
    void bench.monitor.closePosition(BTC);
    await bench.run(300);
    expect(closes(bench)).toEqual([
      'SELL LONG ioc-limit 0.1 @ 44955',
      'SELL LONG ioc-limit 0.1 @ 44955',
    ]);
    expect(await bench.held()).toBe('LONG 0.1');
    await bench.tick(44_500);
    await bench.run(250);
    expect(closes(bench).at(-1)).toBe('SELL LONG ioc-limit 0.1 @ 44455.5');
    expect(await bench.held()).toBe('');
    expect(bench.named('protection:failed')).toEqual([]);
  });

  it.each(['as it came, and then its end', 'with its end alone'])(
    'keeps its pace however often nothing was there, told %s',
    async (told) => {
      const bench = await holding(IOC);
      await bench.market(44_500);
      bench.exchange.garble = ({ kind, expiresAt: _, ...order }) => {
        if (kind !== 'ioc-limit' || told !== 'with its end alone') return undefined;
        const end = { status: 'expired', executedQty: '0', orderId: order.clientOrderId } as const;
        return { kind: 'accepted', report: { ...order, ...end, kind, time: bench.clock.now() } };
      };
      const sent: number[] = [];
      const started = bench.clock.now();
      void bench.monitor.closePosition(BTC);
      for (let ms = 0; ms <= 1_010; ms += 10) {
        const before = closes(bench).length;
        await bench.run(ms === 0 ? 0 : 10);
        if (closes(bench).length > before) sent.push(bench.clock.now() - started);
      }
      expect(sent).toEqual([0, 250, 500, 750, 1_000]);
      expect(closes(bench).at(-1)).toBe('SELL LONG market 0.1');
    },
  );

  it('keeps its time when the wall clock jumps', async () => {
    const bench = await holding(IOC);
    await bench.market(44_500);
    /** The take-profit is still being cancelled when it happens. */
    bench.exchange.answerCancel = () => ({ kind: 'not-sent', detail: 'scripted' });
    void bench.monitor.closePosition(BTC);
    await bench.settle();
    bench.clock.jumpWallBy(3_600_000);
    bench.exchange.answerCancel = null;
    await bench.run(300);
    expect(closes(bench)).toEqual(['SELL LONG ioc-limit 0.1 @ 44955']);
  });

  it('does not send a limit again that did not leave in time', async () => {
    const bench = await holding({
      exitExecution: { kind: 'ioc-limit', slippagePct: 0.1, deadlineMs: 200 },
    });
    bench.exchange.refuse = ({ kind }) => (kind === 'ioc-limit' ? 'throttled' : null);
    await bench.until(bench.monitor.closePosition(BTC));
    expect(closes(bench)).toEqual(['SELL LONG ioc-limit 0.1 @ 44955', 'SELL LONG market 0.1']);
    const ids = bench.exchange.placed.map(({ clientOrderId }) => clientOrderId);
    expect(new Set(ids).size).toBe(2);
  });

  it('is not for a panic', async () => {
    const bench = await holding(IOC);
    await bench.until(bench.monitor.closeAll({ confirm: true }));
    expect(closes(bench)).toEqual(['SELL LONG market 0.1']);
  });

  it('goes to market where no price is fresh', async () => {
    const bench = await holding(IOC);
    await bench.run(16_000);
    await bench.until(bench.monitor.closePosition(BTC));
    expect(closes(bench)).toEqual(['SELL LONG market 0.1']);
  });

  it('goes to market where the exchange has no such order, or refuses it', async () => {
    const orderKinds = ['market', 'limit', 'stop-market'] as const;
    const without = await holding(IOC, { capabilities: { orderKinds } });
    await without.until(without.monitor.closePosition(BTC));
    expect(closes(without)).toEqual(['SELL LONG market 0.1']);

    const refusing = await holding(IOC);
    refusing.exchange.refuse = ({ kind }) => (kind === 'ioc-limit' ? 'filter' : null);
    await refusing.until(refusing.monitor.closePosition(BTC));
    expect(closes(refusing)).toEqual(['SELL LONG ioc-limit 0.1 @ 44955', 'SELL LONG market 0.1']);
    expect(await refusing.held()).toBe('');
  });

  it('tries a limit again that was refused for what is held alone', async () => {
    const bench = await holding(IOC);
    let refused = 0;
    bench.exchange.refuse = ({ kind }) => {
      if (kind !== 'ioc-limit' || refused > 0) return null;
      refused += 1;
      return 'reduce-only';
    };
    await bench.until(bench.monitor.closePosition(BTC));
    expect(closes(bench)).toEqual([
      'SELL LONG ioc-limit 0.1 @ 44955',
      'SELL LONG ioc-limit 0.1 @ 44955',
    ]);
  });

  it('takes a limit away that rests although it was to end at once', async () => {
    const bench = await holding(IOC);
    await bench.market(44_500);
    const { paper, exchange } = bench;
    exchange.garble = (request: PlaceOrderRequest) => {
      if (request.kind !== 'ioc-limit') return undefined;
      void paper.placeOrder({ ...request, kind: 'limit' });
      return { kind: 'accepted' };
    };
    void bench.monitor.closePosition(BTC);
    await bench.run(1_900);
    expect(closes(bench)).toHaveLength(1);
    await bench.run(400);
    expect(exchange.cancelled.at(-2)?.kind).toBe('ioc-limit');
    expect(closes(bench).slice(1)).toEqual(['SELL LONG market 0.1']);
    expect(await bench.held()).toBe('');
  });

  it('is for a stop as well while one rests, up to the floor', async () => {
    const settings: SymbolSettings = {
      exitExecution: {
        kind: 'ioc-limit',
        slippagePct: 0.1,
        deadlineMs: 10_000,
        hardFloorPct: 1,
      },
    };
    const bench = await holdingLive(settings);
    /** We see the stop passed, the exchange does not. */
    await bench.tick(42_700);
    await bench.run(499);
    expect(closes(bench)).toEqual([]);
    await bench.run(1);
    expect(closes(bench)).toEqual(['SELL LONG ioc-limit 0.1 @ 42657.3']);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'stop-loss' });
    expect(bench.named('tranche:closed')[0]?.chain.fills[0]?.level).toBe('42750');

    const fallen = await holdingLive(settings);
    await fallen.tick(42_322.5);
    await fallen.run(500);
    expect(closes(fallen)).toEqual(['SELL LONG market 0.1']);
  });

  it('is not for a stop with nothing resting', async () => {
    const bench = await holding({ ...IOC, stopLossOrder: 'local' });
    await bench.tick(42_700);
    expect(closes(bench)).toEqual(['SELL LONG market 0.1']);
    expect(await bench.held()).toBe('');
  });

  it('ends when the stop goes away under it', async () => {
    const bench = await holdingLive(IOC);
    await bench.market(44_000);
    void bench.monitor.closePosition(BTC);
    await bench.run(10);
    expect(closes(bench)).toEqual(['SELL LONG ioc-limit 0.1 @ 44955']);
    const stop = await stopOf(bench);
    await bench.paper.cancelOrder({ ...stop, clientOrderId: stop.clientOrderId ?? '' });
    await bench.settle();
    /** The price has not passed it: the close goes on as asked. */
    await bench.run(250);
    expect(closes(bench).at(-1)).toBe('SELL LONG ioc-limit 0.1 @ 44955');
    /** Now it has, and nothing rests there. */
    await bench.tick(42_700);
    await bench.run(250);
    expect(closes(bench).at(-1)).toBe('SELL LONG market 0.1');
  });
});

describe('a close in visible slices', () => {
  it('sends one after the other, each when the one before is booked', async () => {
    const bench = await holding(ICEBERG);
    const result = await bench.until(bench.monitor.closePosition(BTC));
    expect(result).toMatchObject({ closed: true });
    expect(closes(bench)).toEqual([
      'SELL LONG market 0.03',
      'SELL LONG market 0.03',
      'SELL LONG market 0.03',
      'SELL LONG market 0.01',
    ]);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.chain.fills).toHaveLength(4);
  });

  it('makes slices that are worth enough where the exchange asks for that', async () => {
    const minNotional = '1600';
    const bench = await holding(ICEBERG, {
      instruments: [{ symbol: BTC, tickSize: '0.1', stepSize: '0.001', minNotional }],
      capabilities: { minNotionalOnExits: true },
    });
    await bench.until(bench.monitor.closePosition(BTC));
    /** 1,600 at 45,000 are 0.0356. */
    expect(closes(bench)).toEqual(['SELL LONG market 0.036', 'SELL LONG market 0.064']);
  });

  it('leaves whole when its time is over', async () => {
    const bench = await holding(ICEBERG);
    let delayed = 0;
    bench.exchange.refuse = ({ kind }) => {
      if (kind !== 'market' || delayed >= 6) return null;
      delayed += 1;
      return 'throttled';
    };
    void bench.monitor.closePosition(BTC);
    await bench.run(60_000);
    expect(new Set(closes(bench).slice(0, 5))).toEqual(new Set(['SELL LONG market 0.03']));
    expect(closes(bench).at(-1)).toBe('SELL LONG market 0.1');
    expect(await bench.held()).toBe('');
  });
});

describe('a close over time', () => {
  it('sends a slice in each interval while the stop rests', async () => {
    const bench = await holding(TWAP);
    void bench.monitor.closePosition(BTC);
    await bench.settle();
    const sent: number[] = [];
    for (let ms = 0; ms < 4_000; ms += 100) {
      const before = closes(bench).length;
      await bench.run(ms === 0 ? 0 : 100);
      if (ms === 0) sent.push(0);
      else if (closes(bench).length > before) sent.push(ms);
      if (ms < 3_000) expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
    }
    expect(sent).toEqual([0, 1_000, 2_000, 3_000]);
    expect(closes(bench)).toEqual([
      'SELL LONG market 0.025',
      'SELL LONG market 0.025',
      'SELL LONG market 0.025',
      'SELL LONG market 0.025',
    ]);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
    expect(bench.named('protection:missing')).toEqual([]);
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });

  it('is over at once in a panic, and says so', async () => {
    const bench = await holding(TWAP);
    const asked = bench.monitor.closePosition(BTC);
    await bench.run(1_500);
    const panic = await bench.until(bench.monitor.closeAll({ confirm: true }));
    expect(panic).toMatchObject({ closed: true, remaining: '0' });
    expect(await asked).toMatchObject({ closed: true });
    expect(closes(bench).slice(2)).toEqual(['SELL LONG market 0.05']);
    const [closed] = bench.named('tranche:closed');
    expect(closed?.reason).toBe('panic');
    expect(closed?.chain.fills.map(({ reason }) => reason)).toEqual(['manual', 'manual', 'panic']);
  });

  it('is over when the stop is filled meanwhile', async () => {
    const bench = await holding(TWAP);
    void bench.monitor.closePosition(BTC);
    await bench.run(1_500);
    expect(await bench.held()).toBe('LONG 0.05');
    await bench.tick(42_700);
    await bench.run(2_500);
    expect(closes(bench)).toHaveLength(2);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });

  it('never lets its stop sell what belongs to another tranche', async () => {
    const bench = await holding(TWAP);
    await bench.monitor.registerOrder({
      orderId: 'other',
      symbol: BTC,
      side: 'BUY',
      tranche: 'new',
      plan: { stopLossPct: 20 },
    });
    await bench.fill('0.1', '45000', { orderId: 'other' });
    const [slow] = bench.tranches();
    void bench.monitor.closeTranche(slow?.id ?? '');
    await bench.run(100);
    expect(await bench.resting()).toContain('SELL LONG stop-market 0.075 @ 42750');
    await bench.run(1_000);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.05 @ 42750',
      'SELL LONG stop-market 0.1 @ 36000',
    ]);
    await bench.tick(42_700);
    await bench.run(5_000);
    expect(await bench.held()).toBe('LONG 0.1');
    expect(bench.tranches()).toMatchObject([{ quantity: '0.1' }]);
    expect(bench.named('position:external')).toEqual([]);
  });

  it('keeps a stop in sight that is ours alone to guard', async () => {
    const bench = await holding({ ...TWAP, stopLossOrder: 'local' });
    void bench.monitor.closePosition(BTC);
    for (let second = 0; second < 3; second += 1) {
      await bench.run(900);
      await bench.tick(45_000);
    }
    expect(bench.tranche().coverage).toBe('local');
    expect(bench.named('protection:missing')).toEqual([]);
    expect(await bench.held()).toBe('LONG 0.025');
    await bench.tick(42_750);
    expect(await bench.held()).toBe('');
    expect(closes(bench)).toEqual([
      'SELL LONG market 0.025',
      'SELL LONG market 0.025',
      'SELL LONG market 0.025',
      'SELL LONG market 0.025',
    ]);
  });

  it('sends all that is left as soon as the price passes the stop', async () => {
    const bench = await holding({ ...TWAP, stopLossOrder: 'local' });
    void bench.monitor.closePosition(BTC);
    await bench.run(1_200);
    await bench.tick(42_750.1);
    expect(closes(bench)).toHaveLength(2);
    await bench.tick(42_750);
    expect(closes(bench).slice(2)).toEqual(['SELL LONG market 0.05']);
    expect(await bench.held()).toBe('');
  });

  it('sends all that is left as soon as the price falls to the floor of a take-profit', async () => {
    const bench = await holding({
      takeProfitOrder: 'local',
      exitExecution: { kind: 'twap', slices: 4, intervalMs: 1_000, hardFloorPct: 0.5 },
    });
    await bench.tick(45_500);
    await bench.run(1_100);
    /** Half a percent below 45,450. */
    await bench.tick(45_222.8);
    expect(closes(bench)).toHaveLength(2);
    await bench.tick(45_222.7);
    expect(closes(bench).slice(2)).toEqual(['SELL LONG market 0.05']);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('take-profit');
  });

  it('does not wait where the exchange says that less is there than a slice', async () => {
    const bench = await holding(TWAP);
    void bench.monitor.closePosition(BTC);
    await bench.run(100);
    await bench.trade('0.06', { side: 'SELL', reduceOnly: true });
    await bench.run(10_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });
});

async function stopOf(bench: CoreBench): Promise<OrderStatusReport> {
  const open = await bench.paper.fetchOpenOrders(BTC);
  const stop = open.find(({ triggerPrice }) => triggerPrice !== undefined);
  if (stop === undefined) throw new Error('expected a stop');
  return stop;
}
