import { REST_BODY_BYTES_MAX } from '../../../../limits.js';
import type { Clock } from '../../../../ports/clock.js';
import type { HttpRequest, HttpResult, HttpTransport } from '../http-transport.js';

export interface FetchTransportOptions {
  readonly clock: Clock;
  /** Stands in for the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** A longer answer is broken off, bytes. */
  readonly bodyBytesMax?: number;
}

/**
 * Requests through `fetch`, for browsers. It hides why a request failed, so no failure here proves that nothing left.
 */
export function createFetchTransport(options: FetchTransportOptions): HttpTransport {
  const { clock, bodyBytesMax = REST_BODY_BYTES_MAX } = options;
  const inFlight = new Set<AbortController>();
  let closed = false;

  async function send(request: HttpRequest): Promise<HttpResult> {
    if (closed) return { kind: 'not-sent', detail: 'the transport is closed' };
    const ask = options.fetch ?? globalThis.fetch;
    if (typeof ask !== 'function') return { kind: 'not-sent', detail: 'there is no fetch here' };
    const abort = new AbortController();
    inFlight.add(abort);
    let cutShort = 'the connection failed';
    const expired = new Promise<HttpResult>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve(noAnswer(cutShort)), { once: true });
    });
    const timer = clock.setTimer(() => {
      cutShort = `no answer within ${request.timeoutMs} ms`;
      abort.abort();
    }, request.timeoutMs);
    try {
      /** Raced, because a replaced `fetch` may not heed the signal. */
      return await Promise.race([exchange(ask, request, abort.signal, bodyBytesMax), expired]);
    } finally {
      clock.clearTimer(timer);
      inFlight.delete(abort);
    }
  }

  return {
    send,
    async close() {
      closed = true;
      for (const abort of inFlight) abort.abort();
    },
  };
}

async function exchange(
  ask: typeof globalThis.fetch,
  request: HttpRequest,
  signal: AbortSignal,
  bodyBytesMax: number,
): Promise<HttpResult> {
  try {
    const init = {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    } as const;
    const response = await ask(request.url, init);
    if (response.type === 'opaqueredirect') return noAnswer('the answer was a redirect');
    const body = await readBody(response, bodyBytesMax);
    if (body === null) return noAnswer('the answer was too long');
    const headers = new Map<string, string>();
    response.headers.forEach((value, name) => {
      headers.set(name.toLowerCase(), value);
    });
    return { kind: 'answer', status: response.status, headers, body };
  } catch {
    /** The reason is kept out: it may hold the address, and the address holds a signature. */
    return noAnswer('the connection failed');
  }
}

async function readBody(response: Response, bodyBytesMax: number): Promise<string | null> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > bodyBytesMax) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function noAnswer(detail: string): HttpResult {
  return { kind: 'no-answer', detail };
}
