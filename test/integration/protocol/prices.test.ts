import { describe, expect, it } from 'vitest';
import { type BenchOptions, ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

const LOCAL: BenchOptions = {
  symbols: {
    [SYMBOL]: {
      takeProfitPct: 2,
      stopLossPct: 1,
      stopLossOrder: 'local',
      takeProfitOrder: 'local',
    },
  },
};

async function holding(options: BenchOptions = {}): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started(options);
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(200);
  return bench;
}

function lastPrice(bench: ProtocolBench): string | null | undefined {
  return bench.monitor.positions()[0]?.lastPrice;
}

describe('prices that must be doubted', () => {
  it('a jump that the exchange confirms acts', async () => {
    const bench = await holding(LOCAL);
    const started = bench.clock.now();
    bench.tick(40_000);
    expect(lastPrice(bench)).toBe('45000');
    await bench.run(600);
    expect(await bench.held()).toBe('');
    expect((bench.sentAt('close')[0] ?? 0) - started).toBeLessThanOrEqual(20);
  });

  it('a jump that the exchange contradicts does not', async () => {
    const bench = await holding(LOCAL);
    bench.tick(4_500, { feedOnly: true });
    bench.tick(4_500, { feedOnly: true });
    await bench.run(2_000);
    expect(bench.placed('close')).toEqual([]);
    expect(lastPrice(bench)).toBe('45000');
    expect(bench.named('price:rejected')[0]).toMatchObject({ price: '4500' });
  });

  it('a bad tick that is repeated for ever is never confirmed by itself', async () => {
    const bench = await holding(LOCAL);
    for (let count = 0; count < 40; count += 1) {
      bench.tick(4_500, { feedOnly: true });
      await bench.run(250);
    }
    expect(bench.placed('close')).toEqual([]);
  });

  it('without a second witness, a local stop closes at the second fresh tick beyond', async () => {
    const bench = await holding({ ...LOCAL, without: ['fetchPrices'] });
    const started = bench.clock.now();
    bench.tick(40_000);
    await bench.run(510);
    expect(bench.placed('close')).toEqual([]);
    bench.tick(39_990);
    await bench.run(100);
    expect((bench.sentAt('close')[0] ?? 0) - started).toBeGreaterThanOrEqual(500);
    expect(await bench.held()).toBe('');
  });

  it('without a second witness, a tranche whose stop rests waits for the exchange', async () => {
    const bench = await holding({ without: ['fetchPrices'] });
    for (let count = 0; count < 8; count += 1) {
      bench.tick(40_000, { feedOnly: true });
      await bench.run(300);
    }
    expect(bench.placed('close')).toEqual([]);
    expect(await bench.held()).toBe('LONG 0.1');
  });

  it('a second source is a witness', async () => {
    const bench = await holding({ ...LOCAL, sources: ['LAST', 'MARK'], without: ['fetchPrices'] });
    bench.tick(45_000, { source: 'MARK' });
    await bench.run(50);
    const started = bench.clock.now();
    bench.tick(40_000);
    bench.tick(40_010, { source: 'MARK' });
    bench.tick(39_990);
    await bench.run(200);
    expect((bench.sentAt('close')[0] ?? 0) - started).toBeLessThanOrEqual(20);
  });

  it('the first price after a restart is confirmed before it acts', async () => {
    const bench = await holding(LOCAL);
    bench.crash();
    await bench.boot();
    bench.tick(4_500, { feedOnly: true });
    await bench.run(2_000);
    expect(bench.placed('close')).toEqual([]);
    bench.tick(44_500);
    await bench.run(500);
    expect(await bench.held()).toBe('');
  });

  it('a price from before the last one is ignored', async () => {
    const bench = await holding(LOCAL);
    const old = bench.clock.now() - 5_000;
    bench.tick(45_010);
    bench.feed.tick(SYMBOL, 44_000, { time: old });
    await bench.run(1_000);
    expect(bench.placed('close')).toEqual([]);
    expect(lastPrice(bench)).toBe('45010');
  });

  it('of an unknown symbol are ignored', async () => {
    const bench = await holding(LOCAL);
    bench.feed.tick('NOBODY', 1);
    await bench.run(100);
    expect(bench.monitor.getHealth().state).toBe('running');
    expect(bench.placed('close')).toEqual([]);
  });
});

