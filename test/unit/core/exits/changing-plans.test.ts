import { describe, expect, it } from 'vitest';
import { BTC, ETH } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;

function answerOf<Value>(bench: ExitBench, call: Promise<Value>): Promise<unknown> {
  return bench.core.until(call).catch((error: unknown) => error);
}

describe.each(SIDES)('changing the plan of a %s', (side) => {
  it('changes every tranche of a position, each from its own plan', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    await bench.enter('0.1', 0, true);
    const [first, second] = bench.core.tranches();
    const { monitor } = bench.core;
    await bench.core.until(monitor.updatePlan(second?.id ?? '', { stopLossPct: 3 }));
    await bench.core.until(monitor.updatePlan(first?.positionId ?? '', { takeProfitPct: 2 }));
    expect(
      bench.core.tranches().map(({ levels }) => [levels.stopLoss, levels.takeProfits[0]?.price]),
    ).toEqual([
      [bench.text(-5), bench.text(2)],
      [bench.text(-3), bench.text(2)],
    ]);
    await bench.rest();
    expect((await bench.stops()).length).toBe(2);
    expect((await bench.profits()).length).toBe(2);
  });

  it('changes none of them when one cannot', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    await bench.tick(6);
    await bench.enter('0.1', 6, true);
    await bench.tick(3);
    const [first] = bench.core.tranches();
    /** Two percent behind 6 % is passed at 3 %, two percent behind the entry of the other one is not. */
    const refusal = await answerOf(
      bench,
      bench.core.monitor.updatePlan(first?.positionId ?? '', { stopLossPct: 2 }),
    );
    expect(refusal).toMatchObject({ code: 'LEVEL_PASSED' });
    expect(bench.core.tranches().map(({ plan }) => plan.stopLoss)).toEqual([
      { kind: 'percent', percent: '5' },
      { kind: 'percent', percent: '5' },
    ]);
  });

  it('reaches a tranche by the id that it had before it was merged', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 20 });
    await bench.enter('0.1', 0, true);
    const [first, second] = bench.core.tranches();
    const { monitor } = bench.core;
    await bench.core.until(monitor.mergeTranches(first?.positionId ?? ''));
    expect(await answerOf(bench, monitor.updatePlan(second?.id ?? '', { stopLossPct: 2 }))).toBe(
      true,
    );
    expect(bench.stop).toBe(bench.text(-2));
  });

  it('cannot change what is being closed', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    const { id, positionId } = bench.tranche;
    const { monitor, exchange } = bench.core;
    exchange.refuse = ({ kind }) => (kind === 'market' ? 'throttled' : null);
    const closing = monitor.closeTranche(id);
    await bench.core.settle();
    expect(bench.tranche.state).toBe('CLOSING');
    const calls: readonly (() => Promise<unknown>)[] = [
      () => monitor.updatePlan(id, { stopLossPct: 8 }),
      () => monitor.updatePlan(positionId, { takeProfitPct: 1 }),
      () => monitor.updateTpSl(id, { slPrice: null }),
      () => monitor.splitTranche(id, '0.04'),
      () => monitor.mergeTranches(positionId),
    ];
    for (const call of calls) {
      expect(await answerOf(bench, call())).toMatchObject({ code: 'NOT_FOUND' });
    }
    /** The stop goes on resting until it is closed. */
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-5)}`]);
    exchange.refuse = null;
    await bench.core.until(closing);
    expect(bench.closed).toEqual(['manual']);
    expect(await bench.core.resting()).toEqual([]);
  });

  it('counts levels that are given in the middle as shares of what is held', async () => {
    const bench = await ExitBench.holding(side, {
      takeProfitLevels: [
        { pct: 1, portion: 0.5 },
        { pct: 2, portion: 0.5 },
      ],
      stopLossPct: 5,
    });
    await bench.tick(1);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.05');
    await bench.core.until(
      bench.core.monitor.updatePlan(bench.tranche.id, {
        takeProfitLevels: [
          { pct: 3, portion: 0.4 },
          { pct: 4, portion: 0.6 },
        ],
      }),
    );
    await bench.rest();
    expect(await bench.profits()).toEqual(
      [`0.02 @ ${bench.text(3)}`, `0.03 @ ${bench.text(4)}`].sort(),
    );
  });

  it('does not pull a stop that followed levels to levels that were never taken', async () => {
    const bench = await ExitBench.holding(side, {
      takeProfitLevels: [
        { pct: 1, portion: 0.4 },
        { pct: 2, portion: 0.4 },
        { pct: 3, portion: 0.2 },
      ],
      takeProfitOrder: 'local',
      stopLossPct: 5,
      breakeven: { afterLevel: 1, followLevels: true },
    });
    await bench.tick(2);
    expect(bench.stop).toBe(bench.text(1));
    expect(
      await answerOf(
        bench,
        bench.core.monitor.updatePlan(bench.tranche.id, {
          takeProfitLevels: [
            { pct: 4, portion: 0.5 },
            { pct: 6, portion: 0.5 },
          ],
        }),
      ),
    ).toBe(true);
    await bench.rest();
    expect(bench.isOpen).toBe(true);
    expect(bench.stop).toBe('45000');
  });
});

describe('panic', () => {
  async function both(): Promise<ExitBench> {
    const bench = await ExitBench.holding(
      'LONG',
      { stopLossPct: 5 },
      { symbols: { '*': { stopLossPct: 5 } } },
    );
    await bench.core.fill('0.1', '45000', { side: 'SELL', positionSide: 'SHORT' });
    await bench.core.tick(3_000, { symbol: ETH });
    await bench.core.fill('1', '3000', { symbol: ETH });
    return bench;
  }

  const left = (bench: ExitBench): readonly string[] =>
    bench.core.monitor.positions().map(({ symbol, side }) => `${symbol} ${side}`);

  it.each([
    [{}, []],
    [{ symbol: BTC }, [`${ETH} LONG`]],
    [{ symbol: ETH }, [`${BTC} LONG`, `${BTC} SHORT`]],
    [{ side: 'SHORT' as const }, [`${BTC} LONG`, `${ETH} LONG`]],
    [{ side: 'LONG' as const }, [`${BTC} SHORT`]],
    [{ symbol: BTC, side: 'LONG' as const }, [`${BTC} SHORT`, `${ETH} LONG`]],
    [{ symbol: ETH, side: 'SHORT' as const }, [`${BTC} LONG`, `${BTC} SHORT`, `${ETH} LONG`]],
  ])('closes what %j names, and nothing else', async (options, stays) => {
    const bench = await both();
    expect(left(bench)).toHaveLength(3);
    await bench.core.until(bench.core.monitor.closeAll({ confirm: true, ...options }));
    expect([...left(bench)].sort()).toEqual([...stays].sort());
    expect(new Set(bench.closed)).toEqual(stays.length === 3 ? new Set() : new Set(['panic']));
    expect((await bench.core.monitor.verifyProtection()).protected).toBe(true);
  });

  it.each([
    [undefined, 'CONFIRMATION_MISSING'],
    [null, 'CONFIRMATION_MISSING'],
    [{}, 'CONFIRMATION_MISSING'],
    [{ confirm: 'true' }, 'CONFIRMATION_MISSING'],
    [{ symbol: BTC }, 'CONFIRMATION_MISSING'],
    [{ confirm: true, side: 'BUY' }, 'NOT_FOUND'],
    [{ confirm: true, side: 'long' }, 'NOT_FOUND'],
    [{ confirm: true, symbol: 7 }, 'NOT_FOUND'],
    [{ confirm: true, symbol: 'BTCUDST' }, 'NOT_FOUND'],
    [{ confirm: true, symbols: [BTC] }, 'NOT_FOUND'],
  ])('refuses %j and closes nothing', async (options, code) => {
    const bench = await both();
    const refusal = await bench.core.monitor
      .closeAll(options as never)
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code });
    expect(left(bench)).toHaveLength(3);
  });
});
