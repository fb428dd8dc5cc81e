import { describe, expect, it } from 'vitest';
import { CoreBench } from '../../support/core-bench.js';

const NAMES = ['stop', 'close', 'entry B'] as const;
type Name = (typeof NAMES)[number];

/**
 * Tranche A is closed at the exchange, entry B follows, and the stop of A, which still rests, executes what B opened.
 * Nobody tells us of any of it.
 */
async function unheard() {
  const bench = await CoreBench.started({
    live: true,
    symbols: { '*': { stopLossPct: 5 } },
    globals: { reconcileIntervalMs: 3_600_000 },
  });
  await bench.market(45_000);
  await bench.trade('0.016');
  await bench.run(1_000);
  bench.exchange.muted = true;
  /** Comparisons would tell of everything at once. */
  bench.exchange.failing.add('fetchPositions');
  bench.exchange.garble = (order) => {
    void bench.paper.placeOrder(order);
    return { kind: 'accepted' };
  };
  void bench.monitor.closeTranche(bench.tranche().id);
  await bench.run(1_000);
  bench.exchange.garble = null;
  expect(await bench.held()).toBe('');
  await bench.trade('0.01');
  await bench.run(10);
  await bench.market(42_000);
  expect(await bench.held()).toBe('');
  expect(bench.tranches()).toMatchObject([{ quantity: '0.016' }]);
  bench.exchange.muted = false;
  return bench;
}

/** What the account stream lost about one of the three orders comes now. */
async function hear(bench: CoreBench, name: Name): Promise<void> {
  const clientOrderIds = bench.exchange.lost.flatMap((event) =>
    event.kind === 'position' ? [] : [event.report.clientOrderId],
  );
  /** In the order in which they executed. */
  const [close, entry, stop] = [...new Set(clientOrderIds)];
  const wanted = { close, 'entry B': entry, stop }[name];
  for (const event of bench.exchange.lost) {
    if (event.kind !== 'position' && event.report.clientOrderId === wanted)
      bench.exchange.push(event);
  }
  await bench.settle();
}

/** What we believe to hold, tranche by tranche. */
function believed(bench: CoreBench): readonly string[] {
  return bench
    .tranches()
    .map(({ quantity }) => quantity)
    .filter((quantity) => quantity !== '0');
}

/** Every order in which the three can be heard of. */
const ORDERS = NAMES.flatMap((first) =>
  NAMES.flatMap((second) =>
    NAMES.filter((third) => new Set([first, second, third]).size === 3).map(
      (third): readonly Name[] => [first, second, third],
    ),
  ),
);

describe('two exits of a tranche, the later of which took an entry that nobody heard of', () => {
  it.each(ORDERS)('%s, %s, %s: nothing is left that is not there', async (...order) => {
    const bench = await unheard();
    for (const name of order) await hear(bench, name as Name);
    expect(believed(bench)).toEqual([]);
    bench.exchange.failing.clear();
    await bench.run(60_000);
    expect(bench.named('reconcile:completed').at(-1)).toMatchObject({ differences: 0 });
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
    expect(await bench.held()).toBe('');
  });

  it('takes nothing of an entry that was made after both', async () => {
    const bench = await unheard();
    for (const name of ['stop', 'close'] as const) await hear(bench, name);
    await bench.trade('0.02');
    await hear(bench, 'entry B');
    expect(await bench.held()).toBe('LONG 0.02');
    expect(believed(bench)).toEqual(['0.02']);
  });
});
