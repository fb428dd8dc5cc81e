import { decimal as toDecimal, toDecimalString } from '../../../model/decimal.js';
import { PRICE_SOURCES } from '../../../model/price.js';
import type {
  LedgerRow,
  MarkRow,
  OrderRow,
  RegistrationRow,
  StoredEvent,
  TrancheRow,
} from '../../../ports/store.js';
import {
  decimal,
  flag,
  integer,
  json,
  nullableDecimal,
  nullableText,
  nullableWord,
  text,
  time,
  word,
} from './column.js';
import { exitPlan } from './plan-shape.js';
import { exitProgress } from './progress-shape.js';
import * as shape from './shape.js';
import { defineTable } from './table.js';
import {
  CLOSE_REASONS,
  ORDER_KINDS,
  ORDER_ROLES,
  ORDER_SIDES,
  ORDER_STATUSES,
  POSITION_SIDES,
  STOP_RULES,
  WIRE_POSITION_SIDES,
} from './words.js';

const { decimalText, listOf, nullable, objectOf, oneOf, recordOf } = shape;

const closing = objectOf({
  reason: oneOf(CLOSE_REASONS),
  level: nullable(decimalText),
  trigger: nullable(
    objectOf({ source: oneOf(PRICE_SOURCES), price: decimalText, time: shape.finite }),
  ),
  since: shape.finite,
});

const exit = objectOf({
  reason: oneOf(CLOSE_REASONS),
  level: nullable(decimalText),
  orderId: shape.text,
  role: oneOf([...ORDER_ROLES, 'external']),
  slot: shape.integer,
  quantity: decimalText,
  price: decimalText,
  fee: decimalText,
  time: shape.finite,
});

export const TRANCHES = defineTable<TrancheRow>(
  'tranches',
  ['id'],
  {
    id: text,
    positionId: text,
    symbol: text,
    side: word(POSITION_SIDES),
    number: integer,
    openedSeq: integer,
    state: word(['OPEN', 'CLOSING', 'CLOSED']),
    openedQty: decimal,
    openedCost: decimal,
    exitedQty: decimal,
    exitedCost: decimal,
    proceeds: decimal,
    exitFees: decimal,
    entryPrice: decimal,
    plan: json(exitPlan),
    takeProfits: json(listOf(objectOf({ price: decimalText, portion: decimalText }))),
    stopLoss: nullableDecimal,
    guard: nullableDecimal,
    stopRule: word(STOP_RULES),
    progress: json(exitProgress),
    takenBySlot: json(listOf(decimalText)),
    sources: json(
      listOf(
        objectOf({
          orderId: shape.text,
          quantity: decimalText,
          cost: decimalText,
          fees: decimalText,
        }),
      ),
    ),
    separate: flag,
    closing: json(nullable(closing)),
    exits: json(listOf(exit)),
    mergedInto: nullableText,
    nextGeneration: json(
      objectOf({ 'stop-loss': shape.integer, 'take-profit': shape.integer, close: shape.integer }),
    ),
    openedAt: time,
    updatedAt: time,
  },
  // SQL has no exact decimals: what is left is subtracted here, for the views and for people.
  [
    {
      name: 'remaining_qty',
      of: (row) => toDecimalString(toDecimal(row.openedQty).minus(row.exitedQty)),
    },
  ],
);
export const ORDERS = defineTable<OrderRow>('orders', ['clientOrderId'], {
  clientOrderId: text,
  trancheId: text,
  role: word(ORDER_ROLES),
  slot: integer,
  rule: nullableWord(STOP_RULES),
  generation: integer,
  symbol: text,
  side: word(ORDER_SIDES),
  positionSide: word(WIRE_POSITION_SIDES),
  kind: word(ORDER_KINDS),
  quantity: decimal,
  price: nullableDecimal,
  triggerPrice: nullableDecimal,
  triggerSource: nullableWord(PRICE_SOURCES),
  priceProtect: flag,
  reduceOnly: flag,
  status: word(ORDER_STATUSES),
  attempt: integer,
  venueOrderId: nullableText,
  executedQty: decimal,
  executedCost: decimal,
  trades: json(recordOf(objectOf({ quantity: decimalText, price: decimalText }))),
  createdAt: time,
  sendBy: time,
  deadline: time,
  cancelReason: nullableText,
  cancelStatus: word(['none', 'requested', 'submitted', 'unresolved']),
  rejection: nullableText,
  updatedAt: time,
});
export const LEDGERS = defineTable<LedgerRow>('ledgers', ['symbol', 'orderId'], {
  symbol: text,
  orderId: text,
  clientOrderId: nullableText,
  quantity: decimal,
  cost: decimal,
  cumulative: json(objectOf({ quantity: decimalText, cost: decimalText })),
  trades: json(recordOf(objectOf({ quantity: decimalText, price: decimalText, fee: decimalText }))),
  trancheIds: json(listOf(shape.text)),
  updatedAt: time,
});
export const REGISTRATIONS = defineTable<RegistrationRow>('registrations', ['key'], {
  key: text,
  clientOrderId: nullableText,
  orderId: nullableText,
  symbol: text,
  side: word(ORDER_SIDES),
  positionSide: word(WIRE_POSITION_SIDES),
  plan: json(nullable(exitPlan)),
  tranche: text,
  createdAt: time,
});
export const MARKS = defineTable<MarkRow>('marks', ['name'], { name: text, value: text });
export const EVENTS = defineTable<StoredEvent>('events', ['seq'], {
  seq: integer,
  time,
  name: text,
  symbol: nullableText,
  trancheId: nullableText,
  payload: json(shape.anyObject),
});
