/** What differs between the price streams of exchanges that speak Binance's dialect. */
export interface FeedDialect {
  /** Stable name, e.g. `binance`. */
  readonly id: string;
  /** Where streams are unless configured otherwise, without a path. */
  readonly streamUrl: string;
  /** Where prices are asked for unless configured otherwise, without a path. */
  readonly restUrl: string;
  /**
   * Path of the connection for each kind of stream. Kinds with the same path share connections. A wrong path is
   * accepted and acknowledged, and delivers nothing.
   */
  readonly routes: { readonly quotes: string; readonly market: string };
  /** Most streams on one connection. */
  readonly streamsPerConnection: number;
  /** Paths of the requests that stand in for a silent stream, and of those for bars. */
  readonly paths: {
    readonly mark: string;
    readonly book: string;
    readonly trade: string;
    readonly bars: string;
  };
}

/** Binance USDⓈ-M futures. Quotes have a route of their own since April 2026. */
export const BINANCE_FEED: FeedDialect = {
  id: 'binance',
  streamUrl: 'wss://fstream.binance.com',
  restUrl: 'https://fapi.binance.com',
  routes: { quotes: '/public/ws', market: '/market/ws' },
  streamsPerConnection: 1024,
  paths: {
    mark: '/fapi/v1/premiumIndex',
    book: '/fapi/v1/ticker/bookTicker',
    trade: '/fapi/v1/ticker/price',
    bars: '/fapi/v1/klines',
  },
};

/** Aster futures. One route for everything. */
export const ASTER_FEED: FeedDialect = {
  id: 'aster',
  streamUrl: 'wss://fstream.asterdex.com',
  restUrl: 'https://fapi.asterdex.com',
  routes: { quotes: '/ws', market: '/ws' },
  streamsPerConnection: 200,
  paths: {
    mark: '/fapi/v1/premiumIndex',
    book: '/fapi/v1/ticker/bookTicker',
    trade: '/fapi/v1/ticker/price',
    bars: '/fapi/v1/klines',
  },
};
