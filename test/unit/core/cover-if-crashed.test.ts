import { describe, expect, it } from 'vitest';
import { coverOf } from '../../../src/model/cover.js';
import { decimal } from '../../../src/model/decimal.js';
import type { ProtectionReport } from '../../../src/model/protection-report.js';
import type { OrderStatusReport } from '../../../src/ports/exchange-adapter.js';
import { BTC, CoreBench } from '../../support/core-bench.js';

const part = (trancheId: string, held: string, resting: string, more = {}) => ({
  trancheId,
  held: decimal(held),
  resting: decimal(resting),
  wantsStop: true,
  guardedLocally: false,
  ...more,
});

/** Two LONG tranches of 0.1 and 0.2: the stop of the first one rests, the second one is guarded by us alone. */
async function mixed(): Promise<CoreBench> {
  const bench = await CoreBench.started({ symbols: { '*': { takeProfitPct: 1, stopLossPct: 5 } } });
  await bench.tick(45_000);
  await bench.fill('0.1', '45000');
  await bench.monitor.registerOrder({
    orderId: 'guarded',
    symbol: BTC,
    side: 'BUY',
    positionSide: 'LONG',
    tranche: 'new',
    plan: { stopLossOrder: 'local' },
  });
  await bench.fill('0.2', '45000', { orderId: 'guarded' });
  return bench;
}

function rowOf(report: ProtectionReport) {
  const [row] = report.positions;
  if (row === undefined) throw new Error('one side is reported');
  return row;
}

describe('cover of a side', () => {
  it('counts each contract once, and a guard for nothing when the process ends', () => {
    const cover = coverOf(
      [
        part('rests', '0.3', '0.3', { guardedLocally: true }),
        part('more than held', '0.1', '0.5'),
        part('partly, guarded', '0.5', '0.2', { guardedLocally: true }),
        part('partly', '0.4', '0.1'),
        part('none wanted', '0.7', '0', { wantsStop: false }),
      ],
      decimal('0.05'),
    );
    expect(cover).toEqual({
      resting: '0.7',
      pooled: '0',
      local: '0.3',
      uncovered: '0.35',
      withoutStop: '0.7',
      ifCrashed: {
        covered: '0.7',
        uncovered: '0.65',
        localOnly: [{ trancheId: 'partly, guarded', quantity: '0.3' }],
      },
    });
  });
});

