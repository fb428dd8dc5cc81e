import { decimal, toDecimalString, tryDecimal } from '../../../../model/decimal.js';
import type { PositionMode, PositionSide } from '../../../../model/side.js';
import type {
  FillReport,
  PositionStatusReport,
  PriceStatusReport,
} from '../../../../ports/exchange-adapter.js';
import { sideOf, wireSideOf } from './order-words.js';
import { optional } from './orders.js';
import { listOf, WireObject } from './wire-object.js';

/** Positions that are not flat. */
export function readPositions(body: unknown): readonly PositionStatusReport[] {
  return listOf(body, 'positions').flatMap((row) => {
    const read = new WireObject(row, 'position');
    return positionsOf(read, {
      symbol: 'symbol',
      side: 'positionSide',
      amount: 'positionAmt',
      entry: 'entryPrice',
    })
      .filter(({ quantity }) => quantity !== '0')
      .map((position) => ({
        ...position,
        ...liquidationOf(read, position.side),
        ...(read.has('updateTime') && { time: read.time('updateTime') }),
      }));
  });
}

/**
 * Where the side is liquidated. Cross margin in hedge mode shows one price for both sides, which is meant for the larger
 * one: below the mark price it is none of a SHORT. What makes no sense keeps no position from being read.
 */
function liquidationOf(
  read: WireObject,
  side: PositionSide,
): Pick<PositionStatusReport, 'liquidationPrice'> {
  const price = tryDecimal(read.raw('liquidationPrice'));
  if (price === null || price.lte(0)) return {};
  const mark = tryDecimal(read.raw('markPrice'));
  const isOther = mark?.gt(0) && (side === 'LONG' ? price.gt(mark) : price.lt(mark));
  return isOther ? {} : { liquidationPrice: toDecimalString(price) };
}

/** Both sides of one row: in one-way mode the sign tells the side, and the other one is flat. */
export function positionsOf(
  read: WireObject,
  names: {
    readonly symbol: string;
    readonly side: string;
    readonly amount: string;
    readonly entry: string;
  },
): readonly (PositionStatusReport & { readonly quantity: string })[] {
  const symbol = read.symbol(names.symbol);
  const amount = decimal(read.amount(names.amount));
  const quantity = toDecimalString(amount.abs());
  const entry = optional('entryPrice', read.priceOr(names.entry));
  const wireSide = wireSideOf(read, names.side);
  if (wireSide !== 'BOTH') return [{ symbol, side: wireSide, quantity, ...entry }];
  const [side, other] = amount.lt(0) ? (['SHORT', 'LONG'] as const) : (['LONG', 'SHORT'] as const);
  return [
    { symbol, side, quantity, ...entry },
    { symbol, side: other, quantity: '0' },
  ];
}

export function readPositionMode(body: unknown): PositionMode {
  const read = new WireObject(body, 'position mode');
  if (!read.has('dualSidePosition')) read.fail('dualSidePosition', 'true or false');
  return read.flagOr('dualSidePosition', false) ? 'hedge' : 'one-way';
}

/** Trades of the account, as the page has them. */
export function readTrades(body: unknown): readonly FillReport[] {
  return listOf(body, 'trades').map((row) => {
    const read = new WireObject(row, 'trade');
    const symbol = read.symbol();
    return {
      symbol,
      orderId: read.id('orderId'),
      side: sideOf(read, 'side'),
      positionSide: wireSideOf(read, 'positionSide'),
      trade: {
        tradeId: read.id('id'),
        quantity: read.amount('qty'),
        price: read.amount('price'),
        ...feeOf(symbol, read.raw('commissionAsset'), read.amountOr('commission')),
      },
      time: read.time('time'),
    };
  });
}

/** Fees in other assets than the quote (a discount token) cannot be told in the quote, and are left out. */
export function feeOf(
  symbol: string,
  asset: unknown,
  amount: string | undefined,
): { readonly fee?: string } {
  if (amount === undefined || typeof asset !== 'string' || asset === '') return {};
  const [pair = symbol] = symbol.split('_');
  return pair.endsWith(asset) ? { fee: amount } : {};
}

export function readServerTime(body: unknown): number {
  return new WireObject(body, 'server time').time('serverTime');
}

export function readListenKey(body: unknown): string {
  const key = new WireObject(body, 'listen key').raw('listenKey');
  // The key is a secret: the error must not show what came.
  if (typeof key !== 'string' || !/^[\w-]{1,256}$/.test(key)) {
    return new WireObject({}, 'answer').fail('listenKey', 'a key');
  }
  return key;
}

/** The mark and index price of one symbol. */
export function readPremiumIndex(body: unknown): readonly PriceStatusReport[] {
  const read = new WireObject(Array.isArray(body) ? body[0] : body, 'mark price');
  const time = read.time('time');
  const index = read.priceOr('indexPrice');
  return [
    { source: 'MARK', price: read.amount('markPrice'), time },
    ...(index === undefined ? [] : [{ source: 'INDEX' as const, price: index, time }]),
  ];
}

export function readLastPrice(body: unknown): PriceStatusReport {
  const read = new WireObject(Array.isArray(body) ? body[0] : body, 'last price');
  return { source: 'LAST', price: read.amount('price'), time: read.time('time') };
}
