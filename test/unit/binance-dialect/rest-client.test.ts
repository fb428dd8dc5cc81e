import { delay, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRequestBudget } from '../../../src/adapters/exchanges/binance-dialect/budget/request-budget.js';
import type { HttpTransport } from '../../../src/adapters/exchanges/binance-dialect/http-transport.js';
import type { RequestSigner } from '../../../src/adapters/exchanges/binance-dialect/request-signer.js';
import type { RestCall } from '../../../src/adapters/exchanges/binance-dialect/rest-call.js';
import {
  createRestClient,
  type RestClientOptions,
} from '../../../src/adapters/exchanges/binance-dialect/rest-client.js';
import { outcomeOfWrite } from '../../../src/adapters/exchanges/binance-dialect/rest-outcome.js';
import { createHmacSigner } from '../../../src/adapters/exchanges/binance-dialect/signing/hmac-signer.js';
import { createNodeTransport } from '../../../src/adapters/exchanges/binance-dialect/transport/node-transport.js';
import { ConfigError } from '../../../src/errors/config-error.js';
import { silenceHost } from '../../../src/platform/host-silence.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const URL_OF = 'https://exchange.test';
const BINANCE = { every503IsUnknown: false };
/** Minutes begin at multiples of 60,000: 20 s into one. */
const START = 1_700_000_000_000;

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly key: string | null;
}
type Reply = () => Response | Promise<Response>;

