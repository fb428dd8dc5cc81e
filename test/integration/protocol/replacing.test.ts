import { describe, expect, it } from 'vitest';
import type { CancelOrderRequest, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { type BenchOptions, ProtocolBench, roleOf, SYMBOL } from '../../support/protocol-bench.js';

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';
const ofProfit = ({ kind }: CancelOrderRequest): boolean => kind === 'limit';

async function holding(options: BenchOptions = {}): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started(options);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(1_000);
  return bench;
}

/** Lowest quantity of resting stops that the exchange held since this was called. */
function watchCover(bench: ProtocolBench): { lowest: () => number; profits: () => number } {
  const stops = new Map<string, number>([['before', 0]]);
  const profits = new Map<string, number>();
  let lowest = Number.POSITIVE_INFINITY;
  let mostProfit = 0;
  const sum = (rows: ReadonlyMap<string, number>): number =>
    [...rows.values()].reduce((total, quantity) => total + quantity, 0);
  bench.exchange.chooseStreamFault = (event) => {
    if (event.kind !== 'order') return null;
    const { clientOrderId: id = '', status, quantity } = event.report;
    const rows = roleOf(id) === 'stop-loss' ? stops : profits;
    if (roleOf(id) !== 'stop-loss' && roleOf(id) !== 'take-profit') return null;
    if (status === 'accepted') rows.set(id, Number(quantity));
    else rows.delete(id);
    if (stops.delete('before')) stops.set('first', 0.1);
    if (rows === stops && status !== 'accepted') stops.delete('first');
    lowest = Math.min(lowest, sum(stops));
    mostProfit = Math.max(mostProfit, sum(profits));
    return null;
  };
  return { lowest: () => lowest, profits: () => mostProfit };
}

