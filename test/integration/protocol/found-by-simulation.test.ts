import { describe, expect, it } from 'vitest';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

/* Defects that simulated lives found; each test fails without its repair. */

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';

async function holding(options: ConstructorParameters<typeof ProtocolBench>[0] = {}) {
  const bench = await ProtocolBench.started(options);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(200);
  return bench;
}

describe('clocks that jump', () => {
  it('do not keep an order unresolved: absence is proven in the time of the exchange', async () => {
    const bench = await ProtocolBench.started();
    bench.tick(45_000);
    bench.exchange.onPlace({ do: 'hang', executed: false }, isStop);
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(50);
    /** The paper exchange keeps the time of the bench: the jump is of both, what was measured before is not. */
    bench.clock.jumpWallBy(3_600_000);
    await bench.run(30_000);
    expect(bench.monitor.getHealth().unresolvedOrders).toBe(0);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44550');
  });
});

describe('an exchange whose list does not show the stop', () => {
  it('no other stop goes because of it', async () => {
    const bench = await holding();
    const [stop] = bench.placed('stop-loss');
    /** The list lacks the stop for a while, and the order itself cannot be asked for. */
    bench.exchange.onRead(
      'fetchOpenOrders',
      {
        do: 'lie',
        answer: (rows: readonly { clientOrderId?: string }[]) =>
          rows.filter((row) => row.clientOrderId !== stop?.clientOrderId),
      },
      1,
    );
    bench.exchange.onRead('fetchOrder', { do: 'hang' }, 1);
    await bench.until(bench.monitor.reconcile());
    expect(bench.tranche().coverage).toBe('local');
    const [position] = bench.monitor.positions();
    expect(position?.cover.ifCrashed).toMatchObject({ covered: '0', uncovered: '0.1' });
    await bench.run(15_000);
    expect(bench.tranche().coverage).toBe('resting');
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expect(bench.canceled('stop-loss')).toEqual([]);
  });
});

describe('a conditional take-profit whose level is passed while it is placed', () => {
  it('is closed at market, as it would have been', async () => {
    const bench = await ProtocolBench.started({
      globals: { instantTpEnabled: false },
      symbols: {
        [SYMBOL]: { takeProfitPct: 1, stopLossPct: 1, takeProfitOrder: 'market-on-trigger' },
      },
    });
    bench.tick(45_000);
    bench.exchange.onPlace(
      { do: 'reject', code: 'would-trigger' },
      ({ kind }) => kind === 'take-profit-market',
    );
    const fill = await bench.trade('0.1');
    bench.tick(45_460);
    void bench.monitor.handleOrderFill(fill);
    await bench.run(5_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'take-profit' });
  });
});

describe('a bad tick', () => {
  it('that comes again later is doubted anew: plausible prices came in between', async () => {
    const bench = await holding({ without: ['fetchPrices'] });
    bench.tick(90_000, { feedOnly: true });
    for (let second = 0; second < 8; second += 1) {
      await bench.run(1_000);
      bench.tick(45_000 + second);
    }
    bench.tick(90_000, { feedOnly: true });
    await bench.run(1_000);
    expect(await bench.held()).toBe('LONG 0.1');
    expect(bench.placed('close')).toEqual([]);
  });

  it('that nobody can confirm and that is repeated at once is not the price after a start', async () => {
    const bench = await holding({ without: ['fetchPrices'] });
    bench.crash();
    await bench.boot();
    for (let times = 0; times < 3; times += 1) bench.tick(90_000, { feedOnly: true });
    await bench.run(400);
    bench.tick(45_010);
    await bench.run(2_000);
    expect(await bench.held()).toBe('LONG 0.1');
  });

  it('that was taken for the price is taken back by a fill', async () => {
    const bench = await ProtocolBench.started({ without: ['fetchPrices'] });
    for (let times = 0; times < 4; times += 1) {
      bench.tick(90_000, { feedOnly: true });
      await bench.run(400);
    }
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(2_000);
    expect(await bench.held()).toBe('LONG 0.1');
    expect(bench.placed('close')).toEqual([]);
  });
});

describe('a registration', () => {
  it('that cannot be recorded is refused: the bot must not rely on it', async () => {
    const bench = await holding();
    bench.disk.failing = () => true;
    const registered = bench.monitor.registerOrder({
      clientOrderId: 'mine-1',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
      plan: { stopLossPct: 2 },
    });
    await expect(bench.until(registered)).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
      retryable: true,
    });
    bench.disk.failing = () => false;
    await bench.run(3_000);
  });
});

