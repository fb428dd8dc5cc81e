import type {
  HttpRequest,
  HttpResult,
  HttpTransport,
} from '../../src/adapters/exchanges/binance-dialect/http-transport.js';
import type { CreateWebSocket, WebSocketLike } from '../../src/platform/sockets/web-socket-like.js';
import type { VirtualClock } from '../../src/platform/virtual-clock.js';

export type Params = Readonly<Record<string, string>>;
/** A body with status 200, a refusal, or something that happens to the request on its way. */
export type Reply = { readonly body: unknown } | Refusal | { readonly lost: true };
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly msg?: string;
}

/** Answers calls of Binance's dialect from a script, and keeps what was asked. */
export class FakeDialectVenue implements HttpTransport {
  readonly calls: { readonly call: string; readonly params: Params }[] = [];
  readonly sockets: FakeSocket[] = [];
  readonly #replies = new Map<string, (params: Params) => Reply>();
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    const time = () => ({ body: { serverTime: clock.now() } });
    for (const tree of ['v1', 'v3']) {
      this.on(`GET /fapi/${tree}/time`, time);
      this.on(`GET /fapi/${tree}/exchangeInfo`, () => ({ body: INFO }));
      this.on(`POST /fapi/${tree}/listenKey`, () => ({ body: { listenKey: 'k'.repeat(64) } }));
      this.on(`PUT /fapi/${tree}/listenKey`, () => ({ body: {} }));
      this.on(`GET /fapi/${tree}/positionSide/dual`, () => ({
        body: { dualSidePosition: false },
      }));
    }
  }

  on(call: string, reply: (params: Params) => Reply): void {
    this.#replies.set(call, reply);
  }

  /** Calls of one kind, without what signing adds. */
  asked(call: string): readonly Params[] {
    return this.calls.filter((one) => one.call === call).map(({ params }) => params);
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }

  readonly createWebSocket: CreateWebSocket = (url) => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };

  async send(request: HttpRequest): Promise<HttpResult> {
    const url = new URL(request.url);
    const call = `${request.method} ${url.pathname}`;
    const all = new URLSearchParams(request.body ?? url.search);
    for (const name of ['timestamp', 'recvWindow', 'signature', 'nonce']) all.delete(name);
    const params = Object.fromEntries(all);
    this.calls.push({ call, params });
    const reply = this.#replies.get(call)?.(params) ?? { status: 404, code: -5000 };
    if ('lost' in reply) return { kind: 'no-answer', detail: 'reset' };
    const [status, body] =
      'body' in reply
        ? [200, reply.body]
        : [reply.status, { code: reply.code, msg: reply.msg ?? 'refused' }];
    return { kind: 'answer', status, headers: new Map(), body: JSON.stringify(body) };
  }

  async close(): Promise<void> {}

  now(): number {
    return this.#clock.now();
  }
}

export class FakeSocket implements WebSocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  closed = false;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    queueMicrotask(() => this.onopen?.({} as never));
  }

  send(): void {}

  close(): void {
    this.closed = true;
  }

  push(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) } as never);
  }

  breakOff(): void {
    this.onclose?.({ code: 1006 } as never);
  }
}

const filters = [
  { filterType: 'PRICE_FILTER', minPrice: '0.10', maxPrice: '1000000', tickSize: '0.10' },
  { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
  { filterType: 'MARKET_LOT_SIZE', minQty: '0.001', maxQty: '120', stepSize: '0.001' },
  { filterType: 'MIN_NOTIONAL', notional: '5' },
  { filterType: 'PERCENT_PRICE', multiplierUp: '1.05', multiplierDown: '0.95' },
];
const linear = { status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT', marginAsset: 'USDT' };

const INFO = {
  rateLimits: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
    { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  ],
  symbols: [
    { symbol: 'BTCUSDT', pricePrecision: 5, ...linear, filters },
    { symbol: 'OLDUSDT', ...linear, status: 'SETTLING', filters },
    { symbol: 'BTCUSD_PERP', ...linear, quoteAsset: 'USD', marginAsset: 'BTC', filters },
  ],
};
