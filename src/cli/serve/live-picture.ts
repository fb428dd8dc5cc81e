import type { DecimalString } from '../../model/decimal.js';
import type { StopRule } from '../../model/exit-plan.js';
import type { PositionSide } from '../../model/side.js';
import type { Coverage, TrancheState } from '../../model/tranche.js';
import type { HealthAnswer } from './health-answer.js';
import type { PricePoint } from './price-history.js';

/** What the live page shows: the answer of `/state`. Times in wall ms, quantities in contracts. */
export interface LivePicture {
  /** When it was taken. */
  readonly at: number;
  readonly health: HealthAnswer;
  readonly positions: readonly LivePosition[];
  /** Tranches that are held and not listed. */
  readonly omitted: number;
  /** Prices of the symbol that was asked for. */
  readonly prices: {
    readonly symbol: string;
    readonly source: string;
    readonly points: readonly PricePoint[];
  } | null;
}

export interface LivePosition {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: DecimalString;
  readonly entryPrice: DecimalString | null;
  readonly lastPrice: DecimalString | null;
  readonly unrealizedPnl: DecimalString | null;
  readonly cover: {
    readonly resting: DecimalString;
    readonly local: DecimalString;
    readonly uncovered: DecimalString;
    readonly withoutStop: DecimalString;
  };
  readonly tranches: readonly LiveTranche[];
}

export interface LiveTranche {
  readonly id: string;
  readonly number: number;
  readonly state: TrancheState;
  readonly quantity: DecimalString;
  readonly entryPrice: DecimalString;
  readonly takeProfits: readonly DecimalString[];
  /** Where our own guard acts. */
  readonly stopLoss: DecimalString | null;
  /** Where the stop rests at the exchange. */
  readonly restingStop: DecimalString | null;
  readonly stopRule: StopRule;
  /** Level of a trailing stop between two steps of the resting order. */
  readonly trail: DecimalString | null;
  readonly coverage: Coverage;
  readonly coverageAgeMs: number | null;
  readonly unprotectedMs: number;
  readonly realizedPnl: DecimalString;
  /** Orders of it that something can still happen to. */
  readonly orders: number;
  readonly openedAt: number;
}
