import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoreBench } from '../support/core-bench.js';
import type { PushedEvent } from '../support/recording-exchange.js';

/** How a position is left at the venue while nobody tells us. */
const WAYS = {
  'a take-profit in three parts': 45_600,
  'a stop in two parts': 42_700,
} as const;

async function leave(price: number): Promise<CoreBench> {
  const bench = await CoreBench.started({
    live: true,
    globals: { reconcileIntervalMs: 3_600_000 },
    paper: {
      partialFills: { limitParts: 3, marketParts: 2 },
      slippageBps: 7,
      fees: { makerPct: '0.02', takerPct: '0.05' },
    },
  });
  await bench.market(45_000);
  await bench.trade('0.1');
  await bench.run(1_000);
  bench.exchange.muted = true;
  for (let part = 0; part < 3; part += 1) await bench.market(price);
  expect(await bench.held()).toBe('');
  bench.exchange.muted = false;
  return bench;
}

/** What is left when everything was told. */
async function outcome(bench: CoreBench): Promise<unknown> {
  await bench.run(5_000);
  const [closed] = bench.named('tranche:closed');
  const state = {
    resting: await bench.resting(),
    held: await bench.held(),
    tranches: bench.tranches(),
    closed: closed && {
      reason: closed.reason,
      quantity: closed.quantity,
      exitPrice: closed.exitPrice,
      realizedPnl: closed.realizedPnl,
      fees: closed.fees,
    },
    closes: bench.exchange.placed.filter(({ kind }) => kind === 'market').length,
  };
  await bench.until(bench.monitor.stop());
  return state;
}

/** Some venues leave our id out of their fills. */
function nameless(event: PushedEvent): PushedEvent {
  if (event.kind !== 'fill') return event;
  const { clientOrderId: _left, ...report } = event.report;
  return { kind: 'fill', report };
}

describe.each(Object.entries(WAYS))('reports of %s', (_way, price) => {
  it('end in the same state, whatever their order and repetition', async () => {
    const straight = await leave(price);
    for (const event of straight.exchange.lost) straight.exchange.push(event);
    const expected = await outcome(straight);
    expect(expected).toMatchObject({ resting: [], held: '', tranches: [], closes: 0 });
    const order = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (picks, leavesIdsOut) => {
        const bench = await leave(price);
        const told = [...bench.exchange.lost, ...bench.exchange.lost]
          .map((event) => ({ event, at: picks.next().value }))
          .sort((a, b) => a.at - b.at);
        for (const { event } of told) bench.exchange.push(leavesIdsOut ? nameless(event) : event);
        expect(await outcome(bench)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
