import { describe, expect, it } from 'vitest';
import type { CancelOrderRequest, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import {
  type BenchOptions,
  generationOf,
  ProtocolBench,
  roleOf,
  SYMBOL,
} from '../../support/protocol-bench.js';

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';
const isClose = ({ kind }: PlaceOrderRequest): boolean => kind === 'market';
const ofProfit = ({ kind }: CancelOrderRequest): boolean => kind === 'limit';
const ONE_STOP_LOCAL: BenchOptions = {
  symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1, stopLossOrder: 'local' } },
};

/** A protected LONG of 0.1 at 45,000: stop 44,550, take-profit 45,900. */
async function holding(options: BenchOptions = {}, quantity = '0.1'): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started(options);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade(quantity)));
  await bench.run(100);
  return bench;
}

/** Kinds and roles of writes, in the order of sending. */
function writes(bench: ProtocolBench): string[] {
  return bench.exchange.requests
    .filter(({ kind }) => kind === 'place' || kind === 'cancel')
    .map(({ kind, place, cancel }) => `${kind} ${roleOf((place ?? cancel)?.clientOrderId)}`);
}

describe('the close flow', () => {
  it('cancels the take-profit, closes, and only then takes the stop away', async () => {
    const bench = await holding();
    const before = writes(bench).length;
    const result = await bench.until(bench.monitor.closePosition(SYMBOL));
    expect(result).toMatchObject({ closed: true, remaining: '0' });
    expect(writes(bench).slice(before)).toEqual([
      'cancel take-profit',
      'place close',
      'cancel stop-loss',
    ]);
    const filled = bench.named('order:filled').find(({ role }) => role === 'close');
    const [stopGone] = bench.sentAt('stop-loss', 'cancel');
    expect(stopGone).toBeGreaterThanOrEqual(filled?.time ?? Number.POSITIVE_INFINITY);
    expect(bench.named('tranche:closed')).toHaveLength(1);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });

  it('counts what the take-profit filled while it was being cancelled', async () => {
    const bench = await holding({ paper: { partialFills: { limitParts: 2 } } });
    bench.exchange.onStream({ do: 'drop' });
    const closing = bench.monitor.closePosition(SYMBOL);
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_900, bench.clock.now());
    await bench.until(closing);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.05']);
    expect(await bench.held()).toBe('');
  });

  it('keeps the stop while the fate of the close is unknown', async () => {
    const bench = await holding();
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onPlace({ do: 'hang', executed: false }, isClose);
    void bench.monitor.closePosition(SYMBOL);
    await bench.run(4_000);
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 44550']);
    await bench.run(20_000);
    expect(await bench.held()).toBe('');
  });

  it('is one, however many ask for it at once', async () => {
    const bench = await holding();
    const { id } = bench.tranche();
    const asked = [
      bench.monitor.closeTranche(id),
      bench.monitor.closePosition(SYMBOL),
      bench.monitor.closeAll({ confirm: true }),
    ];
    bench.tick(46_500);
    bench.tick(44_000);
    bench.tick(46_500);
    for (const closing of asked) expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.placed('close').length).toBeLessThanOrEqual(1);
    expect(bench.named('tranche:closed')).toHaveLength(1);
    expect(await bench.held()).toBe('');
  });

  it('sends the next generation for what a partial fill left', async () => {
    const bench = await holding();
    /** The exchange ends the market order half way: a thin book. */
    bench.exchange.onPlace({ do: 'hang', executed: false }, isClose);
    const closing = bench.monitor.closePosition(SYMBOL);
    await bench.run(40);
    const [close] = bench.placed('close');
    if (close === undefined) throw new Error('expected a close');
    const report = {
      symbol: SYMBOL,
      orderId: 'thin-1',
      clientOrderId: close.clientOrderId,
      side: close.side,
      positionSide: close.positionSide,
      kind: close.kind,
      quantity: '0.1',
      reduceOnly: true,
      time: bench.clock.now(),
    };
    bench.exchange.onStream({ do: 'drop' }, () => true, 3);
    await bench.trade('0.04', { side: 'SELL', reduceOnly: true });
    bench.exchange.tell({
      kind: 'order',
      report: { ...report, status: 'expired', executedQty: '0.04', avgPrice: '45000' },
    });
    await bench.run(1_000);
    await bench.until(closing);
    expect(
      bench.placed('close').map((one) => [generationOf(one.clientOrderId), one.quantity]),
    ).toEqual([
      [0, '0.1'],
      [1, '0.06'],
    ]);
    expect(await bench.held()).toBe('');
  });

  it('books the stop that fills while the close is on its way', async () => {
    const bench = await holding();
    const closing = bench.monitor.closePosition(SYMBOL);
    await bench.run(22);
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_500, bench.clock.now());
    expect((await bench.until(closing)).closed).toBe(true);
    await bench.run(2_000);
    expect(await bench.held()).toBe('');
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });
});

