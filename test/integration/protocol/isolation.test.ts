import { describe, expect, it } from 'vitest';
import type { MonitorEventName } from '../../../src/model/monitor-event.js';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { OTHER, ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

const BOTH_SYMBOLS = {
  symbols: {
    [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1 },
    [OTHER]: { takeProfitPct: 2, stopLossPct: 1 },
  },
};
const PROTECTED = ['stop-loss SELL 0.1 @ 44550', 'take-profit SELL 0.1 @ 45900'];

/** One whole life; answers what the exchange saw. */
async function life(prepare: (bench: ProtocolBench) => void): Promise<string> {
  const bench = await ProtocolBench.started();
  prepare(bench);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.2')));
  await bench.run(1_000);
  void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700 });
  await bench.run(1_000);
  bench.tick(44_600);
  await bench.run(5_000);
  expect(await bench.held()).toBe('');
  return bench.exchange.requests
    .filter(({ place, cancel }) => place || cancel)
    .map(({ kind, sentAt, place, cancel }) =>
      [
        kind,
        sentAt,
        place?.kind,
        place?.quantity,
        (place ?? cancel)?.clientOrderId.slice(12),
      ].join(),
    )
    .join('\n');
}

describe('listeners', () => {
  const all = (bench: ProtocolBench, listener: () => unknown): void => {
    const names: MonitorEventName[] = [
      'fill:applied',
      'tranche:opened',
      'order:accepted',
      'protection:placed',
      'tranche:closed',
      'listener:error',
    ];
    for (const name of names) bench.monitor.on(name, listener as () => void);
  };

  it('that throw, reject or hang change nothing that the exchange sees', async () => {
    const quiet = await life(() => {});
    const throwing = await life((bench) =>
      all(bench, () => {
        throw new Error('listener');
      }),
    );
    const rejecting = await life((bench) =>
      all(bench, () => Promise.reject(new Error('listener'))),
    );
    const odd = await life((bench) => all(bench, () => Promise.reject('not an error')));
    const hanging = await life((bench) => all(bench, () => new Promise(() => {})));
    expect(throwing).toBe(quiet);
    expect(rejecting).toBe(quiet);
    expect(odd).toBe(quiet);
    expect(hanging).toBe(quiet);
  });

  it('that fail are told, once each', async () => {
    const bench = await ProtocolBench.started();
    bench.monitor.on('tranche:opened', () => {
      throw new Error('broken');
    });
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(100);
    expect(bench.named('listener:error')).toHaveLength(1);
    expect(bench.named('listener:error')[0]).toMatchObject({ event: 'tranche:opened' });
  });

  it('may call the monitor', async () => {
    const bench = await ProtocolBench.started();
    const answers: Promise<unknown>[] = [];
    bench.monitor.on('protection:placed', ({ trancheId }) => {
      bench.monitor.getHealth();
      bench.monitor.positions();
      if (answers.length === 0) answers.push(bench.monitor.closeTranche(trancheId));
    });
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.until(answers[0] ?? Promise.reject(new Error('not called')));
    expect(await bench.held()).toBe('');
  });

  it('that stop the monitor in the middle of everything leave the orders resting', async () => {
    const bench = await ProtocolBench.started();
    let stopping: Promise<void> | null = null;
    bench.monitor.on('order:accepted', () => {
      stopping ??= bench.monitor.stop();
    });
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    answer.catch(() => {});
    await bench.run(500);
    if (stopping === null) throw new Error('not called');
    await bench.until(stopping);
    await bench.until(answer.then(String, String));
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
  });
});

describe('symbols', () => {
  it('do not wait for each other', async () => {
    const bench = await ProtocolBench.started(BOTH_SYMBOLS);
    bench.exchange.onPlace(
      { do: 'hang', executed: false },
      ({ symbol }: PlaceOrderRequest) => symbol === OTHER,
      1_000,
    );
    void bench.monitor.handleOrderFill(await bench.trade('1', { symbol: OTHER }));
    await bench.run(100);
    expect(await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')))).toBe(true);
    expect(await bench.resting()).toEqual(PROTECTED);
    bench.tick(44_500);
    await bench.run(2_000);
    expect(await bench.held()).toBe('');
    expect(await bench.held(OTHER)).toBe('LONG 1');
  });

  it('that are not configured are refused loudly, and nothing is placed for them', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('1', { symbol: OTHER });
    await expect(bench.until(bench.monitor.handleOrderFill(fill))).rejects.toMatchObject({
      code: 'SYMBOL_NOT_CONFIGURED',
    });
    expect(bench.named('protection:failed')[0]).toMatchObject({ symbol: OTHER, exposure: '1' });
    expect(bench.placed()).toEqual([]);
  });
});

