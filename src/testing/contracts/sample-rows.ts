import { NO_EXITS } from '../../model/exit-plan.js';
import type {
  LedgerRow,
  OrderRow,
  ProgressRow,
  RegistrationRow,
  StoreBatch,
  StoredEvent,
  TrancheRow,
} from '../../ports/store.js';

/** Rows as a monitor writes them, for tests of stores. Times around 2025-01-01. */
export const SAMPLE_TIME = 1_735_689_600_000;

export function batchOf(parts: Partial<StoreBatch>): StoreBatch {
  return {
    tranches: [],
    orders: [],
    ledgers: [],
    registrations: [],
    deletedRegistrations: [],
    marks: [],
    events: [],
    ...parts,
  };
}

/** A tranche that has lived through something: no member has the value that it begins with. */
export function sampleProgress(changes: Partial<ProgressRow> = {}): ProgressRow {
  return {
    peak: '100600.1',
    breakevenReached: true,
    levelsTaken: 1,
    timeLimitDone: true,
    averageRange: '123.45678901234567890123',
    volatilityTakeProfit: '100500.1',
    ratchet: { level: '99500', rule: 'trailing-stop' },
    fundingPaid: '-0.75',
    ...changes,
  };
}

export function sampleTranche(number: number, changes: Partial<TrancheRow> = {}): TrancheRow {
  return {
    id: `BTCUSDT:LONG:${1_000 + number}:0`,
    positionId: 'BTCUSDT:LONG',
    symbol: 'BTCUSDT',
    side: 'LONG',
    number,
    openedSeq: number + 1,
    state: 'OPEN',
    openedQty: '0.3',
    openedCost: '30000.03',
    exitedQty: '0.1',
    exitedCost: '10000.01',
    proceeds: '10050.5',
    exitFees: '1.25',
    entryPrice: '100000.1',
    plan: {
      ...NO_EXITS,
      takeProfits: [{ level: { kind: 'percent', percent: '0.5' }, portion: '1' }],
      stopLoss: { kind: 'price', price: '98000' },
      exitExecution: { kind: 'twap', slices: 3, intervalMs: 250, hardFloorPct: '0.5' },
      trailingStop: { activationPct: '0.25', callbackPct: '1.1', stepPct: null },
      breakeven: {
        trigger: { kind: 'level', level: 1 },
        offsetPct: '0',
        includeFees: true,
        followLevels: true,
      },
      volatility: { atrPeriod: 14, barMs: 60_000, tpMultiple: '2.5', slMultiple: null },
      confirm: { ticks: 2, ms: null, source: 'MARK', hardFloorPct: '0.5' },
      timeLimit: { ms: 86_400_000, action: 'tighten', onlyIn: 'profit', stopLossPct: '-0.1' },
      liquidationBufferPct: '0.5',
    },
    takeProfits: [{ price: '100500.1', portion: '1' }],
    stopLoss: '99000',
    guard: '99500',
    stopRule: 'trailing-stop',
    progress: sampleProgress(),
    takenBySlot: ['0.1'],
    sources: [{ orderId: `${1_000 + number}`, quantity: '0.3', cost: '30000.03', fees: '12' }],
    separate: false,
    closing: null,
    exits: [
      {
        reason: 'take-profit',
        level: '100500.1',
        orderId: 'pm-1',
        role: 'take-profit',
        slot: 0,
        quantity: '0.1',
        price: '100505',
        fee: '1.25',
        time: SAMPLE_TIME,
      },
    ],
    mergedInto: null,
    nextGeneration: { 'stop-loss': 1, 'take-profit': 2, close: 0 },
    openedAt: SAMPLE_TIME,
    updatedAt: SAMPLE_TIME + number,
    ...changes,
  };
}

export function sampleOrder(id: string, changes: Partial<OrderRow> = {}): OrderRow {
  const role = changes.role ?? 'stop-loss';
  return {
    clientOrderId: id,
    trancheId: sampleTranche(0).id,
    role,
    slot: 0,
    rule: role === 'stop-loss' ? 'trailing-stop' : null,
    generation: 0,
    symbol: 'BTCUSDT',
    side: 'SELL',
    positionSide: 'BOTH',
    kind: 'stop-market',
    quantity: '0.2',
    price: null,
    triggerPrice: '99000',
    triggerSource: 'LAST',
    priceProtect: false,
    reduceOnly: true,
    status: 'accepted',
    attempt: 1,
    venueOrderId: `venue-${id}`,
    executedQty: '0',
    executedCost: '0',
    trades: {},
    createdAt: SAMPLE_TIME,
    sendBy: SAMPLE_TIME + 1_000,
    deadline: SAMPLE_TIME + 3_000,
    cancelReason: null,
    cancelStatus: 'none',
    rejection: null,
    updatedAt: SAMPLE_TIME,
    ...changes,
  };
}

export function sampleLedger(orderId: string, changes: Partial<LedgerRow> = {}): LedgerRow {
  return {
    symbol: 'BTCUSDT',
    orderId,
    clientOrderId: null,
    quantity: '0.3',
    cost: '30000.03',
    cumulative: { quantity: '0.3', cost: '30000.03' },
    trades: { t1: { quantity: '0.3', price: '100000.1', fee: '12' } },
    trancheIds: [sampleTranche(0).id],
    updatedAt: SAMPLE_TIME,
    ...changes,
  };
}

export function sampleRegistration(
  key: string,
  changes: Partial<RegistrationRow> = {},
): RegistrationRow {
  return {
    key,
    clientOrderId: key,
    orderId: null,
    symbol: 'BTCUSDT',
    side: 'BUY',
    positionSide: 'BOTH',
    plan: NO_EXITS,
    tranche: 'auto',
    createdAt: SAMPLE_TIME,
    ...changes,
  };
}

export function sampleEvent(seq: number, changes: Partial<StoredEvent> = {}): StoredEvent {
  return {
    seq,
    time: SAMPLE_TIME + seq,
    name: 'tranche:opened',
    symbol: 'BTCUSDT',
    trancheId: sampleTranche(0).id,
    payload: { seq, quantity: '0.3' },
    ...changes,
  };
}
