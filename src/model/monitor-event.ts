import type { DecimalString } from './decimal.js';
import type { StopRule } from './exit-plan.js';
import type { OrderRole } from './order.js';
import type { PriceSource } from './price.js';
import type { OrderSide, PositionSide } from './side.js';
import type { CloseReason, Coverage } from './tranche.js';
import type { ExitView, OrderView, TrancheView } from './views.js';

/** What every event carries. `seq` rises by one per event of a store; `time` is wall ms. */
export interface EventBase {
  readonly seq: number;
  readonly time: number;
}

interface OfSymbol extends EventBase {
  readonly symbol: string;
}

interface OfTranche extends OfSymbol {
  readonly positionId: string;
  readonly trancheId: string;
  readonly side: PositionSide;
}

interface OfOrder extends OfTranche {
  readonly role: OrderRole;
  readonly clientOrderId: string;
  readonly order: OrderView;
  readonly reason: string;
}

/** Every event of the monitor, `noun:past-tense`, with one readonly payload each. */
export interface MonitorEventMap {
  /** A fill was booked. `effect` says what it did; `trancheId` is `null` for exposure that is not ours. */
  'fill:applied': OfSymbol & {
    readonly trancheId: string | null;
    readonly orderId: string;
    readonly orderSide: OrderSide;
    readonly side: PositionSide;
    readonly quantity: DecimalString;
    readonly price: DecimalString;
    readonly fee: DecimalString;
    readonly effect: 'entry' | 'exit' | 'external';
    readonly reason: string;
  };
  'tranche:opened': OfTranche & { readonly tranche: TrancheView; readonly reason: string };
  /** Quantity, entry, plan or levels changed. */
  'tranche:updated': OfTranche & { readonly tranche: TrancheView; readonly reason: string };
  'tranche:merged': OfTranche & {
    readonly tranche: TrancheView;
    readonly merged: readonly string[];
    readonly reason: string;
  };
  'tranche:closed': OfTranche & {
    readonly reason: CloseReason;
    readonly quantity: DecimalString;
    readonly entryPrice: DecimalString;
    /** Quantity-weighted; `null` when nothing was executed. */
    readonly exitPrice: DecimalString | null;
    /** From reported fills, before fees. */
    readonly realizedPnl: DecimalString;
    readonly fees: DecimalString;
    /** Fees for holding: paid = positive. Read only where a rule goes by them. */
    readonly funding: DecimalString;
    /** Exit price against the level, in favour of the position = positive; `null` without a level. */
    readonly slippage: DecimalString | null;
    /** Tick, rule, requests, fills: why and how it was left. */
    readonly chain: CausalChain;
    readonly tranche: TrancheView;
  };
  /** Everything that the plan wants resting rests, and the rest is guarded. */
  'protection:placed': OfTranche & {
    readonly tranche: TrancheView;
    readonly coverage: Coverage;
    readonly sinceFillMs: number;
    readonly reason: string;
  };
  /** Something that the plan asks for could not be had; protection goes on with what there is. */
  'protection:failed': OfSymbol & {
    readonly trancheId: string | null;
    readonly positionId: string | null;
    readonly side: PositionSide | null;
    readonly role: OrderRole | null;
    readonly coverage: Coverage;
    readonly exposure: DecimalString;
    readonly reason: string;
  };
  /**
   * Nothing covers a tranche that wants a stop (`coverage: 'none'`), or an order that protects it is gone while something
   * still covers it. Lost cover is told at once, new exposure when nothing covers it for a second.
   */
  'protection:missing': OfTranche & {
    readonly coverage: Coverage;
    /** What the tranche holds. */
    readonly exposure: DecimalString;
    /** Of it, what nothing covers. */
    readonly uncovered: DecimalString;
    /** How long nothing has covered it so far, ms. */
    readonly unprotectedMs: number;
    readonly reason: string;
  };
  /** What was missing is there again, or is not held or wanted any more. */
  'protection:recovered': OfTranche & {
    readonly coverage: Coverage;
    /** How long nothing covered it since it went missing, exact ms: the number that `MonitorHealth.nakedMs` sums. */
    readonly unprotectedMs: number;
    readonly reason: string;
  };
  /** A stop lay beyond the price at which the exchange liquidates: it was moved before it. */
  'protection:tightened': OfTranche & {
    readonly level: DecimalString;
    readonly liquidationPrice: DecimalString;
    readonly reason: string;
  };
  'trigger:hit': OfTranche & {
    readonly rule: StopRule | 'take-profit';
    readonly level: DecimalString;
    readonly source: PriceSource;
    readonly price: DecimalString;
    /** `grace`: an order for that reason rests and gets its chance first. `confirm`: the plan wants to see it again. */
    readonly decision: 'close' | 'grace' | 'confirm';
    readonly reason: string;
  };
  'order:submitted': OfOrder;
  'order:accepted': OfOrder;
  'order:rejected': OfOrder & { readonly code: string };
  'order:filled': OfOrder;
  'order:cancelled': OfOrder;
  /** Sent, outcome unknown: it is being looked for. */
  'order:unresolved': OfOrder;
  'order:resolved': OfOrder;
  'position:adopted': OfTranche & { readonly quantity: DecimalString; readonly reason: string };
  /** Exposure, or a difference, that is not ours. */
  'position:external': OfSymbol & {
    readonly side: PositionSide;
    readonly quantity: DecimalString;
    readonly reason: string;
  };
  'price:stale': OfSymbol & { readonly ageMs: number; readonly reason: string };
  'price:recovered': OfSymbol & { readonly reason: string };
  /** A price that is not one, or that nobody confirmed. It was not acted on. */
  'price:rejected': OfSymbol & {
    readonly source: PriceSource;
    readonly price: string;
    readonly reason: string;
  };
  'feed:connected': EventBase & { readonly reason: string };
  'feed:disconnected': EventBase & { readonly reason: string };
  'exchange:connected': EventBase & { readonly reason: string };
  'exchange:disconnected': EventBase & { readonly reason: string };
  'reconcile:completed': EventBase & {
    readonly differences: number;
    readonly durationMs: number;
    readonly reason: string;
  };
  'store:failed': EventBase & { readonly reason: string };
  'store:recovered': EventBase & { readonly reason: string };
  'monitor:started': EventBase & { readonly state: string; readonly reason: string };
  'monitor:stopped': EventBase & {
    /** Tranches that only we guarded: nothing rests for them now. */
    readonly guardedLocallyOnly: readonly string[];
    readonly reason: string;
  };
  'monitor:halted': EventBase & { readonly reason: string };
  'listener:error': EventBase & { readonly event: string; readonly reason: string };
}

export type MonitorEventName = keyof MonitorEventMap;

/** Why a tranche was left, from the price to the fills. */
export interface CausalChain {
  readonly tick: {
    readonly source: PriceSource;
    readonly price: DecimalString;
    readonly time: number;
  } | null;
  readonly rule: CloseReason;
  readonly level: DecimalString | null;
  /** Client order ids in the order of sending. */
  readonly requests: readonly string[];
  readonly fills: readonly ExitView[];
}

/** An event on its way out: the name and the payload that listeners get. */
export interface MonitorEvent<Name extends MonitorEventName = MonitorEventName> {
  readonly name: Name;
  readonly payload: MonitorEventMap[Name];
}