describe('prices that are none', () => {
  it.each([
    Number.NaN,
    0,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MIN_VALUE,
    1e300,
  ])('%d fires nothing and changes nothing', async (price) => {
    const bench = await holding(LOCAL);
    /** The feed of a careless host: no check on the way. */
    const { rawSink } = bench;
    if (rawSink === null) throw new Error('expected a sink');
    rawSink.tick(SYMBOL, 'LAST', price, bench.clock.now(), bench.clock.monotonic());
    rawSink.tick(SYMBOL, 'LAST', price, bench.clock.now(), bench.clock.monotonic());
    await bench.run(2_000);
    expect(bench.placed('close')).toEqual([]);
    expect(lastPrice(bench)).toBe('45000');
    expect(bench.named('monitor:halted')).toEqual([]);
    bench.tick(44_500);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
  });
});

describe('a silent feed', () => {
  it('is no guard: coverage none, health names the symbol', async () => {
    const bench = await holding(LOCAL);
    expect(bench.tranche().coverage).toBe('local');
    await bench.run(25_000);
    expect(bench.tranche().coverage).toBe('none');
    expect(bench.named('price:stale')[0]).toMatchObject({ symbol: SYMBOL });
    expect(bench.monitor.getHealth()).toMatchObject({ staleSymbols: [SYMBOL], unprotected: 1 });
    expect(bench.monitor.getHealth().nakedMs).toBeGreaterThan(0);
    bench.tick(45_010);
    await bench.run(100);
    expect(bench.tranche().coverage).toBe('local');
    expect(bench.monitor.getHealth()).toMatchObject({ staleSymbols: [], unprotected: 0 });
  });

  it('leaves a resting stop as cover', async () => {
    const bench = await holding();
    await bench.run(25_000);
    expect(bench.tranche().coverage).toBe('resting');
    expect(bench.monitor.getHealth().unprotected).toBe(0);
  });

  it('that is disconnected counts as stale at once', async () => {
    const bench = await holding(LOCAL);
    bench.feed.disconnect();
    expect(bench.tranche().coverage).toBe('none');
    expect(bench.monitor.getHealth().websocketConnected).toBe(false);
  });
});

describe('sources', () => {
  it('a stop on the mark price does not hear the last price', async () => {
    const bench = await holding({
      sources: ['LAST', 'MARK'],
      symbols: {
        [SYMBOL]: {
          stopLossPct: 1,
          stopLossOrder: 'local',
          workingType: 'MARK_PRICE',
          takeProfitPct: 2,
          takeProfitOrder: 'local',
        },
      },
    });
    bench.tick(45_000, { source: 'MARK' });
    await bench.run(100);
    bench.tick(44_400);
    await bench.run(1_000);
    expect(bench.placed('close')).toEqual([]);
    bench.tick(44_540, { source: 'MARK' });
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('trigger:hit')[0]).toMatchObject({ source: 'MARK', rule: 'stop-loss' });
  });

  it('a take-profit is judged on what fills it, not on the mark price', async () => {
    const bench = await holding({
      sources: ['LAST', 'MARK'],
      symbols: {
        [SYMBOL]: {
          stopLossPct: 1,
          workingType: 'MARK_PRICE',
          takeProfitPct: 2,
          takeProfitOrder: 'local',
        },
      },
    });
    bench.tick(46_000, { source: 'MARK' });
    await bench.run(1_000);
    expect(bench.placed('close')).toEqual([]);
    bench.tick(45_900);
    await bench.run(1_000);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('take-profit');
  });

  it('the wall clock may jump by an hour either way', async () => {
    const bench = await holding(LOCAL);
    bench.clock.jumpWallBy(3_600_000);
    bench.tick(45_001);
    await bench.run(1_000);
    bench.clock.jumpWallBy(-7_200_000);
    bench.feed.tick(SYMBOL, 45_002);
    await bench.run(1_000);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.tranche().coverage).toBe('local');
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_500, 0);
    bench.feed.tick(SYMBOL, 44_500);
    await bench.run(1_000);
    expect(await bench.held()).toBe('');
  });
});
