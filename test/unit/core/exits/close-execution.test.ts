import { describe, expect, it } from 'vitest';
import type { ExitExecutionInput } from '../../../../src/model/exit-plan.js';
import type { PositionSide } from '../../../../src/model/side.js';
import type { SymbolSettings } from '../../../../src/monitor/config/monitor-config.js';
import { BTC, describeOrder } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const MARKET = { kind: 'market' } as const;
const IOC = { kind: 'ioc-limit', slippagePct: 0.1, deadlineMs: 1_000 } as const;
const ICEBERG = { kind: 'iceberg', visiblePortion: 0.3, deadlineMs: 5_000 } as const;
const TWAP = { kind: 'twap', slices: 4, intervalMs: 1_000 } as const;
/** Ten minutes in all. */
const SLOW = { kind: 'twap', slices: 10, intervalMs: 60_000 } as const;
const PLAIN: SymbolSettings = { stopLossPct: 5 };

/** Orders that close, e.g. `market 0.1`; both sides alike. */
function closes(bench: ExitBench): readonly string[] {
  return bench.core.exchange.placed
    .filter(({ kind }) => kind === 'market' || kind === 'ioc-limit')
    .map((order) => describeOrder(order).replace(/^(SELL LONG|BUY SHORT) /, ''));
}

function closeFirst(bench: ExitBench, execution?: ExitExecutionInput): Promise<unknown> {
  const { id } = bench.tranche;
  return bench.core.monitor.closeTranche(id, execution && { execution });
}

/** Lets time pass while prices stay fresh. */
async function seconds(bench: ExitBench, count: number, percent = 0): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    await bench.rest(1_000);
    if (second % 10 === 9) await bench.tick(percent);
  }
}

function limitBehind(side: PositionSide, percent: number): string {
  return side === 'LONG'
    ? String((45_000 * (100 - percent)) / 100)
    : String((45_000 * (100 + percent)) / 100);
}

