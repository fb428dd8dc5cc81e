import { describe, expect, it } from 'vitest';
import { createState } from '../../../../src/engine/create-state.js';
import { step } from '../../../../src/engine/step.js';
import { FEED_BARS_CLOCK_MARGIN_MS } from '../../../../src/limits.js';
import type { Effect } from '../../../../src/model/effect.js';
import type { Input } from '../../../../src/model/input.js';
import type { PriceBar } from '../../../../src/model/price-bar.js';
import { resolveConfig } from '../../../../src/monitor/config/resolve-config.js';
import { BTC } from '../../../support/core-bench.js';
import { cumulativeOf, instrumentOf, VENUE } from '../../../support/core-values.js';
import { ENTRY, ExitBench } from '../../../support/exit-bench.js';

const MINUTE = 60_000;
const PLAN = { stopLossPct: 3, volatility: { atrPeriod: 2, barMs: MINUTE, slMultiple: 2 } };

/** A bar of 100 from low to high. */
function bar(startTime: number, more: Partial<PriceBar> = {}): PriceBar {
  return { startTime, open: ENTRY, high: ENTRY + 50, low: ENTRY - 50, close: ENTRY, ...more };
}

function throwing(): never {
  throw new Error('trap');
}

/** Begin of the minute that runs now. */
function running(bench: ExitBench): number {
  const now = bench.core.clock.now();
  return now - (now % MINUTE);
}

async function give(bench: ExitBench, bars: unknown): Promise<unknown> {
  const given = bench.core.monitor.addBars(BTC, MINUTE, bars as readonly PriceBar[]);
  const answer = await bench.core.until(given.catch((error: unknown) => error));
  await bench.core.settle();
  return answer;
}

describe('bars that are not over', () => {
  it.each<[string, (now: number) => number]>([
    ['in microseconds', (now) => (now - 5 * MINUTE) * 1_000],
    ['of tomorrow', (now) => now + 1_440 * MINUTE],
    ['of the running minute, long before its end', (now) => now],
  ])('%s are refused, and later ones count', async (_name, startOf) => {
    const bench = await ExitBench.holding('LONG', PLAN);
    const now = running(bench);
    const refusal = await give(bench, [bar(startOf(now)), bar(startOf(now) + MINUTE)]);
    expect(refusal).toMatchObject({ code: 'BAR_INVALID' });
    expect(bench.stop).toBe('43650');
    expect(await give(bench, [bar(now - 2 * MINUTE), bar(now - MINUTE)])).toBeUndefined();
    expect(bench.stop).toBe('44800');
  });

  it('keep those before them, and none behind', async () => {
    const bench = await ExitBench.holding('LONG', PLAN);
    const now = running(bench);
    const wild = { high: ENTRY + 500, low: ENTRY - 500 };
    const refusal = await give(bench, [
      bar(now - 4 * MINUTE),
      bar(now + 5 * MINUTE),
      bar(now - 3 * MINUTE, wild),
    ]);
    expect(refusal).toMatchObject({ code: 'BAR_INVALID' });
    expect(bench.stop).toBe('43650');
    expect(await give(bench, [bar(now - 3 * MINUTE)])).toBeUndefined();
    expect(bench.stop).toBe('44800');
  });

  it('are told from those that end within the margin of two clocks', async () => {
    const bench = await ExitBench.holding('LONG', PLAN);
    const end = running(bench) + MINUTE;
    await bench.core.run(end - FEED_BARS_CLOCK_MARGIN_MS - 1 - bench.core.clock.now());
    expect(await give(bench, [bar(end - MINUTE)])).toMatchObject({ code: 'BAR_INVALID' });
    await bench.core.run(1);
    expect(await give(bench, [bar(end - MINUTE)])).toBeUndefined();
  });

  it('are counted as an error where the feed gives them', async () => {
    const bench = await ExitBench.flat('LONG', {});
    const { feed, monitor } = bench.core;
    const now = running(bench);
    feed.fetchBars = () => Promise.resolve([bar(now - 2 * MINUTE), bar((now - MINUTE) * 1_000)]);
    const before = monitor.getHealth().errors;
    await bench.enter('0.1');
    const plan = { ...PLAN };
    await bench.core.until(monitor.updatePlan(bench.tranche.id, plan));
    await bench.core.settle();
    expect(monitor.getHealth().errors).toBe(before + 1);
    expect(await give(bench, [bar(now - MINUTE)])).toBeUndefined();
    expect(bench.stop).toBe('44800');
  });
});

