import { type Decimal, toDecimalString } from '../model/decimal.js';
import { type ExitPlan, NO_EXITS } from '../model/exit-plan.js';
import { NO_PROGRESS } from '../model/exit-progress.js';
import { trancheIdOf } from '../model/ids.js';
import type { Instrument } from '../model/instrument.js';
import type { ExecutionLedger } from '../model/ledger.js';
import { entrySideOf, type PositionSide } from '../model/side.js';
import { heldCost, remaining, type Tranche } from '../model/tranche.js';
import { assign, mergeGroup } from '../positions/assignment.js';
import { exitLevels } from '../positions/exit-levels.js';
import { takenAnew } from '../positions/level-shares.js';
import {
  type Intake,
  joinTranche,
  mergeTranches,
  openTranche,
} from '../positions/tranche-arithmetic.js';
import { disarmAll } from './begin-close.js';
import { endGap } from './coverage-gap.js';
import { evictClosed } from './evict-closed.js';
import { tellFill } from './executions.js';
import { tellFailure } from './order-traffic.js';
import { stopPrice } from './price-sources.js';
import { forgetHits, newNode, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { keepPeak } from './trail.js';
import { trancheView } from './views.js';

export interface Entry {
  readonly ledger: ExecutionLedger;
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fee: Decimal;
  readonly plan: ExitPlan;
  readonly choice: string;
  readonly time: number;
}

/** Puts an entry into a tranche: that of the order's first fill, the newest that fits, or a new one. */
export function bookEntry(step: Step, entry: Entry): TrancheNode {
  const { ledger, side, quantity, cost } = entry;
  const symbol = step.symbol(ledger.symbol);
  const instrument = step.instrument(ledger.symbol);
  const price = cost.div(quantity);
  const intake: Intake = { orderId: ledger.orderId, quantity, cost, fee: entry.fee };
  const node = continued(step, entry) ?? assigned(step, entry, price);
  const target = node ?? open(step, entry, intake, instrument);
  if (node) {
    join(step, node, intake, instrument);
  }
  if (!ledger.trancheIds.includes(target.tranche.id)) ledger.trancheIds.push(target.tranche.id);
  target.lastFillMono = step.mono;
  symbol.lastFillMono = step.mono;
  target.failureTold = '';
  tellFill(
    step,
    target,
    entrySideOf(side),
    ledger.orderId,
    quantity,
    price,
    entry.fee,
    'entry',
    node ? 'joined' : 'opened',
  );
  step.emit(node ? 'tranche:updated' : 'tranche:opened', {
    symbol: ledger.symbol,
    positionId: target.tranche.positionId,
    trancheId: target.tranche.id,
    side,
    tranche: trancheView(step.state, target, step.mono),
    reason: node ? 'joined by a fill' : 'opened by a fill',
  });
  mergeProfitable(step, ledger.symbol, side, price);
  return step.survivor(target.tranche.id) ?? target;
}

/** A further fill of an order goes where its first fill went, while that is open. */
function continued(step: Step, entry: Entry): TrancheNode | null {
  for (let index = entry.ledger.trancheIds.length - 1; index >= 0; index -= 1) {
    const id = entry.ledger.trancheIds[index];
    const node = id === undefined ? undefined : step.survivor(id);
    if (node?.tranche.side !== entry.side) continue;
    return isJoinable(node.tranche) ? node : null;
  }
  return null;
}

function assigned(step: Step, entry: Entry, price: Decimal): TrancheNode | null {
  const nodes = step.symbol(entry.ledger.symbol).live[entry.side];
  const request = () => ({
    open: openTranches(nodes),
    liveCount: nodes.length,
    side: entry.side,
    price,
    plan: entry.plan,
    choice: entry.choice,
    settings: step.state.settings,
  });
  const assignment = assign(request());
  if (assignment.kind === 'open') return null;
  if (assignment.kind === 'merge-then-open') {
    merge(
      step,
      assignment.pair.map((tranche) => tranche.id),
      'the tranche limit is reached',
    );
    return null;
  }
  const node = step.node(assignment.tranche.id) ?? null;
  if (node && assignment.overLimit) {
    tellFailure(
      step,
      node,
      null,
      'tranche-limit: the fill joined the newest tranche and keeps its plan',
    );
  }
  return node;
}

function openTranches(nodes: readonly TrancheNode[]): Tranche[] {
  return nodes.map((node) => node.tranche).filter(isJoinable);
}

/** What was sold out is closed, also before it is looked at: several fills may come in one reading. */
function isJoinable(tranche: Tranche): boolean {
  return tranche.state === 'OPEN' && remaining(tranche).gt(0);
}

function open(step: Step, entry: Entry, intake: Intake, instrument: Instrument): TrancheNode {
  const { ledger, side } = entry;
  const { state } = step;
  const symbol = step.symbol(ledger.symbol);
  state.openedSeq += 1;
  let ordinal = 0;
  while (state.nodes.has(trancheIdOf(ledger.symbol, side, ledger.orderId, ordinal))) ordinal += 1;
  const entryPrice = intake.cost.div(intake.quantity);
  const { plan, problem } = plannable(entry.plan, side, entryPrice, instrument);
  const tranche = openTranche(
    {
      symbol: ledger.symbol,
      side,
      intake,
      ordinal: Math.max(ordinal, ledger.trancheIds.filter((id) => id.includes(`:${side}:`)).length),
      number:
        symbol.live[side].reduce((highest, node) => Math.max(highest, node.tranche.number), -1) + 1,
      openedSeq: state.openedSeq,
      plan,
      separate: entry.choice === 'new',
      now: step.venue,
    },
    instrument,
  );
  const node = newNode(tranche, step.mono);
  state.nodes.set(tranche.id, node);
  symbol.live[side].push(node);
  step.touch(node);
  if (problem !== null) tellFailure(step, node, null, problem);
  return node;
}

/** A join moves the entry: a level that becomes impossible by it is given up, the fill and the other level are not. */
function join(step: Step, node: TrancheNode, intake: Intake, instrument: Instrument): void {
  const { tranche } = node;
  const quantity = remaining(tranche).plus(intake.quantity);
  const entryPrice = heldCost(tranche).plus(intake.cost).div(quantity);
  const { plan, problem } = plannable(
    tranche.plan,
    tranche.side,
    entryPrice,
    instrument,
    tranche.progress,
  );
  tranche.plan = plan;
  joinTranche(tranche, intake, instrument, step.now, stopPrice(step.state, tranche, step.mono));
  step.touch(node);
  if (problem !== null) tellFailure(step, node, null, problem);
}

/** A fill is never dropped because one of its levels is impossible: the other level still protects it. */
function plannable(
  plan: ExitPlan,
  side: PositionSide,
  entryPrice: Decimal,
  instrument: Instrument,
  progress = NO_PROGRESS,
): { readonly plan: ExitPlan; readonly problem: string | null } {
  let problem: string | null = null;
  for (const candidate of [
    plan,
    { ...plan, takeProfits: [] },
    { ...plan, stopLoss: null },
    NO_EXITS,
  ]) {
    try {
      exitLevels(candidate, side, entryPrice, instrument, progress);
      return { plan: candidate, problem };
    } catch (error) {
      problem ??= `impossible level: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return { plan: NO_EXITS, problem };
}

/** Judged after a fill was assigned, at its price; never on a tick. */
export function mergeProfitable(
  step: Step,
  symbol: string,
  side: PositionSide,
  price: Decimal,
): void {
  if (!step.state.settings.mergeProfitableTranches || step.state.halted) return;
  const group = mergeGroup(openTranches(step.symbol(symbol).live[side]), price);
  if (group !== null) {
    merge(
      step,
      group.map((tranche) => tranche.id),
      `in profit at ${toDecimalString(price)} with equal plans`,
    );
  }
}

/** Makes several tranches one. Orders of the absorbed ones are the survivor's from now on. */
export function merge(step: Step, ids: readonly Tranche['id'][], reason: string): TrancheNode {
  const nodes = ids.flatMap((id) => step.node(id) ?? []);
  const [first] = nodes;
  if (first === undefined) throw new Error('a merge needs tranches');
  const instrument = step.instrument(first.tranche.symbol);
  for (const each of nodes) keepPeak(each);
  const { survivor, absorbed } = mergeTranches(
    nodes.map((node) => node.tranche),
    instrument,
    step.now,
    stopPrice(step.state, first.tranche, step.mono),
  );
  const node = step.node(survivor.id) as TrancheNode;
  const symbol = step.symbol(survivor.symbol);
  for (const tranche of absorbed) {
    const gone = step.node(tranche.id) as TrancheNode;
    endGap(step, gone, 'merged into another tranche');
    disarmAll(gone);
    for (const order of gone.orders) {
      order.trancheId = survivor.id;
      node.orders.push(order);
      step.saveOrder(order);
    }
    gone.orders.length = 0;
    forgetHits(gone);
    symbol.confirming.delete(gone);
    node.lastFillMono = Math.max(node.lastFillMono, gone.lastFillMono);
    gone.wakeAt = null;
    node.waiters.push(...gone.waiters);
    gone.waiters = [];
    symbol.live[survivor.side] = symbol.live[survivor.side].filter((other) => other !== gone);
    step.setTimer(`tranche:${tranche.id}`, null);
    step.touch(gone);
    evictClosed(step, gone);
  }
  forgetHits(node);
  symbol.confirming.delete(node);
  /** Take-profits of the absorbed have slots and fills of their own: the survivor counts from here. */
  survivor.takenBySlot = takenAnew(survivor, survivor.plan);
  step.touch(node);
  step.emit('tranche:merged', {
    symbol: survivor.symbol,
    positionId: survivor.positionId,
    trancheId: survivor.id,
    side: survivor.side,
    tranche: trancheView(step.state, node, step.mono),
    merged: absorbed.map((tranche) => tranche.id),
    reason,
  });
  return node;
}
