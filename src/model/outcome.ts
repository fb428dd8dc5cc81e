import type { OrderReport } from './reports.js';

/** Why an exchange refused, in words that every adapter maps its own codes to. */
export type RejectCode =
  /** A stop whose level is already passed. */
  | 'would-trigger'
  /** A reducing order that would not reduce, or whose quantity other reducing orders already claim. */
  | 'reduce-only'
  /** Too many requests; nothing was executed. */
  | 'throttled'
  | 'insufficient-margin'
  /** Price, quantity or notional outside the instrument's filters. */
  | 'filter'
  | 'unsupported-order-kind'
  | 'duplicate-client-id'
  /** The order to cancel or query is not known as open. Not a proof that it never existed. */
  | 'unknown-order'
  | 'order-cap'
  | 'position-mode'
  | 'unauthorized'
  /** The request was outside its time window; nothing was executed. */
  | 'expired-request'
  | 'market-closed'
  | 'other';

export interface Rejection {
  readonly code: RejectCode;
  /** The exchange's own code and text, without secrets. */
  readonly detail: string;
  readonly retryAfterMs?: number;
}

/** How a write ended. A timeout, a reset, a 5xx or an unreadable answer is `unknown`, never `rejected`. */
export type WriteOutcome =
  | { readonly kind: 'accepted'; readonly report: OrderReport | null }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'unknown'; readonly detail: string }
  | { readonly kind: 'not-sent'; readonly detail: string };