describe('bars that cannot be read', () => {
  const good = bar(0);
  const traps: ProxyHandler<object> = { get: throwing, ownKeys: throwing, has: throwing };
  const cases: readonly (readonly [string, () => unknown])[] = [
    [
      'a getter that throws',
      () => [good, Object.defineProperty({ ...good }, 'high', { get: throwing })],
    ],
    ['a proxy for a bar', () => [good, new Proxy({}, traps)]],
    ['a proxy for a price', () => [{ ...good, high: new Proxy({}, traps) }]],
    ['a proxy for a list in a price', () => [{ ...good, high: new Proxy([], traps) }]],
    ['a proxy for the list', () => new Proxy([good], traps)],
    ['a list with a hole', () => new Array(2)],
    ['a price beyond all', () => [{ ...good, high: 1e308 }]],
    ['a price that is too long', () => [{ ...good, high: 1e30 }]],
    ['a price that is too fine', () => [{ ...good, low: 1e-30 }]],
  ];

  it.each(cases)('%s: refused, and nothing halts', async (_name, bars) => {
    const bench = await ExitBench.holding('LONG', PLAN);
    expect(await give(bench, bars())).toMatchObject({ code: 'BAR_INVALID' });
    const { feed, monitor } = bench.core;
    /** The same from the feed. */
    feed.fetchBars = () => Promise.resolve(bars() as readonly PriceBar[]);
    feed.gap(BTC);
    await bench.core.run(1_000);
    expect(bench.core.named('monitor:halted')).toEqual([]);
    expect(monitor.getHealth().state).toBe('running');
    const now = running(bench);
    await give(bench, [bar(now - 2 * MINUTE), bar(now - MINUTE)]);
    expect(bench.stop).toBe('44800');
  });

  it('what the giver does with the list later changes nothing', async () => {
    const bench = await ExitBench.holding('LONG', PLAN);
    const now = running(bench);
    const list = [bar(now - 2 * MINUTE), bar(now - MINUTE)];
    const given = bench.core.monitor.addBars(BTC, MINUTE, list);
    list.length = 0;
    await bench.core.until(given);
    await bench.core.settle();
    expect(bench.stop).toBe('44800');
  });
});

describe('levels that cannot be planned', () => {
  it('stay as they are and are told once; nothing halts', () => {
    const state = createState({
      settings: {
        ...resolveConfig({
          symbols: {
            [BTC]: { stopLossPct: 1, trailingStop: { callbackPct: 2, activationPct: 1 } },
          },
        }).core,
        positionMode: 'hedge',
        pricesConfirmThemselves: true,
      },
      issuer: { instanceId: 'default', incarnation: '0000' },
      venue: VENUE,
      feedSources: new Set(['LAST']),
      lastSeq: 0,
    });
    state.phase = 'running';
    let now = 1_700_000_000_000;
    const effects: Effect[] = [];
    const tell = (input: Input): void => {
      now += 10;
      effects.push(...step(state, input, { now, mono: now, venue: now }));
    };
    tell({ kind: 'instrument', instrument: instrumentOf({ tickSize: '0.1' }) });
    tell({
      kind: 'fill',
      evidence: {
        orderId: 'entry',
        clientOrderId: null,
        symbol: BTC,
        side: 'SELL',
        positionSide: 'SHORT',
        ...cumulativeOf('0.1', '45000'),
        reduceOnly: false,
        terminal: true,
        cause: 'order',
        time: now,
      },
      origin: 'host',
      requestId: null,
    });
    const [node] = state.nodes.values();
    const before = node?.tranche.levels.guard?.toFixed();
    expect(before).toBe('45450');
    /** Rounded down to such a grid, the stop of a SHORT would lie at zero. */
    expect(() =>
      tell({ kind: 'instrument', instrument: instrumentOf({ tickSize: '100000' }) }),
    ).not.toThrow();
    for (const price of [45_000, 44_900, 44_500, 44_400, 44_300]) {
      const tick = { symbol: BTC, source: 'LAST', price } as const;
      expect(() =>
        tell({ kind: 'tick', ...tick, exchangeTime: now + 10, receivedAt: now + 10 }),
      ).not.toThrow();
    }
    expect(node?.tranche.levels.guard?.toFixed()).toBe(before);
    const told = effects.filter(
      (effect) =>
        effect.kind === 'emit' &&
        effect.event.name === 'protection:failed' &&
        effect.event.payload.reason.includes('impossible level'),
    );
    expect(told).toHaveLength(1);
  });
});
