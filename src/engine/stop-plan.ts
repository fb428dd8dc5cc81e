import { STOP_SLOTS_SPARE } from '../limits.js';
import type { TrancheId } from '../model/ids.js';
import { isTerminal } from '../model/order.js';
import type { PositionSide } from '../model/side.js';
import { remaining } from '../model/tranche.js';
import {
  desiredStops,
  desiredTakeProfits,
  splitMarketQuantity,
} from '../positions/desired-exits.js';
import {
  pooledOf,
  type SlotDemand,
  type StopCandidate,
  shareSlots,
} from '../positions/stop-budget.js';
import { isCapped } from './create-state.js';
import { ownStops } from './shared-stops.js';
import type { SymbolState, TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/** Which tranches of a symbol share a stop because the exchange lets no more rest. */
export interface StopPlan {
  /** In each side, the loosest level last; empty while every tranche may have a stop of its own. */
  readonly pooled: Readonly<Record<PositionSide, readonly TrancheId[]>>;
  /** Conditional take-profits are planned as limits: what rests on condition is for stops. */
  readonly profitsAsLimits: boolean;
}

/** What the tranches of a symbol would like to have at the exchange, if it set no limit. */
export interface SymbolDemand {
  readonly sides: Readonly<Record<PositionSide, SideDemand>>;
  /** Conditional take-profits. */
  readonly profits: number;
}

interface SideDemand {
  readonly candidates: readonly StopCandidate[];
  /** Stops of tranches that are being closed: they stay until that is done. */
  readonly fixed: number;
}

const ALL_OF_THEIR_OWN: StopPlan = { pooled: { LONG: [], SHORT: [] }, profitsAsLimits: false };

/**
 * What is planned within the exchange's limits on conditional orders. A function of what is held, its levels and the
 * orders of tranches that are being closed: after a restart it says the same, and nothing of it is stored.
 */
export function stopPlanOf(step: Step, symbol: string): StopPlan {
  const { venue } = step.state;
  if (!isCapped(venue) || !venue.severalStops) return ALL_OF_THEIR_OWN;
  let plan = step.stopPlans.get(symbol);
  if (plan === undefined) {
    plan = planFor(step, step.symbol(symbol));
    step.stopPlans.set(symbol, plan);
  }
  return plan;
}

/** Whether the tranche shares a stop. */
export function isPooled(step: Step, { tranche }: TrancheNode): boolean {
  return stopPlanOf(step, tranche.symbol).pooled[tranche.side].includes(tranche.id);
}

/** Whether the account as a whole wants more than it may have: then symbols depend on each other. */
export function isAccountTight(step: Step): boolean {
  const { perAccount } = step.state.venue.maxProtectiveOrders;
  if (perAccount === null) return false;
  const wanted = demands(step).reduce((sum, [, demand]) => sum + wantedOf(demand), 0);
  return wanted > slotsWithin(perAccount, step.state.foreignStops);
}

function planFor(step: Step, symbol: SymbolState): StopPlan {
  const demand = demandOf(step, symbol);
  const { perSymbol } = step.state.venue.maxProtectiveOrders;
  const most = perSymbol === null ? Infinity : slotsWithin(perSymbol, symbol.foreignStops);
  const profitsAsLimits = wantedOf(demand) > most || isAccountTight(step);
  const slots = Math.min(most, accountShareOf(step, symbol));
  const { LONG, SHORT } = demand.sides;
  const [long = 0, short = 0] = shareSlots(slots, [slotDemand(LONG), slotDemand(SHORT)]);
  const pooled = (side: PositionSide, share: number): readonly TrancheId[] => {
    const { candidates, fixed } = demand.sides[side];
    if (candidates.length === 0) return [];
    const { instrument } = symbol;
    return pooledOf(candidates, side, Math.max(1, share - fixed), (quantity) =>
      instrument === null ? 1 : splitMarketQuantity(quantity, instrument).length,
    ).map(({ id }) => id);
  };
  return { pooled: { LONG: pooled('LONG', long), SHORT: pooled('SHORT', short) }, profitsAsLimits };
}

/** What is left of a maximum for planning. */
function slotsWithin(maximum: number, foreign: number): number {
  return Math.max(1, maximum - foreign - STOP_SLOTS_SPARE);
}

/** How many slots of the account are for this symbol. */
function accountShareOf(step: Step, { symbol }: SymbolState): number {
  const { perAccount, perSymbol } = step.state.venue.maxProtectiveOrders;
  if (perAccount === null) return Infinity;
  const rows = demands(step);
  const shares = shareSlots(
    slotsWithin(perAccount, step.state.foreignStops),
    rows.map(([name, { sides }]) => {
      const both = [slotDemand(sides.LONG), slotDemand(sides.SHORT)];
      const sum = (of: (row: SlotDemand) => number): number =>
        both.reduce((total, row) => total + of(row), 0);
      const foreign = step.symbol(name).foreignStops;
      const most = perSymbol === null ? Infinity : slotsWithin(perSymbol, foreign);
      return {
        tranches: sum(({ tranches }) => tranches),
        orders: Math.min(
          most,
          sum(({ orders }) => orders),
        ),
        least: sum(({ least }) => least),
      };
    }),
  );
  return shares[rows.findIndex(([name]) => name === symbol)] ?? Infinity;
}

/** By name, so that the order in which symbols were first heard of does not matter. */
function demands(step: Step): readonly (readonly [string, SymbolDemand])[] {
  return [...step.state.symbols.values()]
    .filter(({ live }) => live.LONG.length + live.SHORT.length > 0)
    .map((symbol) => [symbol.symbol, demandOf(step, symbol)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function slotDemand({ candidates, fixed }: SideDemand): SlotDemand {
  const orders = candidates.reduce((sum, candidate) => sum + candidate.orders, fixed);
  return { tranches: candidates.length + fixed, orders, least: Math.min(1, orders) };
}

function wantedOf({ sides, profits }: SymbolDemand): number {
  return slotDemand(sides.LONG).orders + slotDemand(sides.SHORT).orders + profits;
}

function demandOf(step: Step, symbol: SymbolState): SymbolDemand {
  const known = step.stopDemands.get(symbol.symbol);
  if (known) return known;
  const nodes = [...symbol.live.LONG, ...symbol.live.SHORT];
  const demand = {
    sides: { LONG: sideDemand(step, symbol, 'LONG'), SHORT: sideDemand(step, symbol, 'SHORT') },
    profits: nodes.reduce((sum, node) => sum + conditionalProfits(step, symbol, node), 0),
  };
  step.stopDemands.set(symbol.symbol, demand);
  return demand;
}

function sideDemand(step: Step, symbol: SymbolState, side: PositionSide): SideDemand {
  const { instrument } = symbol;
  const candidates: StopCandidate[] = [];
  let fixed = 0;
  for (const node of symbol.live[side]) {
    const { id, levels, openedSeq, state } = node.tranche;
    if (state !== 'OPEN')
      fixed += ownStops(node).filter(({ status }) => !isTerminal(status)).length;
    else if (instrument !== null && levels.stopLoss !== null) {
      const { orders } = desiredStops(node.tranche, instrument, step.state.venue);
      const quantity = remaining(node.tranche);
      const candidate = { id, level: levels.stopLoss, quantity, openedSeq, orders: orders.length };
      if (orders.length > 0) candidates.push(candidate);
    }
  }
  return { candidates, fixed };
}

function conditionalProfits(step: Step, { instrument }: SymbolState, node: TrancheNode): number {
  const { plan, state } = node.tranche;
  if (instrument === null || state !== 'OPEN' || plan.takeProfitOrder !== 'market-on-trigger')
    return 0;
  return desiredTakeProfits(node.tranche, instrument, step.state.venue).orders.length;
}
