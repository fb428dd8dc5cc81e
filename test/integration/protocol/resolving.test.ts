import { describe, expect, it } from 'vitest';
import type { CancelOrderRequest, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { generationOf, ProtocolBench, roleOf, SYMBOL } from '../../support/protocol-bench.js';
import type { WriteFault } from '../../support/scripted-exchange.js';

const isStop = ({ kind }: PlaceOrderRequest): boolean => kind === 'stop-market';
const isClose = ({ kind }: PlaceOrderRequest): boolean => kind === 'market';
const ofStop = ({ kind }: CancelOrderRequest): boolean => kind === 'stop-market';

async function protectedBench(fault: WriteFault, deaf = true): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started();
  if (deaf) bench.exchange.onStream({ do: 'drop' });
  bench.exchange.onPlace(fault, isStop);
  void bench.monitor.handleOrderFill(await bench.trade('0.1'));
  return bench;
}

describe('an unknown outcome', () => {
  const executed: [string, WriteFault][] = [
    ['an unknown answer', { do: 'unknown', executed: true }],
    ['no answer at all', { do: 'hang', executed: true }],
    ['an error', { do: 'throw', executed: true }],
    ['something thrown that is no error', { do: 'throw', executed: true, value: 'reset' }],
    ['an unreadable answer', { do: 'garbage', executed: true }],
    ['an answer about nothing', { do: 'garbage', executed: true, value: null }],
    [
      'an answer of another order',
      {
        do: 'garbage',
        executed: true,
        value: { kind: 'accepted', report: { symbol: 'OTHER', orderId: '1' } },
      },
    ],
    ['an unlisted outcome', { do: 'garbage', executed: true, value: { kind: 'maybe' } }],
  ];

  it.each(executed)('is found and adopted after %s: one stop', async (_, fault) => {
    const bench = await protectedBench(fault);
    await bench.run(20_000);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.1 @ 44550',
      'take-profit SELL 0.1 @ 45900',
    ]);
    expect(bench.monitor.getHealth().unresolvedOrders).toBe(0);
  });

  const lost: [string, WriteFault][] = [
    ['an unknown answer', { do: 'unknown', executed: false }],
    ['no answer at all', { do: 'hang', executed: false }],
    ['an error', { do: 'throw', executed: false }],
    ['an error thrown on the spot', { do: 'throw-sync' }],
  ];

  it.each(lost)(
    'is sent again under the same id only after the proof, after %s',
    async (_, fault) => {
      const bench = await protectedBench(fault);
      await bench.run(20_000);
      const stops = bench.placed('stop-loss');
      expect(stops).toHaveLength(2);
      expect(stops[1]?.clientOrderId).toBe(stops[0]?.clientOrderId);
      expect({ ...stops[1], expiresAt: 0 }).toEqual({ ...stops[0], expiresAt: 0 });
      const [first = 0, second = 0] = bench.sentAt('stop-loss');
      /** 1 s to leave, 2 s to arrive, 1 s margin, then three misses 250 ms apart. */
      expect(second - first).toBeGreaterThanOrEqual(4_500);
      expect(second - first).toBeLessThanOrEqual(7_500);
      expect(await bench.resting()).toHaveLength(2);
    },
  );

  it('needs three misses, 250 ms apart, in at least two places each', async () => {
    const bench = await protectedBench({ do: 'unknown', executed: false });
    await bench.run(20_000);
    const [first = 0, second = 0] = bench.sentAt('stop-loss');
    const looks = bench.exchange.requests.filter(
      ({ kind, sentAt }) => kind === 'fetchOrder' && sentAt > first + 4_000 && sentAt < second,
    );
    expect(looks.length).toBeGreaterThanOrEqual(3);
    const pauses = looks.slice(1).map(({ sentAt }, index) => sentAt - (looks[index]?.sentAt ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(250);
    const lists = bench.exchange.requests.filter(
      ({ kind, sentAt }) => kind === 'fetchFills' && sentAt > first + 4_000 && sentAt < second,
    );
    expect(lists.length).toBeGreaterThanOrEqual(3);
  });

  it('is not taken for absent while queries fail', async () => {
    const bench = await protectedBench({ do: 'unknown', executed: false });
    bench.exchange.chooseReadFault = (kind) => (kind === 'fetchFills' ? { do: 'fail' } : null);
    await bench.run(30_000);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expect(
      bench.named('protection:failed').some(({ reason }) => reason.startsWith('unresolved')),
    ).toBe(true);
    bench.exchange.chooseReadFault = null;
    await bench.run(15_000);
    expect(await bench.resting()).toHaveLength(2);
  });

  it('is not taken for absent on not-founds of one kind of query alone', async () => {
    const bench = await protectedBench({ do: 'unknown', executed: true });
    bench.exchange.onRead('fetchOrder', { do: 'lie', answer: () => null }, 1_000);
    await bench.run(20_000);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expect(await bench.resting()).toHaveLength(2);
  });

  it('is believed when the late reply comes', async () => {
    const bench = await protectedBench({ do: 'reply-late', ms: 6_000 });
    bench.exchange.chooseReadFault = (kind) => (kind === 'fetchOrder' ? { do: 'fail' } : null);
    await bench.run(7_000);
    const unresolved = bench.named('order:unresolved').map(({ role }) => role);
    expect(unresolved.filter((role) => role === 'stop-loss')).toHaveLength(1);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expect(bench.monitor.getHealth().unresolvedOrders).toBe(0);
  });

  it('ends when the account stream tells of the order', async () => {
    const bench = await protectedBench({ do: 'hang', executed: true }, false);
    await bench.run(1_000);
    expect(await bench.resting()).toHaveLength(2);
    expect(bench.tranche().coverage).toBe('resting');
    await bench.run(10_000);
    expect(bench.placed()).toHaveLength(2);
  });

  it('ends in one stop when the request itself arrives late', async () => {
    const bench = await protectedBench({ do: 'arrive-late', ms: 2_500 });
    await bench.run(20_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
  });

  it('is refused by the exchange when it arrives after its deadline', async () => {
    const bench = await protectedBench({ do: 'arrive-late', ms: 8_000 });
    await bench.run(20_000);
    const outcomes = bench.exchange.requests.filter(
      ({ place }) => place && roleOf(place.clientOrderId) === 'stop-loss',
    );
    expect(outcomes.some(({ outcome }) => outcome?.kind === 'rejected')).toBe(true);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
  });

  it('looks at the live order when the exchange knows the id already', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onPlace({ do: 'unknown', executed: true }, isStop);
    /** Nobody finds it for a while, so it is sent again. */
    bench.exchange.chooseReadFault = (kind) => {
      if (bench.placed('stop-loss').length > 1) return null;
      if (kind === 'fetchOrder') return { do: 'lie', answer: () => null };
      return kind === 'fetchOpenOrders' ? { do: 'lie', answer: () => [] } : null;
    };
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(30_000);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    const outcomes = bench.exchange.requests.flatMap(({ outcome }) =>
      outcome?.kind === 'rejected' ? [outcome.rejection.code] : [],
    );
    expect(outcomes).toEqual(['duplicate-client-id']);
    expect(bench.tranche().coverage).toBe('resting');
  });

  it('of a close is never sent again under its id', async () => {
    const bench = await ProtocolBench.started();
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.exchange.onPlace({ do: 'unknown', executed: false }, isClose);
    const closing = bench.monitor.closePosition(SYMBOL);
    await bench.run(20_000);
    const closes = bench.placed('close');
    expect(closes.map(({ clientOrderId }) => generationOf(clientOrderId))).toEqual([0, 1]);
    expect((await bench.until(closing)).closed).toBe(true);
    const [first = 0, second = 0] = bench.sentAt('close');
    expect(second - first).toBeGreaterThanOrEqual(4_500);
    expect(await bench.held()).toBe('');
  });

  it('of a close that was executed is found: one close', async () => {
    const bench = await ProtocolBench.started();
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onPlace({ do: 'hang', executed: true }, isClose);
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.placed('close')).toHaveLength(1);
    expect(await bench.resting()).toEqual([]);
  });

  it('of a cancellation is looked at, not repeated blindly', async () => {
    const bench = await ProtocolBench.started();
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.exchange.onStream({ do: 'drop' });
    bench.exchange.onCancel({ do: 'hang', executed: true }, ofStop);
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.canceled('stop-loss')).toHaveLength(1);
  });

  it('of a cancellation that did not arrive leads to another one', async () => {
    const bench = await ProtocolBench.started();
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.exchange.onCancel({ do: 'hang', executed: false }, ofStop);
    const closing = bench.monitor.closePosition(SYMBOL);
    expect((await bench.until(closing)).closed).toBe(true);
    expect(bench.canceled('stop-loss')).toHaveLength(2);
    expect(await bench.resting()).toEqual([]);
  });
});

