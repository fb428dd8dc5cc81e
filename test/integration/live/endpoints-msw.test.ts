import { delay, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ASTER, ASTER_V3 } from '../../../src/adapters/exchanges/binance-dialect/aster.js';
import { BINANCE } from '../../../src/adapters/exchanges/binance-dialect/binance.js';
import type { Dialect } from '../../../src/adapters/exchanges/binance-dialect/dialect.js';
import { createAsterExchange } from '../../../src/aster.js';
import { createBinanceExchange, type DialectOptions } from '../../../src/binance.js';
import type {
  CancelOrderRequest,
  ExchangeAdapter,
  OrderOutcome,
  PlaceOrderRequest,
} from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';
import { ANSWERS, TIME, type WireParams } from '../../support/dialect-answers.js';
import { FakeSocket } from '../../support/fake-dialect-venue.js';
import { FastClock } from '../../support/fast-clock.js';

const SYMBOL = 'BTCUSDT';
const TIMEOUT_MS = 60;
const ADDRESS = `0x${'1'.repeat(40)}`;

interface Variant {
  readonly name: string;
  readonly dialect: Dialect;
  readonly create: (options: DialectOptions) => ExchangeAdapter;
}

const KEYS = { apiKey: 'msw-key', apiSecret: 'msw-secret' };
const VARIANTS: readonly Variant[] = [
  {
    name: 'binance',
    dialect: BINANCE,
    create: (options) => createBinanceExchange({ ...KEYS, ...options }),
  },
  {
    name: 'aster with a key',
    dialect: ASTER,
    create: (options) => createAsterExchange({ ...KEYS, ...options }),
  },
  {
    name: 'aster with a wallet',
    dialect: ASTER_V3,
    create: (options) =>
      createAsterExchange({
        user: ADDRESS,
        signer: ADDRESS,
        signTypedData: () => `0x${'ab'.repeat(65)}`,
        ...options,
      }),
  },
];

type Fault = () => Response | Promise<Response>;
let asked: string[] = [];
let faults = new Map<string, Fault>();
let dialectHosts: readonly string[] = [];

const server = setupServer(
  http.all('*', async ({ request }) => {
    const url = new URL(request.url);
    const call = `${request.method} ${url.pathname}`;
    if (!dialectHosts.includes(url.origin)) return HttpResponse.json({}, { status: 599 });
    asked.push(call);
    const fault = faults.get(call);
    if (fault !== undefined) return fault();
    const text = request.method === 'GET' ? '' : await request.text();
    const params: WireParams = Object.fromEntries([
      ...url.searchParams,
      ...new URLSearchParams(text),
    ]);
    const [, name = ''] = /^\/fapi\/v\d\/(.+)$/.exec(url.pathname) ?? [];
    const answer = ANSWERS[`${request.method} ${name}`];
    return answer === undefined
      ? HttpResponse.json({ code: -5000, msg: 'no such path' }, { status: 404 })
      : HttpResponse.json(answer(params) as never);
  }),
);
const opened: ExchangeAdapter[] = [];
beforeAll(() => {
  dialectHosts = VARIANTS.map(({ dialect }) => new URL(dialect.restUrl).origin);
  server.listen({ onUnhandledRequest: 'error' });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
  asked = [];
  faults = new Map();
});
afterAll(() => server.close());

/** At the address that the adapter takes by itself. */
function open({ create }: Variant): ExchangeAdapter {
  const exchange = create({
    requestTimeoutMs: TIMEOUT_MS,
    /** A clock of its own: all system clocks share what a host asked for, and a ban would outlive its test. */
    clock: new FastClock(),
    createWebSocket: (url) => new FakeSocket(url),
  });
  opened.push(exchange);
  return exchange;
}

