import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../../src/model/decimal.js';
import { BTC, BTC_INSTRUMENT, type CoreBenchOptions, trace } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const HALVES = {
  takeProfitLevels: [
    { pct: 1, portion: 0.5 },
    { pct: 2, portion: 0.5 },
  ],
  stopLossPct: 5,
};

function split(bench: ExitBench, quantity: unknown, id = bench.tranche.id) {
  return bench.core.until(bench.core.monitor.splitTranche(id, quantity as never));
}

function refusalOf<Value>(promise: Promise<Value>): Promise<unknown> {
  return promise.then(
    () => 'accepted',
    (error: unknown) => error,
  );
}

function quantities(bench: ExitBench): readonly string[] {
  return bench.core.tranches().map(({ quantity }) => quantity);
}

describe.each(SIDES)('splitting a tranche of a %s', (side) => {
  const exit = side === 'LONG' ? 'SELL LONG' : 'BUY SHORT';

  it('gives two with the same entry, plan and levels, each with orders of its own', async () => {
    const bench = await ExitBench.holding(side, HALVES);
    const [rest, part] = await split(bench, '0.04');
    expect([rest.quantity, part.quantity]).toEqual(['0.06', '0.04']);
    expect([part.entryPrice, part.plan, part.levels]).toEqual([
      rest.entryPrice,
      rest.plan,
      rest.levels,
    ]);
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.04 @ ${bench.text(-5)}`, `0.06 @ ${bench.text(-5)}`]);
    expect((await bench.profits()).map((line) => line.split(' ')[0])).toEqual([
      '0.02',
      '0.02',
      '0.03',
      '0.03',
    ]);
    const report = await bench.core.monitor.verifyProtection();
    expect(report.protected).toBe(true);
  });

  it('is covered at every moment: the new stop comes first', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    bench.core.exchange.forget();
    await split(bench, '0.04');
    await bench.rest();
    const lines = trace(bench.core);
    expect(lines.filter((line) => line.startsWith('place')).sort()).toEqual([
      `place ${exit} stop-market 0.04 @ ${bench.text(-5)}`,
      `place ${exit} stop-market 0.06 @ ${bench.text(-5)}`,
    ]);
    expect(lines.at(-1)).toBe('cancel stop-market');
    expect(bench.core.named('protection:missing')).toEqual([]);
  });

  it('keeps what was reached for both', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 5,
      breakeven: { activationPct: 1 },
      trailingStop: { activationPct: 2, callbackPct: 1 },
      timeLimitMs: 60_000,
    });
    await bench.tick(4);
    await bench.rest(30_000);
    const [rest, part] = await split(bench, '0.04');
    expect(part.trail).toEqual({ peak: bench.text(4), level: bench.behind(4, 1) });
    expect(rest.trail).toEqual(part.trail);
    expect(part.breakevenReached).toBe(true);
    await bench.tick(5);
    expect(bench.core.tranches().map(({ levels }) => levels.stopLoss)).toEqual([
      bench.behind(5, 1),
      bench.behind(5, 1),
    ]);
    /** The time began with the first fill, for both. */
    await bench.rest(30_100);
    expect(bench.closed).toEqual(['time-limit', 'time-limit']);
  });

  it('sums up to what was there, fees and sources included', async () => {
    const bench = await ExitBench.holding(side, HALVES, {
      live: true,
      paper: { fees: { makerPct: '0.02', takerPct: '0.05' } },
    });
    const before = bench.tranche;
    const [rest, part] = await split(bench, '0.033');
    const sum = (read: (view: typeof rest) => string): string =>
      sumDecimals([rest, part].map((view) => decimal(read(view)))).toFixed();
    expect(sum((view) => view.quantity)).toBe(before.quantity);
    expect(sum((view) => view.fees)).toBe(before.fees);
    expect(sum((view) => view.sources[0]?.cost ?? '0')).toBe(before.sources[0]?.cost);
    expect(sum((view) => view.realizedPnl)).toBe('0');
  });

  it.each([
    ['text that is no number', 'all', '0.1', {}],
    ['nothing', undefined, '0.1', {}],
    ['zero', '0', '0.1', {}],
    ['less than nothing', '-0.01', '0.1', {}],
    ['no finite number', Number.NaN, '0.1', {}],
    ['everything', '0.1', '0.1', {}],
    ['more than everything', '0.2', '0.1', {}],
    ['off the step', '0.0405', '0.1', {}],
    ['a part below the minimum', '0.01', '0.1', { minQty: '0.02' }],
    ['a rest below the minimum', '0.09', '0.1', { minQty: '0.02' }],
    ['a part that could not leave at market', '0.01', '0.1', { minMarketQty: '0.02' }],
    ['off the step of market orders', '0.045', '0.1', { marketStepSize: '0.01' }],
  ])('refuses %s', async (_, quantity, held, filters) => {
    const instruments = [{ ...BTC_INSTRUMENT, ...filters }];
    const bench = await ExitBench.flat(side, { stopLossPct: 5 }, { instruments });
    await bench.enter(held);
    expect(await refusalOf(split(bench, quantity))).toMatchObject({ code: 'QUANTITY_INVALID' });
    expect(quantities(bench)).toEqual([held]);
  });

  it('refuses parts that are worth too little where exits have to be worth something', async () => {
    const options: CoreBenchOptions = {
      instruments: [{ ...BTC_INSTRUMENT, minNotional: '100' }],
      capabilities: { minNotionalOnExits: true },
    };
    const bench = await ExitBench.holding(side, { stopLossPct: 5 }, options);
    expect(await refusalOf(split(bench, '0.002'))).toMatchObject({ code: 'QUANTITY_INVALID' });
    expect(await refusalOf(split(bench, '0.098'))).toMatchObject({ code: 'QUANTITY_INVALID' });
    expect(await refusalOf(split(bench, '0.003'))).toBe('accepted');
  });

  it('refuses what is not open', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    expect(await refusalOf(split(bench, '0.04', 'nobody'))).toMatchObject({ code: 'NOT_FOUND' });
    const { id } = bench.tranche;
    await bench.core.until(bench.core.monitor.closeTranche(id));
    expect(await refusalOf(split(bench, '0.04', id))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('can be done again and again, and never gives an id twice', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    const first = bench.tranche.id;
    const ids = new Set([first]);
    for (let count = 0; count < 4; count += 1) {
      const [, part] = await split(bench, '0.01', first);
      expect(ids.has(part.id)).toBe(false);
      ids.add(part.id);
      if (count % 2 === 0) await bench.core.until(bench.core.monitor.closeTranche(part.id));
    }
    await bench.rest();
    expect(quantities(bench)).toEqual(['0.06', '0.01', '0.01']);
    expect((await bench.stops()).map((line) => line.split(' ')[0])).toEqual([
      '0.01',
      '0.01',
      '0.06',
    ]);
  });

  it('sends further fills of the order where they went before', async () => {
    const bench = await ExitBench.flat(side, { stopLossPct: 5 });
    const more = { orderId: 'grows', side: bench.entrySide, status: 'PARTIALLY_FILLED' } as const;
    await bench.core.fill('0.1', '45000', more);
    const { id } = bench.tranche;
    await split(bench, '0.04');
    await bench.core.fill('0.15', '45000', { ...more, status: 'FILLED' });
    await bench.rest();
    expect(bench.core.monitor.tranche(id)?.quantity).toBe('0.11');
    expect(quantities(bench)).toEqual(['0.11', '0.04']);
    expect((await bench.stops()).map((line) => line.split(' ')[0])).toEqual(['0.04', '0.11']);
  });

  it('stays apart in profit, and becomes one again on request', async () => {
    const bench = await ExitBench.holding(side, HALVES);
    await split(bench, '0.04');
    await bench.tick(0.5);
    await bench.enter('0.01', 0.5);
    await bench.rest();
    expect(bench.core.tranches()).toHaveLength(2);
    const { positionId } = bench.core.tranche();
    await bench.core.until(bench.core.monitor.mergeTranches(positionId));
    await bench.rest();
    expect(quantities(bench)).toEqual(['0.11']);
    expect(await bench.stops()).toEqual([`0.11 @ ${bench.tranche.levels.stopLoss}`]);
    expect((await bench.core.monitor.verifyProtection()).protected).toBe(true);
  });

  it('is unprotected as a whole when the order that opened it is to be', async () => {
    const bench = await ExitBench.flat(side, HALVES);
    await bench.core.fill('0.1', '45000', { orderId: 'both', side: bench.entrySide });
    await split(bench, '0.04');
    await bench.rest();
    expect(await bench.core.until(bench.core.monitor.cancelRelatedOrders('both'))).toBe(true);
    await bench.rest();
    expect(await bench.core.resting(BTC)).toEqual([]);
    expect(quantities(bench)).toEqual(['0.06', '0.04']);
  });

  it('takes levels as far for both as they were taken before', async () => {
    const bench = await ExitBench.holding(side, { ...HALVES, takeProfitOrder: 'local' });
    await bench.ticks(1, 0.5);
    await bench.rest();
    expect(quantities(bench)).toEqual(['0.05']);
    await split(bench, '0.02');
    await bench.tick(1);
    await bench.rest();
    expect(quantities(bench)).toEqual(['0.03', '0.02']);
    await bench.tick(2);
    expect(bench.closed).toEqual(['take-profit', 'take-profit']);
    expect(await bench.core.held()).toBe('');
  });

  it('never sells more than is held while a take-profit is filled in parts', async () => {
    const bench = await ExitBench.holding(side, HALVES, { live: true });
    const orders = await bench.core.paper.fetchOpenOrders(BTC);
    const nearest = orders.find(({ price }) => price === bench.text(1));
    const { sink } = bench.core.exchange;
    if (nearest === undefined || sink === null) throw new Error('nothing rests');
    /** 0.03 of the 0.05 of the first level are told, while the order goes on resting. */
    const filled = { ...nearest, status: 'accepted', executedQty: '0.03' } as const;
    sink.order({ ...filled, avgPrice: bench.text(1), time: bench.core.clock.now() });
    await bench.core.settle();
    expect(quantities(bench)).toEqual(['0.07']);
    await split(bench, '0.02');
    await bench.rest();
    expect(quantities(bench)).toEqual(['0.05', '0.02']);
    for (const view of bench.core.tranches()) {
      const wanted = view.orders.filter(
        ({ role, status, canceling }) =>
          role === 'take-profit' && status === 'accepted' && !canceling,
      );
      const open = sumDecimals(
        wanted.map((order) => decimal(order.quantity).minus(order.executedQty)),
      );
      expect(open.lte(view.quantity), `${open.toFixed()} of ${view.quantity}`).toBe(true);
    }
  });

  it('survives a restart with both parts', async () => {
    const bench = await ExitBench.holding(side, HALVES);
    await split(bench, '0.04');
    await bench.rest();
    const resting = await bench.core.resting(BTC);
    const next = await bench.reborn(HALVES);
    await next.tick(0);
    await next.rest();
    expect(quantities(next)).toEqual(['0.06', '0.04']);
    expect(await next.core.resting(BTC)).toEqual(resting);
  });
});
