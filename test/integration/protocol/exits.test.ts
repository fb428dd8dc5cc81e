import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../src/model/decimal.js';
import type { SymbolSettings } from '../../../src/monitor/config/monitor-config.js';
import { type BenchOptions, ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

async function holding(
  settings: SymbolSettings,
  options: BenchOptions = {},
): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started({ symbols: { [SYMBOL]: settings }, ...options });
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(500);
  return bench;
}

async function ticks(bench: ProtocolBench, ...prices: readonly number[]): Promise<void> {
  for (const price of prices) {
    bench.tick(price);
    await bench.run(50);
  }
}

/** Watches what of the position stops at the exchange cover, at every arrival of a request. */
function watchCover(bench: ProtocolBench): { readonly least: () => number } {
  let least = Number.POSITIVE_INFINITY;
  let covered = false;
  bench.exchange.onArrival = () => {
    void Promise.all([bench.paper.fetchOpenOrders(), bench.paper.fetchPositions(SYMBOL)]).then(
      ([open, held]) => {
        const stops = sumDecimals(
          open.filter(({ kind }) => kind === 'stop-market').map((order) => decimal(order.quantity)),
        );
        const position = sumDecimals(held.map(({ quantity }) => decimal(quantity)));
        const share = position.eq(0) ? 1 : Number(stops.div(position));
        covered ||= share >= 1;
        if (covered) least = Math.min(least, share);
      },
    );
  };
  return { least: () => least };
}

const TRAIL = { trailingStop: { callbackPct: 1 } };
const LADDER = {
  takeProfitLevels: [
    { pct: 1, portion: 0.5 },
    { pct: 2, portion: 0.3 },
    { pct: 3, portion: 0.2 },
  ],
  stopLossPct: 5,
};

