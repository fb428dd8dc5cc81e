import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';
import {
  AMOUNT_LENGTH_MAX,
  MICROSECONDS_LIKE_MIN,
  ORDER_ID_LENGTH_MAX,
  SECONDS_LIKE_MAX,
  SECONDS_LIKE_MIN,
} from '../../limits.js';
import { amountFrom } from '../../model/amount.js';
import { type Decimal, toDecimalString, ZERO } from '../../model/decimal.js';
import type { FillEvidence, OrderFill, TradeEvidence } from '../../model/fill.js';
import { isClientOrderId, ORDER_ID_EXPECTED, orderIdFrom } from '../../model/order-id.js';
import { ownField } from '../../model/own-field.js';
import type { OrderSide, WirePositionSide } from '../../model/side.js';
import { isSymbol, SYMBOL_EXPECTED } from '../../model/symbol.js';
import { exchangeCauseOf } from './exchange-cause.js';

/** What a fill of the host says: that something was executed, or that nothing was. */
export type ParsedFill =
  | { readonly kind: 'executed'; readonly evidence: FillEvidence }
  | {
      readonly kind: 'nothing';
      readonly orderId: string;
      readonly clientOrderId: string | null;
      readonly symbol: string;
      readonly side: OrderSide;
      readonly positionSide: WirePositionSide;
      /** Whether the order can execute no more, so that its registration may go. */
      readonly terminal: boolean;
      readonly time: number;
    };

const TERMINAL: ReadonlySet<string> = new Set([
  'FILLED',
  'CANCELED',
  'CANCELLED',
  'EXPIRED',
  'EXPIRED_IN_MATCH',
  'REJECTED',
]);
/** Statuses that cannot be true while nothing was executed. */
const EXECUTED: ReadonlySet<string> = new Set(['FILLED', 'PARTIALLY_FILLED']);
const STATUS_LENGTH_MAX = 64;

/**
 * Checks a fill that the host hands over and reads it into what the core books.
 *
 * Own properties only; the input is not kept. Missing and `null` mean the same for optional fields.
 *
 * @param receivedAtMs time of a fill that brings none, ms since 1970 UTC
 * @throws ValidationError `FILL_INVALID` naming the field
 * @example
 * parseOrderFill({ orderId: 1, symbol: 'BTCUSDT', side: 'BUY', executedQty: '0.1', avgPrice: '45000' }).kind // 'executed'
 */
export function parseOrderFill(fill: OrderFill, receivedAtMs = 0): ParsedFill {
  if (typeof fill !== 'object' || fill === null || Array.isArray(fill)) {
    throw new ValidationError('FILL_INVALID', 'The fill cannot be read', {
      expected: 'an object with orderId, symbol, side and executedQty',
      received: describe(fill),
    });
  }
  const status = readStatus(fill);
  const clientOrderId = readClientOrderId(fill);
  const head = {
    orderId: readId(fill, 'orderId') ?? missing('orderId', ORDER_ID_EXPECTED),
    clientOrderId,
    symbol: readSymbol(fill),
    side: readSide(fill),
    positionSide: readPositionSide(fill),
    terminal: status !== null && TERMINAL.has(status),
    time: readTime(fill) ?? receivedAtMs,
  };
  const reduceOnly = readReduceOnly(fill);
  const executed = readExecution(fill, status);
  if (executed === null) return Object.freeze({ kind: 'nothing', ...head });
  const evidence: FillEvidence = Object.freeze({
    ...head,
    ...executed,
    reduceOnly,
    cause: exchangeCauseOf(clientOrderId),
  });
  return Object.freeze({ kind: 'executed', evidence });
}

