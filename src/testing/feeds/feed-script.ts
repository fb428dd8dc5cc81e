import type { DecimalInput } from '../../model/decimal.js';

/**
 * One step of a price script. A price alone: the market trades there.
 *
 * Only prices and `wait` take time; an outage runs beside the steps that follow it, so that prices move meanwhile.
 */
export type FeedStep =
  | DecimalInput
  /** Nothing for a while, ms. */
  | { readonly wait: number }
  /** The price is touched and left within the same millisecond: there and back to the price before. */
  | { readonly wick: DecimalInput }
  /** The feed tells a price at which nobody traded. Anything goes: `NaN`, 0, ten times the price. */
  | { readonly bad: number }
  /** The feed tells nothing for a while and does not notice it, ms: half-open, the worst kind. */
  | { readonly silence: number }
  /** The feed tells nothing for a while, ms, and says at its beginning and its end that the symbol is stale. */
  | { readonly stale: number }
  /** The connection is down for a while, ms, and says so. */
  | { readonly disconnect: number }
  /** The feed says that ticks may have been missed, and why. */
  | { readonly gap: string };