describe.each(SIDES)('closing a %s in another way than its plan says', (side) => {
  it('sells by limits', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    expect(await bench.core.until(closeFirst(bench, IOC))).toMatchObject({ closed: true });
    expect(closes(bench)).toEqual([`ioc-limit 0.1 @ ${limitBehind(side, 0.1)}`]);
    expect(bench.closed).toEqual(['manual']);
    expect(await bench.core.resting()).toEqual([]);
  });

  it('sells in visible slices', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    await bench.core.until(closeFirst(bench, ICEBERG));
    expect(closes(bench)).toEqual(['market 0.03', 'market 0.03', 'market 0.03', 'market 0.01']);
  });

  it('sells over time, while the stop rests', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    const asked = closeFirst(bench, TWAP);
    await bench.rest(2_500);
    expect(closes(bench)).toEqual(['market 0.025', 'market 0.025', 'market 0.025']);
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-5)}`]);
    await bench.rest(500);
    expect(await asked).toMatchObject({ closed: true, remaining: '0' });
    expect(await bench.core.held()).toBe('');
  });

  it.each([IOC, ICEBERG, TWAP])(
    'sells at market where the plan says $kind',
    async (exitExecution) => {
      const bench = await ExitBench.holding(side, { ...PLAIN, exitExecution });
      await bench.core.until(closeFirst(bench, MARKET));
      expect(closes(bench)).toEqual(['market 0.1']);
    },
  );

  it('is for this close alone', async () => {
    const bench = await ExitBench.holding(side, { ...PLAIN, exitExecution: TWAP });
    await bench.core.until(closeFirst(bench, MARKET));
    await bench.enter('0.1');
    expect(bench.tranche.plan.exitExecution).toMatchObject({ kind: 'twap', slices: 4 });
    bench.core.exchange.forget();
    void closeFirst(bench);
    await bench.rest(100);
    expect(closes(bench)).toEqual(['market 0.025']);
  });

  it('takes the slippage of the configuration unless told', async () => {
    const bench = await ExitBench.holding(side, PLAIN, { globals: { maxSlippageBps: 20 } });
    await bench.core.until(closeFirst(bench, { kind: 'ioc-limit' }));
    expect(closes(bench)).toEqual([`ioc-limit 0.1 @ ${limitBehind(side, 0.2)}`]);
  });

  it('goes on after a restart', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    void closeFirst(bench, TWAP).catch(() => {});
    await bench.rest(1_100);
    expect(closes(bench)).toEqual(['market 0.025', 'market 0.025']);
    const next = await bench.reborn(PLAIN);
    await next.tick(0);
    expect(closes(next)).toEqual([]);
    await next.rest(1_000);
    expect(closes(next)).toEqual(['market 0.025']);
    await next.rest(1_000);
    expect(closes(next)).toEqual(['market 0.025', 'market 0.025']);
    expect(next.closed).toEqual(['manual']);
  });

  it('is for every tranche of the side', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    const { core } = bench;
    await bench.enter('0.2', 0, true);
    const other = side === 'LONG' ? 'SELL' : 'BUY';
    await core.fill('0.3', '45000', { side: other });
    core.exchange.forget();
    const execution = { kind: 'iceberg', visiblePortion: 0.5 } as const;
    await core.until(core.monitor.closePosition(BTC, side, { execution }));
    expect([...closes(bench)].sort()).toEqual([
      'market 0.05',
      'market 0.05',
      'market 0.1',
      'market 0.1',
    ]);
    expect(core.tranches()).toMatchObject([
      { quantity: '0.3', plan: { exitExecution: { kind: 'market' } } },
    ]);
  });

  it('is for both sides of a symbol', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    const { core } = bench;
    await core.fill('0.1', '45000', { side: side === 'LONG' ? 'SELL' : 'BUY' });
    await core.until(core.monitor.closePosition(BTC, undefined, { execution: IOC }));
    expect(core.exchange.placed.filter(({ kind }) => kind === 'ioc-limit')).toHaveLength(2);
    expect(core.tranches()).toEqual([]);
  });
});

describe.each(SIDES)('a close of a %s that is under way', (side) => {
  async function underWay(settings: SymbolSettings): Promise<ExitBench> {
    const bench = await ExitBench.holding(side, { ...PLAIN, ...settings });
    void closeFirst(bench).catch(() => {});
    await bench.rest(100);
    return bench;
  }

  it('loses its patience, and keeps its cause', async () => {
    const bench = await ExitBench.holding(side, {
      ...PLAIN,
      exitExecution: SLOW,
      timeLimitMs: 60_000,
    });
    await seconds(bench, 61);
    expect(closes(bench)).toEqual(['market 0.01']);
    const answer = await bench.core.until(closeFirst(bench, MARKET));
    expect(answer).toMatchObject({ closed: true });
    expect(closes(bench)).toEqual(['market 0.01', 'market 0.09']);
    expect(bench.closed).toEqual(['time-limit']);
  });

  it('keeps the level and the price that closed it', async () => {
    const bench = await ExitBench.holding(side, {
      ...PLAIN,
      takeProfitPct: 1,
      takeProfitOrder: 'local',
      exitExecution: SLOW,
    });
    await bench.tick(1);
    await bench.rest(100);
    await bench.core.until(closeFirst(bench, MARKET));
    expect(closes(bench)).toEqual(['market 0.01', 'market 0.09']);
    expect(bench.core.named('tranche:closed')[0]).toMatchObject({
      reason: 'take-profit',
      chain: { rule: 'take-profit', level: bench.text(1), tick: { price: bench.text(1) } },
    });
  });

  it('leaves in slices from now on', async () => {
    const bench = await underWay({ exitExecution: SLOW });
    await bench.core.until(closeFirst(bench, ICEBERG));
    expect(closes(bench)).toEqual(['market 0.01', 'market 0.03', 'market 0.03', 'market 0.03']);
  });

  it('has the time of the new way, counted from now', async () => {
    const bench = await ExitBench.holding(side, { ...PLAIN, exitExecution: SLOW }, { live: true });
    const { core } = bench;
    void closeFirst(bench).catch(() => {});
    await seconds(bench, 50);
    core.exchange.forget();
    /** Trades far from what we hear: no limit fills. */
    await core.market(bench.price(-1));
    void closeFirst(bench, IOC).catch(() => {});
    await bench.rest(999);
    expect(new Set(closes(bench))).toEqual(new Set([`ioc-limit 0.09 @ ${limitBehind(side, 0.1)}`]));
    expect(closes(bench)).toHaveLength(4);
    await bench.rest(1);
    expect(closes(bench).at(-1)).toBe('market 0.09');
  });

  it('does not begin anew when the same is asked for again', async () => {
    const bench = await underWay({ exitExecution: TWAP });
    for (let ms = 100; ms < 3_000; ms += 500) {
      void closeFirst(bench, TWAP).catch(() => {});
      await bench.rest(500);
    }
    expect(closes(bench)).toHaveLength(4);
    expect(bench.closed).toEqual(['manual']);
  });

  it('counts what was sold as slices of the new schedule', async () => {
    const bench = await underWay({ exitExecution: { ...SLOW, slices: 2 } });
    expect(closes(bench)).toEqual(['market 0.05']);
    void closeFirst(bench, TWAP).catch(() => {});
    await bench.rest(1_999);
    expect(closes(bench)).toHaveLength(1);
    await bench.rest(1_001);
    expect(closes(bench)).toEqual(['market 0.05', 'market 0.025', 'market 0.025']);
    expect(bench.closed).toEqual(['manual']);
  });

  it('remembers over a restart from when on it was to leave so', async () => {
    const bench = await underWay({ exitExecution: SLOW });
    await seconds(bench, 30);
    void closeFirst(bench, { ...SLOW, intervalMs: 1_000 }).catch(() => {});
    await bench.rest(1_500);
    expect(closes(bench)).toEqual(['market 0.01', 'market 0.01']);
    const next = await bench.reborn({ ...PLAIN, exitExecution: SLOW });
    await next.tick(0);
    await next.rest(3_000);
    expect(closes(next)).toEqual(['market 0.01', 'market 0.01', 'market 0.01']);
  });

  it('is slowed down while its stop rests', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    const { exchange } = bench.core;
    exchange.refuse = ({ kind }) => (kind === 'market' ? 'throttled' : null);
    void closeFirst(bench).catch(() => {});
    await bench.rest(100);
    expect(new Set(closes(bench))).toEqual(new Set(['market 0.1']));
    void closeFirst(bench, SLOW).catch(() => {});
    exchange.refuse = null;
    exchange.forget();
    await seconds(bench, 30);
    expect(closes(bench)).toEqual(['market 0.01']);
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-5)}`]);
  });

  it('is not slowed down where time is short', async () => {
    const bench = await ExitBench.holding(side, { ...PLAIN, stopLossOrder: 'local' });
    const { exchange } = bench.core;
    exchange.refuse = () => 'throttled';
    await bench.tick(-5.1);
    void closeFirst(bench, SLOW).catch(() => {});
    await bench.rest(100);
    expect(bench.tranche).toMatchObject({
      state: 'CLOSING',
      plan: { exitExecution: { kind: 'market' } },
    });
    exchange.refuse = null;
    exchange.forget();
    await seconds(bench, 30, -5.1);
    expect(closes(bench)).toEqual(['market 0.1']);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('is not slowed down in a panic', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    const { exchange, monitor } = bench.core;
    exchange.refuse = ({ kind }) => (kind === 'market' ? 'throttled' : null);
    void monitor.closeAll({ confirm: true }).catch(() => {});
    await bench.rest(100);
    void closeFirst(bench, SLOW).catch(() => {});
    await bench.rest(100);
    expect(bench.tranche.plan.exitExecution).toEqual(MARKET);
    exchange.refuse = null;
    exchange.forget();
    await seconds(bench, 30);
    expect(closes(bench)).toEqual(['market 0.1']);
    expect(bench.closed).toEqual(['panic']);
  });

  it('is hurried by a panic, however it was to leave', async () => {
    const bench = await ExitBench.holding(side, PLAIN);
    void closeFirst(bench, SLOW).catch(() => {});
    await bench.rest(100);
    await bench.core.until(bench.core.monitor.closeAll({ confirm: true }));
    expect(closes(bench)).toEqual(['market 0.01', 'market 0.09']);
    expect(bench.closed).toEqual(['panic']);
  });
});

