import { BAN_DEFAULT_MS, BAN_MAX_MS, REQUEST_TIMEOUT_MS } from '../../../limits.js';
import { hostSilence, silenceHost } from '../../../platform/host-silence.js';
import type { Clock } from '../../../ports/clock.js';

/** Asks for a public address and reads the JSON of its answer. Rejects unless that worked. */
export type FetchJson = (url: string) => Promise<unknown>;

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
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.json();
    } finally {
      clock.clearTimer(timer);
    }
  };
}
