import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';
import type { OrderFill } from '../../model/fill.js';
import { ownField } from '../../model/own-field.js';
import type { OrderSide, WirePositionSide } from '../../model/side.js';

/**
 * Builds an {@link OrderFill} from what an exchange sends: an `ORDER_TRADE_UPDATE` event (bare or inside a combined
 * stream frame), an order object of the REST interface, or a row of `userTrades`.
 *
 * Fields are taken over by name and type; their values are judged when the fill is handed over. A fee is taken only
 * when it was paid in the quote asset.
 *
 * @throws ValidationError `FILL_INVALID` for any other payload
 * @example
 * await monitor.handleOrderFill(orderFillFrom.binance(JSON.parse(message)));
 */
export const orderFillFrom = {
  binance: (payload: unknown): OrderFill => fromDialect(payload, 'Binance'),
  aster: (payload: unknown): OrderFill => fromDialect(payload, 'Aster'),
} as const;

/** Where each field stands in one kind of payload. */
type FieldNames = Readonly<Record<'orderId' | 'symbol' | 'side' | 'positionSide', string>> &
  Partial<Readonly<Record<Exclude<keyof OrderFill, 'fee'>, string>>> &
  Partial<Readonly<Record<'closePosition' | 'fee' | 'feeAsset', string>>>;

const EVENT: FieldNames = {
  orderId: 'i',
  symbol: 's',
  side: 'S',
  positionSide: 'ps',
  executedQty: 'z',
  avgPrice: 'ap',
  lastFilledQty: 'l',
  lastFilledPrice: 'L',
  tradeId: 't',
  status: 'X',
  clientOrderId: 'c',
  time: 'T',
  reduceOnly: 'R',
  closePosition: 'cp',
  fee: 'n',
  feeAsset: 'N',
};

const REST_ORDER: FieldNames = {
  orderId: 'orderId',
  symbol: 'symbol',
  side: 'side',
  positionSide: 'positionSide',
  executedQty: 'executedQty',
  avgPrice: 'avgPrice',
  status: 'status',
  clientOrderId: 'clientOrderId',
  time: 'updateTime',
  reduceOnly: 'reduceOnly',
  closePosition: 'closePosition',
};

const USER_TRADE: FieldNames = {
  orderId: 'orderId',
  symbol: 'symbol',
  side: 'side',
  positionSide: 'positionSide',
  lastFilledQty: 'qty',
  lastFilledPrice: 'price',
  tradeId: 'id',
  time: 'time',
  fee: 'commission',
  feeAsset: 'commissionAsset',
};

function fromDialect(payload: unknown, exchange: string): OrderFill {
  // Frames of a combined stream wrap the event.
  const data = ownField(payload, 'data') ?? payload;
  const event = ownField(data, 'e');
  if (event === 'ORDER_TRADE_UPDATE') return readFill(ownField(data, 'o'), EVENT, exchange);
  if (event === undefined && ownField(data, 'orderId') !== undefined) {
    if (ownField(data, 'executedQty') !== undefined) return readFill(data, REST_ORDER, exchange);
    if (ownField(data, 'qty') !== undefined) return readFill(data, USER_TRADE, exchange);
  }
  throw new ValidationError('FILL_INVALID', `The payload is no order of ${exchange}`, {
    expected: 'an ORDER_TRADE_UPDATE event, an order of the REST interface, or a row of userTrades',
    received: shapeOf(data, event),
    ...remedyFor(data, event),
  });
}