const soon = (): number => Date.now() + 2_000;
const place = (more: Partial<PlaceOrderRequest> = {}): PlaceOrderRequest => ({
  clientOrderId: 'id-1',
  symbol: SYMBOL,
  side: 'SELL',
  positionSide: 'LONG',
  kind: 'limit',
  price: '46000',
  quantity: '0.12',
  reduceOnly: true,
  expiresAt: soon(),
  ...more,
});
const stop = (more: Partial<PlaceOrderRequest> = {}): PlaceOrderRequest => {
  const { price: _, ...rest } = place({ clientOrderId: 'sl-1', kind: 'stop-market' });
  return { ...rest, triggerPrice: '44000', triggerSource: 'LAST', ...more };
};
const cancel = (kind: 'limit' | 'stop-market'): CancelOrderRequest => ({
  symbol: SYMBOL,
  clientOrderId: kind === 'limit' ? 'id-1' : 'sl-1',
  kind,
});

/** A method of the adapter with the endpoint that it is about. */
interface Row {
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: (dialect: Dialect) => string | null;
  readonly call: (exchange: ExchangeAdapter) => Promise<unknown>;
  /** What a good answer gives. */
  readonly gives: unknown;
}
interface WriteRow extends Row {
  readonly call: (exchange: ExchangeAdapter, late?: boolean) => Promise<OrderOutcome>;
}

