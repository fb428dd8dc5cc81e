import { type Decimal, type DecimalString, toDecimalString } from '../model/decimal.js';
import type { Changes } from '../model/effect.js';
import type { ExitProgress } from '../model/exit-progress.js';
import type { ExecutionLedger, Registration } from '../model/ledger.js';
import type { MonitorEvent } from '../model/monitor-event.js';
import type { WorkingOrder } from '../model/order.js';
import type { Tranche } from '../model/tranche.js';
import type {
  LedgerRow,
  OrderRow,
  ProgressRow,
  RegistrationRow,
  StoreBatch,
  StoredEvent,
  TrancheRow,
} from '../ports/store.js';

/** Turns what changed into rows. Plain data: what follows in memory cannot reach it any more. */
export function encodeBatch(changes: Changes): StoreBatch {
  return {
    tranches: changes.tranches.map(trancheRow),
    orders: changes.orders.map(orderRow),
    ledgers: changes.ledgers.map(ledgerRow),
    registrations: changes.registrations.map(registrationRow),
    deletedRegistrations: changes.deletedRegistrations,
    marks: [...changes.marks].map(([name, value]) => ({ name, value })),
    events: changes.events.map(eventRow),
  };
}

function trancheRow(tranche: Tranche): TrancheRow {
  const { closing } = tranche;
  return {
    id: tranche.id,
    positionId: tranche.positionId,
    symbol: tranche.symbol,
    side: tranche.side,
    number: tranche.number,
    openedSeq: tranche.openedSeq,
    state: tranche.state,
    openedQty: toDecimalString(tranche.openedQty),
    openedCost: toDecimalString(tranche.openedCost),
    exitedQty: toDecimalString(tranche.exitedQty),
    exitedCost: toDecimalString(tranche.exitedCost),
    proceeds: toDecimalString(tranche.proceeds),
    exitFees: toDecimalString(tranche.exitFees),
    entryPrice: toDecimalString(tranche.entryPrice),
    plan: tranche.plan,
    takeProfits: tranche.levels.takeProfits.map((level) => ({
      price: toDecimalString(level.price),
      portion: toDecimalString(level.portion),
    })),
    stopLoss: nullableText(tranche.levels.stopLoss),
    guard: nullableText(tranche.levels.guard),
    stopRule: tranche.levels.stopRule,
    progress: progressRow(tranche.progress),
    takenBySlot: tranche.takenBySlot.map(toDecimalString),
    sources: tranche.sources.map((source) => ({
      orderId: source.orderId,
      quantity: toDecimalString(source.quantity),
      cost: toDecimalString(source.cost),
      fees: toDecimalString(source.fees),
    })),
    separate: tranche.separate,
    closing:
      closing === null
        ? null
        : {
            reason: closing.reason,
            level: nullableText(closing.level),
            trigger:
              closing.trigger === null
                ? null
                : {
                    source: closing.trigger.source,
                    price: toDecimalString(closing.trigger.price),
                    time: closing.trigger.time,
                  },
            since: closing.since,
          },
    exits: tranche.exits.map((exit) => ({
      reason: exit.reason,
      level: nullableText(exit.level),
      orderId: exit.orderId,
      role: exit.role,
      slot: exit.slot,
      quantity: toDecimalString(exit.quantity),
      price: toDecimalString(exit.price),
      fee: toDecimalString(exit.fee),
      time: exit.time,
    })),
    mergedInto: tranche.mergedInto,
    nextGeneration: { ...tranche.nextGeneration },
    openedAt: tranche.openedAt,
    updatedAt: tranche.updatedAt,
  };
}

function progressRow(progress: ExitProgress): ProgressRow {
  const { ratchet } = progress;
  return {
    peak: nullableText(progress.peak),
    breakevenReached: progress.breakevenReached,
    levelsTaken: progress.levelsTaken,
    timeLimitDone: progress.timeLimitDone,
    averageRange: nullableText(progress.averageRange),
    volatilityTakeProfit: nullableText(progress.volatilityTakeProfit),
    ratchet:
      ratchet === null ? null : { level: toDecimalString(ratchet.level), rule: ratchet.rule },
    fundingPaid: toDecimalString(progress.fundingPaid),
  };
}

function orderRow(order: WorkingOrder): OrderRow {
  const { terms, execution } = order;
  return {
    clientOrderId: order.clientOrderId,
    trancheId: order.trancheId,
    role: order.role,
    slot: order.slot,
    rule: order.rule,
    generation: order.generation,
    symbol: terms.symbol,
    side: terms.side,
    positionSide: terms.positionSide,
    kind: terms.kind,
    quantity: toDecimalString(terms.quantity),
    price: nullableText(terms.price),
    triggerPrice: nullableText(terms.triggerPrice),
    triggerSource: terms.triggerSource,
    priceProtect: terms.priceProtect,
    reduceOnly: terms.reduceOnly,
    status: order.status,
    attempt: order.attempt,
    venueOrderId: order.venueOrderId,
    executedQty: toDecimalString(execution.bookedQty),
    executedCost: toDecimalString(execution.bookedCost),
    trades: Object.fromEntries(
      [...execution.trades].map(([id, trade]) => [
        id,
        { quantity: toDecimalString(trade.quantity), price: toDecimalString(trade.price) },
      ]),
    ),
    createdAt: order.createdAt,
    sendBy: order.sendBy,
    deadline: order.deadline,
    cancelReason: order.cancelReason,
    cancelStatus: order.cancelStatus,
    rejection: order.rejection,
    updatedAt: order.updatedAt,
  };
}

function ledgerRow(ledger: ExecutionLedger): LedgerRow {
  return {
    symbol: ledger.symbol,
    orderId: ledger.orderId,
    clientOrderId: ledger.clientOrderId,
    quantity: toDecimalString(ledger.bookedQty),
    cost: toDecimalString(ledger.bookedCost),
    cumulative: {
      quantity: toDecimalString(ledger.cumulative.quantity),
      cost: toDecimalString(ledger.cumulative.cost),
    },
    trades: Object.fromEntries(
      [...ledger.trades].map(([id, trade]) => [
        id,
        {
          quantity: toDecimalString(trade.quantity),
          price: toDecimalString(trade.price),
          fee: toDecimalString(trade.fee),
        },
      ]),
    ),
    trancheIds: [...ledger.trancheIds],
    updatedAt: ledger.updatedAt,
  };
}

function registrationRow(registration: Registration): RegistrationRow {
  return { ...registration };
}

function eventRow({ name, payload }: MonitorEvent): StoredEvent {
  const fields = payload as unknown as Record<string, unknown>;
  return {
    seq: payload.seq,
    time: payload.time,
    name,
    symbol: typeof fields.symbol === 'string' ? fields.symbol : null,
    trancheId: typeof fields.trancheId === 'string' ? fields.trancheId : null,
    payload: fields,
  };
}

function nullableText(value: Decimal | null): DecimalString | null {
  return value === null ? null : toDecimalString(value);
}
