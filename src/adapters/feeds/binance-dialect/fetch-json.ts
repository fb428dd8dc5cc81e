import { BAN_DEFAULT_MS, BAN_MAX_MS, REQUEST_TIMEOUT_MS } from '../../../limits.js';
import { hostSilence, silenceHost } from '../../../platform/host-silence.js';
import type { Clock } from '../../../ports/clock.js';

/** Asks for a public address and reads the JSON of its answer. Rejects unless that worked, and settles in bounded time. */
export type FetchJson = (url: string) => Promise<unknown>;

/** The exchange answered, but not with what was asked for. */
class StatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Whether the exchange refused the request for what it asks, so that the same one would be refused again. */
export function isRefusal(error: unknown): boolean {
  const status = error instanceof StatusError ? error.status : 0;
  return status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
}

/** Timeout, ban and throttling; 403 is what a firewall says to many requests. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([403, 408, 418, 429]);

/** By the runtime's own `fetch`, within `REQUEST_TIMEOUT_MS`. Nothing is sent while the host asked for silence. */
export function systemFetchJson(clock: Clock): FetchJson {
  return async (url) => {
    if (clock.monotonic() < hostSilence(clock, url).until) {
      throw new Error('the exchange asked for silence');
    }
    const abort = new AbortController();
    const timer = clock.setTimer(() => abort.abort(), REQUEST_TIMEOUT_MS);
    try {
      const response = await fetch(url, { signal: abort.signal, redirect: 'error' });
      if (response.status === 429 || response.status === 418) {
        const seconds = Number(response.headers.get('retry-after'));
        silenceHost(
          clock,
          url,
          seconds > 0 ? Math.min(seconds * 1_000, BAN_MAX_MS) : BAN_DEFAULT_MS,
        );
      }
      if (!response.ok) throw new StatusError(response.status);
      return await response.json();
    } finally {
      clock.clearTimer(timer);
    }
  };
}
