import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import type { InstrumentInput } from '../../../src/model/instrument.js';
import { planExits } from '../../../src/monitor/plan-exits.js';
import type { Logger } from '../../../src/ports/logger.js';
import { BTC, CoreBench, drained } from '../../support/core-bench.js';
import { ENTRY, ExitBench } from '../../support/exit-bench.js';

const TRAPPED = new Proxy(
  {},
  {
    get: () => {
      throw new Error('trap');
    },
    ownKeys: () => {
      throw new Error('trap');
    },
  },
) as never;
const NO_TEXT = Object.create(null) as never;
const INSTRUMENT: InstrumentInput = { symbol: BTC, tickSize: '0.1', stepSize: '0.001' };
const FILL = { symbol: BTC, side: 'BUY', executedQty: '0.1', avgPrice: '45000' } as const;

async function refusalOf(bench: CoreBench, call: Promise<unknown>): Promise<unknown> {
  return bench.until(
    call.then(
      (answer) => answer,
      (error: unknown) => error,
    ),
  );
}

describe('closing by symbol', () => {
  it('takes "*" for the name of no symbol, although it has a plan', async () => {
    const bench = await CoreBench.started({ symbols: { '*': { stopLossPct: 5 } } });
    await bench.fill('0.1', '45000');
    const { monitor } = bench;
    const all = monitor.closeAll({ confirm: true, symbol: '*' });
    expect(await refusalOf(bench, all)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('closeAll({ confirm: true })'),
    });
    expect(await refusalOf(bench, monitor.closePosition('*'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(bench.tranche().state).toBe('OPEN');
  });

  it('takes it for none either after bars of it were given', async () => {
    const bench = await CoreBench.started();
    const given = bench.monitor.addBars('*', 60_000, []);
    expect(await refusalOf(bench, given)).toMatchObject({ code: 'BAR_INVALID' });
    const close = bench.monitor.closePosition('*');
    expect(await refusalOf(bench, close)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('prices that are longer than a price may be', () => {
  it.each([
    ['tpPrice', { tpPrice: 1e30 }],
    ['slPrice', { slPrice: '1000000000000000000000000000000' }],
    ['slPrice', { slPrice: 1e-30 }],
  ])('updateTpSl refuses %s', async (field, levels) => {
    for (const side of ['LONG', 'SHORT'] as const) {
      const bench = await ExitBench.holding(side, { stopLossPct: 1, takeProfitPct: 1 });
      const { levels: before, id } = bench.tranche;
      const call = bench.core.monitor.updateTpSl(id, levels);
      expect(await refusalOf(bench.core, call)).toMatchObject({
        code: 'LEVEL_INVALID',
        message: expect.stringContaining(field),
      });
      expect(bench.tranche.levels).toEqual(before);
    }
  });

  it('planExits and splitTranche refuse them', async () => {
    for (const fill of [
      { ...FILL, avgPrice: 1e30 },
      { ...FILL, executedQty: 1e30 },
    ]) {
      expect(() => planExits(fill, { stopLossPct: 1 }, INSTRUMENT)).toThrowError(
        expect.objectContaining({ code: 'FILL_INVALID' }),
      );
    }
    const bench = await ExitBench.holding('LONG', { stopLossPct: 1 });
    const split = bench.core.monitor.splitTranche(bench.tranche.id, 1e-30);
    expect(await refusalOf(bench.core, split)).toMatchObject({
      code: 'QUANTITY_INVALID',
      message: expect.stringContaining('a decimal above zero'),
    });
  });

  it('a tick of that size is no price, and no trail remembers it', async () => {
    const bench = await ExitBench.holding('LONG', { trailingStop: { callbackPct: 1 } });
    for (let count = 0; count < 40; count += 1) {
      await bench.core.tick(1e40);
      await bench.core.run(250);
    }
    expect(bench.core.named('price:rejected')[0]?.reason).toContain('not a price');
    expect(bench.tranche.trail?.peak).toBe(String(ENTRY));
    expect(bench.core.named('monitor:halted')).toEqual([]);
  });
});

describe('absolute levels and the other rules of the plan', () => {
  const LADDER = {
    stopLossPct: 1,
    takeProfitLevels: [
      { pct: 1, portion: 0.4 },
      { pct: 2, portion: 0.3 },
      { pct: 3, portion: 0.3 },
    ],
    breakeven: { afterLevel: 2 },
  };

  it.each([
    ['one level', { tpPrice: 46_000 }],
    ['none', { tpPrice: null }],
  ])('a tpPrice that leaves %s is refused while breakeven counts two', async (_name, levels) => {
    const bench = await ExitBench.holding('LONG', LADDER);
    const { id } = bench.tranche;
    const refusal = await refusalOf(bench.core, bench.core.monitor.updateTpSl(id, levels));
    expect(refusal).toMatchObject({ code: 'PLAN_INVALID' });
    expect(String(refusal)).toContain('levels.tpPrice');
    expect(String(refusal)).toContain('breakeven.afterLevel');
    expect(bench.tranche.plan.takeProfits).toHaveLength(3);
    /** A stop alone changes no levels. */
    const stop = bench.core.monitor.updateTpSl(id, { slPrice: 44_700 });
    expect(await refusalOf(bench.core, stop)).toBe(true);
  });

  it('a tpPrice is taken where the level that breakeven counts stays, or was taken', async () => {
    const first = await ExitBench.holding('LONG', { ...LADDER, breakeven: { afterLevel: 1 } });
    const early = first.core.monitor.updateTpSl(first.tranche.id, { tpPrice: 46_000 });
    expect(await refusalOf(first.core, early)).toBe(true);

    const later = await ExitBench.holding('LONG', LADDER);
    await later.tick(1.01);
    await later.rest();
    await later.tick(2.01);
    await later.rest();
    expect(later.tranche.breakevenReached).toBe(true);
    const late = later.core.monitor.updateTpSl(later.tranche.id, { tpPrice: 46_800 });
    expect(await refusalOf(later.core, late)).toBe(true);
    expect(later.tranche.levels).toMatchObject({ stopLoss: '45000', stopRule: 'breakeven' });
  });
});

describe('a tranche that is closing', () => {
  it('is told as closing, since positions() lists it', async () => {
    const bench = await ExitBench.holding('LONG', { stopLossPct: 1 });
    const { monitor } = bench.core;
    const { id, positionId } = bench.tranche;
    const twap = { kind: 'twap', slices: 4, intervalMs: 2_000 } as const;
    void monitor.closeTranche(id, { execution: twap });
    await bench.core.settle();
    expect(bench.tranche.state).toBe('CLOSING');
    for (const name of [id, positionId]) {
      const calls: readonly (() => Promise<unknown>)[] = [
        () => monitor.updatePlan(name, { stopLossPct: 2 }),
        () => monitor.updateTpSl(name, { slPrice: 44_000 }),
        ...(name === id ? [() => monitor.splitTranche(name, '0.01')] : []),
      ];
      for (const call of calls) {
        expect(await refusalOf(bench.core, call())).toMatchObject({
          code: 'NOT_FOUND',
          message: expect.stringContaining('closing'),
        });
      }
    }
    const unknown = monitor.updatePlan('nobody', { stopLossPct: 2 });
    expect(String(await refusalOf(bench.core, unknown))).not.toContain('closing');
  });
});

describe('arguments that are none', () => {
  const LEVELS = { slPrice: 44_700 };
  const calls: readonly (readonly [string, string, (b: CoreBench, id: string) => unknown])[] = [
    [
      'updateTpSl, options null',
      'LEVEL_INVALID',
      (b, id) => b.monitor.updateTpSl(id, LEVELS, null as never),
    ],
    [
      'updateTpSl, options that throw',
      'LEVEL_INVALID',
      (b, id) => b.monitor.updateTpSl(id, LEVELS, TRAPPED),
    ],
    [
      'updateTpSl, levels that throw',
      'LEVEL_INVALID',
      (b, id) => b.monitor.updateTpSl(id, TRAPPED),
    ],
    [
      'updateTpSl, a mistyped option',
      'LEVEL_INVALID',
      (b, id) => b.monitor.updateTpSl(id, LEVELS, { allow: true } as never),
    ],
    [
      'updateTpSl, allowImmediate as text',
      'LEVEL_INVALID',
      (b, id) => b.monitor.updateTpSl(id, LEVELS, { allowImmediate: 'no' as never }),
    ],
    [
      'updateTpSl, allowImmediate as text among the levels',
      'LEVEL_INVALID',
      (b, id) => b.monitor.updateTpSl(id, { ...LEVELS, allowImmediate: 'no' as never }),
    ],
    [
      'updatePlan, options null',
      'PLAN_INVALID',
      (b, id) => b.monitor.updatePlan(id, { stopLossPct: 2 }, null as never),
    ],
    [
      'updatePlan, allowImmediate as number',
      'PLAN_INVALID',
      (b, id) => b.monitor.updatePlan(id, { stopLossPct: 2 }, { allowImmediate: 1 as never }),
    ],
    [
      'cancelRelatedOrders without text',
      'NOT_FOUND',
      (b) => b.monitor.cancelRelatedOrders(NO_TEXT),
    ],
    ['cancelRelatedOrders that throws', 'NOT_FOUND', (b) => b.monitor.cancelRelatedOrders(TRAPPED)],
    ['trancheForOrder without text', 'NOT_FOUND', (b) => b.monitor.trancheForOrder(NO_TEXT)],
    [
      'trancheForOrder of nothing',
      'NOT_FOUND',
      (b) => b.monitor.trancheForOrder(undefined as never),
    ],
    ['history null', 'QUERY_INVALID', (b) => b.monitor.history(null as never)],
    ['history that throws', 'QUERY_INVALID', (b) => b.monitor.history(TRAPPED)],
    [
      'history, a symbol for a limit',
      'QUERY_INVALID',
      (b) => b.monitor.history({ limit: Symbol('x') as never }),
    ],
    [
      'history, a limit that is no number',
      'QUERY_INVALID',
      (b) => b.monitor.history({ limit: Number.NaN }),
    ],
    ['history, a mistyped key', 'QUERY_INVALID', (b) => b.monitor.history({ limits: 1 } as never)],
    ['planExits of nothing', 'FILL_INVALID', () => planExits(undefined as never, {}, INSTRUMENT)],
    ['planExits that throws', 'FILL_INVALID', () => planExits(TRAPPED, {}, INSTRUMENT)],
    [
      'planExits without a side',
      'FILL_INVALID',
      () => planExits({ ...FILL, side: 'LONG' as never }, {}, INSTRUMENT),
    ],
    [
      'planExits without an instrument',
      'INSTRUMENT_UNSUPPORTED',
      () => planExits(FILL, {}, undefined as never),
    ],
  ];

  it.each(calls)('%s: %s', async (_name, code, call) => {
    const bench = await ExitBench.holding('LONG', { stopLossPct: 1 });
    const { levels, id } = bench.tranche;
    const refusal = await refusalOf(
      bench.core,
      Promise.resolve().then(() => call(bench.core, id)),
    );
    expect(refusal).toMatchObject({ code, message: expect.stringContaining('expected') });
    expect(bench.tranche.levels).toEqual(levels);
    expect(bench.core.named('monitor:halted')).toEqual([]);
  });

  it('what was taken before is taken still', async () => {
    const bench = await ExitBench.holding('LONG', { stopLossPct: 1 });
    const { monitor } = bench.core;
    const [source] = bench.tranche.sources;
    expect(monitor.trancheForOrder(source?.orderId ?? '')?.id).toBe(bench.tranche.id);
    expect(monitor.trancheForOrder(7)).toBeUndefined();
    const seen: number[] = [];
    for await (const { seq } of monitor.history({ limit: 2, symbol: BTC })) seen.push(seq);
    expect(seen).toHaveLength(2);
    const unlimited = { limit: Number.POSITIVE_INFINITY };
    for await (const { seq } of monitor.history(unlimited)) seen.push(seq);
    expect(seen.length).toBeGreaterThan(4);
    const passed = monitor.updateTpSl(
      bench.tranche.id,
      { slPrice: 45_100 },
      { allowImmediate: true },
    );
    expect(await refusalOf(bench.core, passed)).toBe(true);
    await bench.rest();
    expect(bench.closed).toEqual(['stop-loss']);
  });
});

describe('a logger that does harm', () => {
  const unhandled = vi.fn();
  afterEach(() => void process.off('unhandledRejection', unhandled));

  const throwing = (): never => {
    throw new Error('the disk of the log is full');
  };
  const rejecting = (): Promise<never> => Promise.reject(new Error('the log server is away'));
  it.each<[string, unknown]>([
    ['throws', { debug: throwing, info: throwing, warn: throwing, error: throwing }],
    ['rejects', { debug: rejecting, info: rejecting, warn: rejecting, error: rejecting }],
    ['knows warnings only', { warn: throwing }],
  ])('and %s keeps nothing from being protected', async (_name, logger) => {
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
    const bench = await CoreBench.started({
      live: true,
      /** Warned of at once, and at the start: nothing is kept over a restart. */
      symbols: { [BTC]: { takeProfitPct: 1 } },
      monitor: { logger: logger as Logger },
    });
    bench.monitor.on('tranche:opened', () => {
      throw new Error('a listener that is logged');
    });
    await bench.market(45_000);
    await bench.tick(45_000);
    await bench.trade('0.1');
    await bench.run(1_000);
    expect(await bench.resting()).toEqual(['SELL LONG limit 0.1 @ 45450']);
    expect(bench.named('listener:error')).toHaveLength(1);
    await bench.until(bench.monitor.stop());
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('does none in a feed either', async () => {
    const feed = new ManualFeed({ logger: { error: throwing } as unknown as Logger });
    await feed.connect({
      tick: throwing,
      connection() {},
      staleness() {},
      gap() {},
    });
    expect(feed.tick(BTC, 45_000)).toBe(true);
    await drained();
  });
});
