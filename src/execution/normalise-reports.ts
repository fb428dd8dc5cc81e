import { describe } from '../errors/describe.js';
import { DETAIL_LENGTH_MAX, REPORT_ROWS_MAX } from '../limits.js';
import { amountFrom } from '../model/amount.js';
import { type Decimal, ZERO } from '../model/decimal.js';
import type { FillEvidence, TradeEvidence } from '../model/fill.js';
import type { VenueOrderStatus } from '../model/order.js';
import { ORDER_KINDS } from '../model/order-kind.js';
import type { RejectCode, Rejection, WriteOutcome } from '../model/outcome.js';
import { ownField } from '../model/own-field.js';
import { PRICE_SOURCES } from '../model/price.js';
import type {
  FundingEvidence,
  OrderReport,
  PositionReport,
  PriceReport,
} from '../model/reports.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../model/side.js';
import type { AccountReport, ExchangeCause } from '../ports/exchange-adapter.js';
import { protocolError, ReportReader } from './read-report.js';

/*
 * What adapters report, checked and read into the model. Adapters are other people's code and parse other people's
 * messages: nothing of theirs is believed by its type alone. All functions throw ExchangeError `EXCHANGE_PROTOCOL` with
 * `outcome: 'unknown'`; the caller takes a write as unknown, a read as failed, and a push as a gap.
 */

const ORDER_SIDES: readonly OrderSide[] = ['BUY', 'SELL'];
const POSITION_SIDES: readonly PositionSide[] = ['LONG', 'SHORT'];
const WIRE_SIDES: readonly WirePositionSide[] = ['LONG', 'SHORT', 'BOTH'];
const CAUSES: readonly ExchangeCause[] = ['order', 'liquidation', 'adl', 'settlement'];
const STATUSES: readonly VenueOrderStatus[] = [
  'accepted',
  'triggered',
  'filled',
  'canceled',
  'rejected',
  'expired',
];
const TERMINAL: ReadonlySet<VenueOrderStatus> = new Set([
  'filled',
  'canceled',
  'rejected',
  'expired',
]);
/** Listed as keys of a record, so that the compiler finds a code that is missing here. */
const REJECT_CODES: Readonly<Record<RejectCode, true>> = {
  'would-trigger': true,
  'reduce-only': true,
  throttled: true,
  'insufficient-margin': true,
  filter: true,
  'unsupported-order-kind': true,
  'duplicate-client-id': true,
  'unknown-order': true,
  'order-cap': true,
  'position-mode': true,
  unauthorized: true,
  'expired-request': true,
  'market-closed': true,
  other: true,
};

/** Reads an `OrderStatusReport`. Prices of 0 mean "none"; a status that is not listed is refused, never guessed. */
export function normaliseOrder(raw: unknown, name = 'order report'): OrderReport {
  const read = new ReportReader(raw, name);
  const status = read.oneOf('status', STATUSES);
  const executedQty = read.quantity('executedQty');
  if (status === 'filled' && executedQty.eq(0)) {
    read.fail('executedQty', 'a quantity above zero, since the order is filled');
  }
  return Object.freeze({
    symbol: read.symbol(),
    orderId: read.id('orderId'),
    clientOrderId: read.clientOrderId(),
    side: read.oneOf('side', ORDER_SIDES),
    positionSide: read.oneOf('positionSide', WIRE_SIDES),
    kind: read.oneOf('kind', ORDER_KINDS),
    status,
    // Position-bound stops have no quantity of their own.
    quantity: read.quantity('quantity'),
    executedQty,
    avgPrice: read.price('avgPrice'),
    price: read.price('price'),
    triggerPrice: read.price('triggerPrice'),
    triggerSource: read.oneOfOr('triggerSource', PRICE_SOURCES, null),
    reduceOnly: read.flagOr('reduceOnly', false),
    trade: read.raw('trade') === undefined ? null : normaliseTrade(read.raw('trade'), name),
    cause: read.oneOfOr('cause', CAUSES, 'order'),
    time: read.time('time'),
  });
}

/** What an order report says about executions, in the form in which fills are booked; `null` when nothing executed. */
export function evidenceOf(report: OrderReport): FillEvidence | null {
  if (report.executedQty.eq(0) && report.trade === null) return null;
  return Object.freeze({
    orderId: report.orderId,
    clientOrderId: report.clientOrderId,
    symbol: report.symbol,
    side: report.side,
    positionSide: report.positionSide,
    cumulative: report.executedQty.eq(0)
      ? null
      : Object.freeze({ quantity: report.executedQty, avgPrice: report.avgPrice }),
    trade: report.trade,
    reduceOnly: report.reduceOnly,
    terminal: TERMINAL.has(report.status),
    cause: report.cause,
    time: report.time,
  });
}

/** Reads a `FillReport`: one trade of the account. */
export function normaliseFill(raw: unknown, name = 'fill report'): FillEvidence {
  const read = new ReportReader(raw, name);
  return Object.freeze({
    orderId: read.id('orderId'),
    clientOrderId: read.clientOrderId(),
    symbol: read.symbol(),
    side: read.oneOf('side', ORDER_SIDES),
    positionSide: read.oneOf('positionSide', WIRE_SIDES),
    cumulative: null,
    trade: normaliseTrade(read.raw('trade'), name),
    reduceOnly: read.flagOr('reduceOnly', false),
    // A single trade does not tell whether more will follow.
    terminal: false,
    cause: read.oneOfOr('cause', CAUSES, 'order'),
    time: read.time('time'),
  });
}

/**
 * Reads a `PositionStatusReport`.
 *
 * @param readAtMs time of a report that brings none
 */