describe('options of a close that cannot be', () => {
  const BAD: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'no kind',
      { execution: {} },
      /options\.execution\.kind: expected .*"market".*received nothing/,
    ],
    ['another kind', { execution: { kind: 'vwap' } }, /options\.execution\.kind: .*"vwap"/],
    ['null', { execution: null }, /options\.execution: expected \{ kind: "market" \}/],
    ['a text', { execution: 'market' }, /options\.execution: expected \{ kind: "market" \}/],
    ['too few slices', { execution: { ...TWAP, slices: 0 } }, /options\.execution\.slices/],
    ['nothing to show', { execution: { kind: 'iceberg' } }, /options\.execution.*visiblePortion/],
    [
      'a key of another kind',
      { execution: { kind: 'market', slices: 3 } },
      /options\.execution\.slices: expected a known key.*belongs to kind "twap"/,
    ],
    ['an unknown option', { executoin: MARKET }, /options\.executoin: .*Did you mean execution\?/],
    ['the name of a plan', { exitExecution: MARKET }, /For one close it is called execution/],
    ['no object', 'market', /expected an object such as/],
    ['nothing at all', null, /expected an object such as/],
    ['a list', [MARKET], /expected an object such as/],
  ];

  it.each(BAD)('are refused, and nothing is closed: %s', async (_what, options, message) => {
    const bench = await ExitBench.holding('LONG', PLAIN);
    const { monitor, exchange } = bench.core;
    exchange.forget();
    const calls = [
      () => monitor.closeTranche(bench.tranche.id, options as never),
      () => monitor.closePosition(BTC, 'LONG', options as never),
    ];
    for (const call of calls) {
      const error = await bench.core.until(call()).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'PLAN_INVALID' });
      expect((error as Error).message).toMatch(message);
    }
    await bench.rest();
    expect(exchange.writes).toEqual([]);
    expect(bench.tranche).toMatchObject({ state: 'OPEN', plan: { exitExecution: MARKET } });
  });

  it('are refused with slippage of the configuration that leaves nothing', async () => {
    const globals = { maxSlippageBps: 10_000 };
    const bench = await ExitBench.holding('LONG', PLAIN, { globals });
    const asked = bench.core.until(closeFirst(bench, { kind: 'ioc-limit' }));
    await expect(asked).rejects.toThrow(/slippagePct.*100 from maxSlippageBps/);
    expect(bench.isOpen).toBe(true);
  });

  it('may be empty', async () => {
    const bench = await ExitBench.holding('LONG', PLAIN);
    const { monitor } = bench.core;
    const asked = monitor.closePosition(BTC, undefined, { execution: undefined } as never);
    expect(await bench.core.until(asked)).toMatchObject({ closed: true });
    expect(closes(bench)).toEqual(['market 0.1']);
  });

  it('do not stand in place of the side', async () => {
    const bench = await ExitBench.holding('LONG', PLAIN);
    const asked = bench.core.monitor.closePosition(BTC, { execution: MARKET } as never);
    await expect(bench.core.until(asked)).rejects.toThrow(/Options come third/);
    expect(bench.tranche.state).toBe('OPEN');
  });

  it('are refused in a panic, which is at market', async () => {
    const bench = await ExitBench.holding('LONG', PLAIN);
    const asked = bench.core.monitor.closeAll({ confirm: true, execution: TWAP } as never);
    await expect(bench.core.until(asked)).rejects.toThrow(/the key execution.*always at market/);
    expect(bench.tranche.state).toBe('OPEN');
  });

  it('change nothing for an id that there is not', async () => {
    const bench = await ExitBench.holding('LONG', PLAIN);
    const asked = bench.core.monitor.closeTranche('nobody', { execution: TWAP });
    await expect(bench.core.until(asked)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(bench.tranche.plan.exitExecution).toEqual(MARKET);
  });

  it('change nothing of what is closed', async () => {
    const bench = await ExitBench.holding('LONG', PLAIN);
    const { id } = bench.tranche;
    const { monitor } = bench.core;
    await bench.core.until(monitor.closeTranche(id));
    const again = await bench.core.until(monitor.closeTranche(id, { execution: TWAP }));
    expect(again).toMatchObject({ closed: true, remaining: '0' });
    expect(monitor.tranche(id)?.plan.exitExecution).toEqual(MARKET);
  });
});