/** `null` = nothing was executed. */
function readExecution(
  fill: OrderFill,
  status: string | null,
): Pick<FillEvidence, 'cumulative' | 'trade'> | null {
  const executedQty = readAmount(fill, 'executedQty', 'a quantity');
  const avgPrice = aboveZero(readAmount(fill, 'avgPrice', 'a price'));
  const lastQty = readAmount(fill, 'lastFilledQty', 'a quantity');
  const lastPrice = aboveZero(readAmount(fill, 'lastFilledPrice', 'a price'));
  const fee = readFee(fill);
  const tradeId = lastQty?.gt(0) === true ? readId(fill, 'tradeId') : null;

  if (executedQty !== null && lastQty?.gt(executedQty) === true) {
    refuse('executedQty', {
      expected: `at least lastFilledQty (${toDecimalString(lastQty)})`,
      received: toDecimalString(executedQty),
      remedy:
        'executedQty is what the order executed in all; leave it out if you only know single trades',
    });
  }
  if (executedQty?.eq(0) === true || (executedQty === null && lastQty?.eq(0) === true)) {
    return nothingExecuted(executedQty === null ? 'lastFilledQty' : 'executedQty', status);
  }
  if (executedQty === null) {
    const trade = onlyTrade(lastQty, tradeId, lastPrice ?? avgPrice, fee);
    return { cumulative: null, trade };
  }
  // The average is the trade's own price only while the order has no other trade.
  const price = lastPrice ?? (lastQty?.eq(executedQty) === true ? avgPrice : null);
  return {
    cumulative: Object.freeze({ quantity: executedQty, avgPrice }),
    trade:
      lastQty?.gt(0) === true && tradeId !== null && price !== null
        ? Object.freeze({ tradeId, quantity: lastQty, price, fee })
        : null,
  };
}

function nothingExecuted(field: string, status: string | null): null {
  if (status === null || EXECUTED.has(status)) {
    refuse(field, {
      expected: 'a quantity above zero',
      received: '0',
      remedy:
        status === null
          ? 'An order without execution is told apart by its status, e.g. "NEW" or "CANCELED"'
          : `With status "${status}" something was executed`,
    });
  }
  return null;
}

function onlyTrade(
  quantity: Decimal | null,
  tradeId: string | null,
  price: Decimal | null,
  fee: Decimal,
): TradeEvidence {
  if (quantity === null) {
    return refuse('executedQty', {
      expected: 'executedQty (in all), or lastFilledQty with tradeId (one trade)',
      received: 'neither',
    });
  }
  if (tradeId === null) {
    return refuse('tradeId', {
      expected: `${ORDER_ID_EXPECTED}, since executedQty is missing`,
      received: 'nothing',
      remedy: 'Without one of the two, a repeated fill cannot be told from a further one',
    });
  }
  if (price === null) {
    return refuse('lastFilledPrice', {
      expected: 'the price of the trade above zero',
      received: 'nothing',
      remedy:
        'Give lastFilledPrice, or executedQty so that the price can be asked from the exchange',
    });
  }
  return Object.freeze({ tradeId, quantity, price, fee });
}

function readStatus(fill: OrderFill): string | null {
  const status = optional(fill, 'status');
  if (status === undefined) return null;
  if (typeof status !== 'string' || status === '' || status.length > STATUS_LENGTH_MAX) {
    return refuse('status', { expected: 'a word such as "FILLED"', received: describe(status) });
  }
  return status.toUpperCase().replace(/[ -]/g, '_');
}

function readClientOrderId(fill: OrderFill): string | null {
  const id = optional(fill, 'clientOrderId');
  // Exchanges write "" for orders without one.
  if (id === undefined || id === '') return null;
  if (isClientOrderId(id)) return id;
  return refuse('clientOrderId', {
    expected: `a string of at most ${ORDER_ID_LENGTH_MAX} printable characters`,
    received: describe(id),
  });
}

function readId(fill: OrderFill, field: 'orderId' | 'tradeId'): string | null {
  const given = optional(fill, field);
  if (given === undefined) return null;
  const id = orderIdFrom(given);
  if (id !== null) return id;
  const tooLarge = typeof given === 'number' && Math.abs(given) > Number.MAX_SAFE_INTEGER;
  return refuse(field, {
    expected: ORDER_ID_EXPECTED,
    received: describe(given),
    ...(tooLarge && { remedy: 'A number of this size has lost digits: give it as a string' }),
  });
}

