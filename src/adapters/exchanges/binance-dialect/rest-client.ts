import { ExchangeError } from '../../../errors/exchange-error.js';
import { isMonitorError } from '../../../errors/position-monitor-error.js';
import {
  CLOCK_SYNC_INTERVAL_MS,
  CLOCK_SYNC_PAUSE_MS,
  CLOCK_SYNC_RETRY_MS,
  RECV_WINDOW_MS,
  REQUEST_TIMEOUT_MS,
} from '../../../limits.js';
import { hostSilence, silenceHost } from '../../../platform/host-silence.js';
import type { Clock, TimerHandle } from '../../../ports/clock.js';
import type { RequestBudget } from './budget/request-budget.js';
import type { Dialect } from './dialect.js';
import { meaningOf } from './error-codes.js';
import type { HttpRequest, HttpTransport } from './http-transport.js';
import type { RequestSigner, SignedRequest } from './request-signer.js';
import type { RestAnswer, RestCall, RestClient } from './rest-call.js';
import { readAnswer } from './rest-client-answer.js';
import { isVenueTime, RestClientClock } from './rest-client-clock.js';
import { readFailure } from './rest-outcome.js';
import { encodeParams } from './signing/encode-params.js';

export interface RestClientOptions {
  readonly dialect: Pick<Dialect, 'paths'>;
  /** Host without a path, e.g. `https://fapi.example.com`. */
  readonly restUrl: string;
  readonly transport: HttpTransport;
  readonly signer: RequestSigner;
  readonly clock: Clock;
  /** Shared by all clients of one address and account. */
  readonly budget: RequestBudget;
  /** One request may take this long, ms. */
  readonly timeoutMs?: number;
  /** How long after its signing the exchange may accept a request that names no end itself, ms. */
  readonly windowMs?: number;
}

export function createRestClient(options: RestClientOptions): RestClient {
  return new SigningRestClient(options);
}

class SigningRestClient implements RestClient {
  readonly #options: RestClientOptions;
  readonly #restUrl: string;
  readonly #timeoutMs: number;
  readonly #windowMs: number;
  readonly #time: RestClientClock;
  #closed = false;
  #syncing: Promise<number> | null = null;
  #syncedAt = Number.NEGATIVE_INFINITY;
  #syncTimer: TimerHandle = null;

  constructor(options: RestClientOptions) {
    this.#options = options;
    this.#restUrl = options.restUrl.replace(/\/+$/, '');
    this.#timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#windowMs = options.windowMs ?? RECV_WINDOW_MS;
    this.#time = new RestClientClock(options.clock);
  }

  venueNow(): number {
    return this.#time.now();
  }

  async call(call: RestCall): Promise<RestAnswer> {
    /** Before signing: a wallet is not asked for what may not leave. */
    const early = this.#mayNotLeave(call);
    if (early) return early;
    let signed: SignedRequest;
    try {
      signed = await this.#inTime(this.#sign(call));
    } catch (error) {
      return notSent(
        isMonitorError(error) ? error.message : 'the request could not be signed',
        null,
      );
    }
    /** Signing may have taken its time, and a ban may have come meanwhile. */
    const late = this.#mayNotLeave(call);
    if (late) return late;
    const admission = this.#options.budget.admit(call);
    if (admission.kind === 'refused') return notSent(admission.detail, admission.retryAfterMs);
    try {
      return await this.#send(call, signed, admission.settle);
    } catch {
      /** A transport never rejects. One that does has said nothing about the request. */
      return { kind: 'unknown', detail: 'the transport failed' };
    } finally {
      admission.settle();
    }
  }

  /** Concurrent calls share one measurement. */
  syncClock(): Promise<number> {
    this.#syncing ??= this.#measure().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.clock.clearTimer(this.#syncTimer);
    await this.#options.transport.close();
  }

  #mayNotLeave(call: RestCall): RestAnswer | null {
    if (this.#closed) return notSent('the client is closed', null);
    if (call.expiresAt !== undefined && call.expiresAt <= this.venueNow())
      return notSent('its time was over', null);
    const { clock, budget } = this.#options;
    /** What price requests to the same host were told counts here as well. */
    const silentMs = hostSilence(clock, this.#restUrl).until - clock.monotonic();
    if (silentMs > 0) return notSent('the exchange asked for silence', Math.ceil(silentMs));
    const refusal = budget.refusal(call);
    return refusal ? notSent(refusal.detail, refusal.retryAfterMs) : null;
  }

  async #sign(call: RestCall): Promise<SignedRequest> {
    const { signer } = this.#options;
    if (call.auth === 'none') return { query: encodeParams(call.params), headers: {} };
    if (call.auth === 'key' && !signer.signsKeyCalls)
      return { query: encodeParams(call.params), headers: signer.headers };
    const at = this.venueNow();
    const left = call.expiresAt === undefined ? this.#windowMs : call.expiresAt - at;
    return signer.sign(call.params, at, Math.max(1, Math.min(this.#windowMs, left)));
  }

  /** A signing callback that never answers must not hold a request for ever. */
  #inTime<Result>(task: Promise<Result>): Promise<Result> {
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(
        () => reject(new Error('signing took too long')),
        this.#timeoutMs,
      );
      task.then(resolve, reject).finally(() => clock.clearTimer(timer));
    });
  }

