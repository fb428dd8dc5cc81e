import type { Decimal, DecimalString } from '../model/decimal.js';
import type { StopRule } from '../model/exit-plan.js';
import type { ClientOrderId, TrancheId } from '../model/ids.js';
import type { Instrument } from '../model/instrument.js';
import type { ExecutionLedger, Registration } from '../model/ledger.js';
import type { MonitorEvent } from '../model/monitor-event.js';
import type { OrderRole, WorkingOrder } from '../model/order.js';
import type { PriceSource } from '../model/price.js';
import type { PriceBar } from '../model/price-bar.js';
import type { OrderReport } from '../model/reports.js';
import type { CoreSettings } from '../model/settings.js';
import type { PositionSide } from '../model/side.js';
import type { Coverage, Tranche, TriggerEvidence } from '../model/tranche.js';
import type { VenueTraits } from '../model/venue-traits.js';
import type { Search } from '../orders/absence-proof.js';
import type { Issuer } from '../orders/client-order-id.js';
import type { ArmedLevel, LevelHandle, PriceBook, TrailHandle } from '../triggers/price-book.js';
import type { AverageRange } from '../volatility/average-range.js';
import type { BarBuilder } from '../volatility/bar-builder.js';

/** Everything the core knows. Changed by `step` alone; deterministic in the inputs. */
export interface EngineState {
  readonly settings: CoreSettings;
  readonly issuer: Issuer;
  readonly venue: VenueTraits;
  /** Sources that the price feed can deliver. */
  readonly feedSources: ReadonlySet<PriceSource>;
  /** `booting` until the first complete look at the account: nothing is triggered or placed before. */
  phase: 'booting' | 'running';
  paused: boolean;
  /** An invariant broke: protect what there is, open nothing, take no profit. */
  halted: boolean;
  storeWritable: boolean;
  /** How long the store took lately to record a batch, ms: requests may leave that much later. */
  recordingMs: number;
  exchangeUp: boolean;
  /** Whether the account stream ever said that it is up or down. */
  streamHeard: boolean;
  feedUp: boolean;
  /** When the account was last compared completely, monotonic ms; `null` = not since the last connect. */
  comparedAt: number | null;
  /** Counts inputs: tells what is newer than a snapshot. */
  inputs: number;
  eventSeq: number;
  openedSeq: number;
  /** Events that are recorded with the next change. */
  unrecordedEvents: MonitorEvent[];
  errors: number;
  lastUpdate: number;
  readonly symbols: Map<string, SymbolState>;
  readonly nodes: Map<TrancheId, TrancheNode>;
  readonly orders: Map<ClientOrderId, WorkingOrder>;
  /** Exchange order id -> ours, per symbol. */
  readonly byVenueId: Map<string, ClientOrderId>;
  readonly ledgers: Map<string, ExecutionLedger>;
  readonly registrations: Map<string, Registration>;
  /** Named values that the store keeps, e.g. fill watermarks. */
  readonly marks: Map<string, string>;
  readonly searches: Map<ClientOrderId, Search>;
  /** Orders of ours in the latest complete list whose tranche is not known (yet). */
  strays: Stray[];
  /** When a cancellation that did not get through may be tried again. */
  readonly cancelPauses: Map<ClientOrderId, CancelPause>;
  /** Fills that were heard before the first complete look at the account. */
  readonly early: Extract<import('../model/input.js').Input, { kind: 'fill' }>[];
  /** Fills that wait for a look-up, by `symbol|orderId`. */
  readonly lookUps: Map<string, LookUp>;
  /** Whether stops that tranches share may exist: the exchange limits how many rest, or once did. */
  sharesStops: boolean;
  /** Conditional orders of others in the last complete list, on whatever symbol. */
  foreignStops: number;
  /** Whether the limit of the account was binding at the last look: then every symbol is looked at. */
  stopsTight: boolean;
  /** Closed tranches in the order of closing, for eviction. */
  readonly closed: TrancheId[];
  /** Milliseconds without any cover, of tranches that are covered again or closed. */
  nakedMs: number;
  /** Callers that wait for something else than one tranche. */
  readonly closeWaiters: CloseWaiter[];
}

/** An order of ours that nobody here knows of. */
export interface Stray {
  readonly report: OrderReport;
  /** Whether nothing was held that it could reduce. */
  readonly flat: boolean;
  /** Reported by an earlier input: it may have ended since. */
  isOld: boolean;
}