let replies: Reply[] = [];
let seen: Seen[] = [];
const server = setupServer(
  http.all(`${URL_OF}/*`, async ({ request }) => {
    const url = new URL(request.url);
    seen.push({
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      body: await request.text(),
      key: request.headers.get('x-mbx-apikey'),
    });
    return (replies.shift() ?? (() => HttpResponse.json({})))();
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  replies = [];
  seen = [];
});
afterAll(() => server.close());

const order: RestCall = {
  method: 'POST',
  path: '/fapi/v1/order',
  params: [['symbol', 'BTCUSDT']],
  auth: 'signed',
  weight: 0,
  orders: 1,
  class: 'guard',
};
const read: RestCall = { ...order, method: 'GET', orders: 0, weight: 5, class: 'routine' };

function setup(extra: Partial<RestClientOptions> & { readonly clock?: VirtualClock } = {}) {
  const clock = extra.clock ?? new VirtualClock(START);
  const budget = createRequestBudget({ clock });
  const client = createRestClient({
    dialect: { paths: { time: '/fapi/v1/time' } as never },
    restUrl: `${URL_OF}/`,
    transport: createNodeTransport({ clock }),
    signer: createHmacSigner({ apiKey: 'a-key', apiSecret: 'a-secret' }),
    clock,
    budget,
    timeoutMs: 5_000,
    ...extra,
  });
  return { clock, budget, client };
}

const problem =
  (status: number, code: number, msg = 'text', headers: Record<string, string> = {}): Reply =>
  () =>
    HttpResponse.json({ code, msg }, { status, headers });
const time =
  (serverTime: unknown): Reply =>
  () =>
    HttpResponse.json({ serverTime });

describe('what is sent', () => {
  it('writes carry a signed form, reads a signed query', async () => {
    const { client } = setup();
    await client.call(order);
    await client.call(read);
    await client.call({ ...order, method: 'DELETE' });
    const [write, query, cancel] = seen;
    expect(write).toMatchObject({ method: 'POST', path: '/fapi/v1/order', key: 'a-key' });
    expect(write?.body).toMatch(
      /^symbol=BTCUSDT&recvWindow=2000&timestamp=1700000000000&signature=[0-9a-f]{64}$/,
    );
    expect([...(write?.query ?? [])]).toEqual([]);
    for (const one of [query, cancel]) {
      expect(one?.body).toBe('');
      expect([...(one?.query.keys() ?? [])]).toEqual([
        'symbol',
        'recvWindow',
        'timestamp',
        'signature',
      ]);
    }
  });

  it('deletes carry a form where the signer wants it', async () => {
    const signer: RequestSigner = {
      headers: {},
      signsKeyCalls: true,
      bodyOnDelete: true,
      sign: () => ({ query: 'a=1&signature=0x12', headers: {} }),
    };
    const { client } = setup({ signer });
    await client.call({ ...order, method: 'DELETE' });
    await client.call({ ...order, auth: 'key', params: [] });
    expect(seen.map(({ body }) => body)).toEqual(['a=1&signature=0x12', 'a=1&signature=0x12']);
  });

  it('public calls carry no key, key calls no signature', async () => {
    const { client } = setup();
    await client.call({ ...read, auth: 'none' });
    await client.call({ ...order, auth: 'key', params: [] });
    expect(seen.map(({ key }) => key)).toEqual([null, 'a-key']);
    expect(seen[0]?.query.get('signature')).toBeNull();
    expect(seen[1]?.body).toBe('');
  });

  it('the window ends with the request’s own time', async () => {
    const { client, clock } = setup({ windowMs: 5_000 });
    await client.call({ ...order, expiresAt: START + 1_500 });
    await client.call({ ...order, expiresAt: START + 60_000 });
    expect(seen.map(({ body }) => new URLSearchParams(body).get('recvWindow'))).toEqual([
      '1500',
      '5000',
    ]);
    clock.advanceBy(1_500);
    expect(await client.call({ ...order, expiresAt: START + 1_500 })).toEqual({
      kind: 'not-sent',
      detail: 'its time was over',
      retryAfterMs: null,
    });
    expect(seen).toHaveLength(2);
  });
});

describe('what is read', () => {
  it('long ids keep their digits', async () => {
    replies = [() => new HttpResponse('{"orderId":9223372036854775807,"id":12}')];
    const { client } = setup();
    expect(await client.call(order)).toEqual({
      kind: 'ok',
      body: { orderId: '9223372036854775807', id: 12 },
    });
  });

  it('a success that says code 200 is one', async () => {
    replies = [
      () => HttpResponse.json({ code: 200, msg: 'ok' }),
      () => HttpResponse.json({ algoId: 1, code: '200', msg: 'success' }),
      () => HttpResponse.json([{ code: -2021, msg: 'in a batch' }]),
      () => HttpResponse.json({ code: -2013, msg: 'no' }),
    ];
    const { client } = setup();
    const kinds = [];
    for (let i = 0; i < 4; i += 1) kinds.push((await client.call(order)).kind);
    expect(kinds).toEqual(['ok', 'ok', 'ok', 'refused']);
  });

  it.each([
    ['', 'an empty answer'],
    ['<html>ok</html>', 'a page'],
    ['{"orderId":1', 'half an answer'],
  ])('%j of a success leaves it open', async (body) => {
    replies = [() => new HttpResponse(body)];
    const { client } = setup();
    const answer = await client.call(order);
    expect(answer).toMatchObject({ kind: 'unknown', unreadable: true });
    expect(outcomeOfWrite(answer, BINANCE).kind).toBe('unknown');
  });

  it('a refusal keeps code and text', async () => {
    replies = [problem(400, -2021, 'Order would immediately trigger.')];
    const { client } = setup();
    expect(await client.call(order)).toEqual({
      kind: 'refused',
      status: 400,
      code: -2021,
      message: 'Order would immediately trigger.',
      retryAfterMs: null,
    });
  });

  it.each([
    ['Service Unavailable.', 'rejected'],
    ['Unknown error, please check your request or try again later.', 'unknown'],
    ['<html><body>503 Service Unavailable.</body></html>', 'unknown'],
  ])('503 with the plain text %j', async (text, kind) => {
    replies = [() => new HttpResponse(text, { status: 503 })];
    const { client } = setup();
    expect(outcomeOfWrite(await client.call(order), BINANCE).kind).toBe(kind);
  });

  it('a page of a stranger is not quoted', async () => {
    replies = [() => new HttpResponse('<html>a-key was here</html>', { status: 403 })];
    const { client } = setup();
    expect(await client.call(order)).toMatchObject({ kind: 'refused', code: null, message: '' });
  });
});

describe('what goes wrong under way', () => {
  it('time that is over leaves it open', async () => {
    let arrived: (() => void) | undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    replies = [
      async () => {
        arrived?.();
        await delay('infinite');
        return HttpResponse.json({});
      },
    ];
    const { client, clock } = setup();
    const pending = client.call(order);
    await arrival;
    clock.advanceBy(5_000);
    expect(await pending).toEqual({ kind: 'unknown', detail: 'no answer within 5000 ms' });
  });

  it('a connection that breaks leaves it open', async () => {
    replies = [() => HttpResponse.error()];
    const { client } = setup();
    expect(await client.call(order)).toMatchObject({ kind: 'unknown' });
  });

  it('what the transport says is passed on, and a rejecting one has said nothing', async () => {
    const results: (() => ReturnType<HttpTransport['send']>)[] = [
      async () => ({ kind: 'not-sent', detail: 'no route' }),
      async () => ({ kind: 'no-answer', detail: 'reset' }),
      () => Promise.reject(new Error('a-key')),
    ];
    const transport: HttpTransport = {
      send: () => results.shift()!(),
      close: async () => undefined,
    };
    const { client } = setup({ transport });
    expect(await client.call(order)).toEqual({
      kind: 'not-sent',
      detail: 'no route',
      retryAfterMs: null,
    });
    expect(await client.call(order)).toEqual({ kind: 'unknown', detail: 'reset' });
    expect(await client.call(order)).toEqual({ kind: 'unknown', detail: 'the transport failed' });
  });

  it('what cannot be signed is not sent, and not counted', async () => {
    const failures: RequestSigner['sign'][] = [
      () => {
        throw new Error('vault says a-secret');
      },
      () => Promise.reject(new ConfigError('CONFIG_INVALID', 'The wallet gave no signature')),
    ];
    const signer: RequestSigner = {
      headers: {},
      signsKeyCalls: false,
      sign: (...args) => failures.shift()!(...args),
    };
    const { client } = setup({ signer });
    const details = [await client.call(order), await client.call(order)];
    expect(details).toMatchObject([
      { kind: 'not-sent', detail: 'the request could not be signed' },
      { kind: 'not-sent', detail: 'The wallet gave no signature' },
    ]);
    expect(seen).toHaveLength(0);
  });

  it('a wallet that never answers holds nobody', async () => {
    const signer: RequestSigner = {
      headers: {},
      signsKeyCalls: false,
      sign: () => new Promise(() => undefined),
    };
    const { client, clock } = setup({ signer });
    const pending = client.call(order);
    clock.advanceBy(5_000);
    expect(await pending).toMatchObject({ kind: 'not-sent' });
  });

  it('a closed client sends nothing', async () => {
    const { client, clock } = setup();
    replies = Array(5).fill(time(START));
    await client.syncClock();
    await client.close();
    await client.close();
    expect(await client.call(order)).toMatchObject({ kind: 'not-sent' });
    expect(clock.pendingTimers).toBe(0);
    expect(seen).toHaveLength(5);
  });
});

describe('limits and bans', () => {
  it.each([
    ['429 with Retry-After', problem(429, -1003, 'slow', { 'retry-after': '7' }), 7_000],
    ['418 with Retry-After', problem(418, -1003, 'out', { 'retry-after': '120' }), 120_000],
    ['a text with a time', problem(418, -1003, `banned until ${START + 90_000}.`), 90_000],
    [
      'the longer of both',
      problem(429, -1003, `banned until ${START + 90_000}`, { 'retry-after': '5' }),
      90_000,
    ],
    ['418 without any', () => new HttpResponse('', { status: 418 }), 120_000],
    ['429 without any: the rest of the minute', problem(429, -1003), 40_000],
    ['-1003 with another status', problem(400, -1003), 40_000],
  ] as const)('%s', async (_, reply, silentMs) => {
    replies = [reply];
    const { client, clock } = setup();
    const answer = await client.call(order);
    expect(answer).toMatchObject({ kind: 'refused', retryAfterMs: silentMs });
    expect(outcomeOfWrite(answer, BINANCE)).toMatchObject({
      rejection: { code: 'throttled', retryAfterMs: silentMs },
    });
    clock.advanceBy(silentMs - 1);
    for (const call of [order, read, { ...read, auth: 'none' as const }]) {
      expect(await client.call(call)).toMatchObject({ kind: 'not-sent', retryAfterMs: 1 });
    }
    await expect(client.syncClock()).rejects.toMatchObject({ code: 'EXCHANGE_UNREACHABLE' });
    expect(seen).toHaveLength(1);
    clock.advanceBy(1);
    expect(await client.call(order)).toMatchObject({ kind: 'ok' });
  });

  it('a host that asked others for silence is sent nothing', async () => {
    const { client, clock } = setup();
    silenceHost(clock, `${URL_OF}/prices`, 1_233.5);
    for (const call of [order, read, { ...read, auth: 'none' as const }]) {
      const answer = await client.call(call);
      expect(answer).toMatchObject({ kind: 'not-sent', retryAfterMs: 1_234 });
    }
    expect(outcomeOfWrite(await client.call(order), BINANCE)).toMatchObject({
      rejection: { code: 'throttled', retryAfterMs: 1_234 },
    });
    expect(seen).toHaveLength(0);
    clock.advanceBy(1_234);
    expect(await client.call(order)).toMatchObject({ kind: 'ok' });
  });

  it('a ban holds the other accounts of this process as well', async () => {
    replies = [problem(418, -1003, 'out', { 'retry-after': '7' })];
    const clock = new VirtualClock(START);
    const [banned, other] = [setup({ clock }), setup({ clock })];
    await banned.client.call(order);
    expect(await other.client.call(order)).toMatchObject({ kind: 'not-sent', retryAfterMs: 7_000 });
    expect(seen).toHaveLength(1);
  });

  it('too many orders hold orders alone, until the next ten seconds', async () => {
    replies = [problem(429, -1015)];
    const { client, clock } = setup();
    clock.advanceBy(3_000);
    expect(await client.call(order)).toMatchObject({ retryAfterMs: 7_000 });
    expect(await client.call(order)).toMatchObject({ kind: 'not-sent', retryAfterMs: 7_000 });
    expect(await client.call({ ...order, method: 'DELETE', orders: 0, weight: 1 })).toMatchObject({
      kind: 'ok',
    });
  });

  it('a ban that comes while a wallet signs holds the request back', async () => {
    let finish: ((signed: { query: string; headers: Record<string, string> }) => void) | undefined;
    const signer: RequestSigner = {
      headers: {},
      signsKeyCalls: false,
      sign: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    };
    const { client, budget } = setup({ signer });
    const pending = client.call(order);
    await Promise.resolve();
    budget.ban(5_000);
    finish?.({ query: 'a=1', headers: {} });
    expect(await pending).toMatchObject({ kind: 'not-sent', retryAfterMs: 5_000 });
    expect(seen).toHaveLength(0);
  });

  it('the exchange’s counts reach the budget', async () => {
    replies = [() => HttpResponse.json({}, { headers: { 'x-mbx-used-weight-1m': '2398' } })];
    const { client } = setup();
    await client.call(read);
    expect(await client.call(read)).toMatchObject({ kind: 'not-sent' });
    expect(await client.call({ ...read, class: 'guard', weight: 2 })).toMatchObject({ kind: 'ok' });
    expect(await client.call({ ...read, class: 'guard', weight: 2 })).toMatchObject({
      kind: 'not-sent',
    });
    expect(seen).toHaveLength(2);
  });

  it('nothing stays under way in the counts', async () => {
    const { client } = setup();
    replies = Array.from(
      { length: 12 },
      () => () => HttpResponse.json({}, { headers: { 'x-mbx-used-weight-1m': '1900' } }),
    );
    for (let i = 0; i < 12; i += 1)
      expect(await client.call({ ...read, class: 'guard' })).toMatchObject({ kind: 'ok' });
  });
});

describe('the exchange’s clock', () => {
  it('is the median of several round trips, and outlives a jump of ours', async () => {
    const { client, clock } = setup();
    expect(client.venueNow()).toBe(START);
    replies = [9_000, 800, 790, 810, -5_000].map((ahead) => time(START + ahead));
    expect(await client.syncClock()).toBe(START + 800);
    expect(seen.map(({ path }) => path)).toEqual(Array(5).fill('/fapi/v1/time'));
    clock.jumpWallBy(-3_600_000);
    clock.advanceBy(10);
    expect(client.venueNow()).toBe(START + 810);
    await client.call(order);
    expect(new URLSearchParams(seen.at(-1)?.body).get('timestamp')).toBe(String(START + 810));
  });

  it('takes the middle of a round trip', async () => {
    const { client, clock } = setup();
    replies = Array(5).fill(() => {
      clock.advanceBy(100);
      return HttpResponse.json({ serverTime: clock.now() + 1_000 });
    });
    /** Told at the end of each 100 ms: half of them late. */
    expect(await client.syncClock()).toBe(START + 500 + 1_000 + 50);
  });

  it('rejects where nothing can be measured, and takes what there is', async () => {
    const { client } = setup();
    replies = [time('soon')];
    await expect(client.syncClock()).rejects.toMatchObject({ code: 'EXCHANGE_PROTOCOL' });
    replies = [problem(451, 0, 'Service unavailable from a restricted location')];
    await expect(client.syncClock()).rejects.toMatchObject({ code: 'EXCHANGE_REJECTED' });
    replies = [time(START + 70), problem(503, -1008)];
    expect(await client.syncClock()).toBe(START + 70);
  });

  it('is measured once for all who ask at the same time', async () => {
    const { client } = setup();
    replies = Array(5).fill(time(START + 5));
    await Promise.all([client.syncClock(), client.syncClock()]);
    expect(seen).toHaveLength(5);
  });

  it('is measured again after -1021, not at every one, and every half hour', async () => {
    const { client, clock } = setup();
    const measured = () => seen.filter(({ path }) => path === '/fapi/v1/time').length;
    replies = Array(5).fill(time(START));
    await client.syncClock();
    clock.advanceBy(2_000);
    replies = [
      problem(400, -1021, 'outside of the recvWindow'),
      ...Array(5).fill(time(START + 9_000)),
    ];
    expect(outcomeOfWrite(await client.call(order), BINANCE)).toMatchObject({
      rejection: { code: 'expired-request' },
    });
    await client.syncClock();
    expect(client.venueNow()).toBe(START + 9_000);
    expect(measured()).toBe(10);
    replies = [problem(400, -1021)];
    await client.call(order);
    expect(measured()).toBe(10);
    replies = Array(5).fill(time(START + 1_800_000));
    clock.advanceBy(1_800_000);
    await client.syncClock();
    expect(measured()).toBe(15);
    await client.close();
  });

  it('goes on being measured after a failure in the background', async () => {
    const { client, clock } = setup();
    replies = Array(5).fill(time(START));
    await client.syncClock();
    replies = [problem(400, -1100)];
    clock.advanceBy(1_800_000);
    await expect(client.syncClock()).rejects.toMatchObject({ code: 'EXCHANGE_REJECTED' });
    expect(clock.nextTimerAt).toBe(clock.now() + 60_000);
    replies = Array(5).fill(time(START + 1_860_300));
    clock.advanceBy(60_000);
    expect(await client.syncClock()).toBe(START + 1_860_300);
    expect(seen).toHaveLength(11);
    await client.close();
  });

  it('sets no timer before it was told once: whoever connects tries again', async () => {
    const { client, clock } = setup();
    replies = [problem(503, -1008)];
    await expect(client.syncClock()).rejects.toMatchObject({ retryable: true });
    expect(clock.pendingTimers).toBe(0);
    replies = Array(5).fill(time(START));
    await client.syncClock();
    expect(clock.nextTimerAt).toBe(START + 1_800_000);
    await client.close();
  });

  it('comes after the signer is ready', async () => {
    const signer: RequestSigner = {
      headers: {},
      signsKeyCalls: true,
      prepare: () => Promise.reject(new ConfigError('CONFIG_UNSUPPORTED', 'no viem')),
      sign: () => ({ query: '', headers: {} }),
    };
    const { client } = setup({ signer });
    await expect(client.syncClock()).rejects.toMatchObject({ code: 'CONFIG_UNSUPPORTED' });
    expect(seen).toHaveLength(0);
  });
});