describe('replacing protective orders', () => {
  it('has the new stop live before the old one goes', async () => {
    const bench = await holding();
    const cover = watchCover(bench);
    const { id } = bench.tranche();
    expect(await bench.until(bench.monitor.updateTpSl(id, { slPrice: 44_700 }))).toBe(true);
    await bench.run(1_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.1 @ 44700',
      'take-profit SELL 0.1 @ 45900',
    ]);
    expect(cover.lowest()).toBeGreaterThanOrEqual(0.1);
    expect(bench.canceled().map(({ clientOrderId }) => roleOf(clientOrderId))).toEqual([
      'stop-loss',
    ]);
  });

  it('keeps the old stop when the new one is refused', async () => {
    const bench = await holding();
    bench.exchange.onPlace({ do: 'reject', code: 'filter' }, isStop, 3);
    const { id } = bench.tranche();
    expect(await bench.until(bench.monitor.updateTpSl(id, { slPrice: 44_700 }))).toBe(false);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(bench.canceled('stop-loss')).toEqual([]);
    await bench.run(5_000);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44700');
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
  });

  it('keeps the old stop while the fate of the new one is unknown', async () => {
    const bench = await holding();
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onPlace({ do: 'hang', executed: false }, isStop);
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700 });
    await bench.run(4_000);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44550');
    expect(bench.canceled('stop-loss')).toEqual([]);
    await bench.run(15_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44700');
  });

  it('cancels a take-profit before its successor is placed', async () => {
    const bench = await holding();
    const cover = watchCover(bench);
    bench.exchange.onCancel({ do: 'hang', executed: false }, ofProfit);
    void bench.monitor.updateTpSl(bench.tranche().id, { tpPrice: 46_000 });
    await bench.run(4_000);
    expect(await bench.resting()).toContain('take-profit SELL 0.1 @ 45900');
    expect(bench.placed('take-profit')).toHaveLength(1);
    await bench.run(10_000);
    expect(await bench.resting()).toContain('take-profit SELL 0.1 @ 46000');
    expect(cover.profits()).toBeLessThanOrEqual(0.1);
  });

  it('counts what the old take-profit filled, and places the new one for the rest', async () => {
    const bench = await holding({ paper: { partialFills: { limitParts: 2 } } });
    bench.exchange.onStream({ do: 'drop' }, () => true, 3);
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_900, bench.clock.now());
    void bench.monitor.updateTpSl(bench.tranche().id, { tpPrice: 46_000 });
    await bench.run(5_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.05 @ 44550',
      'take-profit SELL 0.05 @ 46000',
    ]);
    expect(await bench.held()).toBe('LONG 0.05');
  });

  it('joins a further fill with an additional stop first', async () => {
    const bench = await holding();
    const cover = watchCover(bench);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.2')));
    await bench.run(3_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.3 @ 44550',
      'take-profit SELL 0.3 @ 45900',
    ]);
    expect(cover.lowest()).toBeGreaterThanOrEqual(0.1);
    expect(cover.profits()).toBeLessThanOrEqual(0.3);
  });

  it('merges tranches with the new stop before the old ones', async () => {
    const bench = await ProtocolBench.started({
      globals: { tranchePnlIncrementPct: 0.1, mergeProfitableTranches: false },
    });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.tick(44_800);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(1_000);
    const [first] = bench.tranches();
    await bench.until(bench.monitor.mergeTranches(first?.positionId ?? ''));
    await bench.run(5_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.2 @ 44451',
      'take-profit SELL 0.2 @ 45798',
    ]);
    expect(bench.tranche().quantity).toBe('0.2');
    const writes = bench.exchange.requests
      .filter(({ kind }) => kind === 'place' || kind === 'cancel')
      .slice(4)
      .map(({ kind, place, cancel }) => `${kind} ${roleOf((place ?? cancel)?.clientOrderId)}`);
    expect(writes[0]).toBe('place stop-loss');
    expect(writes.filter((write) => write === 'cancel stop-loss')).toHaveLength(2);
  });

  it('resizes the stop after a partial take-profit', async () => {
    const bench = await holding({ paper: { partialFills: { limitParts: 2 } } });
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_900, bench.clock.now());
    await bench.run(3_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.05 @ 44550',
      'take-profit SELL 0.1 @ 45900',
    ]);
  });

  it('leaves 250 ms between two moves', async () => {
    const bench = await holding();
    const { id } = bench.tranche();
    for (const slPrice of [44_600, 44_610, 44_620, 44_630, 44_640]) {
      void bench.monitor.updateTpSl(id, { slPrice });
      await bench.run(20);
    }
    await bench.run(3_000);
    const sent = bench.sentAt('stop-loss');
    const pauses = sent.slice(2).map((time, index) => time - (sent[index + 1] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(250);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44640');
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
  });

  it('waits at most 2 s while the price is at the stop, and covers a delta at once', async () => {
    const bench = await holding();
    bench.tick(44_570);
    const { id: tranche } = bench.tranche();
    await bench.monitor.registerOrder({
      clientOrderId: 'bot-2',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
      tranche,
    });
    const started = bench.clock.now();
    void bench.monitor.updateTpSl(tranche, { slPrice: 44_560 });
    await bench.run(500);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(100);
    expect(bench.placed('stop-loss').map(({ quantity }) => quantity)).toEqual(['0.1', '0.1']);
    for (let count = 0; count < 6; count += 1) {
      bench.tick(44_570 + count);
      await bench.run(500);
    }
    const moved = bench.sentAt('stop-loss')[2] ?? 0;
    expect(moved - started).toBeGreaterThanOrEqual(2_000);
    expect(moved - started).toBeLessThanOrEqual(2_600);
    await bench.run(2_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect((await bench.openOrders('stop-loss'))[0]?.quantity).toBe('0.2');
  });

  it('changes nothing of a tranche that is closing', async () => {
    const bench = await holding();
    bench.exchange.onCancel({ do: 'hang', executed: false }, ofProfit);
    const { id } = bench.tranche();
    const closing = bench.monitor.closeTranche(id);
    await expect(
      bench.until(bench.monitor.updateTpSl(id, { slPrice: 44_700 })),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await bench.until(closing);
    expect(bench.placed('stop-loss')).toHaveLength(1);
  });
});

describe('an exchange that takes one stop only', () => {
  const ONE: BenchOptions = { capabilities: { severalStops: false } };

  it('gets the old one cancelled first, under our guard, and the gap is told', async () => {
    const bench = await holding(ONE);
    bench.tick(45_000);
    const { id } = bench.tranche();
    expect(await bench.until(bench.monitor.updateTpSl(id, { slPrice: 44_700 }))).toBe(true);
    await bench.run(1_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44700');
    expect(bench.named('protection:missing')[0]).toMatchObject({ coverage: 'resting' });
    const [told] = bench.named('protection:recovered');
    expect(told?.unprotectedMs).toBeLessThanOrEqual(1_000);
  });

  it('keeps the old one while there is no fresh price to guard with', async () => {
    const bench = await holding(ONE);
    bench.feed.stale(SYMBOL);
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700 });
    await bench.run(5_000);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44550');
    expect(bench.canceled('stop-loss')).toEqual([]);
    bench.tick(45_000);
    await bench.run(1_000);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44700');
  });

  it('is closed by the local guard when the price falls through the gap', async () => {
    const bench = await holding(ONE);
    bench.exchange.onPlace({ do: 'reject', code: 'other' }, isStop, 1_000);
    bench.tick(45_000);
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700 });
    await bench.run(500);
    bench.tick(44_690);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
  });
});