const READS: readonly Row[] = [
  {
    what: 'fetchServerTime',
    method: 'GET',
    path: ({ paths }) => paths.time,
    call: (exchange) => exchange.fetchServerTime?.() ?? Promise.reject(new Error('missing')),
    gives: expect.any(Number),
  },
  {
    what: 'fetchInstrument',
    method: 'GET',
    path: ({ paths }) => paths.exchangeInfo,
    call: (exchange) => exchange.fetchInstrument(SYMBOL),
    gives: expect.objectContaining({ symbol: SYMBOL, tickSize: '0.10', stepSize: '0.001' }),
  },
  {
    what: 'fetchAccount',
    method: 'GET',
    path: ({ paths }) => paths.positionMode,
    call: (exchange) => exchange.fetchAccount(),
    gives: { accountId: expect.any(String), positionMode: 'hedge' },
  },
  {
    what: 'fetchPositions',
    method: 'GET',
    path: ({ paths }) => paths.positionRisk,
    call: (exchange) => exchange.fetchPositions(),
    gives: [expect.objectContaining({ symbol: SYMBOL, side: 'LONG', quantity: '0.12' })],
  },
  {
    what: 'fetchOpenOrders',
    method: 'GET',
    path: ({ paths }) => paths.openOrders,
    call: (exchange) => exchange.fetchOpenOrders(SYMBOL),
    gives: expect.arrayContaining([expect.objectContaining({ clientOrderId: 'id-1' })]),
  },
  {
    what: 'fetchOpenOrders, conditional ones',
    method: 'GET',
    path: ({ paths, conditionalPath }) =>
      conditionalPath === 'algo' ? paths.openConditional : null,
    call: (exchange) => exchange.fetchOpenOrders(),
    gives: expect.arrayContaining([expect.objectContaining({ clientOrderId: 'sl-1' })]),
  },
  {
    what: 'fetchOrder',
    method: 'GET',
    path: ({ paths }) => paths.order,
    call: (exchange) =>
      exchange.fetchOrder({ symbol: SYMBOL, clientOrderId: 'id-1', kind: 'limit' }),
    gives: expect.objectContaining({ clientOrderId: 'id-1', status: 'accepted' }),
  },
  {
    what: 'fetchOrder, a conditional one',
    method: 'GET',
    path: ({ paths }) => paths.conditional,
    call: (exchange) =>
      exchange.fetchOrder({ symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-market' }),
    gives: expect.objectContaining({ clientOrderId: 'sl-1', status: 'accepted' }),
  },
  {
    what: 'fetchFills',
    method: 'GET',
    path: ({ paths }) => paths.userTrades,
    call: (exchange) => exchange.fetchFills(SYMBOL, Date.now() - 1_000),
    gives: [expect.objectContaining({ orderId: '11', side: 'SELL', time: TIME })],
  },
  {
    what: 'fetchFills, the stops that they came from',
    method: 'GET',
    path: ({ paths }) => paths.allConditional,
    call: (exchange) => exchange.fetchFills(SYMBOL, Date.now() - 1_000),
    gives: [expect.objectContaining({ orderId: '11' })],
  },
  {
    what: 'fetchFunding',
    method: 'GET',
    path: ({ paths }) => paths.income,
    call: (exchange) =>
      exchange.fetchFunding?.(SYMBOL, Date.now() - 1_000) ?? Promise.reject(new Error('missing')),
    gives: [{ symbol: SYMBOL, id: '9689322392', amount: '0.375', time: TIME }],
  },
  {
    what: 'fetchPrices, the mark',
    method: 'GET',
    path: ({ paths }) => paths.premiumIndex,
    call: (exchange) => exchange.fetchPrices?.(SYMBOL) ?? Promise.reject(new Error('missing')),
    gives: expect.arrayContaining([expect.objectContaining({ source: 'MARK', price: '45001' })]),
  },
  {
    what: 'fetchPrices, the last trade',
    method: 'GET',
    path: ({ paths }) => paths.tickerPrice,
    call: (exchange) => exchange.fetchPrices?.(SYMBOL) ?? Promise.reject(new Error('missing')),
    gives: expect.arrayContaining([expect.objectContaining({ source: 'LAST', price: '45000' })]),
  },
];

const late = (isLate: boolean | undefined): { readonly expiresAt: number } => ({
  expiresAt: isLate === true ? Date.now() - 60_000 : soon(),
});
const WRITES: readonly WriteRow[] = [
  {
    what: 'placeOrder',
    method: 'POST',
    path: ({ paths }) => paths.order,
    call: (exchange, isLate) => exchange.placeOrder(place(late(isLate))),
    gives: expect.objectContaining({ clientOrderId: 'id-1' }),
  },
  {
    what: 'placeOrder of a stop',
    method: 'POST',
    path: ({ paths }) => paths.conditional,
    call: (exchange, isLate) => exchange.placeOrder(stop(late(isLate))),
    gives: expect.objectContaining({ clientOrderId: 'sl-1' }),
  },
  {
    what: 'placeOrder of a limit that ends at once',
    method: 'POST',
    path: ({ paths }) => paths.order,
    call: (exchange, isLate) => exchange.placeOrder(place({ kind: 'ioc-limit', ...late(isLate) })),
    gives: expect.objectContaining({ clientOrderId: 'id-1', kind: 'ioc-limit' }),
  },
  {
    what: 'placeOrder of a stop that becomes a limit',
    method: 'POST',
    path: ({ paths }) => paths.conditional,
    call: (exchange, isLate) =>
      exchange.placeOrder(stop({ kind: 'stop-limit', price: '43780', ...late(isLate) })),
    gives: expect.objectContaining({ clientOrderId: 'sl-1', kind: 'stop-limit', price: '43780' }),
  },
  {
    what: 'placeOrders',
    method: 'POST',
    path: ({ paths }) => paths.batchOrders,
    call: async (exchange, isLate) => {
      const terms = late(isLate);
      const outcomes = await exchange.placeOrders?.([
        place(terms),
        place({ clientOrderId: 'id-2', ...terms }),
      ]);
      expect(outcomes).toHaveLength(2);
      expect(outcomes?.[1]?.kind).toBe(outcomes?.[0]?.kind);
      return outcomes?.[0] ?? { kind: 'not-sent', detail: 'no outcome' };
    },
    gives: expect.objectContaining({ clientOrderId: 'id-1' }),
  },
  {
    what: 'cancelOrder',
    method: 'DELETE',
    path: ({ paths }) => paths.order,
    call: (exchange) => exchange.cancelOrder(cancel('limit')),
    gives: expect.objectContaining({ status: 'canceled' }),
  },
  {
    what: 'cancelOrder of a stop',
    method: 'DELETE',
    path: ({ paths }) => paths.conditional,
    call: (exchange) => exchange.cancelOrder(cancel('stop-market')),
    // The algo endpoints answer with ids only.
    gives: null,
  },
  {
    what: 'amendOrder',
    method: 'PUT',
    path: ({ paths }) => paths.order,
    call: async (exchange) =>
      (await exchange.amendOrder?.({
        ...cancel('limit'),
        side: 'SELL',
        price: '46100',
        quantity: '0.1',
      })) ?? { kind: 'not-sent', detail: 'missing' },
    gives: expect.objectContaining({ clientOrderId: 'id-1' }),
  },
];

const refuse = (status: number, code: number, headers: Record<string, string> = {}): Fault => {
  return () => HttpResponse.json({ code, msg: 'a text' }, { status, headers });
};
/** Answers that leave open what happened, and what a failed read is called then. */
const OPEN: readonly (readonly [string, Fault, string])[] = [
  [
    '503 unknown',
    () =>
      HttpResponse.json(
        { code: 0, msg: 'Unknown error, please check your request or try again later.' },
        { status: 503 },
      ),
    'EXCHANGE_UNREACHABLE',
  ],
  ['500', refuse(500, -1000), 'EXCHANGE_UNREACHABLE'],
  ['408', refuse(408, -1007), 'EXCHANGE_UNREACHABLE'],
  ['-1006', refuse(400, -1006), 'EXCHANGE_UNREACHABLE'],
  ['a broken connection', () => HttpResponse.error(), 'EXCHANGE_UNREACHABLE'],
  [
    'no answer in time',
    async () => {
      await delay(TIMEOUT_MS * 4);
      return HttpResponse.json({});
    },
    'EXCHANGE_UNREACHABLE',
  ],
  ['a page', () => HttpResponse.html('<html>Bad gateway</html>'), 'EXCHANGE_PROTOCOL'],
  ['half a JSON', () => HttpResponse.text('{"orderId": 11, "sym'), 'EXCHANGE_PROTOCOL'],
];

describe.each(VARIANTS)('endpoints of $name', (variant) => {
  const { dialect } = variant;
  const rows = <Kind extends Row>(all: readonly Kind[]): (Kind & { readonly at: string })[] =>
    all.flatMap((row) => {
      const path = row.path(dialect);
      return path === null ? [] : [{ ...row, at: `${row.method} ${path}` }];
    });

  it('every path of the dialect is asked here', async () => {
    const exchange = open(variant);
    await exchange.connect(new RecordingExchangeSink());
    for (const { call } of [...rows(READS), ...rows(WRITES)]) await call(exchange);
    const paths = new Set(asked.map((call) => call.split(' ')[1]));
    const unasked = Object.entries(dialect.paths)
      .filter(([, path]) => path !== null && !paths.has(path))
      .map(([name]) => name);
    expect(unasked).toEqual([]);
  });

  describe.each(rows(READS))('$what', ({ call, at, gives }) => {
    it('ok', async () => {
      expect(await call(open(variant))).toEqual(gives);
      expect(asked).toContain(at);
    });

    it('refused', async () => {
      faults.set(at, refuse(400, -1121));
      await expect(call(open(variant))).rejects.toMatchObject({
        code: 'EXCHANGE_REJECTED',
        outcome: 'rejected',
        retryable: false,
      });
    });

    it.each(OPEN)('%s is never empty', async (_what, fault, code) => {
      faults.set(at, fault);
      await expect(call(open(variant))).rejects.toMatchObject({
        code,
        outcome: 'unknown',
        retryable: true,
      });
    });

    it.each([429, 418])('%i: refused, and nothing is sent meanwhile', async (status) => {
      faults.set(at, refuse(status, -1003, { 'retry-after': '2' }));
      const exchange = open(variant);
      await expect(call(exchange)).rejects.toMatchObject({ retryable: true });
      asked = [];
      await expect(call(exchange)).rejects.toMatchObject({ outcome: 'not-sent', retryable: true });
      expect(asked).toEqual([]);
    });
  });

  describe.each(rows(WRITES))('$what', ({ call, at, gives }) => {
    it('ok', async () => {
      const outcome = await call(open(variant));
      expect(outcome.kind).toBe('accepted');
      if (gives !== null) expect(outcome).toEqual({ kind: 'accepted', report: gives });
      expect(asked).toEqual([at]);
    });

    it.each([
      [400, -2019, 'insufficient-margin'],
      [400, -2021, 'would-trigger'],
      [400, -1111, 'filter'],
      [401, -2015, 'unauthorized'],
      [400, -1021, 'expired-request'],
    ])('refused with %i, %i', async (status, code, reject) => {
      faults.set(at, refuse(status, code));
      expect(await call(open(variant))).toMatchObject({
        kind: 'rejected',
        rejection: { code: reject, detail: expect.stringContaining(String(code)) },
      });
    });

    it.each(OPEN)('%s leaves it open, and it is sent once', async (_what, fault) => {
      faults.set(at, fault);
      expect(await call(open(variant))).toMatchObject({ kind: 'unknown' });
      expect(asked.filter((one) => one === at)).toHaveLength(1);
    });

    it('an answer about something else leaves it open', async () => {
      faults.set(at, () => HttpResponse.json({ something: 'else' }));
      expect(await call(open(variant))).toMatchObject({ kind: 'unknown' });
    });

    it.each([429, 418])('%i: not executed, and nothing is sent meanwhile', async (status) => {
      faults.set(at, refuse(status, -1003, { 'retry-after': '2' }));
      const exchange = open(variant);
      const throttled = { kind: 'rejected', rejection: { code: 'throttled' } };
      expect(await call(exchange)).toMatchObject(throttled);
      asked = [];
      expect(await call(exchange)).toMatchObject(throttled);
      expect(asked).toEqual([]);
    });

    it('not sent after the exchange was closed', async () => {
      const exchange = open(variant);
      await exchange.close();
      expect(await call(exchange)).toMatchObject({ kind: 'not-sent' });
      expect(asked).toEqual([]);
    });

    if (!at.startsWith('POST')) return;
    it('not sent when its time is over', async () => {
      expect(await call(open(variant), true)).toMatchObject({ kind: 'not-sent' });
      expect(asked).toEqual([]);
    });
  });

  it('an order that the exchange does not know is none, in every place where it could be', async () => {
    for (const path of [dialect.paths.order, dialect.paths.conditional]) {
      faults.set(`GET ${path}`, refuse(400, -2013));
    }
    const query = { symbol: SYMBOL, clientOrderId: 'sl-1', kind: 'stop-market' } as const;
    expect(await open(variant).fetchOrder(query)).toBeNull();
    expect(new Set(asked).size).toBe(dialect.conditionalPath === 'algo' ? 2 : 1);
  });

  describe('connect', () => {
    it.each(['time', 'exchangeInfo', 'listenKey'] as const)(
      '%s fails: so does it',
      async (name) => {
        const method = name === 'listenKey' ? 'POST' : 'GET';
        faults.set(`${method} ${dialect.paths[name]}`, refuse(503, -1001));
        const sink = new RecordingExchangeSink();
        await expect(open(variant).connect(sink)).rejects.toMatchObject({ retryable: true });
      },
    );

    it('may be tried again after a failure', async () => {
      const exchange = open(variant);
      const at = `POST ${dialect.paths.listenKey}`;
      faults.set(at, refuse(500, -1000));
      await expect(exchange.connect(new RecordingExchangeSink())).rejects.toThrow();
      faults.delete(at);
      await exchange.connect(new RecordingExchangeSink());
      expect(asked.filter((one) => one === at)).toHaveLength(2);
    });

    it('a key that is refused is no reason to try again', async () => {
      faults.set(`POST ${dialect.paths.listenKey}`, refuse(401, -2015));
      const sink = new RecordingExchangeSink();
      await expect(open(variant).connect(sink)).rejects.toMatchObject({
        code: 'EXCHANGE_REJECTED',
        retryable: false,
      });
    });
  });
});
