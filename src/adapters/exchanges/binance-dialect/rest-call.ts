import type { RequestParams } from './request-signer.js';

/**
 * Who goes first when the budget gets short. `guard`: stops, closes, cancels and the queries that they need; `profit`:
 * take-profits and amendments; `routine`: everything else.
 */
export type BudgetClass = 'guard' | 'profit' | 'routine';

/** One call of the exchange's REST interface. */
export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly params: RequestParams;
  /** `none`: public. `key`: the key's header only. `signed`: with time and signature. */
  readonly auth: 'none' | 'key' | 'signed';
  /** Request weight. */
  readonly weight: number;
  /** How many orders it counts as. */
  readonly orders: number;
  readonly class: BudgetClass;
  /** Venue time after which it must not be accepted, ms. Default: the usual window. */
  readonly expiresAt?: number;
}

export type RestAnswer =
  /** Parsed JSON. Whole numbers beyond 2^53, e.g. order ids, are strings, digit for digit. */
  | { readonly kind: 'ok'; readonly body: unknown }
  /**
   * Anything but a success: HTTP status, the exchange's own code where it gave one, its text without secrets. With 408
   * and 5xx it may have been executed all the same: `outcomeOfWrite` decides.
   */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: number | null;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  /** It may have been executed. `unreadable`: an answer came, but nobody can say what it means. */
  | { readonly kind: 'unknown'; readonly detail: string; readonly unreadable?: boolean }
  /** It did not leave: no connection, the budget, a ban, or its time was over. `retryAfterMs` when it is known. */
  | { readonly kind: 'not-sent'; readonly detail: string; readonly retryAfterMs: number | null };

/** Signs, counts, sends and reads. Never retries a write. Never rejects. */
export interface RestClient {
  /** One signed request each; ids and numbers in `body` are still to be checked by the caller. */
  call(call: RestCall): Promise<RestAnswer>;
  /** The exchange's time now, ms, as far as it is known. */
  venueNow(): number;
  /**
   * Measures the exchange's clock. Called at connect, before any signed call: it also makes the signer ready, and opens
   * the first connection. Rejects with an `ExchangeError`, or a `ConfigError` when nothing can be signed.
   */
  syncClock(): Promise<number>;
  close(): Promise<void>;
}
