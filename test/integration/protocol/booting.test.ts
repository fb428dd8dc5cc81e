import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { generationOf, ProtocolBench, roleOf, SYMBOL } from '../../support/protocol-bench.js';

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';
const PROTECTED = ['stop-loss SELL 0.1 @ 44550', 'take-profit SELL 0.1 @ 45900'];

async function holding(options: ConstructorParameters<typeof ProtocolBench>[0] = {}) {
  const bench = await ProtocolBench.started(options);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(200);
  return bench;
}

/** How many orders of a role the exchange ever took. */
function accepted(bench: ProtocolBench, role: string): number {
  return bench.exchange.requests.filter(
    ({ place, outcome }) => roleOf(place?.clientOrderId) === role && outcome?.kind === 'accepted',
  ).length;
}

describe('a death at any moment', () => {
  /** 10 ms there and back: every ms of the first 60 lies between two other effects. */
  const moments = [0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 15, 19, 20, 21, 25, 30, 60];

  it.each(moments)('%i ms after a fill doubles nothing and leaves nothing naked', async (ms) => {
    const bench = await ProtocolBench.started({ globals: { tpSlBatchEnabled: ms % 2 === 0 } });
    void bench.monitor.handleOrderFill(await bench.trade('0.1')).catch(() => {});
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(10_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(accepted(bench, 'stop-loss')).toBe(1);
    expect(accepted(bench, 'take-profit')).toBe(1);
    expect(bench.tranche().openedQty).toBe('0.1');
  });

  it.each(moments)('%i ms into a close closes once', async (ms) => {
    const bench = await holding();
    void bench.monitor.closePosition(SYMBOL).catch(() => {});
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(20_000);
    const executedCloses = accepted(bench, 'close');
    const { tranches } = { tranches: bench.tranches() };
    /** Either nobody knows of the close, and all is as before, or it is finished. */
    if (tranches.length > 0) {
      expect(executedCloses).toBe(0);
      expect(await bench.resting()).toEqual(PROTECTED);
    } else {
      expect(executedCloses).toBe(1);
      expect(await bench.held()).toBe('');
      expect(await bench.resting()).toEqual([]);
    }
  });

  it.each(moments)('%i ms into a replacement ends with the newest stop alone', async (ms) => {
    const bench = await holding();
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700 }).catch(() => {});
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(15_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(await bench.openOrders('take-profit')).toHaveLength(1);
    expect(bench.tranche().coverage).toBe('resting');
  });

  it('by power loss between recorded and durable adopts what was sent', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.durableMs = 5_000;
    void bench.monitor.handleOrderFill(await bench.trade('0.1')).catch(() => {});
    await bench.run(100);
    expect(await bench.resting()).toEqual(PROTECTED);
    bench.crash();
    bench.disk.losePower();
    bench.disk.durableMs = 0;
    await bench.boot();
    bench.tick(45_000);
    await bench.run(10_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(accepted(bench, 'stop-loss')).toBe(1);
    expect(bench.tranche().orders).toHaveLength(2);
  });
});

