import { describe, expect, it } from 'vitest';
import { BTC } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const FAR = { stopLossPct: 20 };

/** What the exchange says from now on whenever it is asked. */
function liquidateAt(bench: ExitBench, price: string | undefined): void {
  bench.core.exchange.positionsAnswer = (truth) =>
    truth.map((row) => ({ ...row, ...(price !== undefined && { liquidationPrice: price }) }));
}

async function learn(bench: ExitBench, price: string): Promise<void> {
  liquidateAt(bench, price);
  await bench.core.until(bench.core.monitor.reconcile());
  await bench.rest();
}

function refusalOf<Value>(bench: ExitBench, call: Promise<Value>): Promise<unknown> {
  return bench.core.until(call).catch((error: unknown) => error);
}

describe.each(SIDES)('the liquidation guard of a %s', (side) => {
  /** The stop half a percent of the liquidation price before it, on the tick that is nearer. */
  const inFront = (bench: ExitBench, percent: number): string => {
    const price = bench.price(percent) * (side === 'LONG' ? 1.005 : 0.995);
    const ticks = side === 'LONG' ? Math.ceil(price * 10 - 1e-6) : Math.floor(price * 10 + 1e-6);
    return `${ticks / 10}`;
  };

  it('tightens a stop beyond the liquidation price, and tells it once', async () => {
    const bench = await ExitBench.holding(side, FAR);
    expect(bench.stop).toBe(bench.text(-20));
    await learn(bench, bench.text(-10));
    expect(bench.stop).toBe(inFront(bench, -10));
    expect(await bench.stops()).toEqual([`0.1 @ ${inFront(bench, -10)}`]);
    await bench.core.until(bench.core.monitor.reconcile());
    await bench.rest();
    expect(bench.core.named('protection:tightened')).toMatchObject([
      { level: inFront(bench, -10), liquidationPrice: bench.text(-10), side },
    ]);
    expect(bench.isOpen).toBe(true);
  });

  it('leaves a stop alone that acts before', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    await learn(bench, bench.text(-10));
    expect(bench.stop).toBe(bench.text(-5));
    expect(bench.core.named('protection:tightened')).toEqual([]);
  });

  it('tightens further when the price moves nearer, and never loosens when it goes', async () => {
    const bench = await ExitBench.holding(side, FAR);
    await learn(bench, bench.text(-15));
    await learn(bench, bench.text(-10));
    expect(bench.stop).toBe(inFront(bench, -10));
    await learn(bench, bench.text(-15));
    expect(bench.stop).toBe(inFront(bench, -10));
    await learn(bench, '0');
    expect(bench.stop).toBe(inFront(bench, -10));
  });

  it('tightens what a fill opens where the price is known', async () => {
    const bench = await ExitBench.holding(side, FAR);
    await learn(bench, bench.text(-10));
    await bench.enter('0.1', 0, true);
    await bench.rest();
    expect(bench.core.tranches().map(({ levels }) => levels.stopLoss)).toEqual([
      inFront(bench, -10),
      inFront(bench, -10),
    ]);
  });

  it('hears it from the account stream as well', async () => {
    const bench = await ExitBench.holding(side, FAR);
    bench.core.exchange.sink?.position({
      symbol: BTC,
      side,
      quantity: '0.1',
      liquidationPrice: bench.text(-10),
      time: bench.core.clock.now(),
    });
    await bench.rest();
    expect(bench.stop).toBe(inFront(bench, -10));
  });

  it('keeps the order before the liquidation where hits are confirmed', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 12,
      confirm: { ticks: 2, hardFloorPct: 2 },
    });
    await learn(bench, bench.text(-10));
    const { stopLoss, restingStop } = bench.tranche.levels;
    const sign = side === 'LONG' ? 1 : -1;
    expect(Number(restingStop) * sign).toBeGreaterThanOrEqual(Number(inFront(bench, -10)) * sign);
    expect(Number(stopLoss) * sign).toBeGreaterThanOrEqual(Number(restingStop) * sign);
    expect(bench.core.named('protection:tightened')).toHaveLength(1);
  });

  it('moves the order alone where the guard lies in front already, and closes nothing', async () => {
    const bench = await ExitBench.holding(side, {
      stopLossPct: 3,
      confirm: { ticks: 3, hardFloorPct: 5 },
    });
    await learn(bench, bench.text(-4.4));
    expect(bench.stop).toBe(bench.text(-3));
    expect(bench.tranche.levels.restingStop).toBe(inFront(bench, -4.4));
    await bench.ticks(0, 0.1, 0.2);
    await bench.rest();
    expect(bench.isOpen).toBe(true);
    /** Margin was added: what protects is not loosened by it. */
    await learn(bench, bench.text(-20));
    expect(bench.tranche.levels.restingStop).toBe(inFront(bench, -4.4));
  });

  it('puts the stop between where the price is inside the buffer already, and does not close', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 2 });
    await learn(bench, bench.text(-0.4));
    const middle = Number(bench.text(-0.2));
    expect(Math.abs(Number(bench.stop) - middle)).toBeLessThanOrEqual(0.1);
    await bench.ticks(0, 0.1);
    await bench.rest();
    expect(bench.isOpen).toBe(true);
    await bench.tick(-0.21);
    await bench.rest();
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('refuses a stop beyond it, and changes nothing', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    const { monitor } = bench.core;
    await learn(bench, bench.text(-10));
    for (const call of [
      () => monitor.updateTpSl(bench.tranche.id, { slPrice: bench.text(-12) }),
      () => monitor.updatePlan(bench.tranche.id, { stopLossPct: 12 }),
      () =>
        monitor.updatePlan(bench.tranche.positionId, { stopLossPct: 12 }, { allowImmediate: true }),
    ]) {
      expect(await refusalOf(bench, call())).toMatchObject({ code: 'LEVEL_BEYOND_LIQUIDATION' });
    }
    expect(bench.stop).toBe(bench.text(-5));
    expect(
      await refusalOf(bench, monitor.updateTpSl(bench.tranche.id, { slPrice: bench.text(-9) })),
    ).toBe(true);
    expect(bench.stop).toBe(bench.text(-9));
  });

  it('lets everything else be changed under a stop that it has tightened', async () => {
    const bench = await ExitBench.holding(side, FAR);
    await learn(bench, bench.text(-10));
    const { monitor } = bench.core;
    expect(
      await refusalOf(bench, monitor.updateTpSl(bench.tranche.id, { tpPrice: bench.text(3) })),
    ).toBe(true);
    await bench.rest();
    expect(bench.stop).toBe(inFront(bench, -10));
    expect(await bench.stops()).toEqual([`0.1 @ ${inFront(bench, -10)}`]);
  });

  it('is not deceived by a price on the winning side: hedged accounts show one for both', async () => {
    const bench = await ExitBench.holding(side, { stopLossPct: 5 });
    await learn(bench, bench.text(11));
    expect(bench.isOpen).toBe(true);
    expect(bench.stop).toBe(bench.text(-5));
    expect(
      await refusalOf(
        bench,
        bench.core.monitor.updateTpSl(bench.tranche.id, { slPrice: bench.text(-6) }),
      ),
    ).toBe(true);
  });

  it('does not judge the next position by the price of the last one', async () => {
    const bench = await ExitBench.holding(side, FAR);
    await learn(bench, bench.text(-4));
    liquidateAt(bench, undefined);
    await bench.core.until(bench.core.monitor.closePosition(BTC));
    await bench.rest();
    await bench.enter('0.1', 0);
    expect(bench.stop).toBe(bench.text(-20));
  });

  it('can be switched off, and given another distance', async () => {
    const off = await ExitBench.holding(side, { ...FAR, liquidationGuard: false });
    await learn(off, off.text(-10));
    expect(off.stop).toBe(off.text(-20));
    expect(
      await refusalOf(off, off.core.monitor.updateTpSl(off.tranche.id, { slPrice: off.text(-15) })),
    ).toBe(true);
    const wide = await ExitBench.holding(side, {
      ...FAR,
      liquidationGuard: { bufferPct: 5 },
    });
    await learn(wide, wide.text(-10));
    const level = wide.price(-10) * (side === 'LONG' ? 1.05 : 0.95);
    expect(Number(wide.stop)).toBeCloseTo(level, 0);
  });
});
