import type { ExitPlanInput } from '../../src/model/exit-plan.js';
import type { SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import type { SeededRandom } from '../support/seeded-random.js';
import type { SimAct, SimSetup } from './plan.js';

/* Exit rules of simulated lives: drawn for their own purpose, so that everything else of a seed stays what it was. */

/** Share of the lives that have rules beside levels. */
const WITH_RULES = 0.5;
/** How often each rule is there in such a life. */
const RULE_RATE = 0.3;

/** Half of the lives get one or more exit rules. */
export function withExitRules(setup: SimSetup, random: SeededRandom): SimSetup {
  if (!random.chance(WITH_RULES)) return setup;
  const { takeProfitPct, stopLossPct, ...others } = setup.settings;
  const { bare, ...drawn } = rulesOf(random, setup);
  const settings: SymbolSettings = {
    ...others,
    ...(drawn.takeProfitLevels === undefined && takeProfitPct !== undefined && { takeProfitPct }),
    ...(!bare && stopLossPct !== undefined && { stopLossPct }),
    ...withoutNulls(drawn),
  };
  const takesLimits = !random.chance(0.15);
  return { ...setup, settings: tamed(settings), ...(!takesLimits && { takesLimits }) };
}

/** What hosts do with such plans, and what exchanges do to them. */
export function exitActsOf(setup: SimSetup, random: SeededRandom, untilMs: number): SimAct[] {
  if (!hasRules(setup)) return [];
  const acts: SimAct[] = [];
  const at = (): number => random.int(1_000, untilMs - 500);
  const side = (): 'LONG' | 'SHORT' => (random.chance(0.7) ? 'LONG' : 'SHORT');
  if (random.chance(0.25)) {
    acts.push({ at: at(), do: 'call', call: 'split', bps: random.pick([10, 34, 50, 90, 100]) });
  }
  if (random.chance(0.12)) {
    acts.push({ at: at(), do: 'call', call: 'panic-side', bps: 0, side: side() });
  }
  if (random.chance(0.3)) {
    const count = random.int(1, 2);
    for (let index = 0; index < count; index += 1) acts.push(newPlan(random, setup, at()));
  }
  /** A plan that comes while something is being closed. */
  if (random.chance(0.2)) {
    const begin = at();
    const call = random.pick(['close-tranche', 'close-position'] as const);
    acts.push({ at: begin, do: 'call', call, bps: 0 });
    acts.push(newPlan(random, setup, begin + random.pick([5, 60, 400, 1_200])));
    if (random.chance(0.4)) {
      const then = begin + random.pick([30, 300, 900]);
      acts.push({ at: then, do: 'call', call: 'panic-side', bps: 0, side: side() });
    }
  }
  if (random.chance(0.3)) {
    const count = random.int(1, 3);
    for (let index = 0; index < count; index += 1) {
      const percent = random.chance(0.15) ? null : random.pick([0.6, 1, 1.5, 4]);
      acts.push({ at: at(), do: 'liquidation', side: side(), percent });
    }
  }
  return acts;
}

/** Rules that only a drawn setup has: what was drawn before has neither of them. */
function hasRules({ settings }: SimSetup): boolean {
  return 'liquidationGuard' in settings;
}

function newPlan(random: SeededRandom, setup: SimSetup, at: number): SimAct {
  const { bare, ...drawn } = rulesOf(random, setup);
  const plan: ExitPlanInput = {
    ...drawn,
    ...(drawn.takeProfitLevels === undefined && { takeProfitPct: random.pick([0.4, 1, 2]) }),
    ...(!bare && { stopLossPct: random.pick([0.3, 0.5, 1.2]) }),
  };
  return { at, do: 'call', call: 'new-plan', bps: -10, plan: tamed(plan) };
}

type Rules = Pick<
  ExitPlanInput,
  | 'takeProfitLevels'
  | 'trailingStop'
  | 'breakeven'
  | 'timeLimit'
  | 'volatility'
  | 'confirm'
  | 'exitExecution'
  | 'stopLossOrder'
  | 'liquidationGuard'
>;

/** Each rule is there or not; `null` takes one away that a plan had before. At least one is there. */
function rulesOf(random: SeededRandom, setup: SimSetup): Rules & { readonly bare: boolean } {
  const on = (): boolean => random.chance(RULE_RATE);
  const ladder = on();
  const levels = levelsOf(random);
  const trail = on();
  const trailingStop = trailOf(random);
  const even = on();
  const breakeven = breakevenOf(random, ladder ? levels.length : 0);
  const timed = on();
  const timeLimit = timeLimitOf(random);
  const volatile = on();
  const volatility = volatilityOf(random, ladder);
  const confirmed = on();
  const confirm = confirmOf(random, setup);
  const patient = on();
  const exitExecution = executionOf(random);
  const asLimit = random.chance(0.2);
  const guarded = random.pick([true, true, false]);
  const bare = volatile && volatility.slMultiple !== undefined && random.chance(0.4);
  const any = ladder || trail || even || timed || volatile || confirmed || patient || asLimit;
  return {
    ...(ladder && { takeProfitLevels: levels }),
    trailingStop: trail || !any ? trailingStop : null,
    breakeven: even ? breakeven : null,
    timeLimit: timed ? timeLimit : null,
    volatility: volatile ? volatility : null,
    confirm: confirmed ? confirm : null,
    exitExecution: patient ? exitExecution : { kind: 'market' },
    ...(asLimit && { stopLossOrder: 'limit-on-trigger' }),
    liquidationGuard: guarded,
    /** No stop but that of the volatility. */
    bare,
  };
}

/** Portions that make up the whole, leave a rest on the stop, or are too small for an order. */
function levelsOf(random: SeededRandom): NonNullable<ExitPlanInput['takeProfitLevels']> {
  const portions = random.pick([
    [0.5, 0.5],
    [0.25, 0.25, 0.5],
    [0.3, 0.3],
    [0.1, 0.2, 0.3, 0.4],
    [0.333, 0.333, 0.334],
    [0.004, 0.5, 0.496],
    [0.002, 0.002, 0.002],
    [0.0005, 0.9995],
    [0.997, 0.003],
  ]);
  let pct = 0;
  return portions.map((portion) => {
    pct = Math.round((pct + random.pick([0.05, 0.15, 0.3, 0.8])) * 100) / 100;
    return { pct, portion };
  });
}

function trailOf(random: SeededRandom): NonNullable<ExitPlanInput['trailingStop']> {
  const activationPct = random.pick([undefined, undefined, 0.05, 0.2, 0.6]);
  const stepPct = random.pick([undefined, undefined, 0.001, 0.1]);
  return {
    /** The smallest is less than a tick. */
    callbackPct: random.pick([0.0001, 0.05, 0.2, 0.5, 1]),
    ...(activationPct !== undefined && { activationPct }),
    ...(stepPct !== undefined && { stepPct }),
  };
}

function breakevenOf(
  random: SeededRandom,
  levels: number,
): NonNullable<ExitPlanInput['breakeven']> {
  const offsetPct = random.pick([undefined, 0, 0.03]);
  const more = {
    ...(offsetPct !== undefined && { offsetPct }),
    includeFees: random.chance(0.3),
  };
  const afterLevel = random.int(1, 3);
  const follows = random.chance(0.6);
  const activationPct = random.pick([0.05, 0.2, 0.5]);
  if (levels === 0 || random.chance(0.3)) return { activationPct, ...more };
  return { afterLevel: Math.min(afterLevel, levels), followLevels: follows, ...more };
}

function timeLimitOf(random: SeededRandom): NonNullable<ExitPlanInput['timeLimit']> {
  const ms = random.pick([800, 2_500, 6_000, 15_000]);
  const onlyIn = random.pick([undefined, undefined, 'profit', 'loss'] as const);
  const stopLossPct = random.pick([0.1, 0.3, 0, -0.1]);
  const condition = onlyIn === undefined ? {} : { onlyIn };
  return random.chance(0.5)
    ? { ms, ...condition }
    : { ms, action: 'tighten', stopLossPct, ...condition };
}

function volatilityOf(
  random: SeededRandom,
  ladder: boolean,
): NonNullable<ExitPlanInput['volatility']> {
  const slMultiple = random.pick([undefined, 1, 3]);
  const tpMultiple = random.pick([undefined, 2, 6]);
  const neither = slMultiple === undefined && (tpMultiple === undefined || ladder);
  return {
    atrPeriod: random.int(2, 5),
    barMs: 1_000,
    ...(neither ? { slMultiple: 2 } : slMultiple !== undefined && { slMultiple }),
    ...(!ladder && tpMultiple !== undefined && { tpMultiple }),
  };
}

function confirmOf(
  random: SeededRandom,
  { sources, settings }: SimSetup,
): NonNullable<ExitPlanInput['confirm']> {
  const kind = random.pick(['ticks', 'ms', 'both', 'source'] as const);
  const ticks = random.int(2, 4);
  const ms = random.pick([50, 400, 2_000]);
  const floor = random.pick([undefined, 0.05, 0.3]);
  const other = settings.workingType === 'MARK_PRICE' ? 'LAST' : 'MARK';
  const hasOther = sources.length > 1;
  return {
    ...((kind === 'ticks' || kind === 'both' || (kind === 'source' && !hasOther)) && { ticks }),
    ...((kind === 'ms' || kind === 'both') && { ms }),
    ...(kind === 'source' && hasOther && { source: other }),
    ...(floor !== undefined && { hardFloorPct: floor }),
  };
}

function executionOf(random: SeededRandom): NonNullable<ExitPlanInput['exitExecution']> {
  const hardFloorPct = random.pick([undefined, undefined, 0.2]);
  const floor = hardFloorPct === undefined ? {} : { hardFloorPct };
  const deadlineMs = random.pick([400, 1_500, 4_000]);
  const slippagePct = random.pick([0.0001, 0.02, 0.5]);
  const visiblePortion = random.pick([0.1, 0.34, 0.5]);
  const slices = random.int(2, 5);
  const intervalMs = random.pick([150, 600, 1_500]);
  return random.pick([
    { kind: 'ioc-limit', slippagePct, deadlineMs, ...floor },
    { kind: 'iceberg', visiblePortion, deadlineMs, ...floor },
    { kind: 'twap', slices, intervalMs, ...floor },
  ] as const);
}

/** Wishes that cannot hold together are no subject here: configuration refuses them. */
function tamed<Input extends ExitPlanInput>(input: Input): Input {
  const { breakeven, takeProfitLevels } = input;
  const level = breakeven?.afterLevel;
  if (breakeven == null || level === undefined || breakeven.offsetPct === undefined) return input;
  const reached = Number(takeProfitLevels?.[level - 1]?.pct ?? 0);
  return Number(breakeven.offsetPct) < reached
    ? input
    : { ...input, breakeven: { ...breakeven, offsetPct: 0 } };
}

function withoutNulls(rules: Rules): Rules {
  return Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== null));
}
