import { describe, expect, it } from 'vitest';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { generationOf, ProtocolBench, roleOf, SYMBOL } from '../../support/protocol-bench.js';

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';
const isProfit = ({ kind }: PlaceOrderRequest): boolean => kind === 'limit';
const NO_BATCH = { globals: { tpSlBatchEnabled: false } };

describe('placing protective orders', () => {
  it('covers a fill with the stop first, in one batch', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('0.1');
    expect(await bench.until(bench.monitor.handleOrderFill(fill))).toBe(true);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.1 @ 44550',
      'take-profit SELL 0.1 @ 45900',
    ]);
    expect(bench.placed().map(({ kind }) => kind)).toEqual(['stop-market', 'limit']);
    expect(bench.placed().every(({ reduceOnly }) => reduceOnly)).toBe(true);
    expect(bench.tranche().coverage).toBe('resting');
  });

  it('protects a fill that only the account stream tells of, and counts it once', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('0.1');
    await bench.run(1_000);
    expect(bench.tranche().quantity).toBe('0.1');
    expect(await bench.until(bench.monitor.handleOrderFill(fill))).toBe(true);
    expect(await bench.until(bench.monitor.handleOrderFill(fill))).toBe(true);
    expect(bench.tranche().openedQty).toBe('0.1');
    expect(bench.placed()).toHaveLength(2);
  });

  it('sends no take-profit before the stop is live when they go one by one', async () => {
    const bench = await ProtocolBench.started(NO_BATCH);
    bench.exchange.onPlace({ do: 'reply-late', ms: 2_000 }, isStop);
    bench.exchange.onStream({ do: 'drop' });
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(1_900);
    expect(bench.placed().map(({ kind }) => kind)).toEqual(['stop-market']);
    expect(await bench.until(answer)).toBe(true);
    expect(bench.placed().map(({ kind }) => kind)).toEqual(['stop-market', 'limit']);
  });

  it('sends no take-profit while the fate of the stop is unknown', async () => {
    const bench = await ProtocolBench.started(NO_BATCH);
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onPlace({ do: 'unknown', executed: false }, isStop);
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(3_500);
    expect(bench.placed('take-profit')).toEqual([]);
    expect(await bench.until(answer)).toBe(true);
    expect(bench.placed().map(({ clientOrderId }) => roleOf(clientOrderId))).toEqual([
      'stop-loss',
      'stop-loss',
      'take-profit',
    ]);
  });

  it('closes when the stop would trigger and a fresh price confirms that the level is passed', async () => {
    const bench = await ProtocolBench.started(NO_BATCH);
    const fill = await bench.trade('0.1');
    bench.tick(44_500);
    expect(await bench.until(bench.monitor.handleOrderFill(fill))).toBe(true);
    await bench.run(2_000);
    expect(await bench.held()).toBe('');
    expect(bench.placed('close')).toHaveLength(1);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
  });

  it('does not close on a would-trigger refusal that no price confirms, but tries again', async () => {
    const bench = await ProtocolBench.started(NO_BATCH);
    bench.exchange.onPlace({ do: 'reject', code: 'would-trigger' }, isStop, 2);
    bench.tick(45_000);
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(false);
    expect(bench.named('protection:failed')[0]).toMatchObject({ role: 'stop-loss' });
    await bench.run(5_000);
    expect(bench.placed('close')).toEqual([]);
    expect(await bench.resting()).toHaveLength(2);
    expect(bench.named('protection:placed')).toHaveLength(1);
  });

  it('keeps trying a refused stop with growing pauses, guarded locally meanwhile', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onPlace({ do: 'reject', code: 'filter' }, isStop, 4);
    bench.tick(45_000);
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(false);
    bench.tick(45_000);
    expect(bench.tranche().coverage).toBe('local');
    await bench.run(10_000);
    const sent = bench.sentAt('stop-loss');
    const pauses = sent.slice(1).map((time, index) => time - (sent[index] as number));
    expect(pauses).toEqual([260, 510, 1_010, 2_010]);
    expect(await bench.resting()).toHaveLength(2);
    expect(bench.tranche().coverage).toBe('resting');
    const generations = bench
      .placed('stop-loss')
      .map(({ clientOrderId }) => generationOf(clientOrderId));
    expect(generations).toEqual([0, 1, 2, 3, 4]);
  });

  it('waits as long as a throttling exchange says, and counts it as no refusal', async () => {
    const bench = await ProtocolBench.started({
      globals: { emergencyClose: { afterFailures: 1, afterMs: 1 } },
    });
    bench.exchange.onPlace({ do: 'reject', code: 'throttled', retryAfterMs: 3_000 }, isStop, 2);
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(true);
    const [first = 0, second = 0, third = 0] = bench.sentAt('stop-loss');
    expect(second - first).toBeGreaterThanOrEqual(3_000);
    expect(third - second).toBeGreaterThanOrEqual(3_000);
    expect(bench.placed('close')).toEqual([]);
  });

  it('does not let go of the stop when the take-profit is refused', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onPlace({ do: 'reject', code: 'filter' }, isProfit, 1_000);
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(false);
    await bench.run(30_000);
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 44550']);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expect(bench.canceled()).toHaveLength(0);
    expect(bench.placed('take-profit').length).toBeLessThan(10);
    expect(bench.named('protection:failed')[0]?.role).toBe('take-profit');
  });

  it('grows the cover with each partial fill, never through zero', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('0.1');
    await bench.until(bench.monitor.handleOrderFill({ ...fill, executedQty: '0.04' }));
    expect(bench.tranche().quantity).toBe('0.1');
    const next = await bench.trade('0.3');
    await bench.until(bench.monitor.handleOrderFill(next));
    await bench.run(3_000);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.4 @ 44550',
      'take-profit SELL 0.4 @ 45900',
    ]);
    const stops = bench.exchange.requests.filter(
      ({ place, cancel }) => roleOf((place ?? cancel)?.clientOrderId) === 'stop-loss',
    );
    const kinds = stops.map(({ kind }) => kind).join(' ');
    expect(kinds).toMatch(/^place place( place)* cancel/);
    expect(bench.canceled('stop-loss')).toHaveLength(bench.placed('stop-loss').length - 1);
  });

  it('splits what exceeds the largest market order', async () => {
    const bench = await ProtocolBench.started();
    const first = await bench.trade('10');
    const second = await bench.trade('10');
    await bench.until(bench.monitor.handleOrderFill(first));
    await bench.until(bench.monitor.handleOrderFill(second));
    const third = await bench.trade('4.001');
    await bench.until(bench.monitor.handleOrderFill(third));
    await bench.run(3_000);
    const open = await bench.openOrders('stop-loss');
    expect(open.map(({ quantity }) => quantity).sort()).toEqual(['10', '10', '4.001']);
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['10', '10', '4.001']);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });

  it('answers false after the limit while the stop is unknown, and goes on', async () => {
    const bench = await ProtocolBench.started({ globals: { ackTimeoutMs: 1_000 } });
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onPlace({ do: 'hang', executed: false }, isStop);
    const started = bench.clock.now();
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(false);
    expect(bench.clock.now() - started).toBe(1_000);
    await bench.run(15_000);
    expect(await bench.resting()).toHaveLength(2);
  });

  it('guards locally what the exchange has no order for', async () => {
    const bench = await ProtocolBench.started({
      capabilities: { orderKinds: ['market', 'limit'] },
    });
    bench.tick(45_000);
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    expect(await bench.until(answer)).toBe(false);
    await bench.run(100);
    expect(bench.named('protection:failed')[0]?.reason).toContain('unsupported-order-kind');
    expect(await bench.resting()).toEqual(['take-profit SELL 0.1 @ 45900']);
    bench.tick(44_500);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
  });

  it('falls back to its own guard when the exchange stops taking an order kind', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onPlace({ do: 'reject', code: 'unsupported-order-kind' }, isStop, 1_000);
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    for (let second = 0; second < 30; second += 1) {
      bench.tick(45_000 + second);
      await bench.run(1_000);
    }
    expect(await bench.held()).toBe('LONG 0.1');
    expect(bench.tranche().coverage).toBe('local');
    bench.tick(44_500);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
  });
});

