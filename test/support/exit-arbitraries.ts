import fc from 'fast-check';
import { type Decimal, decimal, toDecimalString } from '../../src/model/decimal.js';
import type {
  BreakevenRule,
  ConfirmRule,
  ExitExecution,
  ExitLevels,
  ExitPlan,
  LevelRule,
  StopRule,
  TimeLimitRule,
  TrailingStopRule,
  VolatilityRule,
} from '../../src/model/exit-plan.js';
import type { ExitProgress } from '../../src/model/exit-progress.js';
import { PRICE_SOURCES } from '../../src/model/price.js';

/** Plans and progress of every kind that the types allow, for properties. Members stand in the order of the model. */
const digits = fc.tuple(
  fc.bigInt({ min: 0n, max: 10n ** 24n }),
  fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }),
);

/** From 0, up to 24 digits before the point and 20 behind it. */
const decimals: fc.Arbitrary<Decimal> = digits.map(([whole, fraction]) =>
  decimal(`${whole}.${`${fraction}`.padStart(20, '0')}`),
);
const signed = fc
  .tuple(decimals, fc.boolean())
  .map(([value, isNegative]) => (isNegative ? value.times(-1) : value));
const text = decimals.map(toDecimalString);
const signedText = signed.map(toDecimalString);
const count = fc.integer({ min: 1, max: 1_000 });
const ms = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const source = fc.constantFrom(...PRICE_SOURCES);

function nullable<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null });
}

export const stopRules = fc.constantFrom<StopRule[]>('stop-loss', 'trailing-stop', 'breakeven');

export const levelRules: fc.Arbitrary<LevelRule> = fc.oneof(
  fc.record({ kind: fc.constant('percent' as const), percent: text }),
  fc.record({ kind: fc.constant('price' as const), price: text }),
);

export const takeProfitRules = fc.array(fc.record({ level: levelRules, portion: text }), {
  maxLength: 4,
});

const exitExecution: fc.Arbitrary<ExitExecution> = fc.oneof(
  fc.record({ kind: fc.constant('market' as const) }),
  fc.record({
    kind: fc.constant('ioc-limit' as const),
    slippagePct: text,
    deadlineMs: ms,
    hardFloorPct: nullable(text),
  }),
  fc.record({
    kind: fc.constant('iceberg' as const),
    visiblePortion: text,
    deadlineMs: ms,
    hardFloorPct: nullable(text),
  }),
  fc.record({
    kind: fc.constant('twap' as const),
    slices: count,
    intervalMs: ms,
    hardFloorPct: nullable(text),
  }),
);

const trailingStop: fc.Arbitrary<TrailingStopRule> = fc.record({
  activationPct: nullable(text),
  callbackPct: text,
  stepPct: nullable(text),
});

const breakeven: fc.Arbitrary<BreakevenRule> = fc.record({
  trigger: fc.oneof(
    fc.record({ kind: fc.constant('percent' as const), percent: text }),
    fc.record({ kind: fc.constant('level' as const), level: count }),
  ),
  offsetPct: text,
  includeFees: fc.boolean(),
  followLevels: fc.boolean(),
});

const volatility: fc.Arbitrary<VolatilityRule> = fc.record({
  atrPeriod: count,
  barMs: ms,
  tpMultiple: nullable(text),
  slMultiple: nullable(text),
});

const confirm: fc.Arbitrary<ConfirmRule> = fc.record({
  ticks: nullable(count),
  ms: nullable(ms),
  source: nullable(source),
  hardFloorPct: nullable(text),
});

const timeLimit: fc.Arbitrary<TimeLimitRule> = fc.record({
  ms,
  action: fc.constantFrom('close', 'tighten'),
  onlyIn: nullable(fc.constantFrom('profit', 'loss')),
  stopLossPct: nullable(signedText),
});

export const exitPlans: fc.Arbitrary<ExitPlan> = fc.record({
  takeProfits: takeProfitRules,
  stopLoss: nullable(levelRules),
  workingType: source,
  priceProtect: fc.boolean(),
  takeProfitOrder: fc.constantFrom('limit', 'market-on-trigger', 'local'),
  stopLossOrder: fc.constantFrom('market-on-trigger', 'limit-on-trigger', 'local'),
  exitExecution,
  trailingStop: nullable(trailingStop),
  breakeven: nullable(breakeven),
  volatility: nullable(volatility),
  confirm: nullable(confirm),
  timeLimit: nullable(timeLimit),
  liquidationBufferPct: nullable(text),
});

export const exitProgresses: fc.Arbitrary<ExitProgress> = fc.record({
  peak: nullable(decimals),
  breakevenReached: fc.boolean(),
  levelsTaken: fc.nat(20),
  timeLimitDone: fc.boolean(),
  averageRange: nullable(decimals),
  volatilityTakeProfit: nullable(decimals),
  ratchet: nullable(fc.record({ level: decimals, rule: stopRules })),
  fundingPaid: signed,
});

export const exitLevelsOfAnyKind: fc.Arbitrary<ExitLevels> = fc.record({
  takeProfits: fc.array(fc.record({ price: decimals, portion: decimals }), { maxLength: 4 }),
  stopLoss: nullable(decimals),
  guard: nullable(decimals),
  stopRule: stopRules,
});
