import { FeedError } from '../../../errors/feed-error.js';
import {
  DETAIL_LENGTH_MAX,
  FEED_ASK_PAUSE_MAX_MS,
  FEED_ASK_PAUSE_MS,
  FEED_BARS_WEIGHT_PER_MINUTE,
} from '../../../limits.js';
import type { PriceBar } from '../../../model/price-bar.js';
import { hostSilence } from '../../../platform/host-silence.js';
import type { Clock } from '../../../ports/clock.js';
import { checkBarRequest } from '../bar-request.js';
import { BAR_INTERVALS, weightOfBars } from './bar-intervals.js';
import { decodeBars } from './decode-bars.js';
import { type FetchJson, isRefusal } from './fetch-json.js';

/**
 * Bars by request. Nothing waits in here: a request that silence, failures or the budget forbid is refused at once, because
 * bars share what the exchange allows with the stops of the same address.
 */
export class BarRequests {
  readonly #clock: Clock;
  readonly #fetchJson: FetchJson;
  readonly #url: string;
  /** Weight that was used, less what came back since. */
  #used = 0;
  #usedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** @param url address of the bars, without a query */
  constructor(clock: Clock, fetchJson: FetchJson, url: string) {
    this.#clock = clock;
    this.#fetchJson = fetchJson;
    this.#url = url;
  }

  /** As `PriceFeed.fetchBars`. */
  async fetch(symbol: string, barMs: number, limit: number): Promise<readonly PriceBar[]> {
    checkBarRequest(symbol, barMs, limit);
    const interval = BAR_INTERVALS.get(barMs);
    if (interval === undefined) throw unsupported(barMs);
    // One more, because the running bar comes along.
    const rowsMax = limit + 1;
    this.#admit(weightOfBars(rowsMax));
    const query = `symbol=${encodeURIComponent(symbol)}&interval=${interval}&limit=${rowsMax}`;
    const answer = await this.#ask(`${this.#url}?${query}`);
    const now = this.#clock.now();
    return decodeBars(answer, { symbol, barMs, rowsMax, now }).slice(-limit);
  }

  /** Nothing is asked for any more. */
  close(): void {
    this.#isClosed = true;
  }

  async #ask(url: string): Promise<unknown> {
    const failuresBefore = this.#failures;
    try {
      const answer = await this.#fetchJson(url);
      this.#failures = 0;
      return answer;
    } catch (cause) {
      // A symbol that does not exist is no reason to let the others wait.
      const isForGood = isRefusal(cause);
      if (!isForGood) this.#failed(failuresBefore);
      throw new FeedError('FEED_UNREACHABLE', 'The exchange gave no bars', {
        remedy: isForGood ? 'Check the symbol' : 'They are asked for again',
        received: String(cause).slice(0, DETAIL_LENGTH_MAX),
        cause,
        retryable: !isForGood,
        outcome: isForGood ? 'rejected' : 'unknown',
      });
    }
  }

  /** Requests that were under way together fail together, and count once. */
  #failed(failuresBefore: number): void {
    if (this.#failures === failuresBefore) this.#failures += 1;
    this.#failedAt = this.#clock.monotonic();
  }

  /** @throws FeedError when nothing may be asked for now */
  #admit(weight: number): void {
    const now = this.#clock.monotonic();
    if (this.#isClosed) throw notSent('the feed is closed', false);
    if (now < hostSilence(this.#clock, this.#url).until) {
      throw notSent('the exchange asked for silence', true);
    }
    const pauseMs = FEED_ASK_PAUSE_MS * 2 ** Math.min(this.#failures, 30);
    if (this.#failures > 0 && now < this.#failedAt + Math.min(pauseMs, FEED_ASK_PAUSE_MAX_MS)) {
      throw notSent('the last request failed a moment ago', true);
    }
    const backMs = now - this.#usedAt;
    const used = Math.max(0, this.#used - (backMs * FEED_BARS_WEIGHT_PER_MINUTE) / 60_000);
    if (used + weight > FEED_BARS_WEIGHT_PER_MINUTE) {
      throw notSent('the budget for bars is used', true);
    }
    this.#used = used + weight;
    this.#usedAt = now;
  }
}

function notSent(why: string, retryable: boolean): FeedError {
  return new FeedError('FEED_UNREACHABLE', `Bars cannot be asked for now: ${why}`, {
    outcome: 'not-sent',
    retryable,
  });
}

function unsupported(barMs: number): FeedError {
  return new FeedError('FEED_BARS_UNSUPPORTED', 'The exchange has no bars of this length', {
    expected: `one of ${[...BAR_INTERVALS.keys()].join(', ')} ms`,
    received: `${barMs} ms`,
  });
}
