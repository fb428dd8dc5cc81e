import type { Decimal } from './decimal.js';
import type { ExitPlan } from './exit-plan.js';
import type { PositionMode } from './side.js';

/** Everything the core decides by: resolved once, in units that its names state. */
export interface CoreSettings {
  /** False: observe and report, place nothing. */
  readonly usePositionMonitor: boolean;
  readonly instantTpEnabled: boolean;
  readonly manage: 'all' | 'registered';
  readonly tpSlBatchEnabled: boolean;
  readonly positionMode: PositionMode;
  readonly tranchePnlIncrementPct: Decimal;
  readonly maxTranchesPerSymbolSide: number;
  readonly onTrancheLimit: 'join-newest' | 'merge' | 'reject';
  readonly mergeProfitableTranches: boolean;
  readonly emergencyClose: { readonly afterFailures: number; readonly afterMs: number } | null;
  readonly maxJumpPct: number;
  readonly adoptPositions: 'adopt' | 'report' | 'ignore';
  readonly adoptAfterMs: number;
  /** Slippage of `ioc-limit` exits where a plan does not say, basis points. */
  readonly maxSlippageBps: number;
  readonly tpGraceMs: number;
  readonly instantTpBeyondBps: number;
  readonly slGraceMs: number;
  readonly ackTimeoutMs: number;
  readonly staleAfterMs: number;
  readonly sendWithinMs: number;
  readonly recvWindowMs: number;
  /** Pause between two moves of a stop, and how long a move may wait near the price. 0 in replay. */
  readonly stopMovePauseMs: number;
  readonly stopMoveWaitMs: number;
  /** False in replay: the entry row itself judges nothing. */
  readonly judgeOnArming: boolean;
  /** True where a price needs no second witness: the paper exchange and replay. */
  readonly pricesConfirmThemselves: boolean;
  /** Plans per symbol; `*` for the rest. */
  readonly plans: ReadonlyMap<string, ExitPlan>;
}

/** The plan that covers a symbol, `null` when no settings do. */
export function configuredPlan(settings: CoreSettings, symbol: string): ExitPlan | null {
  return settings.plans.get(symbol) ?? settings.plans.get('*') ?? null;
}
