import { maxDecimal, ZERO } from '../model/decimal.js';
import type { StopRule } from '../model/exit-plan.js';
import type { ClientOrderId, TrancheId } from '../model/ids.js';
import {
  isTerminal,
  type OrderRole,
  type OrderStatus,
  type OrderTerms,
  type VenueOrderStatus,
  type WorkingOrder,
} from '../model/order.js';
import type { OrderReport } from '../model/reports.js';
import { absorbEvidence, type ExecutionDelta, newLedger } from './execution-ledger.js';

export interface IntentRequest {
  readonly clientOrderId: ClientOrderId;
  readonly trancheId: TrancheId;
  readonly role: OrderRole;
  readonly slot: number;
  /** The rule that set the level of a stop; `null` for other orders. */
  readonly rule: StopRule | null;
  readonly generation: number;
  readonly terms: OrderTerms;
  readonly now: number;
  /** Exchange time of the same moment, ms. */
  readonly venue: number;
  readonly sendWithinMs: number;
  readonly recvWindowMs: number;
}

/** The write-ahead record of an order that is about to be sent. */
export function newIntent(request: IntentRequest): WorkingOrder {
  const { clientOrderId, terms, now, venue } = request;
  return {
    clientOrderId,
    trancheId: request.trancheId,
    role: request.role,
    slot: request.slot,
    rule: request.rule,
    generation: request.generation,
    terms,
    status: 'initialized',
    attempt: 0,
    venueOrderId: null,
    execution: newLedger(terms.symbol, clientOrderId, now),
    reportedQty: ZERO,
    createdAt: venue,
    sendBy: now + request.sendWithinMs,
    deadline: venue + request.sendWithinMs + request.recvWindowMs,
    cancelReason: null,
    cancelStatus: 'none',
    rejection: null,
    updatedAt: now,
    unsent: false,
    doubted: false,
    triggeredAt: null,
    touchedAt: 0,
  };
}

/** How far along an order is; a report never moves it back. */
const RANK: Readonly<Record<OrderStatus, number>> = {
  initialized: 0,
  submitted: 1,
  unresolved: 1,
  absent: 1,
  accepted: 2,
  triggered: 3,
  rejected: 4,
  canceled: 4,
  expired: 4,
  filled: 5,
};

export interface ReportEffect {
  /** New status, `null` when it did not change. */
  readonly became: VenueOrderStatus | null;
  /** What was newly executed, `null` when nothing was. */
  readonly executed: ExecutionDelta | null;
}

/**
 * Takes an exchange's report in. Any order and repetition of reports ends in the same state: statuses only advance,
 * terminal ones stay, quantities only rise.
 */
export function applyReport(
  order: WorkingOrder,
  report: OrderReport,
  now: number,
  mono: number,
): ReportEffect {
  order.venueOrderId ??= report.orderId;
  order.reportedQty = maxDecimal(order.reportedQty, report.executedQty);
  const executed = absorbEvidence(
    order.execution,
    {
      cumulative: { quantity: report.executedQty, avgPrice: report.avgPrice },
      trade: report.trade,
    },
    now,
  );
  const became = advances(order.status, report.status) ? report.status : null;
  if (became !== null) {
    order.status = became;
    order.unsent = false;
    order.updatedAt = now;
    if (became === 'triggered') order.triggeredAt = mono;
    if (isTerminal(became)) order.cancelStatus = 'none';
  }
  return { became, executed };
}

function advances(from: OrderStatus, to: VenueOrderStatus): boolean {
  /** "Filled" corrects another terminal status: it is the one that money moved on. */
  if (isTerminal(from) && from !== 'absent') return to === 'filled' && from !== 'filled';
  return RANK[to] > RANK[from];
}