describe('requests that cannot leave', () => {
  it('are planned again at a bounded pace while there is no connection', async () => {
    const bench = await ProtocolBench.started();
    bench.exchange.onPlace({ do: 'not-sent' }, () => true, 1_000);
    void bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(30_000);
    const stops = bench.placed('stop-loss');
    expect(stops.length).toBeGreaterThan(3);
    expect(stops.length).toBeLessThan(60);
    expect(new Set(stops.map(({ clientOrderId }) => clientOrderId)).size).toBe(1);
  });

  it.each([
    ['not-sent', { do: 'not-sent' }],
    ['throttled', { do: 'reject', code: 'throttled', retryAfterMs: 1_000 }],
    ['unknown order', { do: 'reject', code: 'unknown-order' }],
  ] as const)('cancellations that end as %s are paced', async (_, fault) => {
    const bench = await ProtocolBench.started();
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.exchange.onCancel(fault, () => true, 1_000);
    void bench.monitor.closePosition(SYMBOL);
    await bench.run(30_000);
    expect(bench.canceled().length).toBeGreaterThan(2);
    expect(bench.canceled().length).toBeLessThan(60);
    bench.exchange.clearFaults();
    await bench.run(30_000);
    expect(bench.tranches()).toEqual([]);
    expect(await bench.resting()).toEqual([]);
  });

  it('that were recorded too slowly do not leave, but are planned again', async () => {
    const bench = await ProtocolBench.started();
    bench.disk.recordMs = 1_500;
    const answer = bench.monitor.handleOrderFill(await bench.trade('0.1'));
    await bench.run(1_600);
    expect(bench.placed()).toEqual([]);
    bench.disk.recordMs = 0;
    expect(await bench.until(answer)).toBe(true);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    for (const { place, sentAt } of bench.exchange.requests) {
      if (place) expect(place.expiresAt - sentAt).toBeGreaterThanOrEqual(2_000);
    }
  });
});
