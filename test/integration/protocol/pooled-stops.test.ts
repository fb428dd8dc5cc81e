import { describe, expect, it } from 'vitest';
import type { PositionSide } from '../../../src/model/side.js';
import { CappedBench } from '../../support/capped-bench.js';
import type { WriteFault } from '../../support/scripted-exchange.js';
import { SeededRandom } from '../../support/seeded-random.js';

async function started(options: ConstructorParameters<typeof CappedBench>[0] = {}) {
  const bench = new CappedBench(options);
  bench.isHedge = options.positionMode !== 'one-way';
  await bench.start();
  bench.tick(45_000);
  return bench;
}

async function settle(bench: CappedBench, ms = 6_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    bench.tick(45_000);
    await bench.run(1_000);
  }
}

describe("stops within the exchange's limit", () => {
  it('gives every tranche its own stop while there is room', async () => {
    const bench = await started();
    for (let count = 1; count <= 8; count += 1) await bench.open(count);
    await settle(bench);
    expect(bench.coverages('LONG')).toBe(Array(8).fill('resting').join(' '));
    expect(bench.conditional).toBe(8);
  });

  it('lets the loosest share one at the loosest of their levels', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    expect(bench.stops('LONG')).toEqual([
      '0.1@44550',
      '0.1@44100',
      '0.1@43650',
      '0.1@43200',
      '0.1@42750',
      '0.1@42300',
      '0.1@41850',
      '0.5@39600',
    ]);
    expect(bench.coverages('LONG')).toBe(
      [...Array(7).fill('resting'), ...Array(5).fill('pooled')].join(' '),
    );
    expect(bench.refusals).toBe(0);
    expect(bench.shortfalls).toEqual([]);
    const report = await bench.until(bench.monitor.verifyProtection());
    expect(report).toMatchObject({ protected: true, protectedIfCrashed: true });
    expect(report.positions[0]).toMatchObject({ resting: '1.2', pooled: '0.5', problems: [] });
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, unprotectedIfCrashed: 0 });
  });

  it('comes to rest after a burst, newcomers nearest the price first or last', async () => {
    for (const levels of [
      Array.from({ length: 20 }, (_, index) => 1 + index * 0.4),
      Array.from({ length: 20 }, (_, index) => 9 - index * 0.4),
    ]) {
      const bench = await started();
      for (const level of levels) await bench.open(level);
      await settle(bench);
      expect(bench.conditional).toBe(8);
      expect(bench.peak).toBeLessThanOrEqual(10);
      expect(bench.coverages('LONG')).toBe(
        [...Array(7).fill('resting'), ...Array(13).fill('pooled')].join(' '),
      );
      expect(bench.refusals).toBe(0);
      expect(bench.shortfalls).toEqual([]);
    }
  });

  it('gives a tranche its own stop when one becomes free, and only then makes the shared one smaller', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    const [tightest] = bench.liveOf('LONG');
    await bench.until(bench.monitor.closeTranche(tightest?.id ?? ''));
    await settle(bench);
    expect(bench.stops('LONG').at(-2)).toBe('0.1@41400');
    expect(bench.stops('LONG').at(-1)).toBe('0.4@39600');
    expect(bench.conditional).toBe(8);
    for (let count = 0; count < 3; count += 1) {
      await bench.until(bench.monitor.closeTranche(bench.liveOf('LONG')[0]?.id ?? ''));
    }
    await settle(bench);
    expect(bench.coverages('LONG')).toBe(Array(8).fill('resting').join(' '));
    expect(bench.stops('LONG').at(-1)).toBe('0.1@39600');
    expect(bench.shortfalls).toEqual([]);
    expect(bench.refusals).toBe(0);
  });

  it('hands the shared stop on when the tranche that sent it is closed', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    for (let count = 0; count < 3; count += 1) {
      const host = bench.liveOf('LONG').at(-1);
      await bench.until(bench.monitor.closeTranche(host?.id ?? ''));
      await settle(bench, 2_000);
    }
    expect(bench.stops('LONG').at(-1)).toBe('0.2@40950');
    expect(bench.coverages('LONG')).toBe(
      [...Array(7).fill('resting'), 'pooled', 'pooled'].join(' '),
    );
    expect(bench.shortfalls).toEqual([]);
  });

  it('closes a tranche that shares a stop at its own level', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    bench.isJudging = false;
    for (const price of [44_600, 44_000, 43_000, 42_000, 41_300]) {
      bench.tick(price);
      await bench.run(1_500);
      bench.tick(price);
      await bench.run(1_500);
    }
    /** Stops down to 41400 are gone: seven of the exchange, and one of ours. */
    expect(bench.liveOf('LONG').map(({ levels }) => levels.stopLoss)).toEqual([
      '40950',
      '40500',
      '40050',
      '39600',
    ]);
    const last = bench.named('tranche:closed').at(-1);
    expect(last).toMatchObject({ reason: 'stop-loss', chain: { level: '41400' } });
    expect(bench.coverages('LONG')).toBe(Array(4).fill('resting').join(' '));
    expect(await bench.held()).toBe('LONG 0.4');
  });

  it('books what the shared stop executes to all that share it', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    bench.isJudging = false;
    /** Nobody here hears the price: the exchange acts alone. */
    bench.paper.acceptPrice('BTCUSDT', 'LAST', 39_000, bench.clock.now());
    await bench.run(3_000);
    expect(bench.tranches()).toEqual([]);
    const closed = bench.named('tranche:closed');
    expect(closed).toHaveLength(12);
    expect(closed.every(({ reason }) => reason === 'stop-loss')).toBe(true);
    expect(bench.named('position:external')).toEqual([]);
    expect(await bench.held()).toBe('');
    const shared = closed.filter(({ chain }) => chain.fills[0]?.slot === 1_000);
    expect(shared).toHaveLength(5);
  });

  it('knows after a restart who shares what', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    const before = bench.stops('LONG');
    const placed = bench.placed('stop-loss').length;
    const coverages = bench.coverages('LONG');
    bench.crash();
    await bench.run(500);
    await bench.boot();
    await settle(bench);
    expect(bench.stops('LONG')).toEqual(before);
    expect(bench.coverages('LONG')).toBe(coverages);
    expect(bench.placed('stop-loss')).toHaveLength(placed);
    expect(bench.shortfalls).toEqual([]);
  });

  it('shares the slots of a symbol between its sides by their tranches', async () => {
    const bench = await started();
    for (let count = 1; count <= 9; count += 1) await bench.open(count);
    for (let count = 1; count <= 3; count += 1) await bench.open(count, { side: 'SHORT' });
    await settle(bench);
    expect(bench.conditional).toBe(8);
    expect(bench.stops('LONG')).toHaveLength(6);
    expect(bench.stops('SHORT')).toEqual(['0.1@45450', '0.2@46350']);
    expect(bench.coverages('SHORT')).toBe('resting pooled pooled');
    expect(bench.refusals).toBe(0);
    expect(bench.shortfalls).toEqual([]);
  });

  it('gives the slots of conditional take-profits to stops', async () => {
    const bench = await started();
    const plan = { takeProfitOrder: 'market-on-trigger' };
    for (let count = 1; count <= 4; count += 1) await bench.open(count, { plan });
    await settle(bench);
    expect(bench.conditional).toBe(8);
    for (let count = 5; count <= 10; count += 1) await bench.open(count, { plan });
    await settle(bench);
    expect(bench.conditional).toBe(8);
    expect(bench.stops('LONG')).toHaveLength(8);
    const profits = await bench.openOrders('take-profit');
    expect(profits.map(({ kind }) => kind)).toEqual(Array(10).fill('limit'));
    expect(bench.refusals).toBe(0);
    expect(bench.shortfalls).toEqual([]);
  });

  it('leaves to orders of others what they take', async () => {
    const bench = await started();
    await bench.open(1);
    for (const triggerPrice of ['30000', '31000', '32000']) {
      await bench.trade('0.1', {
        side: 'SELL',
        kind: 'stop-market',
        triggerPrice,
        reduceOnly: true,
      });
    }
    await settle(bench, 70_000);
    for (let count = 2; count <= 9; count += 1) await bench.open(count);
    await settle(bench);
    const shared = bench
      .coverages('LONG')
      .split(' ')
      .filter((each) => each === 'pooled');
    expect(shared).toHaveLength(5);
    expect(bench.conditional).toBe(8);
    expect(bench.refusals).toBe(0);
  });

  it('keeps the limit of an account as well', async () => {
    const bench = await started({ of: 'account' });
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    expect(bench.conditional).toBe(8);
    expect(bench.stops('LONG').at(-1)).toBe('0.5@39600');
    expect(bench.refusals).toBe(0);
    expect(bench.shortfalls).toEqual([]);
  });

  it('tells that a tranche shares a stop', async () => {
    const bench = await started();
    for (let count = 1; count <= 10; count += 1) await bench.open(count);
    await settle(bench);
    const placed = bench.named('protection:placed').filter(({ coverage }) => coverage === 'pooled');
    expect(new Set(placed.map(({ trancheId }) => trancheId)).size).toBe(3);
    expect(bench.named('protection:missing')).toEqual([]);
    await bench.until(bench.monitor.stop());
    expect(bench.named('monitor:stopped').at(-1)).toMatchObject({ guardedLocallyOnly: [] });
  });

  it('moves levels across the border, both ways at once', async () => {
    const bench = await started();
    for (let count = 1; count <= 12; count += 1) await bench.open(count);
    await settle(bench);
    const live = bench.liveOf('LONG');
    for (const [index, price] of [
      [0, 38_000],
      [1, 38_500],
      [11, 44_900],
      [10, 44_800],
    ] as const) {
      void bench.monitor.updateTpSl(live[index]?.id ?? '', { slPrice: price });
    }
    await settle(bench);
    expect(bench.stops('LONG')[0]).toBe('0.1@44900');
    expect(bench.stops('LONG').at(-1)).toBe('0.5@38000');
    expect(bench.conditional).toBe(8);
    expect(bench.peak).toBeLessThanOrEqual(10);
    expect(bench.refusals).toBe(0);
    expect(bench.shortfalls).toEqual([]);
  });
});

