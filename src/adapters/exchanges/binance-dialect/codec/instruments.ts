import { ConfigError } from '../../../../errors/config-error.js';
import { describe } from '../../../../errors/describe.js';
import type { InstrumentInput } from '../../../../model/instrument.js';
import type { RateLimit } from '../budget/rate-limits.js';
import { listOf, WireObject } from './wire-object.js';

/** What `exchangeInfo` says, looked up by symbol. */
export interface ExchangeInfo {
  readonly rateLimits: readonly RateLimit[];
  /** Most open conditional orders of one symbol, over all symbols; `null` where it says nothing. */
  readonly conditionalsPerSymbol: number | null;
  /**
   * @throws ConfigError `INSTRUMENT_UNSUPPORTED` for symbols that are unknown, not trading or not linear
   */
  instrument(symbol: string): InstrumentInput;
}

/** Rows are read when they are asked for: one odd symbol must not hide the others. */
export function readExchangeInfo(body: unknown): ExchangeInfo {
  const info = new WireObject(body, 'exchange information');
  const rows = new Map<string, unknown>();
  let conditionalsPerSymbol: number | null = null;
  for (const row of info.list('symbols')) {
    const symbol = (row as { symbol?: unknown } | null)?.symbol;
    if (typeof symbol !== 'string') continue;
    rows.set(symbol, row);
    const limit = conditionalLimitOf(row);
    if (limit !== null) conditionalsPerSymbol = Math.min(limit, conditionalsPerSymbol ?? limit);
  }
  return {
    rateLimits: readRateLimits(info.raw('rateLimits')),
    conditionalsPerSymbol,
    instrument: (symbol) => instrumentOf(symbol, rows.get(symbol)),
  };
}

function instrumentOf(symbol: string, row: unknown): InstrumentInput {
  if (row === undefined) {
    throw unsupported(symbol, 'a symbol that the exchange lists', 'a symbol that it does not know');
  }
  const read = new WireObject(row, `instrument ${symbol}`);
  const status = read.raw('status') ?? read.raw('contractStatus');
  if (status !== 'TRADING') throw unsupported(symbol, 'status "TRADING"', describe(status));
  const quote = read.raw('quoteAsset');
  const margin = read.raw('marginAsset');
  // Settled in the base asset, or in US dollars' worth of it: profit is not linear in the price.
  if (margin !== undefined && (margin === read.raw('baseAsset') || quote === 'USD')) {
    throw unsupported(symbol, 'a linear contract', `one that is settled in ${describe(margin)}`);
  }
  const price = filterOf(read, 'PRICE_FILTER');
  const lot = filterOf(read, 'LOT_SIZE');
  const market = filterOf(read, 'MARKET_LOT_SIZE');
  const notional = filterOf(read, 'MIN_NOTIONAL');
  const band = filterOf(read, 'PERCENT_PRICE');
  if (price === null || lot === null) {
    throw unsupported(symbol, 'the filters PRICE_FILTER and LOT_SIZE', 'neither or one of them');
  }
  return {
    symbol,
    kind: 'linear',
    tickSize: price.amount('tickSize'),
    minPrice: price.amountOr('minPrice') ?? '0',
    maxPrice: price.amountOr('maxPrice') ?? '0',
    stepSize: lot.amount('stepSize'),
    minQty: lot.amountOr('minQty') ?? '0',
    maxQty: lot.amountOr('maxQty') ?? '0',
    ...(market !== null && {
      marketStepSize: market.amountOr('stepSize') ?? '0',
      minMarketQty: market.amountOr('minQty') ?? '0',
      maxMarketQty: market.amountOr('maxQty') ?? '0',
    }),
    ...(notional !== null && { minNotional: notional.amountOr('notional') ?? '0' }),
    ...(band !== null && {
      priceBand: { up: band.amount('multiplierUp'), down: band.amount('multiplierDown') },
    }),
  };
}

function filterOf(read: WireObject, type: string): WireObject | null {
  const found = read
    .list('filters')
    .find((filter) => (filter as { filterType?: unknown } | null)?.filterType === type);
  return found === undefined ? null : new WireObject(found, `filter ${type}`);
}

function conditionalLimitOf(row: unknown): number | null {
  const filters = (row as { filters?: unknown }).filters;
  if (!Array.isArray(filters)) return null;
  const found = filters.find(
    (filter) => (filter as { filterType?: unknown } | null)?.filterType === 'MAX_NUM_ALGO_ORDERS',
  );
  const limit = Number((found as { limit?: unknown } | undefined)?.limit);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : null;
}

function readRateLimits(rows: unknown): readonly RateLimit[] {
  if (rows === undefined) return [];
  return listOf(rows, 'rate limits').map((row) => {
    const read = new WireObject(row, 'rate limit');
    return {
      rateLimitType: read.text('rateLimitType'),
      interval: read.text('interval'),
      intervalNum: Number(read.amount('intervalNum')),
      limit: Number(read.amount('limit')),
    };
  });
}

function unsupported(symbol: string, expected: string, received: string): ConfigError {
  return new ConfigError('INSTRUMENT_UNSUPPORTED', `${symbol} cannot be protected`, {
    expected,
    received,
  });
}
