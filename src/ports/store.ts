import type { DecimalString } from '../model/decimal.js';
import type { ExitPlan, StopRule } from '../model/exit-plan.js';
import type { OrderKind, OrderRole, OrderStatus } from '../model/order.js';
import type { PriceSource } from '../model/price.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../model/side.js';
import type { CloseReason, TrancheState } from '../model/tranche.js';

/**
 * Where the monitor's memory survives.
 *
 * One writer at a time. A read that fails is an error, never "empty"; corruption rejects `open()` and touches nothing.
 */
export interface Store {
  /**
   * `none`: gone with the process · `process`: `durable` survives the process, not power loss · `power`: both.
   * Reported in health.
   */
  readonly durability: 'none' | 'process' | 'power';
  /**
   * Takes the writer's lock, checks integrity and schema, stamps a new store with `identity`.
   *
   * @throws StoreError `STORE_LOCKED`, `STORE_CORRUPT`, `STORE_SCHEMA_NEWER`, `STORE_FOREIGN` (stamped with another identity)
   */
  open(identity: StoreIdentity): Promise<StoreStamp>;
  /** Everything that is needed to go on: live tranches, their orders, ledgers, registrations. Called once after `open`. */
  load(): Promise<StoreSnapshot>;
  /**
   * Writes one batch, all or nothing, in call order. Never throws: failures reject both promises with a `StoreError`.
   *
   * `recorded` resolves when the batch survives the death of the process, `durable` when it survives power loss.
   */
  commit(batch: StoreBatch): CommitTicket;
  /** Events in `seq` order. */
  history(query: HistoryQuery): AsyncIterable<StoredEvent>;
  /** Makes everything durable and gives the lock back. May be called twice. */
  close(): Promise<void>;
}

export interface CommitTicket {
  readonly recorded: Promise<void>;
  readonly durable: Promise<void>;
}

/** Whom a store belongs to. A store stamped otherwise refuses to open. */
export interface StoreIdentity {
  readonly exchangeId: string;
  readonly accountId: string;
  readonly mode: 'live' | 'simulated';
  readonly instanceId: string;
  /** Used when the store is new: marks the client ids of this store's life. */
  readonly newIncarnation: string;
}

export interface StoreStamp extends Omit<StoreIdentity, 'newIncarnation'> {
  readonly incarnation: string;
  /** Whether this `open` created the store. */
  readonly created: boolean;
}

/**
 * Upserts by key plus events to append. Rows are complete: the last one of a key wins. Plain data only (decimal strings).
 */
export interface StoreBatch {
  readonly tranches: readonly TrancheRow[];
  readonly orders: readonly OrderRow[];
  readonly ledgers: readonly LedgerRow[];
  readonly registrations: readonly RegistrationRow[];
  readonly deletedRegistrations: readonly string[];
  readonly marks: readonly MarkRow[];
  readonly events: readonly StoredEvent[];
}

export interface StoreSnapshot {
  /** Tranches that are OPEN or CLOSING, and closed ones that were closed last (to recognise late reports). */
  readonly tranches: readonly TrancheRow[];
  readonly orders: readonly OrderRow[];
  readonly ledgers: readonly LedgerRow[];
  readonly registrations: readonly RegistrationRow[];
  readonly marks: readonly MarkRow[];
  /** Highest `seq` of any event; 0 when there is none. */
  readonly lastSeq: number;
}

