import type { Dialect } from './dialect.js';

/** Aster with HMAC keys: conditional orders are plain ones, and batches may hold them. */
export const ASTER: Dialect = asterDialect('v1', 'v2');

/** Aster with wallets that sign: every call in the newer tree. */
export const ASTER_V3: Dialect = asterDialect('v3', 'v3');

function asterDialect(tree: 'v1' | 'v3', accountTree: 'v2' | 'v3'): Dialect {
  const root = `/fapi/${tree}`;
  return {
    id: 'aster',
    restUrl: 'https://fapi.asterdex.com',
    streamUrl: 'wss://fstream.asterdex.com',
    paths: {
      time: `${root}/time`,
      exchangeInfo: `${root}/exchangeInfo`,
      order: `${root}/order`,
      batchOrders: `${root}/batchOrders`,
      openOrders: `${root}/openOrders`,
      conditional: `${root}/order`,
      openConditional: `${root}/openOrders`,
      allConditional: null,
      positionRisk: `/fapi/${accountTree}/positionRisk`,
      positionMode: `${root}/positionSide/dual`,
      userTrades: `${root}/userTrades`,
      income: `${root}/income`,
      listenKey: `${root}/listenKey`,
      premiumIndex: `${root}/premiumIndex`,
      tickerPrice: `${root}/ticker/price`,
    },
    conditionalPath: 'order',
    triggerField: 'stopPrice',
    batchConditional: true,
    batchSize: 5,
    splitRoutes: false,
    triggerSources: ['LAST', 'MARK'],
    // What the live exchange said of every symbol; `exchangeInfo` is asked again at each start.
    maxProtectiveOrders: { perSymbol: 10, perAccount: null },
    orderWeight: 1,
    every503IsUnknown: true,
  };
}