describe('exit rules over the line', () => {
  it('move a trail’s stop without a moment in which nothing rests', async () => {
    const bench = await holding(TRAIL);
    const cover = watchCover(bench);
    await ticks(bench, 45_500, 46_000, 46_700, 46_300, 47_000);
    await bench.run(5_000);
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 46530']);
    expect(cover.least()).toBe(1);
    expect(bench.named('protection:missing')).toEqual([]);
    expect(bench.placed('stop-loss').length).toBeGreaterThan(2);
  });

  it('neither raise nor hit a trail with a tick that the exchange contradicts', async () => {
    const bench = await holding({ ...TRAIL, stopLossOrder: 'local' });
    bench.tick(52_000, { feedOnly: true });
    bench.tick(52_000, { feedOnly: true });
    await bench.run(3_000);
    expect(bench.named('price:rejected')[0]).toMatchObject({ price: '52000' });
    expect(bench.tranche().trail).toEqual({ peak: '45000', level: '44550' });
    bench.tick(38_000, { feedOnly: true });
    bench.tick(38_000, { feedOnly: true });
    await bench.run(3_000);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.tranche().trail?.peak).toBe('45000');
    await ticks(bench, 45_400);
    expect(bench.tranche().trail?.peak).toBe('45400');
  });

  it('reach no breakeven, arm no trail and end no time limit with such a tick', async () => {
    const bench = await holding({
      stopLossPct: 5,
      breakeven: { activationPct: 1 },
      trailingStop: { activationPct: 2, callbackPct: 1 },
      timeLimit: { ms: 1_000, onlyIn: 'profit' },
    });
    await ticks(bench, 44_900);
    await bench.run(1_000);
    bench.tick(52_000, { feedOnly: true });
    await bench.run(3_000);
    expect(bench.tranche()).toMatchObject({ breakevenReached: false, trail: null, state: 'OPEN' });
    expect(bench.tranche().levels.stopLoss).toBe('42750');
  });

  it('believe a jump that is true, and raise the trail by it', async () => {
    const bench = await holding(TRAIL);
    bench.tick(52_000);
    await bench.run(3_000);
    expect(bench.tranche().trail?.peak).toBe('52000');
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 51480']);
  });

  const moments = [0, 2, 5, 7, 10, 12, 15, 20, 25, 40];

  it.each(moments)('go on when the process dies %i ms after a trail moved', async (ms) => {
    const bench = await holding(TRAIL);
    bench.tick(46_000);
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    await ticks(bench, 45_800);
    await bench.run(5_000);
    const [peak, resting] = [bench.tranche().trail?.peak, await bench.resting()];
    /** Either nobody remembers the step, or it rests; nothing in between. */
    expect([
      ['45800', 'stop-loss SELL 0.1 @ 45342'],
      ['46000', 'stop-loss SELL 0.1 @ 45540'],
    ]).toContainEqual([peak, resting.join()]);
    expect(resting).toHaveLength(1);
  });

  it.each(moments)('go on when the process dies %i ms after a level filled', async (ms) => {
    const bench = await holding({ ...LADDER, breakeven: { afterLevel: 1 } });
    bench.tick(45_450);
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    await ticks(bench, 45_400);
    await bench.run(5_000);
    expect(bench.tranche().quantity).toBe('0.05');
    expect(bench.tranche().breakevenReached).toBe(true);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.05 @ 45000',
      'take-profit SELL 0.02 @ 46350',
      'take-profit SELL 0.03 @ 45900',
    ]);
    expect(await bench.held()).toBe('LONG 0.05');
  });

  it.each(moments)('take a local level once when the process dies %i ms later', async (ms) => {
    const bench = await holding({ ...LADDER, takeProfitOrder: 'local' });
    bench.tick(45_460);
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    await ticks(bench, 45_460, 45_470);
    await bench.run(20_000);
    expect(await bench.held()).toBe('LONG 0.05');
    expect(bench.tranche().quantity).toBe('0.05');
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.05 @ 42750']);
  });

  it.each(moments)('split once when the process dies %i ms later', async (ms) => {
    const bench = await holding({ stopLossPct: 5 });
    void bench.monitor.splitTranche(bench.tranche().id, '0.04').catch(() => {});
    await bench.run(ms);
    bench.crash();
    await bench.run(500);
    await bench.boot();
    await ticks(bench, 45_000);
    await bench.run(10_000);
    const quantities = bench.tranches().map(({ quantity }) => quantity);
    expect([['0.1'], ['0.06', '0.04']]).toContainEqual(quantities);
    expect(await bench.resting()).toEqual(
      quantities.map((quantity) => `stop-loss SELL ${quantity} @ 42750`).sort(),
    );
  });

  it('wait anew for a confirmation that a crash interrupted, under the order at the floor', async () => {
    const bench = await holding({
      stopLossPct: 1,
      confirm: { ticks: 3, hardFloorPct: 2 },
    });
    await ticks(bench, 44_500, 44_500);
    bench.crash();
    await bench.run(500);
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 43659']);
    await bench.boot();
    await ticks(bench, 44_500, 44_500);
    expect(bench.tranche().state).toBe('OPEN');
    await ticks(bench, 44_500);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
  });

  it('leave a confirmation to the exchange when the feed is lost, at the floor', async () => {
    const bench = await holding({
      stopLossPct: 1,
      confirm: { ticks: 3, hardFloorPct: 2 },
    });
    await ticks(bench, 44_500);
    bench.paper.acceptPrice(SYMBOL, 'LAST', 43_600, bench.clock.now());
    await bench.run(2_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('stop-loss');
  });

  it('close with time alone when neither prices nor the account are heard', async () => {
    const bench = await holding({ stopLossPct: 5, timeLimitMs: 30_000 });
    await bench.run(31_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.reason).toBe('time-limit');
  });

  it('book levels that fill unheard while a plan without them is on its way', async () => {
    const bench = await holding(LADDER);
    bench.exchange.onStream({ do: 'drop' }, () => true, 1_000);
    bench.exchange.onCancel({ do: 'reply-late', ms: 500 }, () => true, 3);
    /** Two levels fill unheard while all three are asked to go. */
    const change = bench.monitor.updatePlan(bench.tranche().id, { takeProfitEnabled: false });
    void change.catch(() => {});
    await bench.run(1);
    bench.paper.acceptPrice(SYMBOL, 'LAST', 45_950, bench.clock.now());
    await bench.run(20_000);
    bench.crash();
    await bench.boot();
    await ticks(bench, 45_000);
    await bench.run(5_000);
    expect(bench.monitor.getHealth().state).toBe('running');
    expect(`LONG ${bench.tranche().quantity}`).toBe(await bench.held());
  });
});