/** One tranche. Key: `id`. */
export interface TrancheRow {
  readonly id: string;
  readonly positionId: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly number: number;
  readonly openedSeq: number;
  readonly state: TrancheState;
  readonly openedQty: DecimalString;
  readonly openedCost: DecimalString;
  readonly exitedQty: DecimalString;
  readonly exitedCost: DecimalString;
  readonly proceeds: DecimalString;
  readonly exitFees: DecimalString;
  readonly entryPrice: DecimalString;
  readonly plan: ExitPlan;
  readonly takeProfits: readonly {
    readonly price: DecimalString;
    readonly portion: DecimalString;
  }[];
  readonly stopLoss: DecimalString | null;
  readonly guard: DecimalString | null;
  readonly stopRule: StopRule;
  readonly progress: ProgressRow;
  readonly takenBySlot: readonly DecimalString[];
  readonly sources: readonly {
    readonly orderId: string;
    readonly quantity: DecimalString;
    readonly cost: DecimalString;
    readonly fees: DecimalString;
  }[];
  readonly separate: boolean;
  readonly closing: {
    readonly reason: CloseReason;
    readonly level: DecimalString | null;
    readonly trigger: {
      readonly source: PriceSource;
      readonly price: DecimalString;
      readonly time: number;
    } | null;
    readonly since: number;
  } | null;
  readonly exits: readonly {
    readonly reason: CloseReason;
    readonly level: DecimalString | null;
    readonly orderId: string;
    readonly role: OrderRole | 'external';
    readonly slot: number;
    readonly quantity: DecimalString;
    readonly price: DecimalString;
    readonly fee: DecimalString;
    readonly time: number;
  }[];
  readonly mergedInto: string | null;
  readonly nextGeneration: Readonly<Record<OrderRole, number>>;
  readonly openedAt: number;
  readonly updatedAt: number;
}

/** What a tranche has lived through, as its exit rules go by it. Part of a {@link TrancheRow}. */
export interface ProgressRow {
  readonly peak: DecimalString | null;
  readonly breakevenReached: boolean;
  readonly levelsTaken: number;
  readonly timeLimitDone: boolean;
  readonly averageRange: DecimalString | null;
  readonly volatilityTakeProfit: DecimalString | null;
  readonly ratchet: { readonly level: DecimalString; readonly rule: StopRule } | null;
  readonly fundingPaid: DecimalString;
}

/** One of our orders: the write-ahead intent and what became of it. Key: `clientOrderId`. */
export interface OrderRow {
  readonly clientOrderId: string;
  readonly trancheId: string;
  readonly role: OrderRole;
  readonly slot: number;
  /** The rule that set the level of a stop; `null` for other orders. */
  readonly rule: StopRule | null;
  readonly generation: number;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly kind: OrderKind;
  readonly quantity: DecimalString;
  readonly price: DecimalString | null;
  readonly triggerPrice: DecimalString | null;
  readonly triggerSource: PriceSource | null;
  readonly priceProtect: boolean;
  readonly reduceOnly: boolean;
  readonly status: OrderStatus;
  readonly attempt: number;
  readonly venueOrderId: string | null;
  readonly executedQty: DecimalString;
  readonly executedCost: DecimalString;
  readonly trades: Readonly<Record<string, { readonly quantity: string; readonly price: string }>>;
  readonly createdAt: number;
  readonly sendBy: number;
  readonly deadline: number;
  readonly cancelReason: string | null;
  readonly cancelStatus: 'none' | 'requested' | 'submitted' | 'unresolved';
  readonly rejection: string | null;
  readonly updatedAt: number;
}

/** What is known of one foreign (entry or manual) order's execution. Key: `symbol` and `orderId`. */
export interface LedgerRow {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly quantity: DecimalString;
  readonly cost: DecimalString;
  readonly cumulative: { readonly quantity: DecimalString; readonly cost: DecimalString };
  readonly trades: Readonly<
    Record<string, { readonly quantity: string; readonly price: string; readonly fee: string }>
  >;
  /** Tranches the order's quantity went to, the latest last. */
  readonly trancheIds: readonly string[];
  readonly updatedAt: number;
}

/** A plan given before its entry order was sent. Key: `key`. */
export interface RegistrationRow {
  readonly key: string;
  readonly clientOrderId: string | null;
  readonly orderId: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly plan: ExitPlan | null;
  readonly tranche: string;
  readonly createdAt: number;
}

/** A named value, e.g. the fill watermark of a symbol. Key: `name`. */
export interface MarkRow {
  readonly name: string;
  readonly value: string;
}

/** One event as it was emitted. Key: `seq`. */
export interface StoredEvent {
  readonly seq: number;
  readonly time: number;
  readonly name: string;
  readonly symbol: string | null;
  readonly trancheId: string | null;
  /** The payload as the listener got it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface HistoryQuery {
  /** Events with a higher `seq` than this. Default 0. */
  readonly afterSeq?: number;
  readonly name?: string;
  readonly symbol?: string;
  readonly trancheId?: string;
  /** At most this many. Default: all. */
  readonly limit?: number;
}