describe('comparing before a close', () => {
  /** The stream is down, so what we believe may be old. */
  async function blind(): Promise<ProtocolBench> {
    const bench = await holding();
    bench.exchange.interruptStream();
    return bench;
  }

  it('closes only what is still there, and books the rest as external', async () => {
    const bench = await blind();
    await bench.trade('0.06', { side: 'SELL', reduceOnly: true });
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.04']);
    expect(await bench.held()).toBe('');
  });

  it('sends no close when the exchange says twice that nothing is there', async () => {
    const bench = await blind();
    bench.exchange.onRead('fetchFills', { do: 'lie', answer: () => [] }, 1_000);
    await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.named('position:external')[0]).toMatchObject({ quantity: '0.1' });
    expect(bench.named('tranche:closed')[0]?.reason).toBe('external');
  });

  it('does not take one empty answer for a fact', async () => {
    const bench = await blind();
    bench.exchange.onRead('fetchPositions', { do: 'lie', answer: () => [] }, 1);
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.1']);
  });

  it('closes what it knows when the read fails', async () => {
    const bench = await blind();
    bench.exchange.chooseReadFault = (kind) => (kind === 'fetchPositions' ? { do: 'fail' } : null);
    const closing = bench.monitor.closePosition(SYMBOL);
    await bench.run(1_000);
    expect(bench.placed('close').map(({ quantity, reduceOnly }) => [quantity, reduceOnly])).toEqual(
      [['0.1', true]],
    );
    bench.exchange.chooseReadFault = null;
    expect((await bench.until(closing)).closed).toBe(true);
  });

  it('looks after a reduce-only refusal before it believes it', async () => {
    const bench = await holding();
    bench.exchange.onPlace({ do: 'reject', code: 'reduce-only' }, isClose);
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    const [first = 0] = bench.sentAt('close');
    const reads = bench.exchange.requests.filter(
      ({ kind, sentAt }) => kind === 'fetchPositions' && sentAt >= first,
    );
    expect(reads.length).toBeGreaterThanOrEqual(1);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.1', '0.1']);
    expect(await bench.held()).toBe('');
  });
});

