import * as v from 'valibot';
import {
  BASIS_POINTS_MAX,
  EMERGENCY_FAILURES_MAX,
  FILE_PATH_LENGTH_MAX,
  INSTANCE_ID_LENGTH_MAX,
  RECONCILE_INTERVAL_MS_MIN,
  RECONNECT_DELAY_SECONDS_MAX,
  TRANCHES_PER_SIDE_MAX,
} from '../../limits.js';
import { PRICE_SOURCES } from '../../model/price.js';
import {
  amountAbove0,
  amountFrom0,
  durationMs,
  flag,
  listOf,
  numberUpTo,
  oneOf,
  percent,
  section,
  text,
  url,
  wholeNumber,
} from './fields.js';
import { EXCHANGE_IDS } from './monitor-config.js';
import { BREAKEVEN_ENTRIES, BREAKEVEN_FIELD } from './rules/breakeven.js';
import { CONFIRM_ENTRIES, CONFIRM_FIELD } from './rules/confirm.js';
import { EXIT_EXECUTION_FIELD, EXIT_EXECUTION_KEYS } from './rules/exit-execution.js';
import { LIQUIDATION_GUARD_ENTRIES, LIQUIDATION_GUARD_FIELD } from './rules/liquidation-guard.js';
import { TAKE_PROFIT_LEVEL_ENTRIES, TAKE_PROFIT_LEVELS_FIELD } from './rules/take-profits.js';
import { TIME_LIMIT_ENTRIES, TIME_LIMIT_FIELD, TIME_LIMIT_MS_FIELD } from './rules/time-limit.js';
import { TRAILING_STOP_ENTRIES, TRAILING_STOP_FIELD } from './rules/trailing-stop.js';
import { VOLATILITY_ENTRIES, VOLATILITY_FIELD } from './rules/volatility.js';

/** Shapes of the sections of `MonitorConfig`: types, ranges and known keys. Contradictions are judged elsewhere. */
export const GLOBAL_ENTRIES = {
  usePositionMonitor: v.optional(flag()),
  instantTpEnabled: v.optional(flag()),
  manage: v.optional(oneOf(['all', 'registered'])),
  priceMonitorReconnectDelay: v.optional(numberUpTo(0, RECONNECT_DELAY_SECONDS_MAX, 'seconds')),
  tpSlBatchEnabled: v.optional(flag()),
  simulateOnly: v.optional(flag()),
  positionMode: v.optional(oneOf(['auto', 'hedge', 'one-way'])),
  tranchePnlIncrementPct: v.optional(percent()),
  maxTranchesPerSymbolSide: v.optional(wholeNumber(1, TRANCHES_PER_SIDE_MAX, 'tranches')),
  onTrancheLimit: v.optional(oneOf(['join-newest', 'merge', 'reject'])),
  mergeProfitableTranches: v.optional(flag()),
  emergencyClose: v.optional(
    v.lazy((input) =>
      input === false
        ? v.literal(false)
        : section(
            {
              afterFailures: v.optional(wholeNumber(1, EMERGENCY_FAILURES_MAX, 'refusals')),
              afterMs: v.optional(durationMs()),
            },
            'false or { afterFailures, afterMs }',
          ),
    ),
  ),
  maxJumpPct: v.optional(percent()),
  adoptPositions: v.optional(oneOf(['adopt', 'report', 'ignore'])),
  adoptAfterMs: v.optional(durationMs()),
  tpGraceMs: v.optional(durationMs()),
  instantTpBeyondBps: v.optional(numberUpTo(-1, BASIS_POINTS_MAX, 'basis points')),
  slGraceMs: v.optional(durationMs()),
  ackTimeoutMs: v.optional(durationMs(1)),
  staleAfterMs: v.optional(durationMs(1)),
  reconcileIntervalMs: v.optional(durationMs(RECONCILE_INTERVAL_MS_MIN)),
  maxSlippageBps: v.optional(numberUpTo(0, BASIS_POINTS_MAX, 'basis points')),
};
export const GLOBALS_SCHEMA = section(GLOBAL_ENTRIES);