function readSymbol(fill: OrderFill): string {
  const symbol = optional(fill, 'symbol');
  if (isSymbol(symbol)) return symbol;
  return refuse('symbol', { expected: SYMBOL_EXPECTED, received: describe(symbol) });
}

function readSide(fill: OrderFill): OrderSide {
  const side = optional(fill, 'side');
  if (side === 'BUY' || side === 'SELL') return side;
  const isPositionSide = side === 'LONG' || side === 'SHORT';
  return refuse('side', {
    expected: '"BUY" or "SELL"',
    received: describe(side),
    ...(isPositionSide && {
      remedy: 'This is the side of the order; the position goes into positionSide',
    }),
  });
}

function readPositionSide(fill: OrderFill): WirePositionSide {
  const side = optional(fill, 'positionSide') ?? 'BOTH';
  if (side === 'LONG' || side === 'SHORT' || side === 'BOTH') return side;
  return refuse('positionSide', {
    expected: '"LONG", "SHORT" or "BOTH"',
    received: describe(side),
    remedy: 'Leave it out in one-way mode',
  });
}

function readReduceOnly(fill: OrderFill): boolean {
  const flag = optional(fill, 'reduceOnly') ?? false;
  if (typeof flag === 'boolean') return flag;
  return refuse('reduceOnly', { expected: 'true or false', received: describe(flag) });
}

function readTime(fill: OrderFill): number | null {
  const time = optional(fill, 'time');
  // Exchanges write 0 for "unknown".
  if (time === undefined || time === 0) return null;
  const expected = 'whole milliseconds since 1970 UTC';
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < 0) {
    return refuse('time', { expected, received: describe(time) });
  }
  if (time >= SECONDS_LIKE_MIN && time < SECONDS_LIKE_MAX) {
    return refuse('time', {
      expected,
      received: describe(time),
      remedy: 'This looks like seconds: multiply by 1000',
    });
  }
  if (time >= MICROSECONDS_LIKE_MIN) {
    return refuse('time', {
      expected,
      received: describe(time),
      remedy: 'This looks like microseconds: divide by 1000 and round',
    });
  }
  return time;
}

/** An amount of zero or more; `null` when the field is missing. */
function readAmount(fill: OrderFill, field: keyof OrderFill, what: string): Decimal | null {
  const given = optional(fill, field);
  if (given === undefined) return null;
  const read = amountFrom(given);
  if (read?.gte(0)) return read;
  return refuse(field, {
    expected: `${what} of zero or more, as plain decimal string or finite number of at most ${AMOUNT_LENGTH_MAX} characters`,
    received: describe(given),
    ...amountRemedy(given, read),
  });
}

function amountRemedy(given: unknown, read: Decimal | null): { readonly remedy?: string } {
  if (read !== null)
    return { remedy: 'Quantities carry no sign: side says whether it bought or sold' };
  if (typeof given === 'string' && /\de[+-]?\d/i.test(given)) {
    return { remedy: 'Write it without an exponent' };
  }
  return {};
}

function readFee(fill: OrderFill): Decimal {
  const given = optional(fill, 'fee');
  if (given === undefined) return ZERO;
  const read = amountFrom(given);
  if (read !== null) return read;
  return refuse('fee', {
    expected: 'a plain decimal string or finite number in the quote asset, positive when paid',
    received: describe(given),
  });
}

function optional(fill: OrderFill, field: keyof OrderFill): unknown {
  return ownField(fill, field) ?? undefined;
}

function aboveZero(value: Decimal | null): Decimal | null {
  return value?.gt(0) === true ? value : null;
}

function missing(field: string, expected: string): never {
  return refuse(field, { expected, received: 'nothing' });
}

function refuse(
  field: string,
  details: { readonly expected: string; readonly received: string; readonly remedy?: string },
): never {
  throw new ValidationError('FILL_INVALID', `The fill cannot be booked, ${field}`, details);
}
