import { describe, expect, it } from 'vitest';
import type { SymbolSettings } from '../../../src/monitor/config/monitor-config.js';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { generationOf, ProtocolBench, roleOf, SYMBOL } from '../../support/protocol-bench.js';

const TWAP: SymbolSettings = {
  stopLossPct: 1,
  exitExecution: { kind: 'twap', slices: 5, intervalMs: 2_000 },
};
const isClose = ({ clientOrderId }: PlaceOrderRequest): boolean =>
  roleOf(clientOrderId) === 'close';

/** A protected LONG of 0.1 at 45,000 whose close over time began `ms` ago. */
async function closing(settings: SymbolSettings, ms: number): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started({ symbols: { [SYMBOL]: settings } });
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(100);
  void bench.monitor.closePosition(SYMBOL).catch(() => {});
  await bench.run(ms);
  return bench;
}

/** Dies now, and lives again after a while in which prices went on. */
async function dieFor(bench: ProtocolBench, ms: number): Promise<void> {
  bench.crash();
  await bench.run(ms);
  await bench.boot();
  bench.tick(45_000);
}

/** Quantity and generation of each close. */
function closes(bench: ProtocolBench): string[] {
  return bench
    .placed('close')
    .map(({ quantity, clientOrderId }) => `${quantity} g${generationOf(clientOrderId)}`);
}

describe('a close over time that a crash interrupts', () => {
  it('goes on where the schedule is by then', async () => {
    const bench = await closing(TWAP, 2_500);
    expect(closes(bench)).toEqual(['0.02 g0', '0.02 g1']);
    await dieFor(bench, 500);
    expect(closes(bench)).toHaveLength(2);
    expect(await bench.resting()).toEqual(['stop-loss SELL 0.1 @ 44550']);
    await bench.run(1_100);
    expect(closes(bench).slice(2)).toEqual(['0.02 g2']);
    await bench.run(4_200);
    expect(closes(bench).slice(3)).toEqual(['0.02 g3', '0.02 g4']);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
    expect(await bench.resting()).toEqual([]);
  });

  it('makes up in one order for what was due meanwhile', async () => {
    const bench = await closing(TWAP, 100);
    await dieFor(bench, 5_000);
    await bench.run(500);
    expect(closes(bench)).toEqual(['0.02 g0', '0.04 g1']);
    await bench.run(4_000);
    expect(closes(bench).slice(2)).toEqual(['0.02 g2', '0.02 g3']);
    expect(await bench.held()).toBe('');
  });

  it('ends at once when its time is over', async () => {
    const bench = await closing(TWAP, 100);
    await dieFor(bench, 60_000);
    await bench.run(500);
    expect(closes(bench)).toEqual(['0.02 g0', '0.08 g1']);
    expect(await bench.held()).toBe('');
  });

  it.each([
    ['carried out', true, ['0.02 g0', '0.02 g1', '0.02 g2', '0.02 g3', '0.02 g4']],
    /** What becomes due until its absence is proven leaves with it. */
    ['lost', false, ['0.02 g0', '0.02 g1', '0.06 g2', '0.02 g3']],
  ] as const)('sells a slice that was under way and %s once', async (_what, executed, expected) => {
    const bench = await closing(TWAP, 1_500);
    bench.exchange.onPlace({ do: 'hang', executed }, isClose);
    await bench.run(600);
    expect(closes(bench)).toHaveLength(2);
    await dieFor(bench, 200);
    await bench.run(20_000);
    expect(closes(bench)).toEqual(expected);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });

  it('goes on in the way that the call asked for, not in that of the plan', async () => {
    const bench = await ProtocolBench.started({ symbols: { [SYMBOL]: { stopLossPct: 1 } } });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(100);
    const execution = { kind: 'twap', slices: 5, intervalMs: 2_000 } as const;
    void bench.monitor.closePosition(SYMBOL, 'LONG', { execution }).catch(() => {});
    await bench.run(100);
    await dieFor(bench, 5_000);
    await bench.run(500);
    expect(closes(bench)).toEqual(['0.02 g0', '0.04 g1']);
    await bench.run(4_000);
    expect(closes(bench).slice(2)).toEqual(['0.02 g2', '0.02 g3']);
    expect(await bench.held()).toBe('');
  });

  it('is over where the stop was filled meanwhile', async () => {
    const bench = await closing(TWAP, 100);
    bench.crash();
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_500, bench.clock.now());
    await bench.run(1_000);
    await bench.boot();
    bench.tick(44_500);
    await bench.run(5_000);
    expect(closes(bench)).toEqual(['0.02 g0']);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });
});

describe('a close by limits that a crash interrupts', () => {
  const IOC: SymbolSettings = {
    stopLossPct: 1,
    exitExecution: { kind: 'ioc-limit', slippagePct: 0.1, deadlineMs: 3_000 },
  };

  it('does not wait for prices to come back', async () => {
    const bench = await closing(IOC, 0);
    /** The exchange trades lower than we hear. */
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_700, bench.clock.now());
    await bench.run(1_000);
    const before = bench.placed('close');
    expect(before.length).toBeGreaterThan(1);
    expect(new Set(before.map(({ kind }) => kind))).toEqual(new Set(['ioc-limit']));
    expect(await bench.held()).toBe('LONG 0.1');
    bench.crash();
    await bench.run(100);
    await bench.boot();
    expect(bench.placed('close').slice(before.length)).toMatchObject([
      { kind: 'market', quantity: '0.1' },
    ]);
    expect(await bench.held()).toBe('');
  });
});
