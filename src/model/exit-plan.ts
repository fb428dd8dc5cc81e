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
 * How a tranche is left: resolved from settings, plain data, comparable and storable.
 *
 * The members that are `null` here belong to exit rules that a later version adds; their place is fixed now so that
 * stored plans stay readable.
 */
export interface ExitPlan {
  readonly takeProfits: readonly TakeProfitRule[];
  readonly stopLoss: LevelRule | null;
  /** Price that stops are judged on. */
  readonly workingType: PriceSource;
  readonly priceProtect: boolean;
  readonly takeProfitOrder: 'limit' | 'market-on-trigger' | 'local';
  readonly stopLossOrder: 'market-on-trigger' | 'local';
  readonly exitExecution: { readonly kind: 'market' };
  readonly trailingStop: null;
  readonly breakeven: null;
  readonly timeLimitMs: null;
  readonly volatility: null;
  readonly confirm: null;
}

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
  readonly exitExecution?: { readonly kind: 'market' | 'ioc-limit' | 'iceberg' | 'twap' };
  readonly trailingStop?: {
    readonly activationPct?: DecimalInput;
    readonly callbackPct: DecimalInput;
    readonly stepPct?: DecimalInput;
  };
  readonly breakeven?: {
    readonly activationPct?: DecimalInput;
    readonly afterLevel?: number;
    readonly offsetPct?: DecimalInput;
    readonly includeFees?: boolean;
  };
  readonly timeLimitMs?: number;
  readonly volatility?: {
    readonly atrPeriod: number;
    readonly barMs: number;
    readonly tpMultiple?: DecimalInput;
    readonly slMultiple?: DecimalInput;
  };
  readonly confirm?: {
    readonly ticks?: number;
    readonly ms?: number;
    readonly source?: PriceSource;
    readonly hardFloorPct?: DecimalInput;
  };
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
  timeLimitMs: null,
  volatility: null,
  confirm: null,
};

/** Whether two plans ask for the same exits. Plans are built by one function, so key order is stable. */
export function plansAreEqual(a: ExitPlan, b: ExitPlan): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Levels of a plan for one entry price, rounded to the instrument. */
export interface ExitLevels {
  /** One per take-profit rule, in the plan's order. */
  readonly takeProfits: readonly { readonly price: Decimal; readonly portion: Decimal }[];
  readonly stopLoss: Decimal | null;
}
