import { LISTEN_KEY_RENEW_MS, LISTEN_KEY_RETRY_MS } from '../../../../limits.js';
import type { Clock, TimerHandle } from '../../../../ports/clock.js';
import { readListenKey } from '../codec/account.js';
import type { RestAnswer, RestClient } from '../rest-call.js';
import { readFailure } from '../rest-outcome.js';

const KEY_GONE = -1125;

export interface ListenKeyOptions {
  readonly path: string;
  readonly client: RestClient;
  readonly clock: Clock;
  /** The key is gone: the stream needs a new one. */
  readonly onLost: () => void;
}

/**
 * The key of an account stream: obtained for every connection, prolonged while it is used.
 *
 * It is never given back: another process of the account may listen with the same one.
 */
export class ListenKey {
  readonly #options: ListenKeyOptions;
  #timer: TimerHandle = null;
  #closed = false;

  constructor(options: ListenKeyOptions) {
    this.#options = options;
  }

  /** The key in force, new or prolonged. Rejects with an `ExchangeError`. */
  async obtain(): Promise<string> {
    const answer = await this.#call('POST');
    if (answer.kind !== 'ok') throw readFailure(answer);
    const key = readListenKey(answer.body);
    this.#schedule(LISTEN_KEY_RENEW_MS);
    return key;
  }

  close(): void {
    this.#closed = true;
    this.#options.clock.clearTimer(this.#timer);
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#options;
    clock.clearTimer(this.#timer);
    if (this.#closed) return;
    this.#timer = clock.setTimer(() => void this.#renew(), delayMs);
  }

  async #renew(): Promise<void> {
    const answer = await this.#call('PUT');
    if (this.#closed) return;
    if (answer.kind === 'refused' && answer.code === KEY_GONE) this.#options.onLost();
    this.#schedule(answer.kind === 'ok' ? LISTEN_KEY_RENEW_MS : LISTEN_KEY_RETRY_MS);
  }

  #call(method: 'POST' | 'PUT'): Promise<RestAnswer> {
    const { client, path } = this.#options;
    return client.call({
      method,
      path,
      params: [],
      auth: 'key',
      weight: 1,
      orders: 0,
      class: 'guard',
    });
  }
}
