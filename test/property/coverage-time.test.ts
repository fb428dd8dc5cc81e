import { describe, expect, it } from 'vitest';
import { BTC, CoreBench } from '../support/core-bench.js';
import { SeededRandom } from '../support/seeded-random.js';

const SEEDS = 40;
const STEPS = 120;
const ACTS = ['tick', 'tick', 'silence', 'feed', 'refuse', 'cancel', 'fill', 'reduce'] as const;

interface Told {
  missing: boolean;
  unprotectedMs: number;
}

/** An account whose feed comes and goes, whose stops are refused or cancelled, whose holdings change. */
async function live(seed: number) {
  const random = new SeededRandom(seed, 'coverage');
  const stopLossOrder = random.pick(['market-on-trigger', 'local'] as const);
  const bench = await CoreBench.started({
    globals: { emergencyClose: false, tranchePnlIncrementPct: 1 },
    symbols: { '*': { takeProfitPct: 20, stopLossPct: 20, stopLossOrder } },
  });
  await bench.market(45_000);
  const entries: string[] = [];
  const act: Record<(typeof ACTS)[number], () => Promise<unknown>> = {
    tick: () => bench.tick(random.int(44_000, 46_000)),
    silence: async () => {},
    feed: async () => (random.chance(0.5) ? bench.feed.disconnect() : bench.feed.reconnect()),
    refuse: async () => {
      const refused = random.chance(0.5);
      bench.exchange.refuse = ({ kind }) => (refused && kind === 'stop-market' ? 'other' : null);
    },
    cancel: async () => {
      const open = await bench.paper.fetchOpenOrders();
      const stop = open.find(({ kind }) => kind === 'stop-market');
      const { clientOrderId = '' } = stop ?? {};
      if (stop) await bench.paper.cancelOrder({ symbol: BTC, clientOrderId, kind: 'stop-market' });
    },
    fill: async () => {
      if (entries.length >= 6) return;
      entries.push('0.1');
      const price = random.pick(['45000', '44000']);
      void bench.monitor.handleOrderFill(bench.fillOf('0.1', price)).catch(() => {});
    },
    reduce: async () => {
      if (!(await bench.held()).startsWith('LONG')) return;
      if (random.chance(0.3)) await bench.trade('0.1', { side: 'SELL', reduceOnly: true });
    },
  };
  return { bench, random, act };
}

describe('time without cover', () => {
  it('is the same by the counters, by what is told, and by looking at every moment', async () => {
    let nakedTotal = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { bench, random, act } = await live(seed);
      let seen = 0;
      let transitions = 0;
      let wasNaked = 0;
      for (let step = 0; step < STEPS; step += 1) {
        await act[random.pick(ACTS)]();
        await bench.settle();
        for (let left = random.int(1, 900); left > 0; ) {
          const next = bench.clock.nextTimerAt ?? Number.POSITIVE_INFINITY;
          const ms = Math.max(1, Math.min(left, next - bench.clock.now()));
          const naked = bench.monitor.getHealth().unprotected;
          /** A guard counts to the very end of its time: what follows within the next ms is its gap. */
          transitions += Math.abs(naked - wasNaked);
          wasNaked = naked;
          seen += naked * ms;
          await bench.run(ms);
          left -= ms;
        }
      }
      const { nakedMs } = bench.monitor.getHealth();
      expect(Math.abs(nakedMs - seen), `seed ${seed}: ${nakedMs} and ${seen}`).toBeLessThanOrEqual(
        transitions,
      );
      const live_ = bench.tranches().map(({ id }) => id);
      const closed = bench.named('tranche:closed').map(({ tranche }) => tranche);
      const merged = bench.named('tranche:merged').flatMap(({ merged: ids }) => ids);
      const open = [...live_, ...merged].map((id) => bench.monitor.tranche(id));
      const perTranche = [...closed, ...open].reduce((sum, t) => sum + (t?.unprotectedMs ?? 0), 0);
      expect(perTranche, `seed ${seed}: per tranche`).toBe(nakedMs);
      nakedTotal += nakedMs;
      checkTold(bench, nakedMs, seed);
      await bench.until(bench.monitor.stop());
    }
    expect(nakedTotal).toBeGreaterThan(100_000);
  });
});

/** What was told as recovered never exceeds the sum, and every missing is followed by its end. */
function checkTold(bench: CoreBench, nakedMs: number, seed: number): void {
  const told = new Map<string, Told>();
  for (const { name, payload } of bench.events) {
    if (name !== 'protection:missing' && name !== 'protection:recovered') continue;
    const { trancheId, unprotectedMs } = payload as { trancheId: string; unprotectedMs: number };
    const known = told.get(trancheId) ?? { missing: false, unprotectedMs: 0 };
    if (name === 'protection:recovered') known.unprotectedMs += unprotectedMs;
    known.missing = name === 'protection:missing';
    told.set(trancheId, known);
  }
  const sum = [...told.values()].reduce((total, one) => total + one.unprotectedMs, 0);
  expect(sum, `seed ${seed}: told`).toBeLessThanOrEqual(nakedMs);
  const open = new Set(bench.tranches().map(({ id }) => id));
  for (const [id, { missing }] of told) {
    if (missing)
      expect(open.has(id), `seed ${seed}: ${id} was told as missing for ever`).toBe(true);
  }
}