export interface SymbolState {
  readonly symbol: string;
  instrument: Instrument | null;
  readonly books: Map<PriceSource, PriceBook>;
  /** A price that waits for a second witness, per source. */
  readonly suspicions: Map<PriceSource, Suspicion>;
  /** Live nodes (not CLOSED), oldest first. */
  readonly live: Record<PositionSide, TrancheNode[]>;
  /** Exposure that is declared not ours. */
  readonly external: Record<PositionSide, Decimal>;
  /** Differences to the exchange seen once, waiting to be seen again. */
  readonly differences: Record<PositionSide, Difference | null>;
  /** Whether the last comparison found something else while orders were in doubt: it may still settle. */
  readonly unsure: Record<PositionSide, boolean>;
  /** Foreign orders that may only reduce: never an entry, whatever we held. The latest last. */
  readonly reducing: Set<string>;
  /** Reductions that came before what they reduce was known. */
  readonly unmatched: Misread[];
  /** Executions that were adopted without a known order; later fills may explain them. */
  readonly adopted: ExecutionLedger[];
  /** Conditional orders of others in the last complete list: they take part of what the exchange lets rest. */
  foreignStops: number;
  /** What each shared stop was placed for, per tranche; forgotten by a restart, and then told by what is held. */
  readonly sharedFor: Map<string, ReadonlyMap<TrancheId, Decimal>>;
  /** What the last look at shared stops saw: when it changes, the tranches look again. */
  sharedSeen: string;
  lastFillMono: number;
  stale: boolean;
  watched: boolean;
  /** Tranches whose stop was hit and waits for more: while there are some, every tick is looked at. */
  readonly confirming: Set<TrancheNode>;
  /** Bars that are built or were given, one lane per length. Empty unless a plan goes by volatility. */
  readonly bars: BarLane[];
  /** Where the exchange would liquidate, as it last said; `null` = it did not. */
  readonly liquidation: Record<PositionSide, Decimal | null>;
}

export interface Suspicion {
  price: number;
  exchangeTime: number;
  receivedAt: number;
  readonly since: number;
  askedAt: number;
  /** Nobody answered in time: from now on fresh ticks beyond count for locally guarded stops. */
  unanswered: boolean;
}

export interface Difference {
  readonly quantity: Decimal;
  readonly since: number;
  reported: boolean;
}

/** A tranche with its orders and what only this process needs to know. */
export interface TrancheNode {
  readonly tranche: Tranche;
  /** Every order of the tranche, terminal ones included. */
  readonly orders: WorkingOrder[];
  readonly armed: Map<
    string,
    { readonly book: PriceBook; readonly handle: LevelHandle; readonly level: ArmedLevel }
  >;
  /** Our own guards fired, and orders that rest for the same reason get their chance first. */
  grace: Partial<Record<'stop-loss', StopGrace>>;
  readonly profitGraces: Map<number, Grace>;
  /** Take-profit levels that the price has passed and that are taken at market, by slot. */
  readonly taking: Map<number, TakenLevel>;
  /** A stop was hit and has to be seen again before it counts. */
  confirming: Confirming | null;
  /** The trail as the price book follows it. */
  trail: ArmedTrailOf | null;
  /** How old the tranche was when this process first looked at it, ms, and when that was, monotonic ms. */
  age: { readonly ms: number; readonly since: number } | null;
  close: CloseProgress | null;
  stop: Attempts;
  profit: Attempts;
  /** Last time a covering stop was moved, and since when a move waits; monotonic ms. */
  movedAt: number;
  moveWaitingSince: number | null;
  /** What the last look at its cover saw; `null` before the first. */
  seen: SeenCover | null;
  /** Nothing covers it: since when, and when that is told at the latest; monotonic ms. */
  gap: { readonly since: number; readonly tellAt: number } | null;
  /** Milliseconds without cover in this process, of gaps that are over. */
  nakedMs: number;
  /** What `protection:missing` told that is not recovered yet, and `nakedMs` at that time. */
  missing: { readonly what: 'cover' | 'order'; readonly nakedMs: number } | null;
  /** Signature of the protection that was last announced as placed. */
  announced: string;
  /** Which failure was last announced, so that it is told once. */
  failureTold: string;
  waiters: Waiter[];
  /** Monotonic ms at which the tranche wants to be looked at again. */
  wakeAt: number | null;
  readonly openedMono: number;
  lastFillMono: number;
}

/** What covered a tranche when it was looked at: tells the exact moment at which a guard ended by itself. */
export interface SeenCover {
  readonly coverage: Coverage;
  /** The prices of the guard, if it was one on prices. */
  readonly book: PriceBook | null;
  /** Until when the guard counted without prices, monotonic ms. */
  readonly until: number;
}

export interface Grace {
  readonly until: number;
  readonly trigger: TriggerEvidence;
  readonly level: Decimal;
}

export interface TakenLevel extends Pick<Grace, 'level' | 'trigger'> {
  /** When the price passed it, monotonic ms. */
  readonly since: number;
  /** When the account may be asked (again) what was executed, monotonic ms. */
  askAt: number;
}

export interface StopGrace extends Grace {
  readonly rule: StopRule;
}