describe('starting', () => {
  it('does nothing about what was there before the first start', async () => {
    const bench = new ProtocolBench();
    await bench.trade('0.5');
    await bench.run(60_000);
    await bench.start();
    await bench.run(30_000);
    expect(bench.placed()).toEqual([]);
    expect(bench.named('position:external')[0]).toMatchObject({
      quantity: '0.5',
      reason: 'unexplained',
    });
  });

  it('adopts unexplained exposure when told to, and re-labels it when its fill comes', async () => {
    const bench = new ProtocolBench({ globals: { adoptPositions: 'adopt' } });
    const fill = await bench.trade('0.5');
    await bench.run(60_000);
    await bench.start();
    await bench.run(30_000);
    expect(bench.named('position:adopted')).toHaveLength(1);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.5 @ 44550',
      'take-profit SELL 0.5 @ 45900',
    ]);
    expect(await bench.until(bench.monitor.handleOrderFill(fill))).toBe(true);
    await bench.run(3_000);
    expect(bench.tranche().openedQty).toBe('0.5');
    expect(bench.monitor.trancheForOrder(fill.orderId)?.id).toBe(bench.tranche().id);
  });

  it('says nothing of unexplained exposure when told to ignore it', async () => {
    const bench = new ProtocolBench({ globals: { adoptPositions: 'ignore' } });
    await bench.trade('0.5');
    await bench.run(60_000);
    await bench.start();
    await bench.run(30_000);
    expect(bench.named('position:external')).toEqual([]);
    expect(bench.placed()).toEqual([]);
  });

  it('finds fills that were missed while it was down', async () => {
    const bench = await ProtocolBench.started();
    await bench.until(bench.monitor.stop());
    await bench.trade('0.1');
    await bench.run(5_000);
    await bench.boot();
    await bench.run(500);
    expect(await bench.resting()).toEqual(PROTECTED);
  });

  it('books what was closed while it was down, and cancels its orphans', async () => {
    const bench = await holding();
    bench.crash();
    await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    await bench.run(1_000);
    await bench.boot();
    await bench.run(5_000);
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('external');
  });

  it('books the stop that filled while it was down', async () => {
    const bench = await holding();
    bench.crash();
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_500, bench.clock.now());
    await bench.run(1_000);
    await bench.boot();
    await bench.run(3_000);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
    expect(await bench.resting()).toEqual([]);
    expect(bench.placed('close')).toEqual([]);
  });

  it('restores a stop that somebody cancelled, before anything else', async () => {
    const bench = await holding();
    bench.crash();
    for (const { clientOrderId, kind } of await bench.openOrders()) {
      await bench.paper.cancelOrder({ symbol: SYMBOL, kind, clientOrderId: clientOrderId ?? '' });
    }
    const before = bench.exchange.requests.length;
    await bench.boot();
    await bench.run(10_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    const [first] = bench.exchange.requests.slice(before).flatMap(({ place }) => place ?? []);
    expect(first?.kind).toBe('stop-market');
  });

  it('waits until every part of the account was read, and takes a failure for no answer', async () => {
    const bench = await holding();
    bench.crash();
    let failing = true;
    bench.newLife();
    bench.exchange.chooseReadFault = (kind) =>
      failing && kind === 'fetchPositions' ? { do: 'fail' } : null;
    const before = bench.placed().length;
    let started = false;
    const starting = bench.monitor.start().then(() => {
      started = true;
    });
    bench.feed.tick(SYMBOL, 44_000);
    await bench.run(20_000);
    expect(started).toBe(false);
    expect(bench.placed()).toHaveLength(before);
    expect(bench.canceled()).toEqual([]);
    failing = false;
    await bench.until(starting);
    expect(bench.tranche().quantity).toBe('0.1');
  });

  it('keeps trying while reads never answer or cannot be read', async () => {
    const bench = await holding();
    bench.crash();
    bench.newLife();
    const faults = [
      { do: 'hang' },
      { do: 'lie', answer: () => '<html>' },
      { do: 'fail', value: 7 },
    ] as const;
    let count = 0;
    bench.exchange.chooseReadFault = () => {
      count += 1;
      return count < 12 ? (faults[count % 3] ?? null) : null;
    };
    await bench.until(bench.monitor.start(), 300_000);
    expect(bench.monitor.getHealth().state).toBe('running');
  });

  it('fires no trigger before the barrier', async () => {
    const bench = await holding();
    bench.crash();
    bench.newLife();
    bench.exchange.onRead('fetchOpenOrders', { do: 'reply-late', ms: 3_000 });
    const starting = bench.monitor.start();
    await bench.run(1_000);
    bench.feed.tick(SYMBOL, 44_000);
    bench.feed.tick(SYMBOL, 44_000);
    await bench.run(500);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.named('trigger:hit')).toEqual([]);
    await bench.until(starting);
  });

  it('holds back only the tranche whose order is unresolved', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onPlace({ do: 'hang', executed: false }, isStop);
    void bench.monitor.handleOrderFill(await bench.trade('0.1')).catch(() => {});
    await bench.run(50);
    bench.crash();
    await bench.boot();
    bench.tick(45_000);
    await bench.run(50);
    expect(bench.tranche().coverage).toBe('local');
    const before = bench.placed('stop-loss').length;
    await bench.run(10_000);
    expect(bench.placed('stop-loss')).toHaveLength(before + 1);
    expect(await bench.resting()).toEqual(PROTECTED);
  });

  it('raises generations beyond what an old backup knows', async () => {
    const bench = await holding();
    const backup = bench.disk.batches.length;
    const { id } = bench.tranche();
    await bench.until(bench.monitor.updateTpSl(id, { slPrice: 44_700 }));
    await bench.run(1_000);
    await bench.until(bench.monitor.updateTpSl(id, { slPrice: 44_750 }));
    await bench.run(1_000);
    bench.crash();
    bench.disk.restore(backup);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(15_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(bench.tranche().coverage).toBe('resting');
    const used = bench.placed('stop-loss').map(({ clientOrderId }) => clientOrderId);
    expect(new Set(used).size).toBe(used.length);
    expect(Math.max(...used.map(generationOf))).toBe(3);
  });

  it('takes a store that lost everything as new, and leaves orders that protect alone', async () => {
    const bench = await holding({ store: () => new MemoryStore() });
    bench.crash();
    await bench.run(1_000);
    await bench.boot();
    await bench.run(15_000);
    expect(bench.tranches()).toEqual([]);
    expect(bench.canceled()).toEqual([]);
    expect(await bench.resting()).toEqual(PROTECTED);
  });

  it('cancels its own strays on a flat side, and never foreign orders', async () => {
    const bench = await holding();
    bench.crash();
    await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    await bench.paper.placeOrder({
      clientOrderId: 'mine',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'limit',
      price: '40000',
      quantity: '0.1',
      reduceOnly: false,
      expiresAt: bench.clock.now() + 1_000,
    });
    bench.disk.restore(0);
    await bench.boot();
    await bench.run(15_000);
    expect(await bench.resting()).toEqual([]);
    const open = await bench.paper.fetchOpenOrders();
    expect(open.map(({ clientOrderId }) => clientOrderId)).toEqual(['mine']);
  });
});

