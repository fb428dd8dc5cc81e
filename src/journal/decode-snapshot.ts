import { type Decimal, type DecimalString, decimal, ZERO } from '../model/decimal.js';
import type { ExitProgress } from '../model/exit-progress.js';
import type { ClientOrderId, PositionId, TrancheId } from '../model/ids.js';
import type { ExecutionLedger, Registration } from '../model/ledger.js';
import { isOpen, isTerminal, type WorkingOrder } from '../model/order.js';
import type { Tranche } from '../model/tranche.js';
import type {
  LedgerRow,
  OrderRow,
  ProgressRow,
  StoreSnapshot,
  TrancheRow,
} from '../ports/store.js';

/** What a store gave back, as the core's own values. */
export interface DecodedSnapshot {
  readonly tranches: readonly Tranche[];
  readonly orders: readonly WorkingOrder[];
  readonly ledgers: readonly ExecutionLedger[];
  readonly registrations: readonly Registration[];
  readonly marks: ReadonlyMap<string, string>;
  readonly lastSeq: number;
}

/**
 * Rebuilds the core's values from rows.
 *
 * An order that had been recorded and has no answer may have left or not: it comes back as `unresolved` and is looked
 * for before anything is sent again.
 */
export function decodeSnapshot(snapshot: StoreSnapshot): DecodedSnapshot {
  return {
    tranches: snapshot.tranches.map(trancheFrom),
    orders: snapshot.orders.map(orderFrom),
    ledgers: snapshot.ledgers.map(ledgerFrom),
    registrations: snapshot.registrations.map((row) => ({ ...row })),
    marks: new Map(snapshot.marks.map((mark) => [mark.name, mark.value])),
    lastSeq: snapshot.lastSeq,
  };
}

function trancheFrom(row: TrancheRow): Tranche {
  return {
    id: row.id as TrancheId,
    positionId: row.positionId as PositionId,
    symbol: row.symbol,
    side: row.side,
    number: row.number,
    openedSeq: row.openedSeq,
    state: row.state,
    sources: row.sources.map((source) => ({
      orderId: source.orderId,
      quantity: decimal(source.quantity),
      cost: decimal(source.cost),
      fees: decimal(source.fees),
    })),
    openedQty: decimal(row.openedQty),
    openedCost: decimal(row.openedCost),
    exitedQty: decimal(row.exitedQty),
    exitedCost: decimal(row.exitedCost),
    proceeds: decimal(row.proceeds),
    exitFees: decimal(row.exitFees),
    entryPrice: decimal(row.entryPrice),
    plan: row.plan,
    levels: {
      takeProfits: row.takeProfits.map((level) => ({
        price: decimal(level.price),
        portion: decimal(level.portion),
      })),
      stopLoss: nullableDecimal(row.stopLoss),
      guard: nullableDecimal(row.guard),
      stopRule: row.stopRule,
    },
    progress: progressFrom(row.progress),
    takenBySlot: row.takenBySlot.map((quantity) => decimal(quantity)),
    separate: row.separate,
    closing:
      row.closing === null
        ? null
        : {
            reason: row.closing.reason,
            level: nullableDecimal(row.closing.level),
            trigger:
              row.closing.trigger === null
                ? null
                : { ...row.closing.trigger, price: decimal(row.closing.trigger.price) },
            since: row.closing.since,
          },
    exits: row.exits.map((exit) => ({
      ...exit,
      level: nullableDecimal(exit.level),
      quantity: decimal(exit.quantity),
      price: decimal(exit.price),
      fee: decimal(exit.fee),
    })),
    mergedInto: row.mergedInto as TrancheId | null,
    nextGeneration: { ...row.nextGeneration },
    openedAt: row.openedAt,
    updatedAt: row.updatedAt,
  };
}