  async #send(call: RestCall, signed: SignedRequest, settle: () => void): Promise<RestAnswer> {
    const { transport, budget } = this.#options;
    const result = await transport.send(this.#requestOf(call, signed));
    if (result.kind === 'not-sent') return notSent(result.detail, null);
    if (result.kind === 'no-answer') return { kind: 'unknown', detail: result.detail };
    settle();
    budget.observe(result.headers);
    const { answer, silence } = readAnswer(result, secretsOf(signed), this.venueNow());
    if (silence?.scope === 'all') {
      budget.ban(silence.forMs);
      silenceHost(this.#options.clock, this.#restUrl, silence.forMs);
    }
    if (silence?.scope === 'orders') budget.holdOrders(silence.forMs);
    if (answer.kind === 'refused' && isOutsideWindow(answer.code)) this.#syncSoon();
    return answer;
  }

  #requestOf(call: RestCall, { query, headers }: SignedRequest): HttpRequest {
    const { method, path } = call;
    const url = `${this.#restUrl}${path}`;
    const inBody =
      method === 'POST' ||
      method === 'PUT' ||
      (method === 'DELETE' && this.#options.signer.bodyOnDelete === true);
    const common = { method, timeoutMs: this.#timeoutMs };
    if (!inBody) return { ...common, url: query === '' ? url : `${url}?${query}`, headers };
    return {
      ...common,
      url,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: query,
    };
  }

  async #measure(): Promise<number> {
    const { clock, signer, dialect } = this.#options;
    this.#syncedAt = clock.monotonic();
    try {
      await signer.prepare?.();
      await this.#time.measure(() => this.#askTime(dialect.paths.time));
      this.#scheduleSync(CLOCK_SYNC_INTERVAL_MS);
    } catch (error) {
      this.#scheduleSync(CLOCK_SYNC_RETRY_MS);
      throw error;
    }
    return this.venueNow();
  }

  async #askTime(path: string): Promise<number> {
    const answer = await this.call({
      method: 'GET',
      path,
      params: [],
      auth: 'none',
      weight: 1,
      orders: 0,
      class: 'guard',
    });
    if (answer.kind !== 'ok') throw readFailure(answer);
    const time = (answer.body as { readonly serverTime?: unknown } | null)?.serverTime;
    if (!isVenueTime(time))
      throw new ExchangeError('EXCHANGE_PROTOCOL', 'The exchange told no time', {
        expected: 'serverTime in ms',
        retryable: true,
        outcome: 'unknown',
      });
    return time;
  }

  /** After a request outside its window. A failure is met again by the next request, and by the timer. */
  #syncSoon(): void {
    if (this.#closed) return;
    if (this.#options.clock.monotonic() - this.#syncedAt < CLOCK_SYNC_PAUSE_MS) return;
    this.syncClock().catch(() => undefined);
  }

  #scheduleSync(delayMs: number): void {
    const { clock } = this.#options;
    clock.clearTimer(this.#syncTimer);
    /** Before the first answer whoever connects tries again; a timer of ours would outlive a failed start. */
    if (this.#closed || !this.#time.isMeasured) return;
    this.#syncTimer = clock.setTimer(() => {
      this.syncClock().catch(() => undefined);
    }, delayMs);
  }
}

function isOutsideWindow(code: number | null): boolean {
  return code !== null && meaningOf(code)?.reject === 'expired-request';
}

/** What travelled with the request and must not come back in a text. */
function secretsOf({ query, headers }: SignedRequest): readonly string[] {
  const signature = new URLSearchParams(query).get('signature');
  const encoded = /(?:^|&)signature=([^&]*)/.exec(query)?.[1];
  return [...Object.values(headers), signature ?? '', encoded ?? ''];
}

function notSent(detail: string, retryAfterMs: number | null): RestAnswer {
  return { kind: 'not-sent', detail, retryAfterMs };
}