describe('hedge mode', () => {
  it('keeps LONG and SHORT of one symbol apart', async () => {
    const bench = await ProtocolBench.started();
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.until(
      bench.monitor.handleOrderFill(
        await bench.trade('0.2', { side: 'SELL', positionSide: 'SHORT' }),
      ),
    );
    expect(await bench.resting()).toEqual([
      'stop-loss BUY 0.2 @ 45450',
      'stop-loss SELL 0.1 @ 44550',
      'take-profit BUY 0.2 @ 44100',
      'take-profit SELL 0.1 @ 45900',
    ]);
    bench.tick(45_460);
    await bench.run(2_000);
    expect(await bench.held()).toBe('LONG 0.1');
    expect(await bench.resting()).toEqual(PROTECTED);
  });
});

describe('one-way mode', () => {
  const ONE_WAY = { positionMode: 'one-way' } as const;

  it('closes with the part up to zero and opens with the rest', async () => {
    const bench = await ProtocolBench.started(ONE_WAY);
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.3', { side: 'SELL' })));
    await bench.run(3_000);
    expect(await bench.held()).toBe('SHORT 0.2');
    expect(await bench.resting()).toEqual([
      'stop-loss BUY 0.2 @ 45450',
      'take-profit BUY 0.2 @ 44100',
    ]);
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'external', quantity: '0.1' });
  });

  it('a reduce-only fill of the host never opens anything', async () => {
    const bench = await ProtocolBench.started(ONE_WAY);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    const fill = await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    expect(await bench.until(bench.monitor.handleOrderFill({ ...fill, reduceOnly: true }))).toBe(
      true,
    );
    await bench.run(2_000);
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
  });

  it('sees that a fill entered when its own stop turns out to have closed before', async () => {
    const bench = await ProtocolBench.started(ONE_WAY);
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1', { side: 'SELL' })));
    bench.exchange.interruptStream();
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_460, bench.clock.now());
    expect(await bench.held()).toBe('');
    await bench.run(20);
    /** We still believe in the SHORT: half of this looks like its close. */
    void bench.monitor.handleOrderFill(await bench.trade('0.2'));
    bench.exchange.resumeStream();
    await bench.run(15_000);
    expect(await bench.held()).toBe('LONG 0.2');
    const covered = (await bench.openOrders('stop-loss')).reduce(
      (sum, { quantity }) => sum + Number(quantity),
      0,
    );
    expect(covered).toBeCloseTo(0.2);
  });

  it('understands reports in any order', async () => {
    const bench = await ProtocolBench.started(ONE_WAY);
    bench.tick(45_000);
    /** The entry is heard of after its reduction. */
    bench.exchange.onStream({ do: 'delay', ms: 2_000 }, () => true, 3);
    await bench.trade('0.3');
    await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    await bench.run(15_000);
    expect(await bench.held()).toBe('LONG 0.2');
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.2 @ 44550',
      'take-profit SELL 0.2 @ 45900',
    ]);
  });
});

describe('evidence of fills', () => {
  it('per trade, cumulative and from the stream counts once', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('0.2');
    const [trade] = await bench.paper.fetchFills(SYMBOL, 0);
    if (trade === undefined) throw new Error('expected a trade');
    await bench.until(
      bench.monitor.handleOrderFill({
        orderId: fill.orderId,
        symbol: SYMBOL,
        side: 'BUY',
        positionSide: 'LONG',
        lastFilledQty: trade.trade.quantity,
        avgPrice: trade.trade.price,
        tradeId: trade.trade.tradeId,
      }),
    );
    await bench.until(bench.monitor.handleOrderFill(fill));
    await bench.run(2_000);
    expect(bench.tranche().openedQty).toBe('0.2');
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.2 @ 44550',
      'take-profit SELL 0.2 @ 45900',
    ]);
  });

  it('without a price is resolved by asking, never planned from', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onStream({ do: 'drop' });
    const fill = await bench.trade('0.1');
    expect(await bench.until(bench.monitor.handleOrderFill({ ...fill, avgPrice: 0 }))).toBe(true);
    expect(bench.tranche().entryPrice).toBe('45000');
  });

  it('without a price that nobody knows is refused, with the exposure', async () => {
    const bench = await ProtocolBench.started();
    const fill = {
      orderId: 'ghost',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
      executedQty: '0.1',
    } as const;
    await expect(bench.until(bench.monitor.handleOrderFill(fill))).rejects.toMatchObject({
      code: 'FILL_INVALID',
    });
    expect(bench.named('protection:failed')[0]).toMatchObject({ exposure: '0.1' });
    expect(bench.placed()).toEqual([]);
  });

  it('of a liquidation is booked as one', async () => {
    const bench = await ProtocolBench.started();
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(200);
    bench.exchange.onStream({ do: 'drop' }, () => true, 3);
    await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    bench.exchange.tell({
      kind: 'fill',
      report: {
        symbol: SYMBOL,
        orderId: 'liq-1',
        clientOrderId: 'autoclose-123',
        side: 'SELL',
        positionSide: 'LONG',
        trade: { tradeId: 'liq-t1', quantity: '0.1', price: '45000' },
        cause: 'liquidation',
        time: bench.clock.now(),
      },
    });
    await bench.run(2_000);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('liquidation');
    expect(await bench.resting()).toEqual([]);
  });
});
