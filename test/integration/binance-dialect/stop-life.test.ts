import { afterEach, describe, expect, it } from 'vitest';
import { createAsterExchange } from '../../../src/aster.js';
import { createBinanceExchange } from '../../../src/binance.js';
import type { ExchangeAdapter } from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import {
  createExchangeServer,
  type ExchangeServer,
} from '../../../src/testing/exchange-server/create-exchange-server.js';

const KEYS = { apiKey: 'stop-life-key', apiSecret: 'stop-life-secret' };
const SYMBOL = 'BTCUSDT';
const ENDS_WITHIN_MS = 5_000;

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});

/** Resolves when the order is over. */
class StopSink extends RecordingExchangeSink {
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;

  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  override order(...[report]: Parameters<RecordingExchangeSink['order']>): void {
    super.order(report);
    if (report.clientOrderId === 'sl-1' && report.status === 'filled') this.#end();
  }
}

async function adapter(server: ExchangeServer, dialect: 'binance' | 'aster') {
  const create = dialect === 'binance' ? createBinanceExchange : createAsterExchange;
  const { restUrl, streamUrl } = server;
  const exchange: ExchangeAdapter = create({ ...KEYS, restUrl, streamUrl, live: false });
  toClose.push(exchange);
  const sink = new StopSink();
  await exchange.connect(sink);
  return { exchange, sink };
}

describe.each([
  ['binance', 'own'],
  ['binance', 'same'],
  ['aster', 'own'],
  ['aster', 'said to expire'],
] as const)('a stop at %s whose child has a client id: %s', (dialect, child) => {
  it('is followed from its placement to its trades, also by who comes later', async () => {
    const server = await createExchangeServer({
      dialect,
      positionMode: 'hedge',
      ...KEYS,
      childClientId: child === 'same' ? 'same' : 'own',
      triggerShowsExpired: child === 'said to expire',
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001', price: '45000' }],
    });
    toClose.push(server);
    const { exchange, sink } = await adapter(server, dialect);
    const since = server.now();
    server.person.buy(SYMBOL, '0.12', { positionSide: 'LONG' });
    const outcome = await exchange.placeOrder({
      clientOrderId: 'sl-1',
      symbol: SYMBOL,
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'stop-market',
      quantity: '0.12',
      triggerPrice: '44000',
      triggerSource: 'MARK',
      reduceOnly: true,
      expiresAt: server.now() + 2_000,
    });
    expect(outcome.kind).toBe('accepted');
    server.market.setPrice(SYMBOL, '43990');
    await inTime(sink.ended);
    const told = sink.ordersOf('sl-1').map(({ status }) => status);
    expect(told[0]).toBe('accepted');
    expect(told).not.toContain('expired');
    expect(told.at(-1)).toBe('filled');
    expect(sink.fillsOf('sl-1').map(({ trade }) => trade.quantity)).toHaveLength(1);

    for (const who of [exchange, (await adapter(server, dialect)).exchange]) {
      const kind = 'stop-market';
      const found = await who.fetchOrder({ symbol: SYMBOL, clientOrderId: 'sl-1', kind });
      expect(found).toMatchObject({ status: 'filled', clientOrderId: 'sl-1', kind });
      expect(Number(found?.executedQty)).toBe(0.12);
      const fills = await who.fetchFills(SYMBOL, since);
      const own = fills.filter(({ orderId }) => orderId === found?.orderId);
      expect(own.map(({ trade }) => trade.tradeId)).toEqual(
        sink.fillsOf('sl-1').map(({ trade }) => trade.tradeId),
      );
      if (dialect === 'binance') expect(own[0]?.clientOrderId).toBe('sl-1');
      expect(await who.fetchOrder({ symbol: SYMBOL, orderId: found?.orderId ?? '' })).toMatchObject(
        {
          clientOrderId: 'sl-1',
        },
      );
      expect(await who.fetchOpenOrders(SYMBOL)).toEqual([]);
      expect(await who.fetchPositions(SYMBOL)).toEqual([]);
    }
    expect(sink.gaps).toEqual([]);
  });
});

describe.each([
  ['binance', 'own'],
  ['binance', 'same'],
  ['aster', 'own'],
  ['aster', 'said to expire'],
] as const)('a stop-limit at %s whose child has a client id: %s', (dialect, child) => {
  /** Triggered by a fall to 43,990, and left there: it sells at 44,500 or better. */
  async function leftBehind() {
    const server = await createExchangeServer({
      dialect,
      positionMode: 'hedge',
      ...KEYS,
      triggerMs: 0,
      childClientId: child === 'same' ? 'same' : 'own',
      triggerShowsExpired: child === 'said to expire',
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001', price: '45000' }],
    });
    toClose.push(server);
    const { exchange, sink } = await adapter(server, dialect);
    server.person.buy(SYMBOL, '0.12', { positionSide: 'LONG' });
    const outcome = await exchange.placeOrder({
      clientOrderId: 'sl-1',
      symbol: SYMBOL,
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'stop-limit',
      quantity: '0.12',
      triggerPrice: '44000',
      price: '44500',
      triggerSource: 'LAST',
      reduceOnly: true,
      expiresAt: server.now() + 2_000,
    });
    expect(outcome.kind).toBe('accepted');
    server.market.setPrice(SYMBOL, '43990');
    return { server, exchange, sink };
  }

  it('rests after its trigger, and tells its fill under its own name', async () => {
    const { server, sink } = await leftBehind();
    server.market.setPrice(SYMBOL, '44500');
    await inTime(sink.ended);
    const told = sink.ordersOf('sl-1').map(({ status }) => status);
    expect(told).toContain('triggered');
    expect(told).not.toContain('expired');
    expect(sink.fillsOf('sl-1').map(({ trade }) => [Number(trade.quantity), trade.price])).toEqual([
      [0.12, '44500'],
    ]);
  });

  it('is found and cancelled by who comes later', async () => {
    const { server } = await leftBehind();
    const { exchange } = await adapter(server, dialect);
    const order = { symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-limit' } as const;
    expect(await exchange.fetchOrder(order)).toMatchObject({
      status: 'triggered',
      clientOrderId: 'sl-1',
      kind: 'stop-limit',
    });
    expect(await exchange.fetchOpenOrders(SYMBOL)).toMatchObject([
      { status: 'triggered', clientOrderId: 'sl-1', kind: 'stop-limit', price: '44500' },
    ]);
    expect(await exchange.cancelOrder(order)).toMatchObject({
      kind: 'accepted',
      report: { status: 'canceled', clientOrderId: 'sl-1', kind: 'stop-limit' },
    });
    expect(await exchange.fetchOpenOrders(SYMBOL)).toEqual([]);
    expect(await exchange.fetchOrder(order)).toMatchObject({ status: 'canceled' });
    expect((await exchange.fetchPositions(SYMBOL)).map(({ quantity }) => Number(quantity))).toEqual(
      [0.12],
    );
  });
});

async function inTime(promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the stop did not end in time')), ENDS_WITHIN_MS);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
