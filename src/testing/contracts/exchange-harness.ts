import type { DecimalString } from '../../model/decimal.js';
import type { ExchangeAdapter, ExchangeSink, OrderOutcome } from '../../ports/exchange-adapter.js';

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
/** `EX-01` to `EX-20`. */
export type ExchangeCardId = Exclude<`EX-${'0' | '1'}${Digit}`, 'EX-00'> | 'EX-20';

/**
 * An adapter with a venue behind it that the suite can steer. One per card; the account is flat at the beginning.
 *
 * The hooks that are optional belong to single cards: a harness without one lists those cards among the skips.
 */
export interface ExchangeHarness {
  /** Not connected yet. */
  readonly adapter: ExchangeAdapter;
  readonly symbol: string;
  /** A quantity that may be traded, also doubled and halved. */
  readonly quantity: DecimalString;
  /** A quantity that is off the step. */
  readonly unevenQuantity: DecimalString;
  /** Prices on the tick grid, in rising order: a stop at `low` and a limit at `high` rest while it trades at `start`. */
  readonly prices: {
    readonly low: DecimalString;
    readonly start: DecimalString;
    readonly high: DecimalString;
  };
  /** Lets the venue trade at the price; what that triggers has happened when it is over, or by the next `drain`. */
  setPrice(price: DecimalString): Promise<void> | void;
  /** Time of the venue, ms. */
  now(): number;
  /** Waits for a call, letting the venue's time pass where that is needed. Absent: it is awaited. */
  settle?<Result>(call: Promise<Result>): Promise<Result>;
  /** Waits until what the venue pushed has come. Absent: it has come already. */
  drain?(): Promise<void>;
  /** EX-04: sends so that the venue executes the request and its reply is lost; ends with the outcome. */
  loseReply?(send: () => Promise<OrderOutcome>): Promise<OrderOutcome>;
  /** EX-04, EX-12: an adapter that is connected to the same venue and account again. */
  reopen?(sink: ExchangeSink): Promise<ExchangeAdapter>;
  /** EX-10: takes the event stream down and up again. */
  interruptStream?(): Promise<void> | void;
  /** EX-06: makes the venue fill orders in several trades. */
  fillInParts?(): Promise<void> | void;
  /** EX-20: has the account pay so much funding for what it holds of the symbol; below zero it receives. */
  payFunding?(amount: DecimalString): Promise<void> | void;
  cleanup?(): Promise<void> | void;
}