/** A hit that a rule wants to see confirmed. */
export interface Confirming {
  readonly rule: StopRule;
  readonly level: Decimal;
  readonly trigger: TriggerEvidence;
  /** Monotonic ms of the first tick. */
  readonly since: number;
  /** Consecutive ticks at or past the level. */
  ticks: number;
}

/** Bars of one length of a symbol, and the averages that are made of them. */
export interface BarLane {
  readonly barMs: number;
  /** The price that bars are built of. */
  readonly source: PriceSource;
  readonly builder: BarBuilder;
  readonly averages: AverageRange[];
  /** The newest finished ones, the oldest first: a further average begins with them. */
  readonly recent: PriceBar[];
}

export interface ArmedTrailOf {
  readonly book: PriceBook;
  readonly handle: TrailHandle;
  readonly callbackPct: DecimalString;
  /** Whose grid its levels are on: filters that changed give it other levels. */
  readonly instrument: Instrument;
}

export interface CloseProgress {
  /** No stop rests and the reason is a stop: nothing is waited for longer than 300 ms. */
  urgent: boolean;
  /** When waiting began. */
  startedMono: number;
  /** When the close itself began, monotonic ms; `null` = before a restart, and nobody has asked yet. */
  begunMono: number | null;
  /** When its last order left, monotonic ms; `null` = none left in this process. */
  sentMono: number | null;
  view: 'none' | 'reading' | 'known' | 'failed';
  readingSince: number;
  /** When the view came or failed, monotonic ms. */
  viewAt: number;
  /** The exchange refused to reduce: its view is read even if ours seems fresh. */
  mustRead: boolean;
  /** Quantity that the exchange says is there for this tranche; `null` = not asked. */
  available: Decimal | null;
  /** How often the exchange said that nothing is there. */
  emptySeen: number;
  attempts: Attempts;
  /** Store down: the one close without a record was sent. */
  unrecordedSent: boolean;
}

/** Part of a reduction that nothing we know of explains. */
export interface Misread {
  readonly symbol: string;
  /** The side that was reduced. */
  readonly side: PositionSide;
  readonly orderId: string;
  readonly role: OrderRole | 'external';
  readonly slot: number;
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** When it was made at the earliest, and when it was told. */
  readonly since: number;
  readonly time: number;
}

export interface CancelPause {
  readonly tries: number;
  /** Monotonic ms. */
  readonly until: number;
}

/** Definite refusals in a row, and when to try again. */
export interface Attempts {
  /** Requests that did not get through since the last success. */
  delays: number;
  failures: number;
  firstFailureMono: number | null;
  retryAt: number;
  /** Until when the exchange asked for a pause: no other news of the role shortens it. */
  askedUntil: number;
  lastCode: string | null;
}

export interface Waiter {
  readonly requestId: number;
  readonly deadline: number;
  /** Further tranches that must be covered before the caller hears `true`. */
  readonly others: readonly TrancheId[];
}

export interface CloseWaiter {
  readonly requestId: number;
  readonly trancheIds: readonly TrancheId[];
  /** Monotonic ms at which the caller hears how far it got; the close itself goes on. */
  readonly deadline: number;
}

export interface LookUp {
  readonly symbol: string;
  readonly orderId: string;
  readonly since: number;
  readonly waiting: import('../model/input.js').Input[];
}

export function noAttempts(): Attempts {
  return {
    delays: 0,
    failures: 0,
    firstFailureMono: null,
    retryAt: 0,
    askedUntil: 0,
    lastCode: null,
  };
}

export function newNode(tranche: Tranche, mono: number): TrancheNode {
  return {
    tranche,
    orders: [],
    armed: new Map(),
    grace: {},
    profitGraces: new Map(),
    taking: new Map(),
    confirming: null,
    trail: null,
    age: null,
    close: null,
    stop: noAttempts(),
    profit: noAttempts(),
    movedAt: Number.NEGATIVE_INFINITY,
    moveWaitingSince: null,
    seen: null,
    gap: null,
    nakedMs: 0,
    missing: null,
    announced: '',
    failureTold: '',
    waiters: [],
    wakeAt: null,
    openedMono: mono,
    lastFillMono: mono,
  };
}

/** Forgets what our own guards have seen: the levels are judged anew. */
export function forgetHits(node: TrancheNode): void {
  node.grace = {};
  node.profitGraces.clear();
  node.taking.clear();
  node.confirming = null;
}

/** Orders of one role. */
export function ordersOf(node: TrancheNode, role: WorkingOrder['role']): WorkingOrder[] {
  return node.orders.filter((order) => order.role === role);
}

/** Order id that stands for exposure nobody explained: `adopted-<wall ms>-<side>`. */
export const ADOPTED_ORDER_ID = /^adopted-(\d+)-(LONG|SHORT)$/;

export function ledgerKey(symbol: string, orderId: string): string {
  return `${symbol}|${orderId}`;
}
