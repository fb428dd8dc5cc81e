import type { Dialect } from './dialect.js';

/** Binance USD-M futures: conditional orders have endpoints and ids of their own. */
export const BINANCE: Dialect = {
  id: 'binance',
  restUrl: 'https://fapi.binance.com',
  streamUrl: 'wss://fstream.binance.com',
  paths: {
    time: '/fapi/v1/time',
    exchangeInfo: '/fapi/v1/exchangeInfo',
    order: '/fapi/v1/order',
    batchOrders: '/fapi/v1/batchOrders',
    openOrders: '/fapi/v1/openOrders',
    conditional: '/fapi/v1/algoOrder',
    openConditional: '/fapi/v1/openAlgoOrders',
    allConditional: '/fapi/v1/allAlgoOrders',
    positionRisk: '/fapi/v3/positionRisk',
    positionMode: '/fapi/v1/positionSide/dual',
    userTrades: '/fapi/v1/userTrades',
    income: '/fapi/v1/income',
    listenKey: '/fapi/v1/listenKey',
    premiumIndex: '/fapi/v1/premiumIndex',
    tickerPrice: '/fapi/v1/ticker/price',
  },
  conditionalPath: 'algo',
  triggerField: 'triggerPrice',
  batchConditional: false,
  batchSize: 5,
  splitRoutes: true,
  triggerSources: ['LAST', 'MARK'],
  maxProtectiveOrders: { perSymbol: null, perAccount: 200 },
  orderWeight: 0,
  every503IsUnknown: false,
};
