import { describe, expect, it } from 'vitest';
import { BTC, BTC_INSTRUMENT, CoreBench } from '../../support/core-bench.js';
import {
  holding,
  LOCAL,
  naked,
  nakedMs,
  STOP_REFUSED,
  told,
} from '../../support/coverage-bench.js';
import { ProtocolBench } from '../../support/protocol-bench.js';

/**
 * Time without cover, counted by hand. Prices grow stale after 15,000 ms; new exposure is told after 1,000 ms; virtual
 * time moves in whole milliseconds, so every number here is exact.
 */

async function cancelStop(bench: CoreBench): Promise<void> {
  const stop = (await bench.paper.fetchOpenOrders()).find(({ kind }) => kind === 'stop-market');
  const { clientOrderId = '' } = stop ?? {};
  await bench.paper.cancelOrder({ symbol: BTC, clientOrderId, kind: 'stop-market' });
  await bench.settle();
}

describe('new exposure without cover', () => {
  it('counts from the fill, and is not told when it is covered within a second', async () => {
    const bench = await ProtocolBench.started({ latencyMs: 400 });
    bench.feed.disconnect();
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(199);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 199 });
    /** Half of the round trip until the stop is live; the account stream tells it in the other half. */
    await bench.run(5_000);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, nakedMs: 400 });
    expect(bench.tranche().unprotectedMs).toBe(400);
    expect(bench.named('protection:missing')).toEqual([]);
  });

  it('is told after one second, and recovered with every millisecond since the fill', async () => {
    const bench = await naked();
    await bench.run(999);
    expect(bench.named('protection:missing')).toEqual([]);
    await bench.run(1);
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({
        coverage: 'none',
        exposure: '0.1',
        uncovered: '0.1',
        unprotectedMs: 1_000,
      }),
    ]);
    /** Refused at 0, 250, 750, 1,750 and 3,750; the pause doubles and the next attempt comes at 7,750. */
    await bench.run(3_000);
    bench.exchange.refuse = null;
    await bench.run(6_000);
    expect(told(bench)).toEqual([7_750]);
    expect(nakedMs(bench)).toBe(7_750);
    expect(bench.named('protection:missing')).toHaveLength(1);
  });

  it('of a join counts only what the resting stop does not cover', async () => {
    const bench = await holding();
    await bench.run(20_000);
    bench.feed.disconnect();
    bench.exchange.refuse = STOP_REFUSED;
    void bench.monitor.handleOrderFill(bench.fillOf('0.05', '45000')).catch(() => {});
    await bench.run(1_000);
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({ coverage: 'none', exposure: '0.15', uncovered: '0.05' }),
    ]);
    expect(bench.monitor.positions()[0]?.cover).toMatchObject({
      resting: '0.1',
      local: '0',
      uncovered: '0.05',
    });
    expect(nakedMs(bench)).toBe(1_000);
  });

  it('is counted and told while the monitor only observes', async () => {
    const bench = await CoreBench.started({ globals: { usePositionMonitor: false } });
    await bench.fill('0.1', '45000');
    await bench.run(60_000);
    await bench.market(45_000);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 60_000 });
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({ unprotectedMs: 1_000, reason: 'the monitor only observes' }),
    ]);
    await bench.trade('0.1', { side: 'SELL' });
    expect(told(bench)).toEqual([60_000]);
  });

  it('is none where the plan wants no stop, or wants it no more', async () => {
    const bench = await naked();
    const without = await CoreBench.started({ symbols: { '*': { takeProfitPct: 1 } } });
    await without.fill('0.1', '45000');
    await without.run(30_000);
    expect(without.monitor.getHealth()).toMatchObject({ unprotected: 0, nakedMs: 0 });
    expect(without.monitor.positions()[0]?.cover).toMatchObject({ withoutStop: '0.1' });
    await bench.run(2_345);
    expect(await bench.monitor.cancelRelatedOrders('e1')).toBe(true);
    await bench.run(30_000);
    expect(bench.named('protection:recovered')).toEqual([
      expect.objectContaining({ unprotectedMs: 2_345, reason: 'no stop is wanted any more' }),
    ]);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, nakedMs: 2_345 });
  });
});