describe('an urgent close', () => {
  it('leaves at once when no stop rests, before the take-profit is gone', async () => {
    const bench = await holding(ONE_STOP_LOCAL);
    bench.exchange.onCancel({ do: 'hang', executed: false }, ofProfit);
    const started = bench.clock.now();
    bench.tick(44_500);
    await bench.run(400);
    expect(bench.sentAt('close')[0]).toBe(started);
    expect(await bench.held()).toBe('');
  });

  it('waits at most 300 ms for the reads when the view is old', async () => {
    const bench = await holding(ONE_STOP_LOCAL);
    bench.exchange.interruptStream();
    bench.exchange.chooseReadFault = () => ({ do: 'hang' });
    const started = bench.clock.now();
    bench.tick(44_500);
    await bench.run(1_000);
    expect((bench.sentAt('close')[0] ?? 0) - started).toBeLessThanOrEqual(300);
    expect(bench.placed('close')[0]?.quantity).toBe('0.1');
  });

  it('shares one bound between cancellation and read where resting quantity is counted', async () => {
    const bench = await holding({
      ...ONE_STOP_LOCAL,
      capabilities: { countsRestingReduceOnly: true },
    });
    bench.exchange.interruptStream();
    bench.exchange.onCancel({ do: 'hang', executed: false }, ofProfit);
    bench.exchange.chooseReadFault = () => ({ do: 'hang' });
    const started = bench.clock.now();
    bench.tick(44_500);
    await bench.run(1_000);
    expect((bench.sentAt('close')[0] ?? 0) - started).toBeLessThanOrEqual(300);
  });

  it('begins when the stop goes away under a close that waits', async () => {
    const bench = await holding();
    bench.exchange.onCancel({ do: 'hang', executed: false }, ofProfit, 10);
    /** The stop rests and does not trigger at the exchange: grace, then the close flow waits for the take-profit. */
    bench.tick(44_500, { feedOnly: true });
    await bench.run(700);
    expect(bench.placed('close')).toEqual([]);
    const [stop] = await bench.openOrders('stop-loss');
    if (stop?.clientOrderId === undefined) throw new Error('expected a stop');
    await bench.paper.cancelOrder({
      symbol: SYMBOL,
      kind: 'stop-market',
      clientOrderId: stop.clientOrderId,
    });
    await bench.run(400);
    expect(await bench.held()).toBe('');
  });
});

describe('triggered stops', () => {
  /** The exchange reports the stop as triggered and nothing follows. */
  async function triggered(bench: ProtocolBench, status: 'triggered' | 'rejected'): Promise<void> {
    const [stop] = await bench.openOrders('stop-loss');
    if (stop === undefined) throw new Error('expected a stop');
    bench.exchange.tell({ kind: 'order', report: { ...stop, status, time: bench.clock.now() } });
    await bench.run(5);
  }

  it('that do not fill are followed by a close after 2 s', async () => {
    const bench = await holding();
    const started = bench.clock.now();
    await triggered(bench, 'triggered');
    await bench.run(1_900);
    expect(bench.placed('close')).toEqual([]);
    await bench.run(300);
    const [close = 0] = bench.sentAt('close');
    expect(close - started).toBeGreaterThanOrEqual(2_000);
    expect(close - started).toBeLessThanOrEqual(2_100);
    expect(await bench.held()).toBe('');
  });

  it('that fill are not followed by anything', async () => {
    const bench = await holding();
    bench.tick(44_500);
    await bench.run(5_000);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
    expect(await bench.resting()).toEqual([]);
  });

  it('that are rejected raise an alarm and are replaced after a pause', async () => {
    const bench = await holding();
    await triggered(bench, 'rejected');
    expect(bench.tranche().coverage).toBe('local');
    expect(bench.named('protection:failed')[0]).toMatchObject({ role: 'stop-loss' });
    await bench.run(3_000);
    expect(bench.placed('stop-loss')).toHaveLength(2);
  });

  it('that are rejected in their grace lead to a close at once', async () => {
    const bench = await holding();
    const [stop] = await bench.openOrders('stop-loss');
    if (stop?.clientOrderId === undefined) throw new Error('expected a stop');
    const started = bench.clock.now();
    bench.tick(44_500, { feedOnly: true });
    await bench.paper.cancelOrder({
      symbol: SYMBOL,
      kind: 'stop-market',
      clientOrderId: stop.clientOrderId,
    });
    await bench.run(100);
    expect(bench.sentAt('close')[0]).toBeLessThanOrEqual(started + 20);
    expect(await bench.held()).toBe('');
  });
});