describe('if the process ended now', () => {
  it('the report, the position and the health say what orders at the exchange alone would cover', async () => {
    const bench = await mixed();
    const guarded = bench.tranche(1);
    const expected = {
      resting: '0.1',
      pooled: '0',
      local: '0.2',
      uncovered: '0',
      withoutStop: '0',
      ifCrashed: {
        covered: '0.1',
        uncovered: '0.2',
        localOnly: [{ trancheId: guarded.id, quantity: '0.2' }],
      },
    };
    const report = await bench.monitor.verifyProtection();
    expect(report).toMatchObject({ protected: true, protectedIfCrashed: false });
    expect(rowOf(report)).toMatchObject({ held: '0.3', ours: '0.3', problems: [], ...expected });
    expect(bench.monitor.positions()[0]?.cover).toEqual(expected);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, unprotectedIfCrashed: 1 });
  });

  it('is as good as now where everything rests', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    expect(await bench.monitor.verifyProtection()).toMatchObject({ protectedIfCrashed: true });
    expect(bench.monitor.getHealth().unprotectedIfCrashed).toBe(0);
  });

  it('is true: after a real end the report by then says the same', async () => {
    const bench = await mixed();
    const { ifCrashed } = rowOf(await bench.monitor.verifyProtection());
    await bench.until(bench.monitor.stop());
    const open = await bench.paper.fetchOpenOrders();
    const left = open.filter(({ kind }) => kind === 'stop-market');
    expect(left.map(({ quantity }) => quantity)).toEqual([ifCrashed.covered]);
    /** Its successor cannot hear prices: what only a guard covered is what is uncovered now. */
    const again = new CoreBench({ store: bench.store, after: bench });
    await again.monitor.start();
    again.feed.disconnect();
    const row = rowOf(await again.monitor.verifyProtection());
    expect(row).toMatchObject({ resting: ifCrashed.covered, uncovered: ifCrashed.uncovered });
  });

  it('asks the exchange: an order that is not there covers nothing, whatever memory says', async () => {
    const bench = await mixed();
    bench.exchange.muted = true;
    const stop = (await bench.paper.fetchOpenOrders()).find(({ kind }) => kind === 'stop-market');
    const { clientOrderId = '' } = stop ?? {};
    await bench.paper.cancelOrder({ symbol: BTC, clientOrderId, kind: 'stop-market' });
    expect(bench.monitor.positions()[0]?.cover.ifCrashed.covered).toBe('0.1');
    const report = await bench.monitor.verifyProtection();
    expect(rowOf(report)).toMatchObject({
      resting: '0',
      ifCrashed: { covered: '0', uncovered: '0.3' },
      problems: [expect.stringContaining('does not rest')],
    });
  });

  it('does not count on a stop that was asked to go', async () => {
    const bench = await CoreBench.started({ capabilities: { severalStops: false } });
    await bench.tick(45_000);
    await bench.fill('0.1', '45000');
    bench.exchange.cancelOrder = () => new Promise(() => {});
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: '43000' }).catch(() => {});
    await bench.settle();
    expect(bench.tranche().coverage).toBe('resting');
    expect(bench.monitor.positions()[0]?.cover.ifCrashed).toMatchObject({ covered: '0' });
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, unprotectedIfCrashed: 1 });
  });
});

describe('a report while protection changes', () => {
  const reads = (bench: CoreBench): number =>
    bench.exchange.calls.filter((call) => call.call === 'read' && call.member === 'fetchPositions')
      .length;

  async function holding(): Promise<CoreBench> {
    const bench = await CoreBench.started();
    await bench.tick(45_000);
    await bench.fill('0.1', '45000');
    bench.exchange.forget();
    return bench;
  }

  /** Lets something happen after the exchange has read its open orders and before the answer arrives. */
  function whileReading(bench: CoreBench, act: () => Promise<unknown>, times: number): void {
    const read = bench.exchange.fetchOpenOrders.bind(bench.exchange);
    let left = times;
    bench.exchange.fetchOpenOrders = async (symbol): Promise<readonly OrderStatusReport[]> => {
      const answer = await read(symbol);
      if (left > 0) {
        left -= 1;
        await act();
      }
      return answer;
    };
  }

  it('is asked for again, so that a stop that moves is no gap', async () => {
    const bench = await holding();
    const { id } = bench.tranche();
    whileReading(bench, () => bench.monitor.updateTpSl(id, { slPrice: '43000' }), 1);
    expect(await bench.monitor.verifyProtection()).toMatchObject({ protected: true });
    expect(reads(bench)).toBe(2);
  });

  it('stands after three readings as it is: a doubt is a gap', async () => {
    const bench = await holding();
    const { id } = bench.tranche();
    let level = 43_000;
    const move = async (): Promise<void> => {
      level += 10;
      await bench.monitor.updateTpSl(id, { slPrice: level });
      await bench.run(1_000);
    };
    whileReading(bench, move, Number.POSITIVE_INFINITY);
    const report = await bench.monitor.verifyProtection();
    expect(report.protected).toBe(false);
    expect(rowOf(report).problems).toEqual([expect.stringContaining('does not rest')]);
    expect(reads(bench)).toBe(3);
  });

  it('rejects when a part cannot be read', async () => {
    const bench = await holding();
    bench.exchange.failing.add('fetchPositions');
    await expect(bench.monitor.verifyProtection()).rejects.toThrow('fetchPositions failed');
  });
});
