import type { ClientOrderId, VenueOrderId } from './ids.js';
import type { OrderKind, OrderTerms } from './order.js';
import type { PriceSource } from './price.js';

/** Who goes first at the exchange. */
export type Lane = 'emergency' | 'protective' | 'routine';

/** An order that may leave now: recorded, with the moment after which it must not leave any more. */
export interface PlaceIntent {
  readonly clientOrderId: ClientOrderId;
  readonly terms: OrderTerms;
  /** How often it was sent before: tells whose answer an answer is. */
  readonly attempt: number;
  /** Wall ms. */
  readonly sendBy: number;
  /** Exchange time, ms. */
  readonly deadline: number;
  /** Whether it may leave although the store failed to record it (the two named exceptions only). */
  readonly evenUnrecorded: boolean;
}

/** What the core asks of the outside. Each ends in exactly one input, whatever happens. */
export type Command =
  | { readonly kind: 'place'; readonly lane: Lane; readonly orders: readonly PlaceIntent[] }
  | {
      readonly kind: 'cancel';
      readonly lane: Lane;
      readonly clientOrderId: ClientOrderId;
      readonly venueOrderId: VenueOrderId | null;
      readonly symbol: string;
      readonly orderKind: OrderKind;
      /** Wall ms after which it must not leave any more: what was covered then may not be covered now. May be `Infinity`. */
      readonly sendBy: number;
    }
  /** Ask for one order everywhere it could be: by id, in the open orders, in the fills. */
  | {
      readonly kind: 'resolve';
      readonly clientOrderId: ClientOrderId;
      readonly venueOrderId: VenueOrderId | null;
      readonly symbol: string;
      readonly orderKind: OrderKind;
      readonly sinceMs: number;
    }
  /** Positions and fills of a symbol, for the comparison before a close. */
  | { readonly kind: 'read-position'; readonly symbol: string; readonly sinceMs: number }
  /** One foreign order: its client id, and its execution with prices. */
  | {
      readonly kind: 'look-up';
      readonly symbol: string;
      readonly orderId: string;
      readonly sinceMs: number;
    }
  | {
      readonly kind: 'confirm-price';
      readonly symbol: string;
      readonly source: PriceSource;
      /** When it is asked, monotonic ms: the answer is no newer than what came since. */
      readonly askedAt: number;
    }
  | {
      readonly kind: 'watch-prices';
      readonly symbol: string;
      readonly sources: readonly PriceSource[];
    }
  | { readonly kind: 'unwatch-prices'; readonly symbol: string }
  /** The newest finished bars of a symbol. */
  | {
      readonly kind: 'fetch-bars';
      readonly symbol: string;
      readonly barMs: number;
      readonly limit: number;
    }
  /** A full comparison soon. Answered by an account input. */
  | { readonly kind: 'compare-account'; readonly reason: string };

/** What is asked of the price feed. */
export type FeedCommand = Extract<
  Command,
  { kind: 'watch-prices' | 'unwatch-prices' | 'fetch-bars' }
>;
/** What the exchange is asked for, or told. */
export type ExchangeCommand = Exclude<Command, FeedCommand | { kind: 'compare-account' }>;
