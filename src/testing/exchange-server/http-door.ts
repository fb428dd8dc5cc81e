import http from 'node:http';
import { ACCOUNT_ROUTES } from './account-routes.js';
import { ALGO_ROUTES } from './algo-routes.js';
import { BAR_ROUTES } from './bar-routes.js';
import type { ListenKeys } from './listen-keys.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import { MARKET_ROUTES } from './market-routes.js';
import { ORDER_ROUTES } from './order-routes.js';
import { RateMeter } from './rate-meter.js';
import type { RequestFault, RequestFaults, RequestRecord } from './request-faults.js';
import { type RawRequest, RequestGate } from './request-gate.js';
import type { Route } from './route.js';
import { WireParams } from './wire-params.js';
import { WireRefusal } from './wire-refusal.js';

const ROUTES: readonly Route[] = [
  ...MARKET_ROUTES,
  ...BAR_ROUTES,
  ...ORDER_ROUTES,
  ...ALGO_ROUTES,
  ...ACCOUNT_ROUTES,
];
/** Requests that are remembered; the oldest go first. */
const REQUESTS_KEPT = 10_000;
/** Never remembered. */
const SECRET_PARAMS = /^(signature|listenKey)$/i;
const BODY_BYTES_MAX = 1_000_000;
const UNKNOWN_TEXT = 'Unknown error, please check your request or try again later.';

/** Status and body of an answer, before it leaves. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The REST door: reads, counts, lets faults happen, checks keys, answers. */
export class HttpDoor {
  readonly server: http.Server;
  readonly requests: RequestRecord[] = [];
  readonly meter: RateMeter;
  readonly #exchange: LoopbackExchange;
  readonly #listenKeys: ListenKeys;
  readonly #faults: RequestFaults;
  readonly #gate: RequestGate;

  constructor(exchange: LoopbackExchange, listenKeys: ListenKeys, faults: RequestFaults) {
    const now = (): number => exchange.now();
    this.#exchange = exchange;
    this.#listenKeys = listenKeys;
    this.#faults = faults;
    this.#gate = new RequestGate(exchange.options, now);
    this.meter = new RateMeter(exchange.options.limits, now);
    this.server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
    const values = [...new URLSearchParams(query), ...new URLSearchParams(body)];
    const params = new WireParams(values);
    const [, version = '', name = ''] = /^\/fapi\/v(\d)\/(.+)$/.exec(path) ?? [];
    const record: RequestRecord = {
      method: request.method ?? '',
      path,
      name,
      params: Object.fromEntries(values.filter(([key]) => !SECRET_PARAMS.test(key))),
      time: this.#exchange.now(),
      status: null,
      wasExecuted: false,
    };
    this.#remember(record);
    const key = request.headers['x-mbx-apikey'];
    const raw: RawRequest = {
      version: Number(version),
      query,
      body,
      apiKey: typeof key === 'string' ? key : null,
      params,
    };
    const route = this.#routeOf(record, raw.version);
    const answer = await this.#answerOf(route, record, raw);
    if (answer === 'hang') return;
    if (answer === 'break') {
      response.destroy();
      return;
    }
    await this.#pause(this.#exchange.options.answerDelayMs);
    if (response.destroyed) return;
    record.status = answer.status;
    const isText = typeof answer.body === 'string';
    response.writeHead(answer.status, {
      'content-type': isText ? 'text/html' : 'application/json;charset=UTF-8',
      ...this.meter.headers(route?.orders !== undefined && answer.status === 200),
      ...answer.headers,
    });
    response.end(isText ? answer.body : JSON.stringify(answer.body));
  }

