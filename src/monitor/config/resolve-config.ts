import * as v from 'valibot';
import { ConfigError } from '../../errors/config-error.js';
import {
  DEFAULTS,
  RECV_WINDOW_MS,
  SEND_WITHIN_MS,
  STOP_MOVE_PAUSE_MS,
  STOP_MOVE_WAIT_MS,
} from '../../limits.js';
import { decimal } from '../../model/decimal.js';
import type { ExitPlan } from '../../model/exit-plan.js';
import { type InstrumentInput, instrumentFrom } from '../../model/instrument.js';
import { ownField } from '../../model/own-field.js';
import { isSymbol, SYMBOL_EXPECTED } from '../../model/symbol.js';
import { configWarnings } from './config-warnings.js';
import { readExitPlan } from './exit-plan-from.js';
import { check, type Field, section } from './fields.js';
import { frozen, frozenMap } from './frozen.js';
import type {
  ExchangeSettings,
  FeedSettings,
  GlobalSettings,
  MonitorConfig,
  StoreSettings,
} from './monitor-config.js';
import { plainCopy } from './plain-copy.js';
import { mismatch, Problems } from './problems.js';
import type { ResolvedConfig } from './resolved-config.js';
import {
  EXCHANGE_SCHEMA,
  FEED_SCHEMA,
  GLOBALS_SCHEMA,
  INSTANCE_ID_SCHEMA,
  INSTRUMENT_SCHEMA,
  STORE_SCHEMA,
} from './schemas.js';

const ROOT_SCHEMA = section({
  globals: v.optional(v.unknown()),
  symbols: v.unknown(),
  instruments: v.optional(v.unknown()),
  exchange: v.optional(v.unknown()),
  feed: v.optional(v.unknown()),
  store: v.optional(v.unknown()),
  instanceId: v.optional(v.unknown()),
});

/**
 * Validates a configuration and fills in the defaults.
 *
 * The input is read once and copied: later changes to it have no effect.
 *
 * @throws ConfigError `CONFIG_INVALID` listing everything that is wrong, each with path, expected and received;
 *   `INSTRUMENT_UNSUPPORTED` for instruments that are no linear contracts
 * @example resolveConfig({ symbols: { BTCUSDT: { stopLossPct: 1 } } }).core.maxTranchesPerSymbolSide // 5
 */
export function resolveConfig(config: MonitorConfig): ResolvedConfig {
  return resolveWith(config, 'The configuration', new Problems());
}

/**
 * {@link resolveConfig} for callers that have read the configuration from a file of another spelling.
 *
 * @param subject what messages call the input
 * @param problems what is already known to be wrong; it also spells paths as the file does
 */
export function resolveWith(config: unknown, subject: string, problems: Problems): ResolvedConfig {
  const copied = plainCopy(config, [], problems);
  // An unreadable whole has been told already; everything else about it would be noise.
  if (copied !== undefined || problems.count === 0) check(ROOT_SCHEMA, copied, [], problems);
  const at = (key: string): unknown => ownField(copied, key);
  const settings = (readSection(GLOBALS_SCHEMA, at('globals'), 'globals', problems) ??
    {}) as GlobalSettings;
  const maxSlippageBps = settings.maxSlippageBps ?? DEFAULTS.maxSlippageBps;
  const plans = readPlans(at('symbols'), maxSlippageBps, problems);
  const instruments = readInstruments(at('instruments'), problems);
  const exchange = readSection(EXCHANGE_SCHEMA, at('exchange'), 'exchange', problems);
  const feed = readSection(FEED_SCHEMA, at('feed'), 'feed', problems);
  const store = readSection(STORE_SCHEMA, at('store'), 'store', problems);
  const instanceId = readSection(INSTANCE_ID_SCHEMA, at('instanceId'), 'instanceId', problems);
  if (problems.count > 0) throw new ConfigError('CONFIG_INVALID', problems.summary(subject));
  for (const instrument of instruments.values()) instrumentFrom(instrument);
  return frozen({
    core: { ...coreOf(settings), plans: frozenMap(plans) },
    positionMode: settings.positionMode ?? 'auto',
    simulateOnly: settings.simulateOnly ?? false,
    priceMonitorReconnectDelayMs:
      1_000 * (settings.priceMonitorReconnectDelay ?? DEFAULTS.priceMonitorReconnectDelay),
    reconcileIntervalMs: settings.reconcileIntervalMs ?? DEFAULTS.reconcileIntervalMs,
    maxSlippageBps,
    instruments: frozenMap(instruments),
    exchange: exchange as ExchangeSettings | null,
    feed: feed as FeedSettings | null,
    store: store as StoreSettings | null,
    instanceId: instanceId ?? DEFAULTS.instanceId,
    warnings: configWarnings(plans, settings, [...instruments.keys()], problems),
  });
}

