import type { DecimalInput } from '../../model/decimal.js';
import type { ExitPlanInput } from '../../model/exit-plan.js';
import type { InstrumentInput } from '../../model/instrument.js';
import type { PriceSource } from '../../model/price.js';
import type { PositionMode } from '../../model/side.js';

/**
 * Everything that can be configured. Validated as a whole by `resolveConfig`: unknown keys, values out of range and
 * contradictions are errors that name their path.
 *
 * @example
 * const config: MonitorConfig = {
 *   globals: { tranchePnlIncrementPct: 5, maxTranchesPerSymbolSide: 5 },
 *   symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } },
 * };
 */
export interface MonitorConfig {
  /** Settings for all symbols. */
  readonly globals?: GlobalSettings;
  /**
   * How positions are left, by symbol; `'*'` covers every symbol without an entry of its own (entries are not merged).
   * Fills of a symbol that nothing covers are refused, loudly.
   */
  readonly symbols: Readonly<Record<string, SymbolSettings>>;
  /** Filters by symbol, for replay and the paper exchange. A live exchange reports its own. */
  readonly instruments?: Readonly<Record<string, InstrumentSettings>>;
  /** Which exchange the command line connects to. */
  readonly exchange?: ExchangeSettings;
  /** Which prices the command line takes. */
  readonly feed?: FeedSettings;
  /** Where the command line keeps its store. */
  readonly store?: StoreSettings;
  /** Name of this monitor at its account: 1 to 64 letters, digits, `_` or `-`. Default `default`. */
  readonly instanceId?: string;
}

/** Whether the account's position mode is asked from the exchange or required. */
export type PositionModeSetting = 'auto' | PositionMode;

/** Settings for all symbols. Percentages are positive numbers: the direction follows from the name. */
export interface GlobalSettings {
  /** False: observe and report, place nothing. Default true. */
  readonly usePositionMonitor?: boolean;
  /**
   * Close at market when the price is at or past a take-profit. False leaves it to the order that rests; a `local` one has
   * none, and is taken at market all the same. Default true.
   */
  readonly instantTpEnabled?: boolean;
  /** Which account fills of covered symbols are protected: all, or only those that the host registers or hands over. Default `all`. */
  readonly manage?: 'all' | 'registered';
  /** First delay of the reconnect back-off, seconds, above 0 to 60; doubling, jittered, capped at 60. Default 5. */
  readonly priceMonitorReconnectDelay?: number;
  /** One batch request for stop and take-profit where the exchange can batch them. Default true. */
  readonly tpSlBatchEnabled?: boolean;
  /** Orders go to the paper exchange inside the monitor; prices stay real. Default false. */
  readonly simulateOnly?: boolean;
  /** `auto` asks the exchange; otherwise a mismatch refuses to start. Default `auto`. */
  readonly positionMode?: PositionModeSetting;
  /** A fill opens a new tranche when the PnL of its side is at or below minus this, percent. Default 5. */
  readonly tranchePnlIncrementPct?: DecimalInput;
  /** Live tranches of one symbol and side. Default 5. */
  readonly maxTranchesPerSymbolSide?: number;
  /** What happens to a fill beyond that limit. Default `join-newest`. */
  readonly onTrancheLimit?: 'join-newest' | 'merge' | 'reject';
  /** Tranches in profit with equal plans become one, at their weighted entry; targets begin anew. Default true. */
  readonly mergeProfitableTranches?: boolean;
  /**
   * When a stop that is definitely refused is replaced by a market close: both bounds passed, and neither a resting
   * stop nor a local guard on a fresh price covers the tranche. False: never. Default `{ afterFailures: 5, afterMs: 10000 }`.
   */
  readonly emergencyClose?: EmergencyCloseSettings | false;
  /** Band around the last price inside which a tick acts at once, percent. Default 10. */
  readonly maxJumpPct?: DecimalInput;
  /** What happens to exposure that no known fill explains. Default `report`. */
  readonly adoptPositions?: 'adopt' | 'report' | 'ignore';
  /** How long exposure stays unexplained before that, ms. Default 5,000. */
  readonly adoptAfterMs?: number;
  /** How long a resting take-profit may fill by itself once the price is at it, ms. Default 300. */
  readonly tpGraceMs?: number;
  /** Ends that grace early: distance of the price past the level, basis points. Default 10. */
  readonly instantTpBeyondBps?: number;
  /** How long a resting stop may trigger by itself once the price is at it, ms. Default 500. */
  readonly slGraceMs?: number;
  /** `handleOrderFill` answers at the latest after this, ms. Default 10,000. */
  readonly ackTimeoutMs?: number;
  /** A price older than this guards nothing, ms. Default 15,000. */
  readonly staleAfterMs?: number;
  /** Pause between two full comparisons with the exchange, ms, from 100 (jittered by a tenth). Default 10,000. */
  readonly reconcileIntervalMs?: number;
  /** Largest accepted slippage of closes with a price cap, basis points: what `ioc-limit` exits take unless told. Default 100. */
  readonly maxSlippageBps?: number;
}

/** Bounds of the emergency close. Both must be passed. */
export interface EmergencyCloseSettings {
  /** Definite refusals of the stop, at least 1. Default 5. */
  readonly afterFailures?: number;
  /** Time since the first refusal, ms. Default 10,000. */
  readonly afterMs?: number;
}

/** How the positions of a symbol are left. The same keys can be given per order. */
export type SymbolSettings = ExitPlanInput;

/** Filters of one instrument; the key it stands under is its symbol. */
export type InstrumentSettings = Omit<InstrumentInput, 'symbol'>;

export const EXCHANGE_IDS = ['paper', 'binance', 'aster'] as const;

/** An exchange that comes with the package. Keys never stand here: they come from the environment or a key file. */
export interface ExchangeSettings {
  readonly id: (typeof EXCHANGE_IDS)[number];
  /** `https:`; `http:` only on a loopback host. Default: the exchange's own. */
  readonly restUrl?: string;
  /** `wss:`; `ws:` only on a loopback host. Default: the exchange's own. */
  readonly streamUrl?: string;
}

export interface FeedSettings {
  /** Prices to subscribe to. Default: what the plans need. */
  readonly sources?: readonly PriceSource[];
  /** `wss:`; `ws:` only on a loopback host. Default: the exchange's own. */
  readonly streamUrl?: string;
}

export interface StoreSettings {
  /** File of the SQLite store. */
  readonly path: string;
}
