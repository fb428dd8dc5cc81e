import { describe, expect, it } from 'vitest';
import { CoreBench, type CoreBenchOptions, drained, trace } from '../../support/core-bench.js';

/** A venue whose book does not follow our feed: what rests there stays until the bench moves its market. */
async function holding(
  fill: { quantity: string; price: string; side?: 'BUY' | 'SELL' },
  options: CoreBenchOptions = {},
): Promise<CoreBench> {
  const bench = await CoreBench.started({ live: true, ...options });
  await bench.market(Number(fill.price));
  await bench.tick(Number(fill.price));
  const side = fill.side ?? 'BUY';
  await bench.trade(fill.quantity, { side, positionSide: side === 'BUY' ? 'LONG' : 'SHORT' });
  await bench.run(0);
  bench.exchange.forget();
  return bench;
}

const LONG_TP_1 = { symbols: { '*': { takeProfitPct: 1, stopLossPct: 5 } } };

describe('vectors: instant close', () => {
  it('vector 30: LONG 45000, TP 45450, price 45500: the TP is cancelled, 0.1 sold at market, 5.00 more than the TP', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    bench.paper.acceptPrice('BTCUSDT', 'BID', 45_449, bench.clock.now());
    bench.exchange.answerCancel = null;
    await bench.tick(45_500);
    expect(trace(bench).slice(0, 2)).toEqual(['cancel limit', 'place SELL LONG market 0.1']);
    /** The stop goes last, after the close is proven filled. */
    expect(trace(bench)[2]).toBe('cancel stop-market');
    expect(bench.tranches()).toEqual([]);
  });

  it('vector 30: what the close made beyond the level is told as slippage', async () => {
    const bench = await CoreBench.started({
      symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, takeProfitOrder: 'local' } },
    });
    await bench.fill('0.1', '45000');
    await bench.tick(45_500);
    const [closed] = bench.named('tranche:closed');
    expect(closed).toMatchObject({
      reason: 'take-profit',
      exitPrice: '45500',
      realizedPnl: '50',
      slippage: '50',
    });
    expect(closed?.chain).toMatchObject({
      tick: { source: 'LAST', price: '45500' },
      rule: 'take-profit',
      level: '45450',
    });
  });

  it('vector 31: LONG 1.90 of 100, TP 1.995, price 2.05: SELL 100, the TP cancelled, the tranche gone', async () => {
    const bench = await holding(
      { quantity: '100', price: '1.9' },
      {
        symbols: { '*': { takeProfitPct: 5, stopLossPct: 3 } },
        instruments: [{ symbol: 'BTCUSDT', tickSize: '0.001', stepSize: '1' }],
      },
    );
    await bench.tick(2.05);
    expect(trace(bench)).toEqual([
      'cancel limit',
      'place SELL LONG market 100',
      'cancel stop-market',
    ]);
    expect(bench.tranches()).toEqual([]);
    expect(await bench.held()).toBe('');
  });

  it('vector 32: SHORT 50000 of 0.01, TP 48500, price 48000: BUY', async () => {
    const bench = await holding(
      { quantity: '0.01', price: '50000', side: 'SELL' },
      { symbols: { '*': { takeProfitPct: 3, stopLossPct: 2 } } },
    );
    await bench.tick(48_000);
    expect(trace(bench)).toEqual([
      'cancel limit',
      'place BUY SHORT market 0.01',
      'cancel stop-market',
    ]);
  });

  it('a resting TP gets its grace at the level, and is cancelled only when the price stays', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    await bench.tick(45_460);
    expect(trace(bench)).toEqual([]);
    await bench.run(299);
    expect(trace(bench)).toEqual([]);
    await bench.run(1);
    expect(trace(bench)).toEqual([
      'cancel limit',
      'place SELL LONG market 0.1',
      'cancel stop-market',
    ]);
  });

  it('a price that leaves the level within the grace closes nothing', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    await bench.tick(45_460);
    await bench.run(100);
    await bench.tick(45_440);
    await bench.run(5_000);
    expect(trace(bench)).toEqual([]);
    expect(bench.tranche().state).toBe('OPEN');
    /** The level is armed again. */
    await bench.tick(45_600);
    expect(trace(bench)).toHaveLength(3);
  });

  const SLOW_VIEW = { ...LONG_TP_1, globals: { reconcileIntervalMs: 600_000 } };

  /** The origin drops the tranche after one empty answer; an answer may be stale, so we ask again. */
  it('vector 33: positions [] sends no order: read twice, booked as external, both orders cancelled', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, SLOW_VIEW);
    await bench.run(11_000);
    bench.exchange.positionsAnswer = () => [];
    bench.exchange.forget();
    await bench.tick(45_500);
    expect(bench.exchange.placed).toEqual([]);
    expect(
      bench.exchange.calls.filter(
        (call) => call.call === 'read' && call.member === 'fetchPositions',
      ),
    ).toHaveLength(2);
    expect(trace(bench)).toEqual(['cancel limit', 'cancel stop-market']);
    expect(bench.named('tranche:closed')[0]).toMatchObject({ reason: 'external' });
  });

  it('vector 34: the tranche holds 100 and the exchange 75: 75 are sold', async () => {
    const bench = await holding(
      { quantity: '100', price: '1.9' },
      {
        ...SLOW_VIEW,
        symbols: { '*': { takeProfitPct: 5, stopLossPct: 3 } },
        instruments: [{ symbol: 'BTCUSDT', tickSize: '0.001', stepSize: '1' }],
      },
    );
    await bench.run(11_000);
    bench.exchange.positionsAnswer = (rows) => rows.map((row) => ({ ...row, quantity: '75' }));
    bench.exchange.forget();
    await bench.tick(2.05);
    expect(bench.exchange.placed[0]).toMatchObject({ kind: 'market', quantity: '75' });
    expect(bench.named('position:external')[0]).toMatchObject({ quantity: '25', reason: 'netted' });
  });

  it.each([0.75, 0.5])(
    'vector 34: two closing tranches of 0.5 together never ask for more than %s',
    async (held) => {
      const bench = await CoreBench.started({
        live: true,
        globals: { reconcileIntervalMs: 600_000, tranchePnlIncrementPct: 1 },
        symbols: { '*': { takeProfitPct: 5, stopLossPct: 10 } },
      });
      await bench.market(45_000);
      await bench.trade('0.5');
      await bench.market(44_000);
      await bench.trade('0.5');
      await bench.tick(44_000);
      expect(bench.tranches()).toHaveLength(2);
      await bench.run(11_000);
      bench.exchange.positionsAnswer = (rows) =>
        rows.map((row) => ({ ...row, quantity: `${held}` }));
      bench.exchange.forget();
      const answers: (() => void)[] = [];
      bench.exchange.garble = () =>
        new Promise((resolve) => answers.push(() => resolve({ kind: 'not-sent', detail: '' })));
      const close = bench.monitor.closePosition('BTCUSDT');
      for (let turn = 0; turn < 10; turn += 1) await drained();
      const first = bench.exchange.placed.map(({ quantity }) => Number(quantity));
      expect(first.reduce((sum, quantity) => sum + quantity, 0)).toBeLessThanOrEqual(held);
      bench.exchange.positionsAnswer = null;
      bench.exchange.garble = null;
      for (const answer of answers) answer();
      await bench.until(close);
      expect(await bench.held()).toBe('');
    },
  );

  /** The origin stops after three attempts, for five minutes, with the take-profit gone. */
  it('vector 35: a refused close is tried again with a growing pause; the stop never leaves', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    bench.exchange.refuse = ({ kind }) => (kind === 'market' ? 'insufficient-margin' : null);
    await bench.tick(45_500);
    await bench.run(4_000);
    const attempts = bench.exchange.placed.filter(({ kind }) => kind === 'market');
    expect(attempts.length).toBeGreaterThanOrEqual(4);
    expect(attempts.length).toBeLessThanOrEqual(6);
    expect(new Set(attempts.map(({ clientOrderId }) => clientOrderId)).size).toBe(attempts.length);
    expect(bench.exchange.cancelled.map(({ kind }) => kind)).toEqual(['limit']);
    expect(await bench.resting()).toEqual(['SELL LONG stop-market 0.1 @ 42750']);
    bench.exchange.refuse = null;
    await bench.run(10_000);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });

  /** The origin takes -2022 for "position gone". It also means that other orders claim the quantity. */
  it('vector 36: a reduce-only refusal keeps the tranche until the position was read', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    let refusals = 0;
    bench.exchange.refuse = ({ kind }) => {
      if (kind !== 'market' || refusals > 0) return null;
      refusals += 1;
      return 'reduce-only';
    };
    await bench.tick(45_500);
    expect(bench.tranche().quantity).toBe('0.1');
    await bench.run(1_000);
    expect(bench.exchange.calls).toContainEqual({ call: 'read', member: 'fetchPositions' });
    expect(bench.named('tranche:closed')[0]).toMatchObject({
      reason: 'take-profit',
      quantity: '0.1',
    });
    expect(await bench.held()).toBe('');
  });

  it.each(['filter', 'insufficient-margin'] as const)(
    'vector 36: %s keeps the tranche',
    async (code) => {
      const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
      bench.exchange.refuse = ({ kind }) => (kind === 'market' ? code : null);
      await bench.tick(45_500);
      await bench.run(1_000);
      expect(bench.tranche()).toMatchObject({ quantity: '0.1', state: 'CLOSING' });
    },
  );

  it('vector 37: a price that is none is refused and changes nothing', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    for (const price of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      expect(() => bench.feed.tick('BTCUSDT', price)).toThrow(
        expect.objectContaining({ code: 'TICK_INVALID' }),
      );
    }
    expect(trace(bench)).toEqual([]);
  });

  it('vector 38: three ticks at 46000 make one close', async () => {
    const bench = await holding({ quantity: '0.1', price: '45000' }, LONG_TP_1);
    for (let tick = 0; tick < 3; tick += 1)
      bench.feed.tick('BTCUSDT', 46_000, { time: bench.clock.now() });
    await bench.monitor.settled();
    expect(bench.exchange.placed.filter(({ kind }) => kind === 'market')).toHaveLength(1);
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });
});