describe('an emergency close', () => {
  const REFUSED = { globals: { emergencyClose: { afterFailures: 3, afterMs: 4_000 } } };

  it('needs both bounds, and no guard of our own', async () => {
    const bench = await ProtocolBench.started(REFUSED);
    bench.exchange.onPlace({ do: 'reject', code: 'other' }, isStop, 1_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.feed.stale(SYMBOL);
    await bench.run(3_500);
    expect(bench.placed('close')).toEqual([]);
    await bench.run(1_500);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('emergency');
    expect(await bench.held()).toBe('');
  });

  it('does not happen while a fresh price guards the level', async () => {
    const bench = await ProtocolBench.started(REFUSED);
    bench.exchange.onPlace({ do: 'reject', code: 'other' }, isStop, 1_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    for (let second = 0; second < 60; second += 1) {
      bench.tick(45_000);
      await bench.run(1_000);
    }
    expect(await bench.held()).toBe('LONG 0.1');
    expect(bench.placed('close')).toEqual([]);
  });

  it('does not count what is unknown', async () => {
    const bench = await ProtocolBench.started(REFUSED);
    bench.exchange.onPlace({ do: 'unknown', executed: false }, isStop, 4);
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    bench.feed.stale(SYMBOL);
    await bench.run(40_000);
    expect(bench.placed('close')).toEqual([]);
    expect(await bench.resting()).toHaveLength(2);
  });
});

describe('cancelRelatedOrders', () => {
  it('takes the protection away for good', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('0.1');
    await bench.until(bench.monitor.handleOrderFill(fill));
    expect(await bench.until(bench.monitor.cancelRelatedOrders(fill.orderId))).toBe(true);
    await bench.run(25_000);
    expect(await bench.resting()).toEqual([]);
    bench.tick(44_000);
    await bench.run(1_000);
    expect(await bench.held()).toBe('LONG 0.1');
  });

  it('answers false where the tranche has other sources too', async () => {
    const bench = await ProtocolBench.started();
    const first = await bench.trade('0.1');
    await bench.until(bench.monitor.handleOrderFill(first));
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    expect(await bench.until(bench.monitor.cancelRelatedOrders(first.orderId))).toBe(false);
    await bench.run(3_000);
    expect(await bench.resting()).toHaveLength(2);
  });
});