export function normalisePosition(
  raw: unknown,
  readAtMs: number,
  name = 'position report',
): PositionReport {
  const read = new ReportReader(raw, name);
  return Object.freeze({
    symbol: read.symbol(),
    side: read.oneOf('side', POSITION_SIDES),
    quantity: read.quantity('quantity'),
    entryPrice: read.price('entryPrice'),
    liquidationPrice: priceIfAny(read.raw('liquidationPrice')),
    time: read.timeOr('time', readAtMs),
  });
}

/** A price that is a help and no more: one that makes no sense is none, and keeps no position from being read. */
function priceIfAny(raw: unknown): Decimal | null {
  const price = amountFrom(raw);
  return price?.gt(0) ? price : null;
}

/** Reads a `FundingReport` of the symbol that was asked for. */
export function normaliseFunding(
  raw: unknown,
  symbol: string,
  name = 'funding report',
): FundingEvidence {
  const read = new ReportReader(raw, name);
  if (read.symbol() !== symbol) read.fail('symbol', `"${symbol}"`);
  return Object.freeze({
    symbol,
    id: read.id('id'),
    amount: read.amount('amount'),
    side: read.oneOfOr('side', POSITION_SIDES, null),
    time: read.time('time'),
  });
}

/** Reads a `PriceStatusReport` of the symbol that was asked for. */
export function normalisePrice(raw: unknown, symbol: string, name = 'price report'): PriceReport {
  const read = new ReportReader(raw, name);
  return Object.freeze({
    symbol,
    source: read.oneOf('source', PRICE_SOURCES),
    price: read.quantityAbove0('price'),
    time: read.time('time'),
  });
}

/** Reads an `AccountReport`. */
export function normaliseAccount(raw: unknown): AccountReport {
  const read = new ReportReader(raw, 'account report');
  const accountId = read.id('accountId');
  const positionMode = read.oneOf('positionMode', ['hedge', 'one-way']);
  if (read.raw('permissions') === undefined) return Object.freeze({ accountId, positionMode });
  const rights = new ReportReader(read.raw('permissions'), 'account report, field permissions');
  const permissions = {
    // What is not told is not assumed to be harmless.
    trade: rights.flagOr('trade', false),
    withdraw: rights.flagOr('withdraw', true),
  };
  return Object.freeze({ accountId, positionMode, permissions: Object.freeze(permissions) });
}

/** What a write was about, so that an answer to another order is not taken for its own. */
export interface SentOrder {
  readonly symbol: string;
  readonly clientOrderId: string;
}

/**
 * Reads an `OrderOutcome`. An unlisted rejection code becomes `other` (the refusal itself is certain); an unlisted
 * outcome, or an accepted one whose report makes no sense or is about another order, throws and counts as unknown.
 */
export function normaliseOutcome(raw: unknown, sent?: SentOrder): WriteOutcome {
  const read = new ReportReader(raw, 'order outcome');
  const kind = read.oneOf('kind', ['accepted', 'rejected', 'unknown', 'not-sent']);
  if (kind === 'rejected') {
    return Object.freeze({ kind, rejection: normaliseRejection(read.raw('rejection')) });
  }
  if (kind !== 'accepted') return Object.freeze({ kind, detail: detailOf(read.raw('detail')) });
  if (read.raw('report') === undefined) return Object.freeze({ kind, report: null });
  const report = normaliseOrder(read.raw('report'), 'order outcome, field report');
  if (sent !== undefined) refuseOther(report, sent);
  return Object.freeze({ kind, report });
}

/**
 * Reads a list, e.g. of `fetchOpenOrders`. One bad row fails all of it: a list with a hole would read as "not there".
 *
 * @example normaliseAll(await adapter.fetchOpenOrders(), 'open orders', normaliseOrder)
 */
export function normaliseAll<T>(
  raw: unknown,
  name: string,
  normalise: (row: unknown, name: string) => T,
): readonly T[] {
  if (!Array.isArray(raw)) throw protocolError(name, 'a list', describe(raw));
  if (raw.length > REPORT_ROWS_MAX) {
    throw protocolError(name, `at most ${REPORT_ROWS_MAX} rows`, `${raw.length}`);
  }
  return Object.freeze(Array.from(raw, (row, index) => normalise(row, `${name}, row ${index}`)));
}

function normaliseTrade(raw: unknown, name: string): TradeEvidence {
  const read = new ReportReader(raw, `${name}, field trade`);
  return Object.freeze({
    tradeId: read.id('tradeId'),
    quantity: read.quantityAbove0('quantity'),
    price: read.quantityAbove0('price'),
    fee: read.amountOr('fee', ZERO),
  });
}

function normaliseRejection(raw: unknown): Rejection {
  const code = ownField(raw, 'code');
  const known = typeof code === 'string' && Object.hasOwn(REJECT_CODES, code);
  const detail = detailOf(ownField(raw, 'detail'));
  const retryAfterMs = ownField(raw, 'retryAfterMs');
  const hasPause =
    typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && retryAfterMs >= 0;
  return Object.freeze({
    code: known ? (code as RejectCode) : 'other',
    detail: known ? detail : detailOf(`${describe(code)} ${detail}`),
    ...(hasPause && { retryAfterMs: Math.ceil(retryAfterMs) }),
  });
}

function refuseOther(report: OrderReport, sent: SentOrder): void {
  if (report.symbol !== sent.symbol) {
    throw protocolError(
      'order outcome, field report.symbol',
      `"${sent.symbol}"`,
      describe(report.symbol),
    );
  }
  if (report.clientOrderId !== null && report.clientOrderId !== sent.clientOrderId) {
    throw protocolError(
      'order outcome, field report.clientOrderId',
      `"${sent.clientOrderId}"`,
      describe(report.clientOrderId),
    );
  }
}

function detailOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, DETAIL_LENGTH_MAX) : 'no detail given';
}