describe('stops within the limit, whatever happens', () => {
  const seeds = Number(process.env.POOLED_SEEDS ?? '8');
  const from = Number(process.env.POOLED_FROM ?? '1');

  for (const positionMode of ['hedge', 'one-way'] as const) {
    for (let seed = from; seed < from + seeds; seed += 1) {
      it(`comes to rest within it (${positionMode}, seed ${seed})`, async () => {
        await randomLife(seed, positionMode);
      });
    }
  }
});

/** Tranches come, go and move in bursts, requests fail now and then, and then it is quiet. */
async function randomLife(seed: number, positionMode: 'hedge' | 'one-way'): Promise<void> {
  const random = new SeededRandom(seed, `pooled ${positionMode}`);
  const cap = random.pick([10, 10, 5, 12]);
  const takeProfitOrder = random.pick(['limit', 'limit', 'market-on-trigger']);
  const of = random.pick(['symbol', 'symbol', 'account'] as const);
  const bench = await started({ positionMode, cap, of, latencyMs: random.pick([10, 80, 300]) });
  const faulty = random.chance(0.4);
  /** Until an order in doubt is proven absent it keeps its slot. */
  if (faulty) bench.newExposureMs = 15_000;
  bench.chooseOtherFault = () =>
    faulty && random.chance(0.08)
      ? random.pick<WriteFault>([
          { do: 'unknown', executed: true },
          { do: 'unknown', executed: false },
          { do: 'not-sent' },
          { do: 'reply-late', ms: 400 },
          { do: 'reject', code: 'other' },
        ])
      : null;
  const sides = positionMode === 'hedge' ? (['LONG', 'SHORT'] as const) : (['LONG'] as const);
  const pick = () => {
    const side = random.pick(sides);
    const live = bench.liveOf(side);
    return live.length === 0 ? null : random.pick(live);
  };
  for (let round = 0; round < 4; round += 1) {
    const acts = random.int(1, 25);
    for (let act = 0; act < acts; act += 1) {
      const open = bench.tranches().length;
      const chosen = pick();
      if (open < 25 && random.chance(chosen === null ? 1 : 0.6)) {
        await bench.open(random.int(10, 90) / 10, {
          side: random.pick(sides),
          quantity: random.pick(['0.1', '0.05', '0.3']),
          plan: { takeProfitOrder },
        });
      } else if (chosen !== null && random.chance(0.7)) {
        void bench.monitor.closeTranche(chosen.id).catch(() => {});
      } else if (chosen !== null) {
        const away = random.int(10, 90) / 1_000;
        const slPrice = Math.round(45_000 * (chosen.side === 'LONG' ? 1 - away : 1 + away));
        void bench.monitor.updateTpSl(chosen.id, { slPrice }).catch(() => {});
      }
      await bench.run(random.pick([0, 0, 5, 40, 400]));
    }
    if (random.chance(0.2)) {
      bench.crash();
      await bench.run(random.int(0, 1_000));
      await bench.boot();
      bench.tick(45_000);
    }
    await settle(bench, faulty ? 25_000 : 10_000);
    judgeRest(bench, cap, sides);
  }
  expect(bench.shortfalls).toEqual([]);
  expect(bench.named('monitor:halted')).toEqual([]);
  expect(bench.peak).toBeLessThanOrEqual(cap);
  if (!faulty) expect(bench.refusals).toBe(0);
}

function judgeRest(bench: CappedBench, cap: number, sides: readonly PositionSide[]): void {
  expect(bench.conditional).toBeLessThanOrEqual(cap - 2);
  for (const side of sides) {
    const live = bench.liveOf(side);
    expect(live.map(({ coverage }) => coverage).filter((each) => each !== 'pooled')).toEqual(
      live.filter(({ coverage }) => coverage === 'resting').map(() => 'resting'),
    );
    const held = live.reduce((sum, { quantity }) => sum + Number(quantity), 0);
    expect(bench.stopQuantity(side)).toBeCloseTo(held, 9);
    expect(live.every(({ state }) => state === 'OPEN')).toBe(true);
  }
}
