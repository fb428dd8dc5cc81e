import type { Decimal, DecimalInput, DecimalString } from './decimal.js';
import type { PriceSource } from './price.js';

/** Where a level lies: a percentage from the entry price, or an absolute price. */
export type LevelRule =
  | { readonly kind: 'percent'; readonly percent: DecimalString }
  | { readonly kind: 'price'; readonly price: DecimalString };

export interface TakeProfitRule {
  readonly level: LevelRule;
  /** Share of the tranche, 0 < portion <= 1, as decimal string. */
  readonly portion: DecimalString;
}

/**
 * A stop that follows the price.
 *
 * Armed at once, or when the price has gone `activationPct` in favour of the position. It lies `callbackPct` below the best
 * price since then (above, for a SHORT). The order at the exchange follows in steps.
 */
export interface TrailingStopRule {
  /** Percent from the entry; `null` = armed at once, with the entry as the best price. */
  readonly activationPct: DecimalString | null;
  /** Percent of the best price. */
  readonly callbackPct: DecimalString;
  /** How far the best price has to move before the resting order follows, percent; `null` = a tenth of the callback. */
  readonly stepPct: DecimalString | null;
}

/** Moves the stop to the entry once something is reached. */
export interface BreakevenRule {
  /** A distance from the entry, or a take-profit level that was taken (counted from 1). */
  readonly trigger:
    | { readonly kind: 'percent'; readonly percent: DecimalString }
    | { readonly kind: 'level'; readonly level: number };
  /** How far beyond the entry the stop goes, percent in favour of the position. */
  readonly offsetPct: DecimalString;
  /** Whether the stop also earns the fees: those paid for the entry, funding, and those expected for the exit. */
  readonly includeFees: boolean;
  /** Whether each further level that is taken moves the stop to the level before it. */
  readonly followLevels: boolean;
}

/** What happens to a tranche that is held for long. */
export interface TimeLimitRule {
  readonly ms: number;
  /** `tighten`: the stop goes to `stopLossPct` from the entry, if that is nearer. */
  readonly action: 'close' | 'tighten';
  /** Only while the tranche is in profit, or in loss; `null` = either way. */
  readonly onlyIn: 'profit' | 'loss' | null;
  /** For `tighten`. Percent from the entry, against the position; negative = beyond the entry, in its favour. */
  readonly stopLossPct: DecimalString | null;
}

/** Levels as multiples of the average true range, planned again with every bar and never loosened. */
export interface VolatilityRule {
  /** Bars of the average. */
  readonly atrPeriod: number;
  readonly barMs: number;
  readonly tpMultiple: DecimalString | null;
  readonly slMultiple: DecimalString | null;
}

/** What has to be seen before our own guard acts on a stop. Everything given has to hold. */
export interface ConfirmRule {
  /** Consecutive ticks at or past the level. */
  readonly ticks: number | null;
  /** How long every tick was at or past it. */
  readonly ms: number | null;
  /** Another price that is at or past the level as well. */
  readonly source: PriceSource | null;
  /** So far beyond the level nothing is waited for; the resting stop lies there. Percent of the level. */
  readonly hardFloorPct: DecimalString | null;
}

/** How a tranche is sold once it is to go. Whatever the kind, a stop with nothing resting goes at market at once. */
export type ExitExecution =
  | { readonly kind: 'market' }
  /** Immediate-or-cancel limits, again and again; at market after the deadline or beyond the floor. */
  | {
      readonly kind: 'ioc-limit';
      /** How far behind the last price the limit lies, percent. */
      readonly slippagePct: DecimalString;
      readonly deadlineMs: number;
      /** Beyond this distance from the level, percent of it, no limit is tried; `null` = only the deadline counts. */
      readonly hardFloorPct: DecimalString | null;
    }
  /** One visible slice after the other. */
  | {
      readonly kind: 'iceberg';
      /** Share of the tranche that one slice shows, 0 < portion <= 1. */
      readonly visiblePortion: DecimalString;
      readonly deadlineMs: number;
      readonly hardFloorPct: DecimalString | null;
    }
  /** Equal slices over time. */
  | {
      readonly kind: 'twap';
      readonly slices: number;
      readonly intervalMs: number;
      readonly hardFloorPct: DecimalString | null;
    };

/** How a tranche is left: resolved from settings, plain data, comparable and storable. */
export interface ExitPlan {
  readonly takeProfits: readonly TakeProfitRule[];
  readonly stopLoss: LevelRule | null;
  /** Price that stops, trails and breakeven are judged on. */
  readonly workingType: PriceSource;
  readonly priceProtect: boolean;
  readonly takeProfitOrder: 'limit' | 'market-on-trigger' | 'local';
  readonly stopLossOrder: 'market-on-trigger' | 'limit-on-trigger' | 'local';
  readonly exitExecution: ExitExecution;
  readonly trailingStop: TrailingStopRule | null;
  readonly breakeven: BreakevenRule | null;
  readonly volatility: VolatilityRule | null;
  readonly confirm: ConfirmRule | null;
  readonly timeLimit: TimeLimitRule | null;
  /** How far before the liquidation price the stop has to lie at least, percent of it; `null` = not looked at. */
  readonly liquidationBufferPct: DecimalString | null;
}