export const SYMBOL_ENTRIES = {
  takeProfitEnabled: v.optional(flag()),
  takeProfitPct: v.optional(percent()),
  takeProfitLevels: v.optional(TAKE_PROFIT_LEVELS_FIELD),
  stopLossEnabled: v.optional(flag()),
  stopLossPct: v.optional(percent()),
  workingType: v.optional(oneOf(['CONTRACT_PRICE', 'MARK_PRICE', ...PRICE_SOURCES])),
  priceProtect: v.optional(flag()),
  takeProfitOrder: v.optional(oneOf(['limit', 'market-on-trigger', 'local'])),
  stopLossOrder: v.optional(oneOf(['market-on-trigger', 'limit-on-trigger', 'local'])),
  exitExecution: v.optional(EXIT_EXECUTION_FIELD),
  trailingStop: v.optional(v.nullable(TRAILING_STOP_FIELD)),
  breakeven: v.optional(v.nullable(BREAKEVEN_FIELD)),
  timeLimitMs: v.optional(v.nullable(TIME_LIMIT_MS_FIELD)),
  timeLimit: v.optional(v.nullable(TIME_LIMIT_FIELD)),
  volatility: v.optional(v.nullable(VOLATILITY_FIELD)),
  confirm: v.optional(v.nullable(CONFIRM_FIELD)),
  liquidationGuard: v.optional(LIQUIDATION_GUARD_FIELD),
};

/** Keys inside of the rules above, by the rule that has them. */
export const RULE_KEYS = {
  takeProfitLevels: Object.keys(TAKE_PROFIT_LEVEL_ENTRIES),
  exitExecution: EXIT_EXECUTION_KEYS,
  trailingStop: Object.keys(TRAILING_STOP_ENTRIES),
  breakeven: Object.keys(BREAKEVEN_ENTRIES),
  timeLimit: Object.keys(TIME_LIMIT_ENTRIES),
  volatility: Object.keys(VOLATILITY_ENTRIES),
  confirm: Object.keys(CONFIRM_ENTRIES),
  liquidationGuard: Object.keys(LIQUIDATION_GUARD_ENTRIES),
};

export const SYMBOL_SCHEMA = section(SYMBOL_ENTRIES);
export type CheckedSymbolSettings = v.InferOutput<typeof SYMBOL_SCHEMA>;

export const INSTRUMENT_ENTRIES = {
  kind: v.optional(oneOf(['linear', 'inverse', 'spot'])),
  tickSize: amountAbove0('a price step'),
  stepSize: amountAbove0('a quantity step'),
  minPrice: v.optional(amountFrom0('a price')),
  maxPrice: v.optional(amountFrom0('a price')),
  minQty: v.optional(amountFrom0('a quantity')),
  maxQty: v.optional(amountFrom0('a quantity')),
  minMarketQty: v.optional(amountFrom0('a quantity')),
  maxMarketQty: v.optional(amountFrom0('a quantity')),
  marketStepSize: v.optional(amountFrom0('a quantity step')),
  minNotional: v.optional(amountFrom0('a value in the quote asset')),
  priceBand: v.optional(
    section({ up: amountAbove0('a factor'), down: amountAbove0('a factor') }, '{ up, down }'),
  ),
  contract: v.optional(section({ size: amountAbove0('base units per contract') }, '{ size }')),
};
export const INSTRUMENT_SCHEMA = section(INSTRUMENT_ENTRIES);

export const EXCHANGE_SCHEMA = section(
  {
    id: oneOf(EXCHANGE_IDS),
    restUrl: v.optional(url('https:')),
    streamUrl: v.optional(url('wss:')),
  },
  'an object',
  /** Ignored it would be a request to another exchange than the one that is meant. */
  (key) =>
    key === 'apiUrl'
      ? 'No adapter sends requests over a WebSocket: restUrl says where they go, streamUrl where the account stream is'
      : undefined,
);

export const FEED_SCHEMA = section({
  sources: v.optional(
    v.pipe(
      listOf(oneOf(PRICE_SOURCES), 'a list of price sources'),
      v.check(
        (sources) => sources.length > 0 && new Set(sources).size === sources.length,
        'expected at least one price source and none twice, received another list',
      ),
    ),
  ),
  streamUrl: v.optional(url('wss:')),
});

export const STORE_SCHEMA = section({
  path: text(/^[^\0]+$/, FILE_PATH_LENGTH_MAX, 'the path of a file'),
});

export const INSTANCE_ID_SCHEMA = text(
  /^[A-Za-z0-9_-]+$/,
  INSTANCE_ID_LENGTH_MAX,
  `1 to ${INSTANCE_ID_LENGTH_MAX} letters, digits, "_" or "-"`,
);