describe('cover that is lost', () => {
  it('is told at once, and ends when a stop rests again', async () => {
    const bench = await holding();
    await bench.run(20_000);
    bench.exchange.refuse = STOP_REFUSED;
    await cancelStop(bench);
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({ coverage: 'none', uncovered: '0.1', unprotectedMs: 0 }),
    ]);
    /** Refused at 0 and 250; the next attempt comes 500 ms later. */
    await bench.run(300);
    bench.exchange.refuse = null;
    await bench.run(1_000);
    expect(told(bench)).toEqual([750]);
    expect(nakedMs(bench)).toBe(750);
    expect(bench.monitor.getHealth().unprotected).toBe(0);
  });

  it('is no lost time while a guard on a fresh price holds, whichever order is gone', async () => {
    const bench = await holding();
    bench.exchange.refuse = () => 'other';
    for (const { clientOrderId = '', kind } of await bench.paper.fetchOpenOrders()) {
      await bench.paper.cancelOrder({ symbol: BTC, clientOrderId, kind });
      await bench.settle();
    }
    await bench.run(400);
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({ coverage: expect.stringMatching(/local|resting/), uncovered: '0' }),
    ]);
    bench.exchange.refuse = null;
    await bench.run(5_000);
    expect(told(bench)).toEqual([0]);
    expect(nakedMs(bench)).toBe(0);
  });

  it('a gap inside of a told loss is told as the worse one', async () => {
    const bench = await holding();
    bench.exchange.refuse = STOP_REFUSED;
    await cancelStop(bench);
    await bench.run(15_001);
    expect(bench.named('protection:missing').map(({ coverage }) => coverage)).toEqual([
      'local',
      'none',
    ]);
    /** The price comes back first, the stop after it. */
    await bench.run(999);
    await bench.tick(45_000);
    expect(told(bench)).toEqual([1_000]);
    bench.exchange.refuse = null;
    for (let time = 0; time < 20_000; time += 5_000) {
      await bench.run(5_000);
      await bench.tick(45_000);
    }
    expect(told(bench)).toEqual([1_000, 0]);
    expect(nakedMs(bench)).toBe(1_000);
  });
});

describe('a guard that ends by itself', () => {
  it('ends when its last price is 15,000 ms old, to the millisecond, with no input at all', async () => {
    const bench = await holding(LOCAL);
    await bench.run(15_000);
    expect(bench.tranche().coverage).toBe('local');
    expect(nakedMs(bench)).toBe(0);
    await bench.run(1);
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({ coverage: 'none', unprotectedMs: 1 }),
    ]);
    await bench.run(6_233);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 6_234 });
    await bench.tick(45_001);
    expect(told(bench)).toEqual([6_234]);
    expect(bench.tranche()).toMatchObject({ coverage: 'local', unprotectedMs: 6_234 });
    await bench.run(10_000);
    expect(nakedMs(bench)).toBe(6_234);
  });

  it('counts from that moment also where it is noticed later', async () => {
    const bench = await holding(LOCAL);
    /** The process was held up: no timer fired in between. */
    bench.clock.advanceTo(bench.clock.now() + 14_000);
    await bench.tick(45_000);
    const due = bench.clock.now() + 15_000;
    await bench.run(9_000);
    expect(nakedMs(bench)).toBe(0);
    await bench.run(due - bench.clock.now() + 777);
    expect(nakedMs(bench)).toBe(777);
  });

  it('hears only the prices that it is judged on', async () => {
    const bench = await holding({
      sources: ['LAST', 'MARK'],
      symbols: { '*': { stopLossPct: 5, stopLossOrder: 'local', workingType: 'MARK' } },
    });
    await bench.tick(45_000, { source: 'MARK' });
    for (let second = 0; second < 18; second += 1) {
      await bench.run(1_000);
      await bench.tick(45_000 + second);
    }
    expect(bench.monitor.getHealth()).toMatchObject({
      unprotected: 1,
      nakedMs: 3_000,
      staleSymbols: [],
    });
    await bench.run(500);
    await bench.tick(45_000, { source: 'MARK' });
    expect(told(bench)).toEqual([3_500]);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, nakedMs: 3_500 });
  });

  it('ends with the connection: what a fill says of the price is no guard while nothing can be heard', async () => {
    const bench = await holding(LOCAL);
    await bench.run(2_000);
    bench.feed.disconnect();
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 0 });
    await bench.run(300);
    void bench.monitor.handleOrderFill(bench.fillOf('1', '3000', { symbol: 'ETHUSDT' }));
    await bench.run(200);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 2, nakedMs: 500 + 200 });
    bench.feed.reconnect();
    await bench.settle();
    /** The exchange is asked for the first symbol's price; the second one has its fill's for a reference. */
    expect(told(bench)).toEqual([500]);
    await bench.run(100);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, nakedMs: 700 });
  });

  it('is not kept alive by fills: they would hide a feed that is silent', async () => {
    const bench = await holding(LOCAL);
    for (let fill = 0; fill < 4; fill += 1) {
      await bench.run(4_000);
      void bench.monitor.handleOrderFill(bench.fillOf('0.1', '45000')).catch(() => {});
    }
    await bench.settle();
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 1_000 });
    await bench.run(4_001);
    expect(bench.named('price:stale')).toEqual([expect.objectContaining({ ageMs: 20_000 })]);
  });

  it('ends when a fill contradicts the price it hears, until the exchange says which is right', async () => {
    const bench = await holding({ ...LOCAL, live: true });
    bench.paper.acceptPrice(BTC, 'LAST', 45_000, bench.clock.now());
    bench.exchange.failing.add('fetchPrices');
    await bench.run(3_000);
    const far = bench.fillOf('0.1', '60000', { side: 'SELL', positionSide: 'SHORT' });
    void bench.monitor.handleOrderFill(far).catch(() => {});
    await bench.run(1_700);
    expect(bench.tranche().coverage).toBe('none');
    expect(nakedMs(bench)).toBe(2 * 1_700);
    bench.exchange.failing.clear();
    await bench.tick(45_000);
    expect(bench.tranche().coverage).toBe('local');
    expect(told(bench)).toEqual([1_700, 1_700]);
    expect(nakedMs(bench)).toBe(3_400);
  });

  it('begins with the fill that begins the subscription, for everything of its symbol', async () => {
    const first = await holding(LOCAL);
    await first.until(first.monitor.stop());
    const again = new CoreBench({ ...LOCAL, store: first.store, after: first });
    await again.monitor.start();
    await again.run(2_500);
    expect(again.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 2_500 });
    const short = again.fillOf('0.1', '45000', {
      orderId: 'short',
      side: 'SELL',
      positionSide: 'SHORT',
    });
    void again.monitor.handleOrderFill(short).catch(() => {});
    await again.settle();
    expect(told(again)).toEqual([2_500]);
    await again.run(15_001);
    expect(again.monitor.getHealth()).toMatchObject({ unprotected: 2, nakedMs: 2_502 });
  });

  it('begins anew with the next position, whose prices are subscribed again', async () => {
    const bench = await holding(LOCAL);
    await bench.until(bench.monitor.closePosition(BTC));
    await bench.run(20_000);
    expect(await bench.fill('0.1', '45000')).toBe(true);
    expect(bench.tranche().coverage).toBe('local');
    expect(nakedMs(bench)).toBe(0);
  });

  it('covers what is being closed for two seconds, not longer', async () => {
    const bench = await holding(LOCAL);
    bench.exchange.refuse = ({ kind }) => (kind === 'market' ? 'other' : null);
    await bench.run(5_000);
    await bench.tick(42_000);
    await bench.run(2_000);
    expect(bench.tranche()).toMatchObject({ state: 'CLOSING', coverage: 'local' });
    await bench.run(1_500);
    expect(bench.tranche()).toMatchObject({ state: 'CLOSING', coverage: 'none' });
    expect(nakedMs(bench)).toBe(1_500);
    expect(bench.named('protection:missing')).toHaveLength(1);
    bench.exchange.refuse = null;
    await bench.run(20_000);
    expect(bench.tranches()).toEqual([]);
    expect(told(bench)).toEqual([nakedMs(bench)]);
    expect(nakedMs(bench)).toBeGreaterThan(1_500);
  });
});