describe('the life of a monitor', () => {
  it('starts once for many callers, stops at any time, and starts again', async () => {
    const bench = new ProtocolBench();
    const { monitor } = bench;
    expect(monitor.start()).toBe(monitor.start());
    await bench.until(monitor.start());
    await bench.until(Promise.all([monitor.stop(), monitor.stop()]));
    expect(monitor.getHealth().state).toBe('stopped');
    await expect(monitor.closePosition(SYMBOL)).rejects.toMatchObject({ code: 'STATE_INVALID' });
  });

  it('can be stopped while it starts, even when the exchange never answers', async () => {
    const bench = new ProtocolBench();
    bench.exchange.chooseReadFault = () => ({ do: 'hang' });
    const starting = bench.monitor.start();
    starting.catch(() => {});
    await bench.run(100);
    await bench.until(bench.monitor.stop(), 30_000);
    await expect(starting).rejects.toThrow();
    expect(bench.monitor.getHealth().state).toBe('stopped');
  });

  it('cancels nothing when it stops', async () => {
    const bench = await holding();
    await bench.until(bench.monitor.stop());
    expect(bench.canceled()).toEqual([]);
    expect(await bench.resting()).toEqual(PROTECTED);
  });

  it('names what only it guarded when it stops', async () => {
    const bench = await holding({
      symbols: { [SYMBOL]: { stopLossPct: 1, stopLossOrder: 'local' } },
    });
    const { id } = bench.tranche();
    await bench.until(bench.monitor.stop());
    expect(bench.named('monitor:stopped')[0]?.guardedLocallyOnly).toEqual([id]);
  });
});

describe('while the account stream is down', () => {
  it('local stop triggers stay armed', async () => {
    const bench = await holding({
      symbols: { [SYMBOL]: { stopLossPct: 1, stopLossOrder: 'local' } },
    });
    bench.exchange.interruptStream();
    await bench.run(1_000);
    bench.tick(44_500);
    await bench.run(2_000);
    expect(await bench.held()).toBe('');
  });

  it('fills are found when it is back', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.interruptStream();
    await bench.trade('0.1');
    await bench.run(1_000);
    expect(bench.tranches()).toEqual([]);
    bench.exchange.resumeStream();
    await bench.run(500);
    expect(await bench.resting()).toEqual(PROTECTED);
  });

  it('a shrunk position is found by comparison, and the cover follows', async () => {
    const bench = await holding();
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onRead('fetchFills', { do: 'lie', answer: () => [] }, 1_000);
    await bench.trade('0.04', { side: 'SELL', reduceOnly: true });
    await bench.run(30_000);
    expect(bench.named('position:external')[0]).toMatchObject({
      quantity: '0.04',
      reason: 'netted',
    });
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.06 @ 44550',
      'take-profit SELL 0.06 @ 45900',
    ]);
  });

  it('a cancelled stop is found by comparison and restored', async () => {
    const bench = await holding();
    bench.exchange.onStream({ do: 'drop' });
    const [stop] = await bench.openOrders('stop-loss');
    await bench.paper.cancelOrder({
      symbol: SYMBOL,
      kind: 'stop-market',
      clientOrderId: stop?.clientOrderId ?? '',
    });
    await bench.run(15_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(bench.named('protection:missing')).toHaveLength(1);
  });
});

describe("manage: 'registered'", () => {
  it('protects only what was registered or handed over', async () => {
    const bench = await ProtocolBench.started({ globals: { manage: 'registered' } });
    await bench.trade('0.5');
    await bench.run(2_000);
    expect(bench.tranches()).toEqual([]);
    await bench.monitor.registerOrder({
      clientOrderId: 'bot-2',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
    });
    await bench.trade('0.1');
    await bench.run(2_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.2')))).toBe(true);
    await bench.run(2_000);
    expect(bench.tranches().reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBeCloseTo(
      0.3,
    );
  });
});