/** {@link ExitExecution} as a user writes it, in a plan or for one close. Percentages are positive numbers. */
export type ExitExecutionInput =
  | { readonly kind: 'market' }
  | {
      readonly kind: 'ioc-limit';
      readonly slippagePct?: DecimalInput;
      readonly deadlineMs?: number;
      readonly hardFloorPct?: DecimalInput;
    }
  | {
      readonly kind: 'iceberg';
      readonly visiblePortion: DecimalInput;
      readonly deadlineMs?: number;
      readonly hardFloorPct?: DecimalInput;
    }
  | {
      readonly kind: 'twap';
      readonly slices: number;
      readonly intervalMs: number;
      readonly hardFloorPct?: DecimalInput;
    };

/** Per-symbol and per-order keys as a user writes them. Percentages are positive numbers. */
export interface ExitPlanInput {
  readonly takeProfitEnabled?: boolean;
  readonly takeProfitPct?: DecimalInput;
  readonly takeProfitLevels?: readonly {
    readonly pct?: DecimalInput;
    readonly price?: DecimalInput;
    readonly portion: DecimalInput;
  }[];
  readonly stopLossEnabled?: boolean;
  readonly stopLossPct?: DecimalInput;
  /** `CONTRACT_PRICE` = LAST, `MARK_PRICE` = MARK. Default `CONTRACT_PRICE`. */
  readonly workingType?: 'CONTRACT_PRICE' | 'MARK_PRICE' | PriceSource;
  readonly priceProtect?: boolean;
  readonly takeProfitOrder?: 'limit' | 'market-on-trigger' | 'local';
  readonly stopLossOrder?: 'market-on-trigger' | 'limit-on-trigger' | 'local';
  readonly exitExecution?: ExitExecutionInput;
  /** `null` takes the rule away. */
  readonly trailingStop?: {
    readonly activationPct?: DecimalInput;
    readonly callbackPct: DecimalInput;
    readonly stepPct?: DecimalInput;
  } | null;
  /** Exactly one of `activationPct` and `afterLevel` (counted from 1). */
  readonly breakeven?: {
    readonly activationPct?: DecimalInput;
    readonly afterLevel?: number;
    readonly offsetPct?: DecimalInput;
    readonly includeFees?: boolean;
    /** Each further take-profit level that is taken moves the stop to the level before it. */
    readonly followLevels?: boolean;
  } | null;
  /** Close after this time. Short for `timeLimit: { ms }`. */
  readonly timeLimitMs?: number | null;
  readonly timeLimit?: {
    readonly ms: number;
    readonly action?: 'close' | 'tighten';
    readonly onlyIn?: 'profit' | 'loss';
    /** For `tighten`: may be negative, which locks profit in. */
    readonly stopLossPct?: DecimalInput;
  } | null;
  readonly volatility?: {
    readonly atrPeriod: number;
    readonly barMs: number;
    readonly tpMultiple?: DecimalInput;
    readonly slMultiple?: DecimalInput;
  } | null;
  readonly confirm?: {
    readonly ticks?: number;
    readonly ms?: number;
    readonly source?: PriceSource;
    readonly hardFloorPct?: DecimalInput;
  } | null;
  /** `false` = the liquidation price is not looked at. Default: on, with a buffer of 0.5 %. */
  readonly liquidationGuard?: boolean | { readonly bufferPct: DecimalInput };
}

/** A plan that asks for nothing: what `cancelRelatedOrders` leaves. */
export const NO_EXITS: ExitPlan = {
  takeProfits: [],
  stopLoss: null,
  workingType: 'LAST',
  priceProtect: false,
  takeProfitOrder: 'limit',
  stopLossOrder: 'market-on-trigger',
  exitExecution: { kind: 'market' },
  trailingStop: null,
  breakeven: null,
  volatility: null,
  confirm: null,
  timeLimit: null,
  liquidationBufferPct: null,
};

/** Whether two plans ask for the same exits. Plans are built by one function, so key order is stable. */
export function plansAreEqual(a: ExitPlan, b: ExitPlan): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a plan asks for a stop of any kind, now or later. */
export function asksForStop(plan: ExitPlan): boolean {
  return (
    plan.stopLoss !== null ||
    plan.trailingStop !== null ||
    (plan.volatility?.slMultiple ?? null) !== null
  );
}

/** The rule that set a stop: its name is the reason of an exit at that level. */
export type StopRule = 'stop-loss' | 'trailing-stop' | 'breakeven';

/** Levels of a tranche that are in force, rounded to the instrument. */
export interface ExitLevels {
  /** One per take-profit rule, in the plan's order. */
  readonly takeProfits: readonly { readonly price: Decimal; readonly portion: Decimal }[];
  /** Where the stop rests at the exchange. */
  readonly stopLoss: Decimal | null;
  /** Where our own guard acts: where the stop rests, unless a hit has to be confirmed first. */
  readonly guard: Decimal | null;
  /** The rule that set both. */
  readonly stopRule: StopRule;
}
