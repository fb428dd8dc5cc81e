import { toDecimalString } from '../../model/decimal.js';
import type { PriceSource } from '../../model/price.js';
import type { ServerInstrument } from './exchange-server-options.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import { CONDITIONAL_TYPES } from './order-record.js';
import { priceText, type WireObject } from './order-words.js';

const NEXT_FUNDING_EVERY_MS = 28_800_000;
/** What every side of the book and every public trade shows. */
const SHOWN_QUANTITY = '1';

/** `exchangeInfo`. */
export function exchangeInfoWords(exchange: LoopbackExchange): WireObject {
  const { limits } = exchange.options;
  return {
    timezone: 'UTC',
    serverTime: exchange.now(),
    futuresType: 'U_MARGINED',
    rateLimits: [
      limitRow('REQUEST_WEIGHT', 'MINUTE', 1, limits.weightPerMinute),
      limitRow('ORDERS', 'MINUTE', 1, limits.ordersPerMinute),
      limitRow('ORDERS', 'SECOND', 10, limits.ordersPer10s),
    ],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
    symbols: [...exchange.instruments.values()].map((input) => symbolWords(input, exchange)),
  };
}

function limitRow(
  rateLimitType: string,
  interval: string,
  intervalNum: number,
  limit: number,
): WireObject {
  return { rateLimitType, interval, intervalNum, limit };
}

function symbolWords(input: ServerInstrument, exchange: LoopbackExchange): WireObject {
  const { symbol, quoteAsset = 'USDT', baseAsset = symbol.replace(/USDT$/, '') } = input;
  const marketStep = input.marketStepSize ?? input.stepSize;
  return {
    symbol,
    pair: symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4_133_404_800_000,
    onboardDate: 1_569_398_400_000,
    status: exchange.orders.venue.halted ? 'PENDING_TRADING' : 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset,
    quoteAsset,
    marginAsset: quoteAsset,
    // Not tick and step, as at the real exchange: whoever reads them finds out.
    pricePrecision: 8,
    quantityPrecision: 8,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: filtersOf(input, String(marketStep), exchange),
    orderTypes: ['LIMIT', 'MARKET', ...CONDITIONAL_TYPES],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  };
}

function filtersOf(
  input: ServerInstrument,
  marketStep: string,
  exchange: LoopbackExchange,
): readonly WireObject[] {
  const text = (value: number | string | undefined, otherwise = '0'): string =>
    value === undefined ? otherwise : String(value);
  const { conditionalCap, dialect } = exchange.options;
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: text(input.minPrice),
      maxPrice: text(input.maxPrice),
      tickSize: text(input.tickSize),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: text(input.minQty, text(input.stepSize)),
      maxQty: text(input.maxQty),
      stepSize: text(input.stepSize),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: text(input.minMarketQty ?? input.minQty, marketStep),
      maxQty: text(input.maxMarketQty ?? input.maxQty),
      stepSize: marketStep,
    },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    ...(dialect.conditionalCap.of === 'symbol'
      ? [{ filterType: 'MAX_NUM_ALGO_ORDERS', limit: conditionalCap }]
      : []),
    { filterType: 'MIN_NOTIONAL', notional: text(input.minNotional) },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: text(input.priceBand?.up, '1000'),
      multiplierDown: text(input.priceBand?.down, '0.0001'),
      multiplierDecimal: '4',
    },
  ];
}

/** `premiumIndex` of one symbol. */
export function premiumWords(symbol: string, exchange: LoopbackExchange): WireObject {
  const now = exchange.now();
  return {
    symbol,
    markPrice: textOf(exchange, symbol, 'MARK'),
    indexPrice: textOf(exchange, symbol, 'INDEX'),
    estimatedSettlePrice: textOf(exchange, symbol, 'INDEX'),
    lastFundingRate: '0.00010000',
    interestRate: '0.00010000',
    nextFundingTime: nextFunding(now),
    time: now,
  };
}

export function tickerPriceWords(symbol: string, exchange: LoopbackExchange): WireObject {
  return { symbol, price: textOf(exchange, symbol, 'LAST'), time: exchange.now() };
}

export function bookTickerWords(symbol: string, exchange: LoopbackExchange): WireObject {
  return {
    symbol,
    bidPrice: textOf(exchange, symbol, 'BID'),
    bidQty: SHOWN_QUANTITY,
    askPrice: textOf(exchange, symbol, 'ASK'),
    askQty: SHOWN_QUANTITY,
    time: exchange.now(),
  };
}

export function dayTickerWords(symbol: string, exchange: LoopbackExchange): WireObject {
  const price = textOf(exchange, symbol, 'LAST');
  const now = exchange.now();
  return {
    symbol,
    priceChange: '0',
    priceChangePercent: '0',
    weightedAvgPrice: price,
    lastPrice: price,
    lastQty: SHOWN_QUANTITY,
    openPrice: price,
    highPrice: price,
    lowPrice: price,
    volume: '0',
    quoteVolume: '0',
    openTime: now - 86_400_000,
    closeTime: now,
    firstId: 0,
    lastId: 0,
    count: 0,
  };
}

/** `markPriceUpdate` */
export function markPriceEvent(symbol: string, exchange: LoopbackExchange): WireObject {
  const now = exchange.now();
  return {
    e: 'markPriceUpdate',
    E: now,
    s: symbol,
    p: textOf(exchange, symbol, 'MARK'),
    ...(exchange.dialect.hasNewFields && { ap: textOf(exchange, symbol, 'MARK'), st: 1 }),
    P: textOf(exchange, symbol, 'INDEX'),
    i: textOf(exchange, symbol, 'INDEX'),
    r: '0.00010000',
    T: nextFunding(now),
  };
}

/** `bookTicker` */
export function bookTickerEvent(
  symbol: string,
  exchange: LoopbackExchange,
  updateId: number,
): WireObject {
  const now = exchange.now();
  return {
    e: 'bookTicker',
    u: updateId,
    s: symbol,
    ...(exchange.dialect.hasNewFields && { ps: symbol, st: 1 }),
    b: textOf(exchange, symbol, 'BID'),
    B: SHOWN_QUANTITY,
    a: textOf(exchange, symbol, 'ASK'),
    A: SHOWN_QUANTITY,
    T: now,
    E: now,
  };
}

/** `aggTrade` */
export function aggTradeEvent(
  symbol: string,
  exchange: LoopbackExchange,
  tradeId: number,
): WireObject {
  const now = exchange.now();
  return {
    e: 'aggTrade',
    E: now,
    s: symbol,
    a: tradeId,
    p: textOf(exchange, symbol, 'LAST'),
    q: SHOWN_QUANTITY,
    ...(exchange.dialect.hasNewFields && { nq: SHOWN_QUANTITY, st: 1 }),
    f: tradeId,
    l: tradeId,
    T: now,
    m: false,
  };
}

function textOf(exchange: LoopbackExchange, symbol: string, source: PriceSource): string {
  const ticks = exchange.orders.venue.price(symbol, source);
  const instrument = exchange.orders.instrument(symbol);
  return ticks === null ? toDecimalString(instrument.price(0)) : priceText(instrument, ticks);
}

function nextFunding(now: number): number {
  return (Math.floor(now / NEXT_FUNDING_EVERY_MS) + 1) * NEXT_FUNDING_EVERY_MS;
}