describe('graces', () => {
  it('a resting take-profit gets 300 ms, and is judged again after it', async () => {
    const bench = await holding();
    bench.tick(45_900, { feedOnly: true });
    await bench.run(200);
    bench.tick(45_890, { feedOnly: true });
    await bench.run(2_000);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.canceled()).toEqual([]);
    expect(bench.named('trigger:hit')[0]).toMatchObject({ decision: 'grace' });
    bench.tick(45_905, { feedOnly: true });
    const started = bench.clock.now();
    await bench.run(1_000);
    expect(bench.sentAt('close')[0]).toBeGreaterThanOrEqual(started + 300);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('take-profit');
  });

  it('ends early when the price is far enough past the take-profit', async () => {
    const bench = await holding();
    const started = bench.clock.now();
    bench.tick(45_960, { feedOnly: true });
    await bench.run(1_000);
    expect(bench.sentAt('close')[0]).toBeLessThan(started + 100);
  });

  it('ends in silence when the take-profit fills', async () => {
    const bench = await holding();
    bench.tick(45_900);
    await bench.run(2_000);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('take-profit');
    expect(await bench.resting()).toEqual([]);
  });

  it('a resting stop gets 500 ms to trigger', async () => {
    const bench = await holding();
    const started = bench.clock.now();
    bench.tick(44_550, { feedOnly: true });
    await bench.run(450);
    expect(bench.placed('close')).toEqual([]);
    await bench.run(1_000);
    expect(bench.sentAt('take-profit', 'cancel')[0]).toBe(started + 500);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
  });

  it('closes a take-profit at once where none rests', async () => {
    const bench = await holding({
      symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1, takeProfitOrder: 'local' } },
    });
    const started = bench.clock.now();
    bench.tick(45_900);
    await bench.run(1_000);
    expect(bench.sentAt('close')).toEqual([started]);
    expect(await bench.resting()).toEqual([]);
  });
});

describe('siblings on one position', () => {
  it('reallocates and reports when take-profit and stop of one tranche both fill', async () => {
    const bench = await ProtocolBench.started({ globals: { tranchePnlIncrementPct: 0.1 } });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.tick(44_800);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(500);
    expect(bench.tranches()).toHaveLength(2);
    /** First tranche: stop 44,550 and take-profit 45,900; second: 44,352 and 45,696. Nobody hears of it. */
    bench.exchange.interruptStream();
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_500, bench.clock.now());
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_900, bench.clock.now());
    bench.exchange.resumeStream();
    await bench.run(15_000);
    expect(await bench.held()).toBe('');
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
    expect(bench.placed('close')).toEqual([]);
  });

  it('never has more in flight than the position holds', async () => {
    const bench = await ProtocolBench.started({ globals: { tranchePnlIncrementPct: 0.1 } });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.tick(44_800);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.exchange.interruptStream();
    await bench.trade('0.12', { side: 'SELL', reduceOnly: true });
    bench.exchange.onRead('fetchFills', { do: 'lie', answer: () => [] }, 1_000);
    const closing = bench.monitor.closePosition(SYMBOL);
    await bench.run(1_000);
    const asked = bench.placed('close').map(({ quantity }) => Number(quantity));
    expect(asked.reduce((sum, quantity) => sum + quantity, 0)).toBeLessThanOrEqual(0.08);
    await bench.until(closing);
    expect(await bench.held()).toBe('');
  });

  it('keeps the other tranche covered when one of two is closed', async () => {
    const bench = await ProtocolBench.started({ globals: { tranchePnlIncrementPct: 0.1 } });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.tick(44_800);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.2')));
    const [first] = bench.tranches();
    await bench.until(bench.monitor.closeTranche(first?.id ?? ''));
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.2 @ 44352',
      'take-profit SELL 0.2 @ 45696',
    ]);
    expect(await bench.held()).toBe('LONG 0.2');
    expect(bench.exchange.placed(isStop)).toHaveLength(2);
  });
});
