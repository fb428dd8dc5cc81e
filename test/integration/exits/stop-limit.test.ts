import { describe, expect, it } from 'vitest';
import type { CancelOrderRequest, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { type BenchOptions, ProtocolBench, roleOf, SYMBOL } from '../../support/protocol-bench.js';

const PLAN = { stopLossPct: 1, stopLossOrder: 'limit-on-trigger' } as const;
const isStop = ({ clientOrderId }: CancelOrderRequest): boolean =>
  roleOf(clientOrderId) === 'stop-loss';

/** A LONG of 0.1 at 45,000 whose stop is a limit: triggered at 44,550, it sells at 44,327.2 or better. */
async function holding(options: BenchOptions = {}): Promise<ProtocolBench> {
  const bench = await ProtocolBench.started({ symbols: { [SYMBOL]: PLAN }, ...options });
  bench.tick(45_000);
  await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
  await bench.run(100);
  return bench;
}

/** The same after a gap through both prices of the stop. */
async function leftBehind(options: BenchOptions = {}): Promise<ProtocolBench> {
  const bench = await holding(options);
  bench.tick(44_000);
  await bench.run(100);
  return bench;
}

/** What was sent for stops and closes, e.g. `place close market 0.1`. */
function writes(bench: ProtocolBench): string[] {
  return bench.exchange.requests.flatMap(({ kind, place, cancel }) => {
    const order: PlaceOrderRequest | CancelOrderRequest | undefined = place ?? cancel;
    if (order === undefined || (kind !== 'place' && kind !== 'cancel')) return [];
    const quantity = place === undefined ? '' : ` ${place.quantity}`;
    return [`${kind} ${roleOf(order.clientOrderId)} ${order.kind}${quantity}`];
  });
}

describe('a stop that is a limit', () => {
  it('rests with both prices', async () => {
    const bench = await holding();
    expect(await bench.openOrders('stop-loss')).toMatchObject([
      { kind: 'stop-limit', quantity: '0.1', triggerPrice: '44550', price: '44327.2' },
    ]);
    expect(bench.tranche().coverage).toBe('resting');
  });

  it('is the exit where the price is still there', async () => {
    const bench = await holding();
    bench.tick(44_400);
    await bench.run(5_000);
    expect(writes(bench)).toEqual(['place stop-loss stop-limit 0.1']);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toMatchObject([
      { reason: 'stop-loss', exitPrice: '44400' },
    ]);
  });

  it('is cancelled when the price ran away from it, and then what is held goes at market', async () => {
    const bench = await leftBehind();
    expect(await bench.openOrders('stop-loss')).toMatchObject([{ status: 'triggered' }]);
    await bench.run(1_800);
    expect(writes(bench)).toEqual(['place stop-loss stop-limit 0.1']);
    await bench.run(400);
    expect(writes(bench).slice(1)).toEqual([
      'cancel stop-loss stop-limit',
      'place close market 0.1',
    ]);
    const [canceledAt = 0] = bench.sentAt('stop-loss', 'cancel');
    const [closedAt = 0] = bench.sentAt('close');
    const [end] = bench.named('order:cancelled');
    expect(end).toMatchObject({ role: 'stop-loss', reason: 'triggered and not filled' });
    expect(closedAt).toBeGreaterThanOrEqual(end?.time ?? Number.POSITIVE_INFINITY);
    expect(closedAt - canceledAt).toBeLessThanOrEqual(300);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toMatchObject([
      { reason: 'stop-loss', exitPrice: '44000', quantity: '0.1' },
    ]);
  });

  it('counts what it executed before it was cancelled', async () => {
    const bench = await leftBehind({ paper: { partialFills: { limitParts: 4 } } });
    bench.tick(44_330);
    await bench.run(100);
    bench.tick(44_000);
    await bench.run(3_000);
    expect(writes(bench).slice(1)).toEqual([
      'cancel stop-loss stop-limit',
      'place close market 0.075',
    ]);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')[0]?.chain.fills.map(({ quantity }) => quantity)).toEqual([
      '0.025',
      '0.075',
    ]);
  });

  it('is believed when it fills while it is being cancelled', async () => {
    const bench = await leftBehind();
    bench.exchange.onStream({ do: 'drop' }, () => true, 10);
    bench.exchange.onCancel({ do: 'arrive-late', ms: 60 }, isStop);
    await bench.run(1_910);
    expect(bench.canceled('stop-loss')).toHaveLength(1);
    bench.paper.acceptPrice(SYMBOL, 'LAST', 44_400, bench.clock.now());
    await bench.run(5_000);
    expect(bench.placed('close')).toEqual([]);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
  });

  it.each([false, true])(
    'is waited for 300 ms at most when its cancellation is not answered (it arrives: %s)',
    async (executed) => {
      const bench = await leftBehind();
      bench.exchange.onCancel({ do: 'hang', executed }, isStop);
      bench.exchange.onStream({ do: 'drop' }, ({ kind }) => kind === 'order');
      await bench.run(2_600);
      const [canceledAt = 0] = bench.sentAt('stop-loss', 'cancel');
      expect(bench.sentAt('close').map((at) => at - canceledAt)).toEqual([300]);
      expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.1']);
      /** Wherever the price goes, what rests of it cannot open the other side. */
      bench.tick(45_000);
      await bench.run(20_000);
      expect(await bench.held()).toBe('');
      expect(await bench.openOrders()).toEqual([]);
      expect(bench.named('tranche:closed')).toHaveLength(1);
    },
  );

  it('is out of the way before an exchange that counts resting orders is asked to close', async () => {
    const bench = await leftBehind({ capabilities: { countsRestingReduceOnly: true } });
    await bench.run(3_000);
    expect(writes(bench).slice(1)).toEqual([
      'cancel stop-loss stop-limit',
      'place close market 0.1',
    ]);
    expect(await bench.held()).toBe('');
  });

  it('holds a close of another reason up as long as it may still fill', async () => {
    const bench = await leftBehind();
    void bench.monitor.closePosition(SYMBOL);
    await bench.run(1_800);
    expect(bench.placed('close')).toEqual([]);
    await bench.run(400);
    expect(writes(bench).slice(1)).toEqual([
      'cancel stop-loss stop-limit',
      'place close market 0.1',
    ]);
    const [end] = bench.named('order:cancelled');
    const sent = bench.named('order:submitted').find(({ role }) => role === 'close');
    expect(sent?.time).toBeGreaterThanOrEqual(end?.time ?? Number.POSITIVE_INFINITY);
    expect(bench.named('tranche:closed')[0]?.reason).toBe('manual');
  });

  it('is followed up after a restart, whenever that comes', async () => {
    for (const waitMs of [500, 2_050]) {
      const bench = await leftBehind();
      if (waitMs > 2_000) bench.exchange.onCancel({ do: 'hang', executed: false }, isStop);
      await bench.run(waitMs - 100);
      bench.crash();
      await bench.run(1_000);
      await bench.boot();
      bench.tick(44_000);
      await bench.run(6_000);
      expect(await bench.held()).toBe('');
      expect(await bench.openOrders()).toEqual([]);
      expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.1']);
      expect(bench.named('tranche:closed')).toHaveLength(1);
    }
  });

  it('is a stop at market where the exchange has no such order', async () => {
    const orderKinds = ['market', 'limit', 'stop-market'] as const;
    const bench = await holding({ capabilities: { orderKinds } });
    expect(await bench.openOrders('stop-loss')).toMatchObject([
      { kind: 'stop-market', triggerPrice: '44550' },
    ]);
  });
});

describe('an urgent close', () => {
  it('waits for a take-profit that executes at that moment', async () => {
    const bench = await ProtocolBench.started({
      symbols: {
        [SYMBOL]: {
          stopLossPct: 1,
          stopLossOrder: 'local',
          takeProfitLevels: [{ pct: 1, portion: 0.5 }],
          takeProfitOrder: 'local',
        },
      },
    });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(100);
    bench.tick(45_450);
    await bench.run(2);
    expect(bench.placed('take-profit').map(({ kind, quantity }) => [kind, quantity])).toEqual([
      ['market', '0.05'],
    ]);
    bench.tick(44_500);
    await bench.run(1_000);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.05']);
    expect(await bench.held()).toBe('');
  });
});
