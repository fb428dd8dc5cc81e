/** Answers of every endpoint that the adapters of Binance's dialect ask, as their documentation shows them. */

export type WireParams = Readonly<Record<string, string>>;
export type WireAnswer = (params: WireParams) => unknown;

export const TIME = 1_700_000_000_000;

const FILTERS = [
  { filterType: 'PRICE_FILTER', minPrice: '0.10', maxPrice: '1000000', tickSize: '0.10' },
  { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
  { filterType: 'MARKET_LOT_SIZE', minQty: '0.001', maxQty: '120', stepSize: '0.001' },
  { filterType: 'MIN_NOTIONAL', notional: '5' },
  { filterType: 'PERCENT_PRICE', multiplierUp: '1.05', multiplierDown: '0.95' },
];

const order: WireAnswer = (params) => ({
  orderId: 11,
  symbol: 'BTCUSDT',
  status: 'NEW',
  clientOrderId: params.newClientOrderId ?? params.origClientOrderId ?? 'id-1',
  price: params.price ?? '46000',
  origQty: params.quantity ?? '0.12',
  executedQty: '0',
  type: params.type ?? 'LIMIT',
  origType: params.type ?? 'LIMIT',
  timeInForce: params.timeInForce ?? 'GTC',
  side: params.side ?? 'SELL',
  positionSide: params.positionSide ?? 'LONG',
  reduceOnly: false,
  stopPrice: params.stopPrice ?? '0',
  workingType: 'CONTRACT_PRICE',
  updateTime: TIME,
});

const algo: WireAnswer = (params) => ({
  algoId: 900,
  clientAlgoId: params.clientAlgoId ?? 'sl-1',
  algoType: 'CONDITIONAL',
  orderType: params.type ?? 'STOP_MARKET',
  price: params.price ?? '0.00',
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'LONG',
  quantity: params.quantity ?? '0.12',
  algoStatus: 'NEW',
  actualOrderId: '',
  triggerPrice: params.triggerPrice ?? '44000',
  workingType: 'CONTRACT_PRICE',
  reduceOnly: false,
  createTime: TIME,
  updateTime: TIME,
});

const trade = {
  id: 70,
  orderId: 11,
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'LONG',
  qty: '0.12',
  price: '46000',
  commission: '2.2',
  commissionAsset: 'USDT',
  time: TIME,
};

/** By method and name of the endpoint, without the tree that it stands in. */
export const ANSWERS: Readonly<Record<string, WireAnswer>> = {
  'GET time': () => ({ serverTime: Date.now() }),
  'GET exchangeInfo': () => ({
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400 },
    ],
    symbols: [
      {
        symbol: 'BTCUSDT',
        status: 'TRADING',
        baseAsset: 'BTC',
        quoteAsset: 'USDT',
        marginAsset: 'USDT',
        filters: FILTERS,
      },
    ],
  }),
  'POST listenKey': () => ({ listenKey: 'a'.repeat(64) }),
  'PUT listenKey': () => ({}),
  'GET positionSide/dual': () => ({ dualSidePosition: true }),
  'GET positionRisk': () => [
    {
      symbol: 'BTCUSDT',
      positionSide: 'LONG',
      positionAmt: '0.12',
      entryPrice: '45000',
      updateTime: TIME,
    },
  ],
  'GET order': order,
  'POST order': order,
  'PUT order': order,
  'DELETE order': (params) => ({ ...(order(params) as object), status: 'CANCELED' }),
  'GET openOrders': (params) => [order(params)],
  'POST batchOrders': ({ batchOrders = '[]' }) =>
    (JSON.parse(batchOrders) as WireParams[]).map(order),
  'GET algoOrder': algo,
  'POST algoOrder': algo,
  'DELETE algoOrder': () => ({ algoId: 900, clientAlgoId: 'sl-1', code: '200', msg: 'success' }),
  'GET openAlgoOrders': (params) => [algo(params)],
  'GET allAlgoOrders': () => [],
  'GET userTrades': () => [trade],
  'GET income': () => [
    {
      symbol: 'BTCUSDT',
      incomeType: 'FUNDING_FEE',
      income: '-0.37500000',
      asset: 'USDT',
      info: 'FUNDING_FEE',
      time: TIME,
      tranId: 9_689_322_392,
      tradeId: '',
    },
  ],
  'GET premiumIndex': () => ({
    symbol: 'BTCUSDT',
    markPrice: '45001',
    indexPrice: '45002',
    time: TIME,
  }),
  'GET ticker/price': () => ({ symbol: 'BTCUSDT', price: '45000', time: TIME }),
};
