import { FUNDING_IDS_KEPT, FUNDING_OVERLAP_MS } from '../limits.js';
import { type Decimal, maxDecimal, sumDecimals, ZERO } from '../model/decimal.js';
import type { FundingEvidence, FundingRead } from '../model/reports.js';
import type { PositionSide } from '../model/side.js';
import { remaining, type Tranche } from '../model/tranche.js';
import type { EngineState, SymbolState, TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { trancheView } from './views.js';

/** Which payments of a symbol have been booked. */
export interface FundingMark {
  /** Everything up to here was booked, exchange ms: what comes to light of that time later is left out. */
  readonly since: number;
  /** What was booked of the time after it: times of the payments by their ids. */
  readonly booked: ReadonlyMap<string, number>;
}

/** Fees for holding, each payment once: shared by the tranches that were held then, whose levels follow from it. */
export function bookFunding(step: Step, reads: readonly FundingRead[]): void {
  const shares = new Map<TrancheNode, Decimal>();
  for (const read of reads) {
    const mark = fundingMark(step.state, read.symbol);
    const fresh = newPayments(read.rows, mark);
    for (const payment of fresh) sharePayment(step, payment, shares);
    step.saveMark(markName(read.symbol), textOf(markAfter(mark, read, fresh)));
  }
  for (const [node, share] of shares) if (!share.eq(0)) addFunding(step, node, share);
}

/** What was booked of a symbol; `null` = nothing yet. */
export function fundingMark(state: EngineState, symbol: string): FundingMark | null {
  const [since, ...entries] = state.marks.get(markName(symbol))?.split(' ') ?? [];
  if (since === undefined) return null;
  const booked = entries.map((entry): [string, number] => {
    const at = entry.indexOf(':');
    return [entry.slice(at + 1), Number(entry.slice(0, at))];
  });
  return { since: Number(since), booked: new Map(booked) };
}

function markName(symbol: string): string {
  return `funding:${symbol}`;
}

/** Ids hold no blank. */
function textOf({ since, booked }: FundingMark): string {
  return [since, ...[...booked].map(([id, time]) => `${time}:${id}`)].join(' ');
}

/** One id may come twice in an answer as well. */
function newPayments(
  rows: readonly FundingEvidence[],
  mark: FundingMark | null,
): readonly FundingEvidence[] {
  const since = mark?.since ?? Number.NEGATIVE_INFINITY;
  const fresh = new Map<string, FundingEvidence>();
  for (const row of rows) {
    const isKnown = row.time <= since || mark?.booked.has(row.id) || fresh.has(row.id);
    if (!isKnown) fresh.set(row.id, row);
  }
  return [...fresh.values()];
}

/** Bounded: where more was paid than is remembered, what lies further back is booked no more. */
function markAfter(
  mark: FundingMark | null,
  { until }: FundingRead,
  fresh: readonly FundingEvidence[],
): FundingMark {
  const newestFirst = [...(mark?.booked ?? [])]
    .concat(fresh.map(({ id, time }): [string, number] => [id, time]))
    .sort(([, a], [, b]) => b - a);
  const newestForgotten = newestFirst[FUNDING_IDS_KEPT]?.[1] ?? Number.NEGATIVE_INFINITY;
  const since = Math.max(mark?.since ?? 0, until - FUNDING_OVERLAP_MS, newestForgotten);
  return { since, booked: new Map(newestFirst.filter(([, time]) => time > since)) };
}

/**
 * Who bears a payment: by quantity within the side that it was for. Where the exchange does not name the side, it is
 * what both sides together paid or received, so each bears its own part: one pays what the other receives.
 */
function sharePayment(
  step: Step,
  { symbol: name, amount, side, time }: FundingEvidence,
  shares: Map<TrancheNode, Decimal>,
): void {
  const held = holdersAt(step.state, name, time);
  const symbol = step.symbol(name);
  const whole = (of: PositionSide): Decimal =>
    sumDecimals(
      held.filter(({ node }) => node.tranche.side === of).map((row) => row.quantity),
    ).plus(foreignQuantity(symbol, of));
  const bearing = side === null ? whole('LONG').minus(whole('SHORT')) : whole(side);
  if (bearing.eq(0)) return;
  for (const { node, quantity } of held) {
    const { tranche } = node;
    if (side !== null && tranche.side !== side) continue;
    const signed = side === null && tranche.side === 'SHORT' ? quantity.times(-1) : quantity;
    const share = amount.times(signed).div(bearing);
    shares.set(node, (shares.get(node) ?? ZERO).plus(share));
  }
}

/** Tranches that held something of the symbol at a moment of the exchange, closed ones included. */
function holdersAt(
  state: EngineState,
  symbol: string,
  time: number,
): readonly { readonly node: TrancheNode; readonly quantity: Decimal }[] {
  const holders: { readonly node: TrancheNode; readonly quantity: Decimal }[] = [];
  for (const node of state.nodes.values()) {
    const { tranche } = node;
    if (tranche.symbol !== symbol || tranche.openedAt > time) continue;
    const quantity = heldAt(tranche, time);
    if (quantity.gt(0)) holders.push({ node, quantity });
  }
  return holders;
}

/** What a tranche held: later exits are taken back. What joined later is not told apart. */
function heldAt(tranche: Tranche, time: number): Decimal {
  const later = tranche.exits.filter((exit) => exit.time > time).map((exit) => exit.quantity);
  return remaining(tranche).plus(sumDecimals(later));
}

/**
 * What others hold of a side at the same account bears its part as well, explained or not: a tranche that was charged
 * for them would have its stop far too near.
 */
function foreignQuantity({ external, differences }: SymbolState, side: PositionSide): Decimal {
  const unexplained = differences[side]?.quantity ?? ZERO;
  return external[side].plus(maxDecimal(unexplained, ZERO));
}

function addFunding(step: Step, node: TrancheNode, share: Decimal): void {
  const { tranche } = node;
  const fundingPaid = tranche.progress.fundingPaid.plus(share);
  tranche.progress = { ...tranche.progress, fundingPaid };
  tranche.updatedAt = step.now;
  step.touch(node);
  if (tranche.state === 'CLOSED') return;
  step.emit('tranche:updated', {
    symbol: tranche.symbol,
    positionId: tranche.positionId,
    trancheId: tranche.id,
    side: tranche.side,
    tranche: trancheView(step.state, node, step.mono),
    reason: 'funding',
  });
}
