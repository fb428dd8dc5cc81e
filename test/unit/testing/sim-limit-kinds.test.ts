import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { OrderOutcome, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import { runFor, runUntil } from '../../../src/testing/run-time.js';
import { SimExchange } from '../../../src/testing/sim/sim-exchange.js';
import { SIM_PROFILES, type SimProfileName } from '../../../src/testing/sim/sim-profile.js';

const SYMBOL = 'BTCUSDT';
const NAMES = Object.keys(SIM_PROFILES) as SimProfileName[];

/** An account that holds a LONG of 0.1, bought at 45,000. */
async function holding(profile: SimProfileName = 'binanceLike') {
  const clock = new VirtualClock();
  const sink = new RecordingExchangeSink();
  const exchange = new SimExchange({
    clock,
    profile,
    positionMode: 'one-way',
    instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
    latencyMs: 10,
    prices: { [SYMBOL]: 45_000 },
  });
  await exchange.connect(sink);
  exchange.account.buy(SYMBOL, '0.1');
  const place = (more: Partial<PlaceOrderRequest>): Promise<OrderOutcome> =>
    runUntil(
      clock,
      exchange.placeOrder({
        clientOrderId: 'x',
        symbol: SYMBOL,
        side: 'SELL',
        positionSide: 'BOTH',
        kind: 'ioc-limit',
        quantity: '0.1',
        reduceOnly: true,
        expiresAt: clock.now() + 2_000,
        ...more,
      }),
    );
  const held = async (): Promise<unknown> => {
    const rows = await runUntil(clock, exchange.fetchPositions(SYMBOL));
    return rows.map(({ side, quantity }) => `${side} ${quantity}`).join();
  };
  const found = () => runUntil(clock, exchange.fetchOrder({ symbol: SYMBOL, clientOrderId: 'x' }));
  return { clock, sink, exchange, place, held, found };
}

const STOP = { kind: 'stop-limit', triggerPrice: '44000', price: '43900' } as const;

describe.each(NAMES)('a simulated exchange like %s', (profile) => {
  it('fills an immediate-or-cancel limit at the price of now, or ends it', async () => {
    const { place, held, found } = await holding(profile);
    await place({ price: '45000.1' });
    expect(await found()).toMatchObject({ kind: 'ioc-limit', status: 'expired', executedQty: '0' });
    await place({ clientOrderId: 'y', price: '44900' });
    expect(await held()).toBe('');
  });

  it('lets a stop-limit rest that the price has left behind', async () => {
    const { clock, exchange, place, held, found } = await holding(profile);
    await place(STOP);
    expect(await found()).toMatchObject({ status: 'accepted', triggerPrice: '44000' });
    exchange.setPrice(SYMBOL, 43_000);
    await runFor(clock, 50);
    expect(await found()).toMatchObject({ status: 'triggered', price: '43900' });
    exchange.setPrice(SYMBOL, 43_950);
    await runFor(clock, 50);
    expect(await found()).toMatchObject({ status: 'filled', avgPrice: '43900' });
    expect(await held()).toBe('');
  });
});

describe('a simulated exchange', () => {
  it('fills a triggered stop-limit at the price that triggered it', async () => {
    const { clock, exchange, place, found } = await holding();
    await place(STOP);
    exchange.setPrice(SYMBOL, 43_950);
    await runFor(clock, 50);
    expect(await found()).toMatchObject({ status: 'filled', avgPrice: '43950' });
  });

  it('ends what one part of an immediate-or-cancel limit leaves', async () => {
    const { exchange, place, held, found } = await holding();
    exchange.script.fillNextInParts(4);
    await place({ price: '44900' });
    expect(await found()).toMatchObject({ status: 'expired', executedQty: '0.025' });
    expect(await held()).toBe('LONG 0.075');
  });

  it('waits with a triggered stop-limit until trading goes on', async () => {
    const { clock, exchange, place, found } = await holding();
    await place(STOP);
    exchange.script.delayNextTrigger(20);
    exchange.setPrice(SYMBOL, 43_950);
    exchange.script.haltFor(500);
    await runFor(clock, 400);
    expect(await found()).toMatchObject({ status: 'triggered', executedQty: '0' });
    await runFor(clock, 300);
    expect(await found()).toMatchObject({ status: 'filled' });
  });

  it('takes rules for closes and stops of these kinds', async () => {
    const { exchange, place } = await holding();
    exchange.script.rejectNext('close', 'filter');
    exchange.script.rejectNext('stop', 'order-cap');
    expect(await place({ price: '44900' })).toMatchObject({ rejection: { code: 'filter' } });
    expect(await place(STOP)).toMatchObject({ rejection: { code: 'order-cap' } });
  });

  it.each([
    ['an immediate-or-cancel limit without a price', {}],
    ['a stop-limit without a price', { ...STOP, price: undefined }],
    ['a stop-limit without a level', { ...STOP, triggerPrice: undefined }],
  ])('refuses %s', async (_what, terms) => {
    const { place } = await holding();
    expect(await place(terms as object)).toMatchObject({ rejection: { code: 'filter' } });
  });

  it('counts a stop-limit that rests as a limit where it counts resting limits', async () => {
    const { clock, exchange, place } = await holding('okxLike');
    await place(STOP);
    expect(await place({ clientOrderId: 'y', kind: 'limit', price: '46000' })).toMatchObject({
      kind: 'accepted',
    });
    const order = { symbol: SYMBOL, clientOrderId: 'y', kind: 'limit' } as const;
    await runUntil(clock, exchange.cancelOrder(order));
    exchange.setPrice(SYMBOL, 43_000);
    await runFor(clock, 50);
    expect(await place({ clientOrderId: 'z', kind: 'limit', price: '46000' })).toMatchObject({
      rejection: { code: 'reduce-only' },
    });
  });

  it('ends a stop-limit that rests with the position where it does so with limits', async () => {
    const { clock, exchange, place, found } = await holding('hyperliquidLike');
    await place(STOP);
    exchange.setPrice(SYMBOL, 43_000);
    await runFor(clock, 50);
    await place({ clientOrderId: 'y', kind: 'market' });
    expect(await found()).toMatchObject({ status: 'canceled' });
  });
});