describe('the end of a tranche', () => {
  it('ends its gap: told before it is told as closed, with the same number', async () => {
    const bench = await ProtocolBench.started({ globals: { emergencyClose: false } });
    bench.feed.disconnect();
    bench.exchange.chooseWriteFault = ({ place }) =>
      place?.kind === 'stop-market' ? { do: 'reject', code: 'other' } : null;
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(4_000);
    expect(nakedMs(bench)).toBe(4_000);
    /** The take-profit is cancelled first, then all is closed: 10 ms each, there and back. */
    void bench.monitor.closePosition(BTC);
    await bench.run(1_000);
    const names = bench.events.map(({ name }) => name);
    expect(names.indexOf('protection:recovered')).toBeLessThan(names.indexOf('tranche:closed'));
    const [recovered] = bench.named('protection:recovered');
    const [closed] = bench.named('tranche:closed');
    expect(recovered).toMatchObject({ unprotectedMs: 4_020, reason: 'nothing is held any more' });
    expect(closed?.tranche.unprotectedMs).toBe(4_020);
    expect(nakedMs(bench)).toBe(4_020);
  });

  it('by a merge keeps what was counted', async () => {
    const bench = await naked({ globals: { emergencyClose: false, tranchePnlIncrementPct: 1 } });
    await bench.run(1_000);
    void bench.monitor.handleOrderFill(bench.fillOf('0.1', '44000')).catch(() => {});
    await bench.run(500);
    expect(nakedMs(bench)).toBe(1_500 + 500);
    const [first, second] = bench.tranches();
    await bench.monitor.mergeTranches(first?.positionId ?? '');
    await bench.run(700);
    expect(nakedMs(bench)).toBe(1_500 + 500 + 700);
    expect(bench.monitor.tranche(second?.id ?? '')?.unprotectedMs).toBe(500);
    expect(bench.tranche().unprotectedMs).toBe(2_200);
  });
});

describe('what an order cannot cover', () => {
  it('is the part below the step of market orders: guarded by us, else told as uncovered', async () => {
    const bench = await holding({
      instruments: [{ ...BTC_INSTRUMENT, marketStepSize: '0.03' }],
    });
    expect(bench.monitor.positions()[0]?.cover).toMatchObject({ resting: '0.09', local: '0.01' });
    await bench.run(15_001);
    expect(bench.named('protection:missing')).toEqual([
      expect.objectContaining({ exposure: '0.1', uncovered: '0.01', unprotectedMs: 1 }),
    ]);
  });
});