function readFill(source: unknown, names: FieldNames, exchange: string): OrderFill {
  if (typeof source !== 'object' || source === null) {
    throw new ValidationError('FILL_INVALID', `The event of ${exchange} carries no order`, {
      expected: 'an object under "o"',
      received: describe(source),
    });
  }
  const read = <T>(name: string | undefined, type: Type): T | undefined =>
    name === undefined ? undefined : (readField(source, name, type, exchange) as T | undefined);
  const symbol = needed<string>(read(names.symbol, 'text'), names.symbol, exchange);
  const fee = feeInQuote(read(names.fee, 'amount'), read(names.feeAsset, 'text'), symbol);
  const positionSide = read<WirePositionSide>(names.positionSide, 'text');
  const reduces =
    read(names.reduceOnly, 'flag') === true || read(names.closePosition, 'flag') === true;
  const fill = {
    orderId: needed<string | number>(read(names.orderId, 'id'), names.orderId, exchange),
    symbol,
    side: needed<OrderSide>(read(names.side, 'text'), names.side, exchange),
    positionSide,
    executedQty: read<string | number>(names.executedQty, 'amount'),
    avgPrice: read<string | number>(names.avgPrice, 'amount'),
    lastFilledQty: read<string | number>(names.lastFilledQty, 'amount'),
    lastFilledPrice: read<string | number>(names.lastFilledPrice, 'amount'),
    tradeId: read<string | number>(names.tradeId, 'id'),
    status: read<string>(names.status, 'text'),
    clientOrderId: read<string>(names.clientOrderId, 'text'),
    time: read<number>(names.time, 'number'),
    reduceOnly: names.reduceOnly === undefined ? undefined : reduces,
    fee,
  };
  return Object.freeze(withoutMissing(dropEmptyTrade(fill)));
}

/** Events without a trade carry zeros in its place; a trade id of zero would be refused as an id. */
function dropEmptyTrade<T extends { lastFilledQty: unknown; tradeId: unknown }>(fill: T): T {
  const isEmpty = fill.lastFilledQty !== undefined && Number(fill.lastFilledQty) === 0;
  if (!isEmpty) return fill;
  const { executedQty } = fill as { executedQty?: unknown };
  // Without a total, the zero itself is the message that nothing was executed.
  const lastFilledQty = executedQty === undefined ? fill.lastFilledQty : undefined;
  return { ...fill, lastFilledQty, lastFilledPrice: undefined, tradeId: undefined, fee: undefined };
}

function withoutMissing(fill: Readonly<Record<string, unknown>>): OrderFill {
  const present = Object.entries(fill).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as OrderFill;
}

/** Fees in another asset (a discount token) have no price here, so they are left out rather than added up wrongly. */
function feeInQuote(
  fee: string | number | undefined,
  asset: string | undefined,
  symbol: string,
): string | number | undefined {
  if (fee === undefined || asset === undefined || asset === '') return undefined;
  // Dated contracts: BTCUSDT_250627.
  const pair = symbol.replace(/_[A-Z0-9]+$/i, '');
  return pair.length > asset.length && pair.endsWith(asset) ? fee : undefined;
}

type Type = 'text' | 'amount' | 'id' | 'number' | 'flag';
const TYPES: Readonly<Record<Type, readonly string[]>> = {
  text: ['string'],
  amount: ['string', 'number'],
  id: ['string', 'number'],
  number: ['number'],
  flag: ['boolean'],
};

function readField(source: object, name: string, type: Type, exchange: string): unknown {
  const value = ownField(source, name) ?? undefined;
  if (value === undefined || TYPES[type].includes(typeof value)) return value;
  throw new ValidationError('FILL_INVALID', `The payload of ${exchange}, field "${name}"`, {
    expected: TYPES[type].map((one) => `a ${one}`).join(' or '),
    received: describe(value),
  });
}

function needed<T>(value: T | undefined, name: string, exchange: string): T {
  if (value !== undefined) return value;
  throw new ValidationError('FILL_INVALID', `The payload of ${exchange}, field "${name}"`, {
    expected: 'a value',
    received: 'nothing',
  });
}

function shapeOf(data: unknown, event: unknown): string {
  if (Array.isArray(data)) return describe(data);
  if (typeof event === 'string') return `event ${describe(event)}`;
  if (ownField(data, 'msg') !== undefined && ownField(data, 'code') !== undefined)
    return 'an error answer';
  return typeof data === 'object' && data !== null ? 'another object' : describe(data);
}

function remedyFor(data: unknown, event: unknown): { readonly remedy?: string } {
  if (Array.isArray(data)) return { remedy: 'Hand over its items one by one' };
  if (event === 'TRADE_LITE') {
    return { remedy: 'It does not name the position side; ORDER_TRADE_UPDATE follows it' };
  }
  if (event === 'ALGO_UPDATE' || ownField(data, 'algoId') !== undefined) {
    return {
      remedy:
        'A conditional order executes through another order, which comes as ORDER_TRADE_UPDATE',
    };
  }
  return {};
}