function progressFrom(row: ProgressRow): ExitProgress {
  const { ratchet } = row;
  return {
    peak: nullableDecimal(row.peak),
    breakevenReached: row.breakevenReached,
    levelsTaken: row.levelsTaken,
    timeLimitDone: row.timeLimitDone,
    averageRange: nullableDecimal(row.averageRange),
    volatilityTakeProfit: nullableDecimal(row.volatilityTakeProfit),
    ratchet: ratchet === null ? null : { level: decimal(ratchet.level), rule: ratchet.rule },
    fundingPaid: decimal(row.fundingPaid),
  };
}

function orderFrom(row: OrderRow): WorkingOrder {
  const executedQty = decimal(row.executedQty);
  const unanswered = !isTerminal(row.status) && !isOpen(row.status);
  return {
    clientOrderId: row.clientOrderId as ClientOrderId,
    trancheId: row.trancheId as TrancheId,
    role: row.role,
    slot: row.slot,
    rule: row.rule,
    generation: row.generation,
    terms: {
      symbol: row.symbol,
      side: row.side,
      positionSide: row.positionSide,
      kind: row.kind,
      quantity: decimal(row.quantity),
      price: nullableDecimal(row.price),
      triggerPrice: nullableDecimal(row.triggerPrice),
      triggerSource: row.triggerSource,
      priceProtect: row.priceProtect,
      reduceOnly: row.reduceOnly,
    },
    status: unanswered ? 'unresolved' : row.status,
    attempt: row.attempt,
    venueOrderId: row.venueOrderId,
    execution: {
      ...ledgerOf(row.symbol, row.clientOrderId, row.trades, row.updatedAt),
      cumulative: { quantity: executedQty, cost: decimal(row.executedCost) },
      bookedQty: executedQty,
      bookedCost: decimal(row.executedCost),
    },
    reportedQty: executedQty,
    createdAt: row.createdAt,
    sendBy: row.sendBy,
    deadline: row.deadline,
    cancelReason: row.cancelReason,
    /** Whether a cancellation arrived is not known any more. */
    cancelStatus: row.cancelStatus === 'submitted' ? 'unresolved' : row.cancelStatus,
    rejection: row.rejection,
    updatedAt: row.updatedAt,
    unsent: false,
    doubted: false,
    triggeredAt: null,
    touchedAt: 0,
  };
}

function ledgerFrom(row: LedgerRow): ExecutionLedger {
  return {
    ...ledgerOf(row.symbol, row.orderId, row.trades, row.updatedAt),
    clientOrderId: row.clientOrderId,
    cumulative: { quantity: decimal(row.cumulative.quantity), cost: decimal(row.cumulative.cost) },
    bookedQty: decimal(row.quantity),
    bookedCost: decimal(row.cost),
    trancheIds: row.trancheIds.map((id) => id as TrancheId),
  };
}

function ledgerOf(
  symbol: string,
  orderId: string,
  rows: Readonly<
    Record<string, { readonly quantity: string; readonly price: string; readonly fee?: string }>
  >,
  updatedAt: number,
): ExecutionLedger {
  const trades: ExecutionLedger['trades'] = new Map();
  let quantity = ZERO;
  let cost = ZERO;
  for (const [id, trade] of Object.entries(rows)) {
    const booked = {
      quantity: decimal(trade.quantity),
      price: decimal(trade.price),
      fee: decimal(trade.fee ?? '0'),
    };
    trades.set(id, booked);
    quantity = quantity.plus(booked.quantity);
    cost = cost.plus(booked.quantity.times(booked.price));
  }
  return {
    symbol,
    orderId,
    clientOrderId: null,
    cumulative: { quantity: ZERO, cost: ZERO },
    tradesTotal: { quantity, cost },
    trades,
    bookedQty: ZERO,
    bookedCost: ZERO,
    trancheIds: [],
    updatedAt,
  };
}

function nullableDecimal(text: DecimalString | null): Decimal | null {
  return text === null ? null : decimal(text);
}