function readSection<T>(
  schema: Field<T>,
  value: unknown,
  name: string,
  problems: Problems,
): T | null {
  return value === undefined ? null : check(schema, value, [name], problems);
}

function readPlans(
  symbols: unknown,
  maxSlippageBps: number,
  problems: Problems,
): Map<string, ExitPlan> {
  const plans = new Map<string, ExitPlan>();
  // Its absence is told by the schema of the whole.
  if (symbols === undefined) return plans;
  for (const [symbol, input] of entriesOf(symbols, 'symbols', problems)) {
    if (symbol !== '*' && !isSymbol(symbol)) {
      problems.addText(['symbols', symbol], mismatch(`${SYMBOL_EXPECTED}, or "*"`, 'another key'));
      continue;
    }
    const plan = readExitPlan(input, null, ['symbols', symbol], problems, { maxSlippageBps });
    if (plan !== null) plans.set(symbol, plan);
  }
  return plans;
}

function readInstruments(instruments: unknown, problems: Problems): Map<string, InstrumentInput> {
  const read = new Map<string, InstrumentInput>();
  if (instruments === undefined) return read;
  for (const [symbol, input] of entriesOf(instruments, 'instruments', problems)) {
    const path = ['instruments', symbol];
    if (!isSymbol(symbol)) {
      problems.addText(path, mismatch(SYMBOL_EXPECTED, 'another key'));
      continue;
    }
    const filters = check(INSTRUMENT_SCHEMA, input, path, problems);
    if (filters === null) continue;
    for (const [min, max] of [
      ['minQty', 'maxQty'],
      ['minPrice', 'maxPrice'],
      ['minMarketQty', 'maxMarketQty'],
    ] as const) {
      const most = filters[max] === undefined ? decimal(0) : decimal(filters[max]);
      // Zero switches a rule off.
      if (most.gt(0) && most.lt(filters[min] ?? 0)) {
        problems.add(
          [...path, max],
          `at least ${problems.key(min)} (${filters[min]})`,
          filters[max],
        );
      }
    }
    read.set(symbol, { symbol, ...filters } as InstrumentInput);
  }
  return read;
}

function entriesOf(value: unknown, name: string, problems: Problems): readonly [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value);
  }
  problems.add([name], 'an object with one entry per symbol', value);
  return [];
}

function coreOf(settings: GlobalSettings): Omit<ResolvedConfig['core'], 'plans'> {
  const emergency = settings.emergencyClose;
  return {
    usePositionMonitor: settings.usePositionMonitor ?? true,
    instantTpEnabled: settings.instantTpEnabled ?? true,
    manage: settings.manage ?? 'all',
    tpSlBatchEnabled: settings.tpSlBatchEnabled ?? true,
    tranchePnlIncrementPct: decimal(
      settings.tranchePnlIncrementPct ?? DEFAULTS.tranchePnlIncrementPct,
    ),
    maxTranchesPerSymbolSide:
      settings.maxTranchesPerSymbolSide ?? DEFAULTS.maxTranchesPerSymbolSide,
    onTrancheLimit: settings.onTrancheLimit ?? 'join-newest',
    mergeProfitableTranches: settings.mergeProfitableTranches ?? true,
    emergencyClose:
      emergency === false
        ? null
        : {
            afterFailures: emergency?.afterFailures ?? DEFAULTS.emergencyCloseAfterFailures,
            afterMs: emergency?.afterMs ?? DEFAULTS.emergencyCloseAfterMs,
          },
    maxJumpPct: Number(settings.maxJumpPct ?? DEFAULTS.maxJumpPct),
    adoptPositions: settings.adoptPositions ?? 'report',
    adoptAfterMs: settings.adoptAfterMs ?? DEFAULTS.adoptAfterMs,
    maxSlippageBps: settings.maxSlippageBps ?? DEFAULTS.maxSlippageBps,
    tpGraceMs: settings.tpGraceMs ?? DEFAULTS.tpGraceMs,
    instantTpBeyondBps: settings.instantTpBeyondBps ?? DEFAULTS.instantTpBeyondBps,
    slGraceMs: settings.slGraceMs ?? DEFAULTS.slGraceMs,
    ackTimeoutMs: settings.ackTimeoutMs ?? DEFAULTS.ackTimeoutMs,
    staleAfterMs: settings.staleAfterMs ?? DEFAULTS.staleAfterMs,
    sendWithinMs: SEND_WITHIN_MS,
    recvWindowMs: RECV_WINDOW_MS,
    stopMovePauseMs: STOP_MOVE_PAUSE_MS,
    stopMoveWaitMs: STOP_MOVE_WAIT_MS,
    judgeOnArming: true,
  };
}
