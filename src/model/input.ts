import type { PositionMonitorError } from '../errors/position-monitor-error.js';
import type { Decimal } from './decimal.js';
import type { ExitExecution, ExitPlan } from './exit-plan.js';
import type { FillEvidence } from './fill.js';
import type { ClientOrderId } from './ids.js';
import type { Instrument } from './instrument.js';
import type { Registration } from './ledger.js';
import type { WriteOutcome } from './outcome.js';
import type { PriceSource } from './price.js';
import type { PriceBar } from './price-bar.js';
import type { FundingRead, OrderReport, PositionReport } from './reports.js';
import type { PositionSide } from './side.js';
import type { CloseReason } from './tranche.js';

/** Everything that can happen to the monitor. The core knows nothing else. */
export type Input =
  | {
      readonly kind: 'fill';
      readonly evidence: FillEvidence;
      readonly origin: 'host' | 'stream' | 'read';
      /** Set when a caller waits for the answer. */
      readonly requestId: number | null;
    }
  | {
      readonly kind: 'tick';
      readonly symbol: string;
      readonly source: PriceSource;
      readonly price: number;
      readonly exchangeTime: number;
      readonly receivedAt: number;
    }
  | { readonly kind: 'order'; readonly report: OrderReport }
  /** How long the store took to record what a request waited for. */
  | { readonly kind: 'recording-took'; readonly ms: number }
  /** A fill that nothing can be planned for yet. */
  | { readonly kind: 'unplannable'; readonly evidence: FillEvidence; readonly reason: string }
  /** An entry order ended without an execution. */
  | {
      readonly kind: 'order-ended';
      readonly symbol: string;
      readonly orderId: string;
      readonly clientOrderId: string | null;
    }
  | { readonly kind: 'position'; readonly report: PositionReport }
  | {
      readonly kind: 'place-result';
      readonly clientOrderId: ClientOrderId;
      /** Which of its requests this answers. */
      readonly attempt: number;
      readonly outcome: WriteOutcome;
    }
  | {
      readonly kind: 'cancel-result';
      readonly clientOrderId: ClientOrderId;
      readonly outcome: WriteOutcome;
    }
  | {
      readonly kind: 'resolve-result';
      readonly clientOrderId: ClientOrderId;
      readonly evidence: ResolveEvidence | null;
    }
  | { readonly kind: 'position-read'; readonly symbol: string; readonly view: PositionView | null }
  | {
      readonly kind: 'looked-up';
      readonly symbol: string;
      readonly orderId: string;
      readonly report: OrderReport | null;
      readonly fills: readonly FillEvidence[];
      readonly failed: boolean;
    }
  | {
      readonly kind: 'price-confirmed';
      readonly symbol: string;
      readonly source: PriceSource;
      /** When it was asked for, monotonic ms. */
      readonly askedAt: number;
      /** `null`: no second witness could be heard. */
      readonly price: Decimal | null;
    }
  /** Finished bars, the oldest first: from the feed, or given by the host. */
  | {
      readonly kind: 'bars';
      readonly symbol: string;
      readonly barMs: number;
      /** `null`: they could not be had now; `retry` says whether asking again makes sense. */
      readonly bars: readonly PriceBar[] | null;
      readonly retry: boolean;
      readonly requestId: number | null;
    }
  | { readonly kind: 'timer'; readonly key: string }
  | { readonly kind: 'account'; readonly view: AccountView }
  | { readonly kind: 'comparison-failed'; readonly detail: string }
  | { readonly kind: 'instrument'; readonly instrument: Instrument }
  | { readonly kind: 'exchange-connection'; readonly up: boolean; readonly detail: string }
  | {
      readonly kind: 'feed-connection';
      readonly state: 'connected' | 'disconnected' | 'reconnected';
      readonly detail: string;
    }
  | { readonly kind: 'feed-staleness'; readonly symbol: string; readonly stale: boolean }
  | { readonly kind: 'feed-gap'; readonly symbol: string; readonly detail: string }
  | { readonly kind: 'store'; readonly writable: boolean; readonly detail: string }
  | { readonly kind: 'register'; readonly requestId: number; readonly registration: Registration }
  | { readonly kind: 'cancel-related'; readonly requestId: number; readonly orderId: string }
  | {
      readonly kind: 'update-levels';
      readonly requestId: number;
      readonly id: string;
      /** `undefined` leaves a level, `null` removes it. */
      readonly takeProfit: Decimal | null | undefined;
      readonly stopLoss: Decimal | null | undefined;
      readonly allowImmediate: boolean;
    }
  | {
      readonly kind: 'update-plan';
      readonly requestId: number;
      readonly id: string;
      /** By tranche id: tranches of a position may have had different plans. */
      readonly plans: ReadonlyMap<string, ExitPlan>;
      readonly allowImmediate: boolean;
    }
  | {
      readonly kind: 'close';
      readonly requestId: number;
      readonly scope: CloseScope;
      readonly reason: CloseReason;
      /** How to sell, instead of what the plan says; `null` = as it says. */
      readonly execution: ExitExecution | null;
    }
  | {
      readonly kind: 'merge';
      readonly requestId: number;
      readonly positionId: string;
      readonly ids: readonly string[] | null;
    }
  | {
      readonly kind: 'split';
      readonly requestId: number;
      readonly id: string;
      readonly quantity: Decimal;
    }
  | { readonly kind: 'lifecycle'; readonly to: 'started' | 'paused' | 'resumed' | 'stopped' }
  | { readonly kind: 'mark'; readonly name: string; readonly value: string }
  | { readonly kind: 'halt'; readonly error: PositionMonitorError }
  | { readonly kind: 'listener-error'; readonly event: string; readonly detail: string };

/** What a search for one order found. */
export interface ResolveEvidence {
  readonly report: OrderReport | null;
  /** Executions of the order among the account's fills. */
  readonly fills: readonly FillEvidence[];
  /** How many independent places were asked with success. */
  readonly places: number;
  /** Exchange clock when asked, ms. */
  readonly venueTime: number;
}

export interface PositionView {
  readonly positions: readonly PositionReport[];
  readonly fills: readonly FillEvidence[];
}

/** A complete look at the account. */
export interface AccountView {
  readonly boot: boolean;
  readonly openOrders: readonly OrderReport[];
  readonly positions: readonly PositionReport[];
  readonly fills: readonly FillEvidence[];
  /** Symbols whose fills were read. */
  readonly symbols: readonly string[];
  /** Funding that has been read since the last view; of no symbol unless a rule goes by it. */
  readonly funding: readonly FundingRead[];
  /** Exchange clock before the reads began: fills up to here were read completely. */
  readonly venueTime: number;
  /** Input count when the reads began: what changed since is newer than this view. */
  readonly startedAt: number;
}

export type CloseScope =
  | { readonly kind: 'tranche'; readonly id: string }
  | { readonly kind: 'position'; readonly symbol: string; readonly side: PositionSide | null }
  | { readonly kind: 'all'; readonly side: PositionSide | null };
