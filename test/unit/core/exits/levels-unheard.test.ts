import { describe, expect, it } from 'vitest';
import { type CoreBenchOptions, describeOrder } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
/** Two levels, so that one is taken and the tranche stays. */
const LADDER = {
  takeProfitLevels: [
    { pct: 1, portion: 0.5 },
    { pct: 3, portion: 0.5 },
  ],
  stopLossPct: 5,
};
const LOCAL = { ...LADDER, takeProfitOrder: 'local' as const };
const WAYS = [
  ['whose order rests', LADDER],
  ['of our own', LOCAL],
] as const;
const READS = ['fetchOpenOrders', 'fetchPositions', 'fetchFills'];

/** Quantities that were sent at market. */
function atMarket(bench: ExitBench): readonly string[] {
  return bench.core.exchange.placed
    .filter(({ kind }) => kind === 'market')
    .map((order) => describeOrder(order).replace(/^.* market /, ''));
}

/** A protected position whose account stream is down. Our reads of the account fail, too, until told otherwise. */
async function unheard(
  side: 'LONG' | 'SHORT',
  settings: typeof LADDER,
  options: CoreBenchOptions = {},
): Promise<ExitBench> {
  const bench = await ExitBench.holding(side, settings, { live: true, ...options });
  const { exchange } = bench.core;
  await bench.rest(100);
  exchange.forget();
  exchange.muted = true;
  for (const read of READS) exchange.failing.add(read);
  exchange.sink?.connection('disconnected', 'scripted');
  await bench.rest(100);
  return bench;
}

/** From now on answers to cancellations know of no execution: the records of the exchange are behind its book. */
async function answerBehind(bench: ExitBench): Promise<void> {
  const { exchange, paper } = bench.core;
  const open = await paper.fetchOpenOrders();
  exchange.answerCancel = (request) => {
    const known = open.find(({ clientOrderId }) => clientOrderId === request.clientOrderId);
    if (known === undefined) return null;
    void paper.cancelOrder(request);
    return { kind: 'accepted', report: { ...known, status: 'canceled' } };
  };
}

describe.each(SIDES)('a level of a %s, passed while the account stream is down,', (side) => {
  it.each(WAYS)('%s, is not taken before the account was looked at', async (_which, settings) => {
    const bench = await unheard(side, settings);
    const { exchange } = bench.core;
    for (let second = 0; second < 5; second += 1) {
      await bench.tick(1.5);
      await bench.rest(1_000);
    }
    expect(bench.core.named('trigger:hit')[0]).toMatchObject({ decision: 'close' });
    expect(atMarket(bench)).toEqual([]);
    exchange.failing.clear();
    await bench.rest(5_000);
    expect(atMarket(bench)).toEqual(['0.05']);
    expect(await bench.core.held()).toBe(`${side} 0.05`);
  });

  it('does not count on a look from before', async () => {
    const bench = await unheard(side, LOCAL);
    const { exchange } = bench.core;
    exchange.failing.clear();
    await bench.core.until(bench.core.monitor.reconcile());
    for (const read of READS) exchange.failing.add(read);
    await bench.rest(10);
    await bench.tick(1.5);
    await bench.rest(3_000);
    expect(atMarket(bench)).toEqual([]);
  });

  it('is not taken at all where its order was executed unheard', async () => {
    const bench = await unheard(side, LADDER);
    const { exchange } = bench.core;
    await answerBehind(bench);
    await bench.core.market(bench.price(1.5));
    expect(await bench.core.held()).toBe(`${side} 0.05`);
    await bench.tick(1.5);
    await bench.rest(3_000);
    exchange.failing.clear();
    await bench.rest(10_000);
    expect(atMarket(bench)).toEqual([]);
    expect(bench.tranche.quantity).toBe('0.05');
    expect(await bench.core.held()).toBe(`${side} 0.05`);
  });

  it('is taken less what its order has executed unheard', async () => {
    const bench = await unheard(side, LADDER, { paper: { partialFills: { limitParts: 5 } } });
    const { exchange } = bench.core;
    await answerBehind(bench);
    await bench.core.market(bench.price(1.5));
    expect(await bench.core.held()).toBe(`${side} 0.09`);
    await bench.tick(1.5);
    await bench.rest(3_000);
    exchange.failing.clear();
    await bench.rest(10_000);
    expect(atMarket(bench)).toEqual(['0.04']);
    expect(bench.tranche.quantity).toBe('0.05');
    expect(await bench.core.held()).toBe(`${side} 0.05`);
  });
});

describe.each(SIDES)('a level of a %s, passed while the account stream is up,', (side) => {
  it.each(WAYS)('%s, is taken at once', async (_which, settings) => {
    const bench = await ExitBench.holding(side, settings, { live: true });
    await bench.rest(100);
    bench.core.exchange.forget();
    await bench.tick(1.5);
    expect(atMarket(bench)).toEqual(['0.05']);
    expect(bench.tranche.quantity).toBe('0.05');
  });
});