describe('listeners that fail', () => {
  it('write nothing of their own: intents do not wait behind their errors', async () => {
    const bench = await holding();
    bench.monitor.on('price:stale', () => {
      throw new Error('again');
    });
    const before = bench.disk.batches.length;
    bench.rawSink?.staleness(SYMBOL, true);
    await bench.run(100);
    expect(bench.named('listener:error')).toHaveLength(1);
    const events = bench.disk.batches.slice(before).flatMap((batch) => batch.events);
    expect(events.map(({ name }) => name)).not.toContain('listener:error');
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(100);
    const later = bench.disk.batches.slice(before).flatMap((batch) => batch.events);
    expect(later.map(({ name }) => name)).toContain('listener:error');
    const seqs = later.map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
  });
});

describe('a read of the account that took long', () => {
  it('does not count as fresh: a close looks again', async () => {
    const bench = await holding({ globals: { reconcileIntervalMs: 86_400_000 } });
    bench.exchange.onRead('fetchPositions', { do: 'reply-late', ms: 4_500 });
    const compared = bench.monitor.reconcile();
    await bench.run(4_400);
    await bench.until(compared);
    await bench.run(6_000);
    const reads = (): number =>
      bench.exchange.requests.filter(({ kind }) => kind === 'fetchPositions').length;
    const before = reads();
    void bench.monitor.closeTranche(bench.tranche().id);
    await bench.run(1_000);
    expect(reads()).toBeGreaterThan(before);
    expect(await bench.held()).toBe('');
  });
});

describe('a refusal that comes very late', () => {
  it('is that of its own request: a later one under way is not sent again because of it', async () => {
    const bench = await ProtocolBench.started();
    bench.tick(45_000);
    /** The first request travels past its time window, the second is answered late. */
    bench.exchange.onPlace({ do: 'arrive-late', ms: 7_000 }, isStop);
    bench.exchange.onPlace({ do: 'reply-late', ms: 4_000 }, isStop);
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(20_000);
    expect(bench.placed('stop-loss')).toHaveLength(2);
    expect(await bench.resting()).toContain('stop-loss SELL 0.1 @ 44550');
  });
});

describe('a position report that shows less than is held', () => {
  it('is followed up at once: the exit that was missed is found before the next comparison', async () => {
    const bench = await holding({ globals: { reconcileIntervalMs: 86_400_000 } });
    bench.exchange.onStream({ do: 'drop' }, (event) => event.kind !== 'position');
    await bench.trade('0.1', { side: 'SELL', positionSide: 'LONG' });
    await bench.run(2_000);
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
  });
});

describe('a stream that goes down while the monitor starts', () => {
  it('is down: the first comparison does not hide it', async () => {
    const bench = new ProtocolBench();
    bench.exchange.onRead('fetchOpenOrders', { do: 'reply-late', ms: 500 });
    const started = bench.monitor.start();
    await bench.run(100);
    bench.exchange.interruptStream();
    await bench.until(started);
    expect(bench.monitor.getHealth().exchangeConnected).toBe(false);
  });
});

describe('exits that took more than their tranche held, heard of at the start', () => {
  it('come out of an entry that is heard of in the same moment, whatever comes first', async () => {
    const bench = await holding();
    bench.crash();
    /** While nobody watches: an entry, then the take-profit and the stop, which together close all of it. */
    const entry = await bench.trade('0.1');
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_900, bench.clock.now());
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_550, bench.clock.now());
    expect(await bench.held()).toBe('');
    /** The list of fills lacks the entry once; the stream tells of it. */
    bench.exchange.onRead('fetchFills', {
      do: 'lie',
      answer: (rows: readonly { orderId: string }[]) =>
        rows.filter((row) => row.orderId !== entry.orderId),
    });
    const [fill] = (await bench.paper.fetchFills(SYMBOL, 0)).filter(
      (row) => row.orderId === entry.orderId,
    );
    bench.newLife();
    const started = bench.monitor.start();
    /** Connected, and the account is being read. */
    await bench.run(25);
    expect(bench.monitor.getHealth().state).toBe('starting');
    if (fill) bench.exchange.tell({ kind: 'fill', report: fill });
    await bench.until(started);
    await bench.run(100);
    expect(bench.tranches()).toEqual([]);
    /** Nothing was protected, and nothing closed, that was not there. */
    expect(bench.placed()).toHaveLength(2);
    expect(await bench.resting()).toEqual([]);
  });
});
