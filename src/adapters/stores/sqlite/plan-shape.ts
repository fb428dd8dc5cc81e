import type {
  BreakevenRule,
  ConfirmRule,
  ExitExecution,
  ExitPlan,
  LevelRule,
  TakeProfitRule,
  TimeLimitRule,
  TrailingStopRule,
  VolatilityRule,
} from '../../../model/exit-plan.js';
import { PRICE_SOURCES } from '../../../model/price.js';
import {
  byKind,
  count,
  decimalText,
  duration,
  exactly,
  flag,
  listOf,
  nullable,
  oneOf,
  type Shape,
  text,
} from './shape.js';

/** One of the variants of a type that its member `kind` tells apart. */
type OfKind<Variants extends { readonly kind: string }, Kind extends Variants['kind']> = Extract<
  Variants,
  { readonly kind: Kind }
>;

const levelRule = byKind({
  percent: exactly<OfKind<LevelRule, 'percent'>>({ kind: text, percent: decimalText }),
  price: exactly<OfKind<LevelRule, 'price'>>({ kind: text, price: decimalText }),
});

const exitExecution = byKind({
  market: exactly<OfKind<ExitExecution, 'market'>>({ kind: text }),
  'ioc-limit': exactly<OfKind<ExitExecution, 'ioc-limit'>>({
    kind: text,
    slippagePct: decimalText,
    deadlineMs: duration,
    hardFloorPct: nullable(decimalText),
  }),
  iceberg: exactly<OfKind<ExitExecution, 'iceberg'>>({
    kind: text,
    visiblePortion: decimalText,
    deadlineMs: duration,
    hardFloorPct: nullable(decimalText),
  }),
  twap: exactly<OfKind<ExitExecution, 'twap'>>({
    kind: text,
    slices: count,
    intervalMs: duration,
    hardFloorPct: nullable(decimalText),
  }),
});

const trailingStop = exactly<TrailingStopRule>({
  activationPct: nullable(decimalText),
  callbackPct: decimalText,
  stepPct: nullable(decimalText),
});

const breakeven = exactly<BreakevenRule>({
  trigger: byKind({
    percent: exactly<OfKind<BreakevenRule['trigger'], 'percent'>>({
      kind: text,
      percent: decimalText,
    }),
    level: exactly<OfKind<BreakevenRule['trigger'], 'level'>>({ kind: text, level: count }),
  }),
  offsetPct: decimalText,
  includeFees: flag,
  followLevels: flag,
});

const volatility = exactly<VolatilityRule>({
  atrPeriod: count,
  barMs: duration,
  tpMultiple: nullable(decimalText),
  slMultiple: nullable(decimalText),
});

const confirm = exactly<ConfirmRule>({
  ticks: nullable(count),
  ms: nullable(duration),
  source: nullable(oneOf(PRICE_SOURCES)),
  hardFloorPct: nullable(decimalText),
});

const timeLimit = exactly<TimeLimitRule>({
  ms: duration,
  action: oneOf(['close', 'tighten']),
  onlyIn: nullable(oneOf(['profit', 'loss'])),
  stopLossPct: nullable(decimalText),
});

/** A plan. One with a rule that this version does not know must not be read as one without it. */
export const exitPlan: Shape = exactly<ExitPlan>({
  takeProfits: listOf(exactly<TakeProfitRule>({ level: levelRule, portion: decimalText })),
  stopLoss: nullable(levelRule),
  workingType: oneOf(PRICE_SOURCES),
  priceProtect: flag,
  takeProfitOrder: oneOf(['limit', 'market-on-trigger', 'local']),
  stopLossOrder: oneOf(['market-on-trigger', 'limit-on-trigger', 'local']),
  exitExecution,
  trailingStop: nullable(trailingStop),
  breakeven: nullable(breakeven),
  volatility: nullable(volatility),
  confirm: nullable(confirm),
  timeLimit: nullable(timeLimit),
  liquidationBufferPct: nullable(decimalText),
});
