import { coverOf } from '../model/cover.js';
import {
  type Decimal,
  type DecimalString,
  sumDecimals,
  toDecimalString,
  ZERO,
} from '../model/decimal.js';
import { positionIdOf } from '../model/ids.js';
import { isTerminal, type WorkingOrder } from '../model/order.js';
import type { PositionSide } from '../model/side.js';
import { type Coverage, type Exit, remaining } from '../model/tranche.js';
import type { ExitView, OrderView, PositionStatus, TrancheView } from '../model/views.js';
import { unrealizedPnl } from '../positions/assignment.js';
import { trailLevel } from '../positions/trailing.js';
import { feesPaid, realizedPnl } from '../positions/tranche-arithmetic.js';
import { coverageOf, coverPartOf, isCoveredAtExchange, unprotectedMsOf } from './coverage.js';
import { bookFor, stopSource } from './price-sources.js';
import type { EngineState, SymbolState, TrancheNode } from './state.js';
import { bestPrice } from './trail.js';

export function trancheView(state: EngineState, node: TrancheNode, mono: number): TrancheView {
  const { tranche } = node;
  const contractSize = state.symbols.get(tranche.symbol)?.instrument?.contractSize;
  const coverage = coverageOf(state, node, mono);
  return Object.freeze({
    id: tranche.id,
    positionId: tranche.positionId,
    symbol: tranche.symbol,
    side: tranche.side,
    number: tranche.number,
    state: tranche.state,
    quantity: toDecimalString(remaining(tranche)),
    openedQty: toDecimalString(tranche.openedQty),
    entryPrice: toDecimalString(tranche.entryPrice),
    sources: tranche.sources.map((source) => ({
      orderId: source.orderId,
      quantity: toDecimalString(source.quantity),
      cost: toDecimalString(source.cost),
      fees: toDecimalString(source.fees),
    })),
    plan: tranche.plan,
    levels: {
      takeProfits: tranche.levels.takeProfits.map((level) => ({
        price: toDecimalString(level.price),
        portion: toDecimalString(level.portion),
      })),
      stopLoss: textOrNull(tranche.levels.guard),
      restingStop: textOrNull(tranche.levels.stopLoss),
      stopRule: tranche.levels.stopRule,
    },
    trail: trailView(state, node),
    breakevenReached: tranche.progress.breakevenReached,
    orders: node.orders.map(orderView),
    exits: tranche.exits.map(exitView),
    coverage,
    coverageAgeMs: coverageAge(state, node, coverage, mono),
    unprotectedMs: unprotectedMsOf(state, node, mono),
    realizedPnl: toDecimalString(realizedPnl(tranche, contractSize ?? ZERO.plus(1))),
    fees: toDecimalString(feesPaid(tranche)),
    funding: toDecimalString(tranche.progress.fundingPaid),
    closeReason: tranche.closing?.reason ?? null,
    mergedInto: tranche.mergedInto,
    openedAt: tranche.openedAt,
    updatedAt: tranche.updatedAt,
  });
}

function textOrNull(value: Decimal | null): DecimalString | null {
  return value === null ? null : toDecimalString(value);
}

/** The trail as the price book follows it, between the steps of the resting stop; out of the book as it was recorded. */
function trailView(state: EngineState, node: TrancheNode): TrancheView['trail'] {
  const { plan, side, symbol } = node.tranche;
  const peak = bestPrice(node);
  const instrument = state.symbols.get(symbol)?.instrument ?? null;
  if (node.tranche.state !== 'OPEN' || plan.trailingStop === null) return null;
  if (peak === null || instrument === null) return null;
  const level = trailLevel(plan.trailingStop, peak, side, instrument);
  return { peak: toDecimalString(peak), level: toDecimalString(level) };
}

function coverageAge(
  state: EngineState,
  node: TrancheNode,
  coverage: Coverage,
  mono: number,
): number | null {
  if (coverage === 'none') return null;
  if (isCoveredAtExchange(coverage))
    return state.comparedAt === null ? null : Math.max(0, mono - state.comparedAt);
  const symbol = state.symbols.get(node.tranche.symbol);
  const book = symbol ? bookFor(symbol, stopSource(state, node.tranche)) : null;
  return book === null ? null : Math.max(0, mono - book.lastHeardAt);
}

export function orderView(order: WorkingOrder): OrderView {
  const { terms } = order;
  return {
    clientOrderId: order.clientOrderId,
    orderId: order.venueOrderId,
    role: order.role,
    slot: order.slot,
    generation: order.generation,
    kind: terms.kind,
    side: terms.side,
    status: order.status,
    quantity: toDecimalString(terms.quantity),
    executedQty: toDecimalString(order.execution.bookedQty),
    price: terms.price === null ? null : toDecimalString(terms.price),
    triggerPrice: terms.triggerPrice === null ? null : toDecimalString(terms.triggerPrice),
    triggerSource: terms.triggerSource,
    canceling: !isTerminal(order.status) && order.cancelStatus !== 'none',
  };
}

export function exitView(exit: Exit): ExitView {
  return {
    reason: exit.reason,
    level: exit.level === null ? null : toDecimalString(exit.level),
    orderId: exit.orderId,
    role: exit.role,
    slot: exit.slot,
    quantity: toDecimalString(exit.quantity),
    price: toDecimalString(exit.price),
    fee: toDecimalString(exit.fee),
    time: exit.time,
  };
}

/** One side of a symbol, flat or not. */
export function positionStatus(
  state: EngineState,
  symbol: SymbolState,
  side: PositionSide,
  mono: number,
): PositionStatus {
  const nodes = symbol.live[side];
  const quantity = sumDecimals(nodes.map((node) => remaining(node.tranche)));
  const cost = sumDecimals(
    nodes.map((node) => remaining(node.tranche).times(node.tranche.entryPrice)),
  );
  const last = lastPriceOf(symbol);
  const size = symbol.instrument?.contractSize ?? ZERO.plus(1);
  return Object.freeze({
    positionId: positionIdOf(symbol.symbol, side),
    symbol: symbol.symbol,
    side,
    quantity: toDecimalString(quantity),
    entryPrice: quantity.eq(0) ? null : toDecimalString(cost.div(quantity)),
    lastPrice: last === null ? null : toDecimalString(last),
    unrealizedPnl:
      last === null
        ? null
        : toDecimalString(
            sumDecimals(nodes.map((node) => unrealizedPnl(node.tranche, last))).times(size),
          ),
    cover: coverOf(nodes.map((node) => coverPartOf(state, node, mono))),
    tranches: nodes.map((node) => trancheView(state, node, mono)),
  });
}

/** Last accepted price of the symbol, from the source that says most. */
export function lastPriceOf(symbol: SymbolState): Decimal | null {
  for (const source of ['LAST', 'MARK', 'BID', 'ASK', 'INDEX'] as const) {
    const last = symbol.books.get(source)?.last;
    if (last !== undefined && !Number.isNaN(last)) return ZERO.plus(last);
  }
  return null;
}