  async #answerOf(
    route: Route | undefined,
    record: RequestRecord,
    raw: RawRequest,
  ): Promise<Answer | 'hang' | 'break'> {
    const fault = this.#faults.take(record);
    if (fault?.do === 'delay') await this.#pause(fault.beforeMs ?? 0);
    const instead = fault === null ? null : beforeExecution(fault);
    if (instead !== null) return instead;
    const answer = await this.#execute(route, record, raw);
    if (fault?.do === 'delay') await this.#pause(fault.afterMs ?? 0);
    return fault === null ? answer : afterExecution(fault, answer);
  }

  async #execute(
    route: Route | undefined,
    record: RequestRecord,
    raw: RawRequest,
  ): Promise<Answer> {
    if (route === undefined) {
      const msg = `Path ${record.path}, Method ${record.method} is invalid`;
      return { status: 404, body: { code: -5000, msg } };
    }
    const weight = typeof route.weight === 'number' ? route.weight : route.weight(raw.params);
    const limited = this.meter.take(weight, route.orders ?? [0, 0]);
    if (limited !== null) {
      const { status, code, msg, retryAfterSeconds } = limited;
      const headers = { 'retry-after': String(retryAfterSeconds) };
      return { status, body: { code, msg }, headers };
    }
    try {
      await this.#gate.admit(route, raw);
      record.wasExecuted = true;
      const { params, version } = raw;
      const call = { params, version, exchange: this.#exchange, listenKeys: this.#listenKeys };
      return { status: 200, body: route.answer(call) };
    } catch (error) {
      if (error instanceof WireRefusal) return { status: error.status, body: error.body };
      const detail = error instanceof Error ? error.message : 'unknown';
      return { status: 500, body: { code: -1000, msg: `defect of the test server: ${detail}` } };
    }
  }

  #routeOf({ method, name }: RequestRecord, version: number): Route | undefined {
    const { dialect } = this.#exchange;
    return ROUTES.find(
      (route) =>
        route.method === method &&
        route.path === name &&
        (dialect.hasAlgoOrders || route.isAlgo !== true) &&
        (dialect.name === 'aster'
          ? version >= 1 && version <= 3
          : (route.versions ?? [1]).includes(version)),
    );
  }

  #remember(record: RequestRecord): void {
    this.requests.push(record);
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#exchange.options.clock.setTimer(resolve, ms));
  }
}

/** What is answered without carrying the request out; `null` when it is carried out. */
function beforeExecution(fault: RequestFault): Answer | 'hang' | 'break' | null {
  switch (fault.do) {
    case 'reset':
      return 'break';
    case 'hang':
      return fault.executed ? null : 'hang';
    case 'unknown':
      return fault.executed ? null : { status: 503, body: unknownBody() };
    case 'unavailable':
      return { status: 503, body: { code: 0, msg: 'Service Unavailable.' } };
    case 'overloaded': {
      const msg = 'Request throttled by system-level protection. Reduce-only orders are exempt.';
      return { status: 503, body: { code: -1008, msg } };
    }
    case 'throttle':
      return {
        status: fault.status ?? 429,
        body: { code: -1003, msg: 'Too many requests.' },
        headers: { 'retry-after': String(fault.retryAfterSeconds) },
      };
    case 'answer':
      return fault.executed ? null : answerFrom(fault);
    default:
      return null;
  }
}

/** What becomes of the answer of a request that was carried out. */
function afterExecution(fault: RequestFault, answer: Answer): Answer | 'hang' | 'break' {
  switch (fault.do) {
    case 'lose-reply':
      return 'break';
    case 'hang':
      return 'hang';
    case 'unknown':
      return { status: 503, body: unknownBody() };
    case 'answer':
      return answerFrom(fault);
    case 'garble':
      return { status: 200, body: '<html><body>Bad gateway' };
    default:
      return answer;
  }
}

function answerFrom({ status, code, msg }: Extract<RequestFault, { do: 'answer' }>): Answer {
  return { status, body: { code, msg } };
}

function unknownBody(): { readonly code: number; readonly msg: string } {
  return { code: 0, msg: UNKNOWN_TEXT };
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_BYTES_MAX) throw new RangeError('the body is too long');
  }
  return text;
}

function splitOnce(text: string, at: string): readonly [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
