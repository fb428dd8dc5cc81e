import type { ExitPlanInput } from '../../src/model/exit-plan.js';
import type { OrderKind, OrderRole } from '../../src/model/order.js';
import type { PositionMode, PositionSide } from '../../src/model/side.js';
import type { GlobalSettings, SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import type {
  SimReadFault,
  SimReadKind,
  SimStreamFault,
  SimWriteFault,
} from '../../src/testing/sim/sim-line.js';
import type { SimEvent } from '../../src/testing/sim/sim-order.js';
import type { SimProfileName } from '../../src/testing/sim/sim-profile.js';
import type { FillFate, TriggerFate } from '../../src/testing/sim/sim-venue.js';

/** The one contract of the simulated world: small numbers that are easy to read in a trace. */
export const SYMBOL = 'BTCUSDT';
export const INSTRUMENT = { symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' } as const;
/** First price, ticks; and how many steps one unit of the workload's quantities has. */
export const START_TICKS = 450_000;
export const LOT_STEPS = 100;

export type PriceName = 'LAST' | 'MARK';

/**
 * One simulated life, written out: what happens when, and which request, event or write of the store meets which fault.
 *
 * A seed expands to a plan; the plan alone decides the run, so a plan can be made smaller and kept as a file.
 */
export interface SimPlan {
  readonly seed: number;
  readonly setup: SimSetup;
  /** In order of time. */
  readonly acts: readonly SimAct[];
  readonly faults: readonly SimFault[];
  /** When faults end and the quiet phase begins, ms. */
  readonly faultyMs: number;
}

export interface SimSetup {
  readonly profile: SimProfileName;
  readonly mode: PositionMode;
  readonly latencyMs: number;
  readonly settings: SymbolSettings;
  readonly globals: GlobalSettings;
  /** Prices that the feed brings. */
  readonly sources: readonly PriceName[];
  /** How long a write takes until it is recorded, and from there until it is durable, ms. */
  readonly recordMs: number;
  readonly durableMs: number;
  /** Difference of the exchange's clock, ms. */
  readonly skewMs: number;
  /** Whether the exchange takes several stops of one side. */
  readonly severalStops: boolean;
  /** Whether it takes immediate-or-cancel limits and stops that are limits. Left out: it does. */
  readonly takesLimits?: boolean;
}

/** Kinds of orders that the exchange takes. */
export function orderKindsOf({ takesLimits = true }: Pick<SimSetup, 'takesLimits'>): OrderKind[] {
  const always = ['market', 'limit', 'stop-market', 'take-profit-market'] as const;
  return takesLimits ? [...always, 'ioc-limit', 'stop-limit'] : [...always];
}

export type SimAct = { readonly at: number } & (
  | { readonly do: 'price'; readonly ticks: number }
  /** A price that nobody traded at: the feed alone brings it. */
  | { readonly do: 'bad-tick'; readonly price: number; readonly times: number }
  /** The bot trades; the fill is handed over this often (0: only the account stream tells). */
  | {
      readonly do: 'enter';
      readonly side: PositionSide;
      readonly lots: number;
      readonly reports: number;
      readonly parts: number;
      readonly register: boolean;
    }
  /** People. */
  | { readonly do: 'reduce-by-hand'; readonly lots: number }
  | { readonly do: 'flip-by-hand'; readonly lots: number }
  | { readonly do: 'cancel-stop-by-hand' }
  | { readonly do: 'cancel-profit-by-hand' }
  /** The exchange. */
  | {
      readonly do: 'forced';
      readonly cause: 'liquidation' | 'adl' | 'settlement';
      readonly lots: number;
    }
  | { readonly do: 'halt'; readonly ms: number }
  | { readonly do: 'ban'; readonly ms: number }
  | { readonly do: 'stop-cap'; readonly cap: number; readonly ms: number }
  /** Margin or leverage changes: it would liquidate so far from the price of now, percent; `null` = it tells nothing of it. */
  | { readonly do: 'liquidation'; readonly side: PositionSide; readonly percent: number | null }
  | { readonly do: 'skew'; readonly ms: number }
  /** Another monitor of the same account leaves an order of its own: not ours to touch. */
  | { readonly do: 'other-instance'; readonly lots: number }
  /** Lines. */
  | { readonly do: 'stream-down'; readonly ms: number; readonly silent: boolean }
  | { readonly do: 'feed-down'; readonly ms: number }
  | { readonly do: 'feed-silent'; readonly ms: number }
  /** The store. */
  | { readonly do: 'store-down'; readonly ms: number }
  /** The host and its process. */
  | SimCallAct
  | { readonly do: 'crash'; readonly power: boolean; readonly restartMs: number }
  | { readonly do: 'restore-backup'; readonly share: number; readonly restartMs: number }
  | { readonly do: 'stop'; readonly restartMs: number }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'wall-jump'; readonly ms: number }
);

/** The host calls something of what is held. */
export interface SimCallAct {
  readonly do: 'call';
  readonly call: SimCall;
  /** How far off the price a new level lies, basis points; for a split, how much is split off, percent. */
  readonly bps: number;
  /** What `new-plan` asks for. Left out: levels at other distances. */
  readonly plan?: ExitPlanInput;
  /** Which side `panic-side` closes. */
  readonly side?: PositionSide;
}

/** What `new-plan` asks for where the act does not say. */
export const OTHER_PLAN: ExitPlanInput = {
  takeProfitPct: 0.5,
  stopLossPct: 0.4,
  takeProfitOrder: 'local',
};

export type SimCall =
  | 'move-stop'
  | 'move-profit'
  | 'remove-profit'
  | 'new-plan'
  | 'close-tranche'
  | 'close-position'
  | 'close-all'
  | 'merge'
  | 'split'
  | 'panic-side'
  | 'cancel-related'
  | 'reconcile'
  | 'pause-resume';

/** Whose order it is: one of ours by its role, or that of somebody else. */
export type SimOrderOf = OrderRole | 'foreign';

/**
 * What happens to the n-th thing of its kind (from 0, over all lives of the run). With `of` only things of that sort are
 * counted, so that a scenario can name "the second stop" without knowing what else is sent.
 */
export type SimFault = { readonly index: number } & (
  | { readonly on: 'place' | 'cancel'; readonly of?: SimOrderOf; readonly fault: SimWriteFault }
  | { readonly on: 'read'; readonly of?: SimReadKind; readonly fault: SimReadFault }
  | { readonly on: 'stream'; readonly of?: SimEvent['kind']; readonly fault: SimStreamFault }
  | { readonly on: 'fill'; readonly of?: SimOrderOf; readonly fault: FillFate }
  | { readonly on: 'trigger'; readonly of?: SimOrderOf; readonly fault: TriggerFate }
  | { readonly on: 'commit'; readonly fault: { readonly do: 'fail' | 'slow'; readonly ms: number } }
  /** The process dies right before or after the n-th effect of the core is performed. */
  | {
      readonly on: 'effect';
      readonly fault: {
        readonly do: 'crash-before' | 'crash-after';
        readonly power: boolean;
        /** Until the process comes back, ms. Default 50. */
        readonly restartMs?: number;
      };
    }
);

export type SimFaultChannel = SimFault['on'];
